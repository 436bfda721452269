"""The running service: opened in order, and closed in the reverse order, whatever happens between."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog

from adapters_db.migrate import upgrade
from adapters_http.app import HttpSettings, create_app
from adapters_http.server import Server
from vidcore.errors import UsernameTakenError
from vidcore_app.container import Container

WEEKLY: Final = "0 0 * * 0"  # Sunday 00:00 UTC, when the quota's week begins
HOURLY: Final = "7 * * * *"
SQLITE_SAFE: Final = (3, 51, 3)  # the first without the WAL-reset race, sqlite.org/wal.html

_log = structlog.get_logger("vidcore")


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[None]:
    """Bring database and folders up to date, and keep the database open.

    Raises ServiceUnavailableError if the database is out of reach.
    """
    settings, places = container.settings(), container.places()
    await asyncio.to_thread(places.data.mkdir, parents=True, exist_ok=True)
    await container.media().prepare()
    await container.uploads().prepare()
    await upgrade(places.database_url)
    async with AsyncExitStack() as stack:
        stack.callback(container.file_pool().shutdown)
        stack.callback(container.passwords().close)
        store = container.store()
        stack.push_async_callback(store.close)
        await store.open()
        await container.make_config()(
            max_file_size_bytes=settings.max_file_size_bytes,
            weekly_upload_limit_bytes=settings.weekly_upload_limit_bytes,
        )
        yield


async def serve(container: Container, *, with_worker: bool, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` gets what whoever started it should read.

    Raises ServiceUnavailableError, InvalidValueError, OSError if the address cannot be had.
    """
    settings, places = container.settings(), container.places()
    use_cases = container.use_cases()  # whatever is wrong with a setting shows here
    ffmpeg = container.ffmpeg()
    async with opened(container), AsyncExitStack() as stack:
        _warn_of_old_sqlite(places.database_url)
        await _make_first_admin(container, say)
        schedule = container.schedule()
        schedule.add("weekly-quota-reset", WEEKLY, container.reset_week().__call__)
        schedule.add("tidy-up", HOURLY, container.tidy_up().__call__)
        schedule.start()
        stack.push_async_callback(schedule.stop)
        await container.reset_week()()
        await container.tidy_up()()
        if with_worker:
            worker = container.worker()
            stack.push_async_callback(worker.stop)
            worker.start()
        app = create_app(use_cases, _http_settings(container))
        server = Server(app, host=settings.host, port=settings.port)
        stack.push_async_callback(server.stop)
        port = await server.start()
        say(f"Data:     {places.data}")
        say(f"ffmpeg:   {ffmpeg.path} ({ffmpeg.version})")
        say(f"Address:  {places.public_url} (listening on {settings.host}, port {port})")
        _log.info("serving", host=settings.host, port=port, worker=with_worker)
        await _until_told_to_stop()
        _log.info("stopping")


def _http_settings(container: Container) -> HttpSettings:
    settings = container.settings()
    return HttpSettings(
        public_url=container.places().public_url,
        origins=frozenset(settings.cors_origins),
        proxies=settings.trusted_proxies,
        metrics_token=settings.metrics_token or "",
        accel=settings.sendfile == "x-accel-redirect",
    )


async def work(container: Container) -> None:
    """Process videos until SIGTERM or SIGINT, and hand back what is not done by then.

    Raises ServiceUnavailableError.
    """
    worker = container.worker()
    async with opened(container), AsyncExitStack() as stack:
        stack.push_async_callback(worker.stop)
        worker.start()
        _log.info("working", concurrency=container.settings().worker_concurrency)
        await _until_told_to_stop()
        _log.info("stopping")


async def _make_first_admin(container: Container, say: Callable[[str], None]) -> None:
    if not await container.needs_admin()():
        return
    settings = container.settings()
    password = settings.admin_password or container.secrets().token()
    try:
        admin = await container.make_admin()(
            username=settings.admin_username, email=settings.admin_email, password=password
        )
    except UsernameTakenError:
        if await container.needs_admin()():
            raise  # somebody else has the name, and is switched off or no admin
        return  # another process that starts just now was faster
    say(f"Admin:    {admin.username}")
    if settings.admin_password is None:
        say(f"Password: {password}   (shown only now; change it after the first log-in)")


def _warn_of_old_sqlite(database_url: str) -> None:
    if database_url.startswith("sqlite") and sqlite3.sqlite_version_info < SQLITE_SAFE:
        _log.warning(
            "this SQLite can, very rarely, corrupt a database that several processes write",
            version=sqlite3.sqlite_version,
            safe_from=".".join(map(str, SQLITE_SAFE)),
        )


async def _until_told_to_stop() -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    try:
        await told.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
