"""`vidcore migrate`."""

import json
import sys
from typing import Final

import click

from adapters_db.migrate import is_current
from vidcore_app.cli.exits import DONE, FAILED, exit_codes
from vidcore_app.cli.running import WithSettings, run
from vidcore_app.container import Container
from vidcore_app.service import migrate

NOT_CURRENT: Final = FAILED
_EXITS: Final = exit_codes(
    {DONE: "The schema is the newest.", FAILED: "It is not, or the database is out of reach."}
)


@click.command("migrate", cls=WithSettings, epilog=_EXITS)
@click.option(
    "--check", is_flag=True, help="Change nothing; exit 1 if the schema is not the newest."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def migrate_command(*, check: bool, as_json: bool) -> None:
    """Bring the schema of the database to the newest."""

    async def work(container: Container) -> None:
        if not check:
            await migrate(container)
        newest = not check or await is_current(container.places().database_url)
        if as_json:
            click.echo(json.dumps({"newest": newest}))
        elif newest:
            click.echo("The schema is the newest.")
        else:
            click.echo("The schema is not the newest: run `vidcore migrate`.")
        if not newest:
            sys.exit(NOT_CURRENT)

    run(work)
