"""`vidcore serve` and `vidcore worker`."""

from typing import Final

import click

from vidcore_app.cli.exits import DONE, FAILED, exit_codes
from vidcore_app.cli.running import WithSettings, run
from vidcore_app.service import Inherited, serve, serve_by_many, work


def _inherited(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> Inherited | None:
    """Read the file descriptors that a parent of several processes hands on."""
    if value is None:
        return None
    listening, parent, serving, hearing, ringing = map(int, value.split(","))
    return Inherited(
        listening=listening, parent=parent, serving=serving, hearing=hearing, ringing=ringing
    )


_EXITS: Final = exit_codes(
    {
        DONE: "It was told to stop, and did.",
        FAILED: "It could not start, or go on; a line on standard error says why.",
    }
)


@click.command("serve", cls=WithSettings, epilog=_EXITS)
@click.option("--no-worker", is_flag=True, help="Leave the processing of videos to vidcore worker.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Serve HTTP from N processes.",
)
@click.option("--inherit", callback=_inherited, hidden=True)
def serve_command(*, no_worker: bool, processes: int, inherit: Inherited | None) -> None:
    """Serve HTTP, process videos and run the schedule, all in one."""
    if processes > 1:
        own = ["--no-worker"] if no_worker else []
        run(lambda container: serve_by_many(container, processes, own, click.echo))
    else:
        run(
            lambda container: serve(
                container, with_worker=not no_worker, say=click.echo, inherited=inherit
            )
        )


@click.command("worker", cls=WithSettings, epilog=_EXITS)
def worker_command() -> None:
    """Process videos, beside a service that sees the same database and storage."""
    run(work)
