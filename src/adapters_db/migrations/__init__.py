"""The history of the schema. Run by `adapters_db.migrate`, never by Alembic's own command."""
