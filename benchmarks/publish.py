"""What was measured, as a part of docs/benchmarks.md, and as a plot beside it.

    python -m benchmarks.publish FOLDER

FOLDER has the JSON files of the benchmarks' `--json`. Between the two marks in docs/benchmarks.md is put what
they say; docs/benchmarks.svg shows those cases in which there is somebody to compare with.
"""

import sys
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.plot import bars
from benchmarks.report import Case, Figure

DOCS: Final = Path(__file__).parents[1] / "docs"
BEGIN: Final = "<!-- measured: begin -->"
END: Final = "<!-- measured: end -->"
_PLOTTED: Final = ("requests", "streaming", "upload")
_NOT_PLOTTED: Final = (", cost", ", as it comes")


def table(found: dict[str, Any]) -> list[str]:
    """Give the lines of one benchmark."""
    lines = [
        f"### {found['benchmark']}",
        "",
        f"`{found['command']}`, {found['at'][:10]}, {found['machine']}.",
        "",
    ]
    if found["left_out"]:
        lines += [f"Left out, since not installed: {', '.join(found['left_out'])}.", ""]
    if found["cases"]:
        lines += [
            "| case | who | median | least | most | unit |",
            "| --- | --- | ---: | ---: | ---: | --- |",
        ]
    for case in map(_case, found["cases"]):
        for each in case.figures:
            numbers = " | ".join(map(_short, (each.median, min(each.values), max(each.values))))
            lines.append(f"| {case.name} | {each.contender} | {numbers} | {case.unit} |")
    if found["wanted"]:
        lines += ["", "| wanted | found | limit | |", "| --- | ---: | ---: | --- |"]
    for each in found["wanted"]:
        sign = "≤" if each["at_most"] else "≥"
        verdict = "kept" if each["is_kept"] else "**missed**"
        limit = f"{sign} {_short(each['limit'])} {each['unit']}"
        lines.append(
            f"| {each['name']} | {_short(each['found'])} {each['unit']} | {limit} | {verdict} |"
        )
    return [*lines, ""]


def publish(folder: Path, docs: Path = DOCS) -> None:
    """Write both files."""
    all_found = [orjson.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    page = docs / "benchmarks.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    lines = [line for found in all_found for line in table(found)]
    page.write_text("\n".join([before + BEGIN, "", *lines, END + after]), encoding="utf-8")
    plotted = [
        case
        for found in all_found
        if found["benchmark"] in _PLOTTED
        for case in map(_case, found["cases"])
        if not case.name.endswith(_NOT_PLOTTED) and len(case.figures) > 1
    ]
    (docs / "benchmarks.svg").write_text(bars(plotted), encoding="utf-8")


def _case(kept: dict[str, Any]) -> Case:
    figures = (Figure(each["contender"], tuple(each["values"])) for each in kept["figures"])
    return Case(kept["name"], kept["unit"], tuple(figures))


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
