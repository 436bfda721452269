"""`vidcore upload`."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs
import click
from yarl import URL

from vidcore_app.cli.client import journal, printable, run_client, server_of, token_file
from vidcore_app.cli.exits import DONE, FAILED, INTERRUPTED, exit_codes
from vidcore_app.cli.upload_progress import open_progress
from vidcore_app.client.api import Api, open_api
from vidcore_app.client.uploading import Uploading
from vidcore_app.client.watching import Outcome

GO_ON = "Stopped. The same command goes on where this one was, within 24 hours."


@click.command(
    "upload",
    epilog=exit_codes(
        {
            DONE: "All files are videos, or with --no-wait, all are sent.",
            FAILED: "A file could not be uploaded or processed.",
            INTERRUPTED: "Ctrl-C ended it; the same command goes on.",
        }
    ),
)
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option("--server", callback=server_of, metavar="URL", help="Default: the only one.")
@click.option("--title", help="The title of the one file; default: its name.")
@click.option("--description", help="What to say of each file.")
@click.option("--category", metavar="CATEGORY", help="Where to put them: a name, slug or id.")
@click.option(
    "--parallel",
    type=click.IntRange(1, 16),
    default=2,
    show_default=True,
    metavar="N",
    help="Send N files at once.",
)
@click.option(
    "--give-up",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="End when nothing has moved for so long.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each file.")
@click.option("--no-wait", is_flag=True, help="End when all is sent, before it is processed.")
def upload_command(  # noqa: PLR0913 - one for each option
    *,
    files: tuple[Path, ...],
    server: URL | None,
    title: str | None,
    description: str | None,
    category: str | None,
    parallel: int,
    give_up: float,
    as_json: bool,
    no_wait: bool,
) -> None:
    """Upload files to a service that you are logged in to, and see them become videos.

    A line that breaks, a service that restarts, and a command that is ended and given again cost nothing
    but time: what has arrived stays.
    """
    named = {os.path.realpath(file): file for file in files}
    if title is not None and len(named) > 1:
        raise click.UsageError("--title is for one file.")
    told = {"title": title, "description": description}
    details = {key: value for key, value in told.items() if value}
    outcomes: list[Outcome] = []

    async def upload() -> None:
        tokens = token_file()
        chosen = server or tokens.only_server()
        async with open_api(chosen, tokens.token_of(chosen)) as api:
            if category is not None:
                details["category_id"] = await _category_id(api, category)
            with open_progress(outcomes.append) as progress:
                work = Uploading(
                    api=api,
                    journal=journal(),
                    watcher=progress,
                    details=details,
                    parallel=parallel,
                    give_up=give_up,
                    wait=not no_wait,
                )
                await work(list(named.values()))

    try:
        run_client(upload, interrupted=GO_ON)
    finally:
        _print(outcomes, as_json=as_json)
    sys.exit(FAILED if any(outcome.error for outcome in outcomes) else DONE)


async def _category_id(api: Api, wanted: str) -> str:
    """Give the id of a category. Raises click.UsageError if there is none of this name."""
    categories = await api.categories()
    for category in categories:
        if category.is_called(wanted):
            return str(category.id)
    known = ", ".join(category.name for category in categories) or "none"
    raise click.UsageError(printable(f"There is no category {wanted!r}; there is {known}."))


def _print(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    for outcome in outcomes:
        if as_json:
            click.echo(json.dumps(attrs.asdict(outcome), default=str))
        elif outcome.error is not None:
            click.echo(printable(f"{outcome.file}: {outcome.error}"), err=True)
        else:
            click.echo(printable(f"{outcome.file}: {outcome.status}, {outcome.page_url}"))
