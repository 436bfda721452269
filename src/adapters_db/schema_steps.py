"""Alembic's part in a migration: imported when a schema must change, and no sooner."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config


def upgrade(connection: sa.Connection, revision: str) -> None:
    """Bring the schema up to `revision`, in the transaction of `connection`."""
    command.upgrade(alembic_config(connection), revision)


def downgrade(connection: sa.Connection, revision: str) -> None:
    """Take the schema back to `revision`; "base" is an empty database."""
    command.downgrade(alembic_config(connection), revision)


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Say where the migrations are, and on which connection they run, if they do."""
    config = Config()
    config.set_main_option("script_location", "adapters_db:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
