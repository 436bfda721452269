"""`vidcore seed`."""

import json
import sys
from typing import Final

import attrs
import click

from vidcore.errors import InvalidValueError
from vidcore.users import check_password
from vidcore_app.cli.bars import open_bars
from vidcore_app.cli.exits import DONE, FAILED, exit_codes
from vidcore_app.cli.running import WithSettings, run
from vidcore_app.container import Container
from vidcore_app.seeding import Sample, Seeded, Seeding, State, is_lived_in
from vidcore_app.service import opened

MEMBERS: Final = 3
VIDEOS: Final = 12  # two of each kind


@click.command(
    "seed",
    cls=WithSettings,
    epilog=exit_codes(
        {DONE: "The samples are there.", FAILED: "Not all are; a line on standard error says why."}
    ),
)
@click.option(
    "--videos", type=click.IntRange(0, 1000), default=VIDEOS, show_default=True, metavar="N"
)
@click.option(
    "--members", type=click.IntRange(1, 100), default=MEMBERS, show_default=True, metavar="N"
)
@click.option("--password", help="What the new members log in with; default: made, and printed.")
@click.option("--yes", is_flag=True, help="Do not ask, even where other members are.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def seed_command(
    *, videos: int, members: int, password: str | None, yes: bool, as_json: bool
) -> None:
    """Make sample categories, members and short real videos, to try the platform out.

    The videos are made with ffmpeg and put in as members put in theirs: a service or worker that runs
    processes them at once, else the next that starts does. Given twice, the command makes only what is
    missing.
    """
    seeded = Seeded()
    chosen: list[str] = []

    async def seed(container: Container) -> None:
        chosen.append(_checked(password or container.secrets().token()))
        async with opened(container):
            if not yes and await is_lived_in(container):
                _confirm()
            with open_bars() as bars:
                seeding = Seeding(
                    container=container, password=chosen[0], seeded=seeded, watch=bars.show
                )
                await seeding(members=members, videos=videos)

    try:
        run(seed, failed=FAILED)
    finally:
        # Also after a failure: nobody could log in as the members that were made before it.
        if seeded.members:
            click.echo(_document(seeded, *chosen) if as_json else _sentences(seeded, *chosen))


def _checked(password: str) -> str:
    try:
        return check_password(password)
    except InvalidValueError as error:
        raise click.BadParameter(str(error), param_hint="--password") from error


def _confirm() -> None:
    """Ask whoever is there. Raises click.Abort, or exits with a line if nobody is."""
    if not sys.stdin.isatty():
        click.echo("vidcore: There are other members: --yes puts samples among theirs.", err=True)
        sys.exit(FAILED)
    click.confirm("There are other members. Put samples among theirs?", abort=True, err=True)


def _new(samples: list[Sample]) -> list[Sample]:
    return [each for each in samples if each.state is State.MADE]


def _document(seeded: Seeded, password: str) -> str:
    made = attrs.asdict(seeded)
    made["password"] = password if _new(seeded.members) else None
    return json.dumps(made, indent=2, ensure_ascii=False)


def _sentences(seeded: Seeded, password: str) -> str:
    lines = []
    for kind, samples in attrs.asdict(seeded, recurse=False).items():
        new, known = len(_new(samples)), sum(each.state is State.KNOWN for each in samples)
        lines.append(f"{kind.capitalize() + ':':12}{new} made, {known} there already")
    taken = [each.name for each in seeded.members if each.state is State.TAKEN]
    if taken:
        lines.append(f"Left out, since others have these names: {', '.join(taken)}")
    if names := [each.name for each in _new(seeded.members)]:
        lines.append(f"Log in as {', '.join(names)}")
        lines.append(f"Password:   {password}   (shown only now)")
    return "\n".join(lines)
