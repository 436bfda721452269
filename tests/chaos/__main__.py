"""`python -m tests.chaos`: the proofs that take longer than a test may."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import attrs
import click

from adapters_db.migrate import upgrade
from adapters_db.store import SqlStore
from tests.chaos.books import Books
from tests.chaos.clips import short_clips
from tests.chaos.crowd import process_a_crowd
from tests.chaos.installation import SERVE, Installation
from tests.chaos.kills import HEAD, KillAnywhere
from tests.chaos.members import Way
from tests.chaos.outage import Outage
from tests.chaos.pausing import pause_a_worker
from tests.chaos.postgres import OwnPostgres, own_postgres
from tests.chaos.steps import Outcomes, StepByStep
from tests.chaos.stopping import (
    SENDING_SOON,
    Busy,
    installation,
    kill_over_ffmpeg,
    kill_the_leader,
    orphan_the_children,
    recover,
    stop_impatiently,
    stop_politely,
)
from tests.chaos.writers import write_by_processes
from vidcore.testing.examples import example_user
from vidcore.users import Role


@attrs.frozen(kw_only=True)
class Setup:
    """Which processes there are, on which database."""

    postgresql: bool = False
    serve: Sequence[str] = ()
    workers: int = 0


SETUPS: Final = {
    "sqlite": Setup(),
    "sqlite-processes": Setup(serve=("--processes", "2")),
    "postgresql": Setup(postgresql=True, serve=("--no-worker",), workers=2),
}
FLEET: Final = ("--no-worker",)


@contextmanager
def a_folder() -> Iterator[Path]:
    """Have a folder for one installation."""
    with tempfile.TemporaryDirectory(prefix="vidcore-chaos-") as folder:
        yield Path(folder)


@click.group()
def main() -> None:
    """Kill, pause, cut off and stop a service, and see that nothing is lost."""


@main.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SETUPS)))
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--seconds", type=float, help="Begin no further kill after so many seconds.")
def kills(names: Sequence[str], kills: int, seed: int, seconds: float | None) -> None:
    """Kill any process at any moment, with each of NAMES, or all."""
    click.echo(HEAD)
    wrong = 0
    for name in names or SETUPS:
        setup = SETUPS[name]
        with ExitStack() as stack:
            folder = stack.enter_context(a_folder())
            url = f"sqlite:///{folder / 'chaos.db'}"
            if setup.postgresql:
                url = stack.enter_context(own_postgres()).make_database()
            here = Installation(folder, url, serve=setup.serve, workers=setup.workers)
            clips = short_clips(folder / "clips")
            harness = KillAnywhere(name, here, clips, seed=seed)
            report = asyncio.run(_within(here, lambda: harness.run(kills, within=seconds)))  # noqa: B023 - called at once
        report.check_times(embedded=not setup.workers)
        click.echo("\n".join((report.row(), *report.faults)))
        wrong += len(report.faults)
    if wrong:
        raise SystemExit(1)


@main.command()
@click.option("--every", default=1, show_default=True, help="Die only at each so-many-th point.")
@click.option("--postgresql", is_flag=True, help="On PostgreSQL instead of SQLite.")
def steps(every: int, *, postgresql: bool) -> None:
    """Kill before and after each step of an upload and its processing."""

    async def run(way: Way, folder: Path, url: str) -> Outcomes:
        async with StepByStep(folder, url) as harness:
            points = await harness.points(way)
            outcomes = await harness.run(way, points[::every])
            await harness.sweep()
        return outcomes

    ways: tuple[Way, ...] = ("form", "tus")
    for way in ways:
        with a_folder() as folder, ExitStack() as stack:
            url = f"sqlite:///{folder / 'chaos.db'}"
            if postgresql:
                url = stack.enter_context(own_postgres()).make_database()
            outcomes = asyncio.run(run(way, folder, url))
            click.echo(outcomes)
            if left := outcomes.not_reached():
                raise SystemExit(f"No kill came {', '.join(left)}.")


@main.command()
@click.option("--seconds", default=20.0, show_default=True)
def outage(seconds: float) -> None:
    """Stop PostgreSQL under uploads, playing and processing."""
    _with_fleet(1, lambda here, postgres: Outage(here, postgres, seconds).run())


@main.command()
@click.option("--seconds", default=60.0, show_default=True)
def pause(seconds: float) -> None:
    """Pause a worker until another has done its video."""
    _with_fleet(
        2, lambda here, _: pause_a_worker(here, seconds=seconds, clip_seconds=20), preset="slow"
    )


@main.command()
@click.option("--first", default=50, show_default=True)
@click.option("--then", default=49, show_default=True)
def crowd(first: int, then: int) -> None:
    """Have four workers process a hundred videos of two members."""

    async def run() -> None:
        with a_folder() as folder, own_postgres() as postgres:
            here = Installation(folder, postgres.make_database(), serve=FLEET, workers=4)
            try:
                click.echo(await process_a_crowd(here, first=first, then=then))
            finally:
                await here.__aexit__()

    asyncio.run(run())


@main.command()
@click.option("--seconds", default=60.0, show_default=True)
def writers(seconds: float) -> None:
    """Write to one SQLite file by 50 tasks in each of two processes."""

    async def run() -> None:
        with a_folder() as folder:
            url = f"sqlite:///{folder / 'chaos.db'}"
            await upgrade(url)
            store = SqlStore(url)
            async with store.write() as uow:
                await uow.users.add(example_user(1, role=Role.ADMIN, is_active=True))
                await uow.commit()
            await store.close()
            said = await write_by_processes(url, processes=2, seconds=seconds)
            click.echo(f"{said}; counted in the database: {Books(url).counted_bytes()}")
            assert [process["errors"] for process in said] == [{}, {}]
            assert Books(url).counted_bytes() == sum(each["done"] for each in said)

    asyncio.run(run())


@main.command()
def stops() -> None:
    """Stop, stop twice, kill, and orphan; print the seconds that each took."""

    async def run() -> None:
        with a_folder() as folder:
            async with installation(folder) as here:
                busy = await Busy.make(here, sending=SENDING_SOON)
                click.echo(f"a polite stop, with 3 s of an upload: {await stop_politely(busy):.2f}")
                await recover(busy)
        with a_folder() as folder:
            async with installation(folder) as here:
                busy = await Busy.make(here)
                killed = await kill_over_ffmpeg(busy, SERVE)
                click.echo(f"ffmpeg is gone after a kill of its worker: {killed:.2f}")
                await recover(busy)
        with a_folder() as folder:
            async with installation(folder, "--processes", "2") as here:
                click.echo(f"a killed leader: {await kill_the_leader(here)}")
                busy = await Busy.make(here)
                click.echo(
                    f"a second SIGTERM, to the last exit: {await stop_impatiently(busy):.2f}"
                )
        with a_folder() as folder:
            async with installation(folder, "--processes", "2") as here:
                click.echo(
                    f"children of a killed parent end: {await orphan_the_children(here):.2f}"
                )

    asyncio.run(run())


def _with_fleet(
    workers: int,
    prove: Callable[[Installation, OwnPostgres], Awaitable[object]],
    *,
    preset: str = "veryfast",
) -> None:
    with a_folder() as folder, own_postgres() as postgres:
        here = Installation(
            folder,
            postgres.make_database(),
            serve=FLEET,
            workers=workers,
            VIDCORE_FFMPEG_PRESET=preset,
        )
        click.echo(asyncio.run(_within(here, lambda: prove(here, postgres))))


T = TypeVar("T")


async def _within(here: Installation, prove: Callable[[], Awaitable[T]]) -> T:
    async with here:
        return await prove()


if __name__ == "__main__":
    main()
