"""The running service: opened in order, and closed in the reverse order, whatever happens between."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import attrs
import structlog

from adapters_db.clock import SqlClock
from adapters_db.migrate import upgrade
from adapters_db.soundings import SQLITE_SAFE
from adapters_fs.folders import FOR_GROUP, make_folder
from adapters_http.app import HttpSettings, create_app
from adapters_http.process_numbers import counting_together
from adapters_http.server import Server, listen
from adapters_jobs.bell import Bell
from adapters_jobs.embedded import EmbeddedQueue
from vidcore.errors import ServiceUnavailableError, UsernameTakenError
from vidcore_app.container import Container
from vidcore_app.duties import Duties
from vidcore_app.orphans import numbers_without_parent
from vidcore_app.processes import Processes, tell_serving
from vidcore_app.queues import Prepared
from vidcore_app.stopping import told_to_stop

ADJUST_EVERY: Final = 10.0  # seconds; machines' clocks drift by less than a millisecond meanwhile

_log = structlog.get_logger("vidcore")


async def migrate(container: Container) -> None:
    """Bring the database's schema, and its queue's, to the newest. Raises ServiceUnavailableError."""
    places = container.places()
    await asyncio.to_thread(make_folder, places.data, FOR_GROUP)
    await upgrade(places.database_url)
    queue = container.queue()
    if isinstance(queue, Prepared):
        await queue.prepare()


@asynccontextmanager
async def opened(container: Container, *, prepared: bool = False) -> AsyncIterator[None]:
    """Bring database and folders up to date, unless they are `prepared`; keep the database open.

    Raises ServiceUnavailableError if the database is out of reach.
    """
    if not prepared:
        await migrate(container)
        await container.media().prepare()
        await container.uploads().prepare()
    async with AsyncExitStack() as stack:
        stack.callback(container.file_pool().shutdown)
        stack.callback(container.passwords().close)
        store = container.store()
        stack.push_async_callback(store.close)
        await store.open()
        await container.clock().adjust()
        adjusting = asyncio.create_task(_keep_adjusted(container.clock()))
        stack.push_async_callback(_ended, adjusting)
        if not prepared:
            settings = container.settings()
            await container.make_config()(
                max_file_size_bytes=settings.max_file_size_bytes,
                weekly_upload_limit_bytes=settings.weekly_upload_limit_bytes,
            )
        yield


@attrs.frozen(kw_only=True)
class Inherited:
    """What one of several serving processes has from its parent: file descriptors.

    `listening` is the socket to serve on; `parent` the read end of a pipe that ends with the parent;
    `serving` the write end of one by which the parent is told that this process serves; `hearing` and
    `ringing` are the ends of the bell that all of them share.
    """

    listening: int
    parent: int
    serving: int
    hearing: int
    ringing: int


async def _keep_adjusted(clock: SqlClock) -> None:
    while True:
        await asyncio.sleep(ADJUST_EVERY)
        try:
            await clock.adjust()
        except ServiceUnavailableError as error:
            _log.warning("the clock goes on by itself", reason=str(error))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _together(*stops: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do all of them to the end, whatever one raises, and raise that then."""
    ended = await asyncio.gather(*(stop() for stop in stops), return_exceptions=True)
    errors = [error for error in ended if error is not None]
    for error in errors[1:]:
        _log.error("not stopped well", exc_info=error)
    for error in errors:
        raise error


async def serve(
    container: Container,
    *,
    with_worker: bool,
    say: Callable[[str], None],
    inherited: Inherited | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; `say` gets what whoever started it should read.

    Raises ServiceUnavailableError, InvalidValueError, OSError if the address cannot be had.
    """
    settings, places = container.settings(), container.places()
    parent = None if inherited is None else inherited.parent
    async with AsyncExitStack() as stack:
        told = stack.enter_context(told_to_stop(parent=parent))
        if parent is not None:
            stack.enter_context(numbers_without_parent(parent))
        use_cases = container.use_cases()  # whatever is wrong with a setting shows here
        await stack.enter_async_context(opened(container, prepared=inherited is not None))
        if inherited is None:
            await _prepare(container, say)
        elif isinstance(queue := container.queue(), EmbeddedQueue):
            queue.share(Bell(inherited.hearing, inherited.ringing))
        if told.is_set():
            return
        duties = Duties(container, with_worker=with_worker)
        stack.push_async_callback(duties.stop)
        await duties.start()
        app = create_app(use_cases, _http_settings(container))
        if inherited is None:
            listening = listen(settings.host, settings.port)
        else:
            listening = socket.socket(fileno=inherited.listening)
        server = Server(app, listening)
        # At once, and not after the last answer: who stops a whole control group stops ffmpeg, too.
        stack.push_async_callback(_together, server.stop, duties.stop)
        port = await server.start()
        if inherited is None:
            _introduce(container, port, say)
        else:
            tell_serving(inherited.serving)
        _log.info("serving", host=settings.host, port=port, worker=with_worker)
        await told.wait()
        _log.info("stopping", data=str(places.data))


async def serve_by_many(
    container: Container,
    count: int,
    arguments: Sequence[str],
    say: Callable[[str], None],
) -> None:
    """Serve from `count` processes of the command with `arguments`, until SIGTERM or SIGINT.

    Raises what `serve` raises.
    """
    settings = container.settings()
    with told_to_stop() as told:
        container.use_cases()
        async with opened(container):
            await _prepare(container, say)
        with listen(settings.host, settings.port) as listening:
            port = listening.getsockname()[1]
            with counting_together():
                processes = Processes(count, arguments, listening)
                await processes.run(told, lambda: _introduce(container, port, say, count))


async def _prepare(container: Container, say: Callable[[str], None]) -> None:
    _warn_of_old_sqlite(container.places().database_url)
    await _make_first_admin(container, say)


def _introduce(
    container: Container, port: int, say: Callable[[str], None], processes: int = 1
) -> None:
    settings, places, ffmpeg = container.settings(), container.places(), container.ffmpeg()
    say(f"Data:     {places.data}")
    say(f"ffmpeg:   {ffmpeg.path} ({ffmpeg.version})")
    if processes > 1:
        say(f"Processes: {processes}")
    say(f"Address:  {places.public_url} (listening on {settings.host}, port {port})")


def _http_settings(container: Container) -> HttpSettings:
    settings = container.settings()
    return HttpSettings(
        public_url=container.places().public_url,
        origins=frozenset(settings.cors_origins),
        proxies=settings.trusted_proxies,
        metrics_token=settings.metrics_token or "",
        accel=settings.sendfile == "x-accel-redirect",
        any_host=settings.public_url is None,
    )


async def work(container: Container) -> None:
    """Process videos until SIGTERM or SIGINT, and hand back what is not done by then.

    Raises ServiceUnavailableError.
    """
    async with AsyncExitStack() as stack:
        told = stack.enter_context(told_to_stop())
        worker = container.worker()
        await stack.enter_async_context(opened(container))
        stack.push_async_callback(worker.stop)
        worker.start()
        webhooks = container.webhook_worker()
        stack.push_async_callback(webhooks.stop)
        webhooks.start()
        _log.info("working", concurrency=container.settings().worker_concurrency)
        await told.wait()
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
