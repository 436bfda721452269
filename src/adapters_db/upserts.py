"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy offers for each of them apart."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapters_db.session import Session


def insert_tolerant(session: Session, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Give an INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
