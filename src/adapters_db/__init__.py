"""The database behind `vidcore.ports.store`: SQLite and PostgreSQL, by SQLAlchemy Core.

`adapters_db.store.SqlStore` fulfils the port; `adapters_db.migrate` makes and changes the schema.
"""
