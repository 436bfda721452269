"""`vidcore doctor`: exit 0 if everything works, 1 if something does not."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Final

import attrs
import click
from rich.console import Console
from rich.text import Text

from vidcore.diagnosis import Diagnosis, Verdict, everything_works
from vidcore_app.cli.exits import DONE, FAILED, exit_codes
from vidcore_app.cli.with_settings import WithSettings
from vidcore_app.doctor.examination import examine
from vidcore_app.settings import load_settings

_STYLES: Final = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "bold red"}


@click.command(
    "doctor",
    cls=WithSettings,
    epilog=exit_codes(
        {DONE: "Everything works; warnings may be among it.", FAILED: "Something does not work."}
    ),
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor_command(*, as_json: bool) -> None:
    """Look at all that the platform stands on, and say how to mend what does not work."""
    diagnoses = asyncio.run(examine(load_settings))
    if as_json:
        click.echo(_document(diagnoses))
    else:
        _show(diagnoses)
    sys.exit(DONE if everything_works(diagnoses) else FAILED)


def _document(diagnoses: Sequence[Diagnosis]) -> str:
    checks = [attrs.asdict(each) for each in diagnoses]
    return json.dumps(
        {"works": everything_works(diagnoses), "checks": checks}, indent=2, ensure_ascii=False
    )


def _show(diagnoses: Sequence[Diagnosis]) -> None:
    """Print lines, with colours on a terminal; none is broken, so that commands can be copied."""
    console = Console(highlight=False)
    for each in diagnoses:
        line = Text.assemble((f"{each.verdict:<7}", _STYLES[each.verdict]), "  ", (each.check, "b"))
        console.print(line, soft_wrap=True)
        console.print(Text(f"    {each.seen}"), soft_wrap=True)
        console.print(Text(f"    Why:  {each.why}", "dim"), soft_wrap=True)
        if each.mend is not None:
            console.print(Text(f"    Mend: {each.mend}"), soft_wrap=True)
    console.print(Text(_summary(diagnoses), "b"), soft_wrap=True)


def _summary(diagnoses: Sequence[Diagnosis]) -> str:
    counts = {each: sum(d.verdict is each for d in diagnoses) for each in Verdict}
    return (
        f"{counts[Verdict.OK]} well, {counts[Verdict.WARNING]} to know of,"
        f" {counts[Verdict.FAULT]} not working."
    )
