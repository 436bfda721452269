"""What a benchmark found: a table for whoever runs it, and a file for the documentation.

Each number is the median of its rounds, and each ratio that of two medians; what is wanted of it is said to
be kept or missed beside it.
"""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import attrs
import orjson

NAME_WIDTH: Final = 34
_GAP: Final = 12
_PLACES: Final = {"--json": "FILE", "--folder": "FOLDER", "--peer-python": "PYTHON"}


@attrs.frozen
class Figure:
    """How one contender did in one case; `values` are those of its rounds, in the case's unit."""

    contender: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """Give the median."""
        return statistics.median(self.values)


@attrs.frozen
class Case:
    """What was measured, in which unit, of whom."""

    name: str
    unit: str
    figures: tuple[Figure, ...]


@attrs.frozen
class Wanted:
    """A number that has to be reached: `found` and `limit` in `unit`; at most the limit, or at least."""

    name: str
    found: float
    limit: float
    unit: str
    at_most: bool

    @property
    def is_kept(self) -> bool:
        """Say whether it is reached."""
        return self.found <= self.limit if self.at_most else self.found >= self.limit


class Report:
    """Prints what is found as it is found, and keeps it."""

    def __init__(self, benchmark: str) -> None:
        self._benchmark = benchmark
        self._cases: list[Case] = []
        self._wanted: list[Wanted] = []
        self._left_out: list[str] = []

    def add(self, name: str, unit: str, values: Mapping[str, Sequence[float]]) -> None:
        """Note and print the rounds of a case, by contender."""
        case = Case(name, unit, tuple(Figure(who, tuple(found)) for who, found in values.items()))
        self._cases.append(case)
        header = f"{name}, {unit}"
        sys.stdout.write(
            f"\n{header:<{NAME_WIDTH + 8}}{'median':>{_GAP}}{'least':>{_GAP}}{'most':>{_GAP}}\n"
        )
        for each in case.figures:
            numbers = (each.median, min(each.values), max(each.values))
            written = "".join(f"{_short(number):>{_GAP}}" for number in numbers)
            sys.stdout.write(f"  {each.contender:<{NAME_WIDTH + 6}}{written}\n")
        sys.stdout.flush()

    def want_ratio(self, case: str, who: str, other: str, *, least: float) -> None:
        """Print by how much the one does better than the other, if that was measured, and is wanted to."""
        medians = {
            figure.contender: figure.median
            for each in self._cases
            if each.name == case
            for figure in each.figures
        }
        if other in medians and who in medians:
            ratio = medians[who] / medians[other]
            self.want(f"{case}: {who} / {other}", ratio, least, unit="x", at_most=False)

    def want(
        self, name: str, found: float, limit: float, *, unit: str, at_most: bool = True
    ) -> None:
        """Print a number and what is wanted of it."""
        wanted = Wanted(name, found, limit, unit, at_most)
        self._wanted.append(wanted)
        sign, verdict = "<=" if at_most else ">=", "kept" if wanted.is_kept else "MISSED"
        sys.stdout.write(
            f"  {name}: {_short(found)} {unit}, wanted {sign} {_short(limit)} {unit}: {verdict}\n"
        )
        sys.stdout.flush()

    def leave_out(self, who: str) -> None:
        """Say who could not take part."""
        self._left_out.append(who)
        sys.stdout.write(f"{who} is not installed, and left out\n")

    def save(self, path: Path) -> None:
        """Write it all as JSON."""
        found = {
            "benchmark": self._benchmark,
            "command": _command(self._benchmark, sys.argv[1:]),
            "at": datetime.now(UTC).isoformat(timespec="minutes"),  # noqa: TID251 - no rule depends on it
            "machine": machine(),
            "cases": [attrs.asdict(each) for each in self._cases],
            "wanted": [attrs.asdict(each) | {"is_kept": each.is_kept} for each in self._wanted],
            "left_out": self._left_out,
        }
        path.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


def _command(benchmark: str, arguments: Sequence[str]) -> str:
    """Give the command that repeats it; what names places of this machine is left open."""
    said = ["python -m", f"benchmarks.{benchmark}", *arguments]
    for number, before in enumerate(said[:-1]):
        if before in _PLACES:
            said[number + 1] = _PLACES[before]
    return " ".join(said)


def machine() -> str:
    """Say what it runs on, and how busy that was a minute before."""
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, Linux {platform.release().partition('-')[0]} on {platform.machine()}, "
        f"Python {platform.python_version()}, load {busy:.1f}"
    )


def parser(description: str | None, *, rounds: int = 5) -> argparse.ArgumentParser:
    """Give a command line with what all benchmarks of this kind take."""
    made = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    made.add_argument("--rounds", type=int, default=rounds, help=f"of each ({rounds})")
    made.add_argument("--json", type=Path, help="a file to write what was found to")
    made.add_argument("--folder", help="where to keep files meanwhile (temporary)")
    return made


def peer_python(made: argparse.ArgumentParser) -> None:
    """Let the command line name the interpreter that has the peer's packages."""
    made.add_argument(
        "--peer-python", default=sys.executable, help="has benchmarks/peers/seed_plan.txt installed"
    )


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits
