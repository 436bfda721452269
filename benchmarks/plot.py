"""Horizontal bars as SVG: one group for each case, one bar for each contender, the longest as long as all."""

from collections.abc import Sequence
from html import escape
from typing import Final

from benchmarks.report import Case

WIDTH: Final = 760
_LABELS: Final = 210  # pixels left of the bars
_BARS: Final = 440
_ROW: Final = 22
_COLOURS: Final = ("#5b8c5a", "#c7722f", "#41729f", "#8d6a9f", "#a3a380")


def bars(cases: Sequence[Case]) -> str:
    """Draw the medians; the longest bar of a case is its largest."""
    order = list(dict.fromkeys(each.contender for case in cases for each in case.figures))
    drawn: list[str] = []
    top = 8
    for case in cases:
        top += _ROW
        drawn.append(_text(8, top, f"{case.name}, {case.unit}", "bold"))
        most = max(each.median for each in case.figures) or 1.0
        for each in case.figures:
            top += _ROW
            length = max(1.0, _BARS * each.median / most)
            colour = _COLOURS[order.index(each.contender) % len(_COLOURS)]
            drawn += (
                _text(24, top, each.contender),
                f'<rect x="{_LABELS}" y="{top - 13}" width="{length:.1f}" height="16" fill="{colour}"/>',
                _text(_LABELS + length + 6, top, f"{each.median:,.4g}"),
            )
        top += 10
    height = top + 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="13">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, ground, *drawn, "</svg>", ""])


def _text(x: float, y: float, text: str, weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y}" font-weight="{weight}">{escape(text)}</text>'
