"""How Alembic runs a migration: on the connection that it is given, in that one's transaction."""

from alembic import context

from adapters_db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
