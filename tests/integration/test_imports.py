"""What a service with SQLite keeps in memory, and so must have imported."""

import subprocess
import sys

SPARED = ("alembic", "psycopg", "procrastinate")


def test_a_service_with_sqlite_spares_what_postgresql_and_migrations_need() -> None:
    program = f"import sys, vidcore_app.service; print([n for n in {SPARED} if n in sys.modules])"

    found = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=True, timeout=60
    )

    assert found.stdout == "[]\n"
