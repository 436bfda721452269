"""`vidcore copy-database`: exit 0 if all is copied and compared, 1 if not, 130 if it was interrupted."""

import asyncio
import json
import sys

import attrs
import click

from adapters_db.copy_failures import CopyError
from adapters_db.copying import CopyProgress, CopyReport, DatabaseCopy
from vidcore.errors import VidcoreError
from vidcore_app.cli.bars import Bars, open_bars
from vidcore_app.cli.exits import DONE, FAILED, INTERRUPTED, exit_codes
from vidcore_app.enlisting import enlist_copied
from vidcore_app.queues import QueueKind
from vidcore_app.settings import SettingsError, load_settings

GO_ON = "Stopped. The same command goes on where this one was."


@click.command(
    "copy-database",
    epilog=exit_codes(
        {
            DONE: "Everything is copied, and equal.",
            FAILED: "It is not; a line on standard error says why.",
            INTERRUPTED: "It was interrupted, and goes on when the command is given again.",
        }
    ),
)
@click.argument("source", metavar="SOURCE_URL")
@click.argument("target", metavar="TARGET_URL")
@click.option(
    "--restart",
    is_flag=True,
    help="Throw away what an unfinished copy has left in the target, and begin anew.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def copy_database_command(*, source: str, target: str, restart: bool, as_json: bool) -> None:
    """Copy all rows of one database into another, empty one, and compare both by checksums.

    SOURCE_URL and TARGET_URL are sqlite:///PATH or postgresql://USER@HOST/NAME, in either direction; a
    password may be left to ~/.pgpass or PGPASSWORD. The source must have the newest schema; a target
    without any gets it.

    What is copied is the source as it is at the beginning: end the service first, or lose what comes
    later. A copy that was broken off goes on when the command is given again; until it has come to its
    end, nothing else uses the target. Videos' files are not copied: they stay where they are.
    """
    try:
        kind = load_settings().queue
        report, enlisted = asyncio.run(_copy(source, target, kind, restart=restart))
    except KeyboardInterrupt:
        click.echo(f"\nvidcore: {GO_ON}", err=True)
        sys.exit(INTERRUPTED)
    except (CopyError, SettingsError, VidcoreError, OSError) as error:
        click.echo(f"vidcore: {error}", err=True)
        sys.exit(FAILED)
    click.echo(_document(report, enlisted) if as_json else _sentences(report, enlisted))


async def _copy(
    source: str, target: str, kind: QueueKind | None, *, restart: bool
) -> tuple[CopyReport, int]:
    copy = DatabaseCopy(source=source, target=target)
    with open_bars() as bars:
        report = await copy(lambda made: _show(bars, made), restart=restart)
    is_sqlite = report.target.startswith("sqlite:")  # which has no queue of its own
    return report, await enlist_copied(target, None if is_sqlite else kind)


def _show(bars: Bars, made: CopyProgress) -> None:
    bars.show(f"{made.step} {made.table}", made.done, made.total)


def _rows(report: CopyReport) -> int:
    return sum(each.rows for each in report.tables.values())


def _document(report: CopyReport, enlisted: int) -> str:
    made = {**attrs.asdict(report), "rows": _rows(report), "pending_videos": enlisted}
    return json.dumps(made, indent=2)


def _sentences(report: CopyReport, enlisted: int) -> str:
    lines = [f"{name:16}{each.rows:>12,} rows" for name, each in report.tables.items()]
    begun = "The rest was copied now, and all" if report.resumed else "All"
    lines.append(
        f"{begun} {_rows(report):,} rows of {report.source} are in {report.target}, "
        "with the same checksums."
    )
    if enlisted:
        lines.append(f"Videos that wait there to be processed: {enlisted:,}.")
    return "\n".join(lines)
