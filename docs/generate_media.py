"""The generated blocks of media.md.

They come from the table of `tests.integration.ffmpeg.kinds`, which the tests hold ffmpeg to with real files.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.integration.ffmpeg.kinds import COPIED, ENCODED, FAILING, REFUSED, Kind, Refusal

from docs.blocks import FOLDER, Blocks, table
from vidcore import Mode

PAGE: Path = FOLDER / "media.md"
PLANS: Final = {
    Mode.REMUX: "copied",
    Mode.AUDIO: "sound encoded",
    Mode.VIDEO: "picture encoded",
    Mode.ENCODE: "both encoded",
}


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


BLOCKS: Blocks = {
    "published": published,
    "failing": unpublished(FAILING),
    "refused": unpublished(REFUSED),
}
