"""`vidcore fsck`: exit 0 if nothing is wrong, 1 if something was found, 2 if it could not be looked."""

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from adapters_db.engines import SQLITE
from adapters_db.urls import parse_url
from vidcore.checkup import Finding
from vidcore.errors import ServiceUnavailableError
from vidcore.use_cases.checking import CheckProgress, Walk
from vidcore_app.cli.exits import exit_codes
from vidcore_app.cli.running import WithSettings, run
from vidcore_app.container import Container
from vidcore_app.queues import Prepared

FOUND = 1
FAILED = 2


@click.command(
    "fsck",
    cls=WithSettings,
    epilog=exit_codes(
        {
            0: "Nothing is wrong.",
            FOUND: "Something was found.",
            FAILED: "It could not be looked, or was not understood.",
        }
    ),
)
@click.option("--repair", is_flag=True, help="Mend what can be mended without losing anything.")
@click.option("--deep", is_flag=True, help="Read every published video's header too, with ffmpeg.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def fsck_command(*, repair: bool, deep: bool, as_json: bool) -> None:
    """Compare database and storage both ways, also while the service runs."""
    findings: list[Finding] = []

    async def look(container: Container) -> None:
        async with opened_unchanged(container):
            if repair and isinstance(queue := container.queue(), Prepared):
                await queue.prepare()  # which `vidcore copy-database` does not copy
            findings.extend(await _check(container, repair=repair, deep=deep))

    run(look, failed=FAILED)
    click.echo(_document(findings) if as_json else _report(findings))
    sys.exit(FOUND if findings else 0)


@asynccontextmanager
async def opened_unchanged(container: Container) -> AsyncIterator[None]:
    """Open the database as it is: a check makes nothing, and migrates nothing."""
    if not _has_database(container.places().database_url):
        raise ServiceUnavailableError("There is no database.")
    async with AsyncExitStack() as stack:
        stack.callback(container.file_pool().shutdown)
        store = container.store()
        stack.push_async_callback(store.close)
        await store.check()
        await container.clock().adjust()
        yield


def _has_database(address: str) -> bool:
    """Say whether there is a file, if it is SQLite's: opening it would make one."""
    url = parse_url(address)
    return url.get_backend_name() != SQLITE or Path(url.database or "").is_file()


async def _check(container: Container, *, repair: bool, deep: bool) -> list[Finding]:
    with _Bars() as bars:
        check = container.check_platform()
        return [finding async for finding in check(repair=repair, deep=deep, watch=bars.show)]


class _Bars:
    """A bar for each walk, on a terminal alone."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,
        )
        self._tasks: dict[Walk, TaskID] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, made: CheckProgress) -> None:
        """Move the bar of a walk."""
        if made.walk not in self._tasks:
            self._tasks[made.walk] = self._progress.add_task(made.walk, total=made.total)
        self._progress.update(self._tasks[made.walk], completed=made.done)


def _document(findings: Sequence[Finding]) -> str:
    listed = [attrs.asdict(finding) for finding in findings]
    return json.dumps({"clean": not findings, "findings": listed}, indent=2)


def _report(findings: Sequence[Finding]) -> str:
    if not findings:
        return "Nothing is wrong."
    lines = []
    for finding in findings:
        lines.append(f"{finding.kind}  {finding.subject}\n    {finding.detail}")
        if finding.repaired is not None:
            lines.append(f"    {finding.repaired}")
    repaired = sum(finding.repaired is not None for finding in findings)
    lines.append(f"{len(findings)} found, {repaired} repaired.")
    return "\n".join(lines)
