# ruff: noqa: INP001 - a script beside the page that it writes, in no package
"""Write the generated blocks of media.md: `python -m docs.generate_media`, in the folder of the project.

What stands between `<!-- generated: name -->` and `<!-- end -->` comes from the table of
`tests.integration.ffmpeg.kinds`, which the tests hold ffmpeg to with real files.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from tests.integration.ffmpeg.kinds import COPIED, ENCODED, FAILING, REFUSED, Kind, Refusal

from vidcore import Mode

PAGE: Final = Path(__file__).with_name("media.md")
BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
PLANS: Final = {
    Mode.REMUX: "copied",
    Mode.AUDIO: "sound encoded",
    Mode.VIDEO: "picture encoded",
    Mode.ENCODE: "both encoded",
}


def regenerated(page: str) -> str:
    """Give the page with each block as it has to be. Raises KeyError for an unknown block."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}{found[3]}", page)


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Write a table of Markdown."""
    lines = (heads, ("---",) * len(heads), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def published() -> str:
    """Give what is published, and as what."""
    return table(
        ("file", "what it is", "plan", "published as"),
        ((f"`{kind.name}`", kind.what, _plan(kind), _result(kind)) for kind in (*COPIED, *ENCODED)),
    )


def _plan(kind: Kind) -> str:
    mode = f"{kind.mode}: {PLANS[kind.mode]}"
    if not kind.sounds:
        mode = mode.replace("both", "picture")
    return f"{mode}; then {Mode.ENCODE}, since it cannot be decoded" if kind.falls_back else mode


def _result(kind: Kind) -> str:
    width, height = kind.size
    sound = "with sound" if kind.sounds else "silent"
    return f"{width}x{height}, {kind.seconds:g} s, {sound}"


def unpublished(kinds: tuple[Refusal, ...]) -> Callable[[], str]:
    """Give what is not published, and what its owner is told."""
    rows = [(f"`{kind.name}`", kind.what, kind.told) for kind in kinds]
    return lambda: table(("file", "what it is", "its owner is told"), rows)


BLOCKS: Final = {
    "published": published,
    "failing": unpublished(FAILING),
    "refused": unpublished(REFUSED),
}

if __name__ == "__main__":
    PAGE.write_text(regenerated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
