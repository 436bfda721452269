import io
from itertools import count
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from vidcore_app.cli.client import printable
from vidcore_app.cli.upload_progress import Bars, Lines, open_progress
from vidcore_app.client.watching import Outcome

CLIP, OTHER = Path("clip.mp4"), Path("folder/other.mp4")


def ignore(_: Outcome) -> None:
    """Keep nothing."""


def test_lines_come_at_every_tenth_and_every_change() -> None:
    said: list[str] = []
    lines = Lines(ignore, said.append)

    for offset in (0, 5, 9, 10, 19, 100):
        lines.sending(CLIP, offset=offset, size=100)
    lines.sending(OTHER, offset=50, size=100)
    for status, share in (("pending", 0.0), ("processing", 0.0), ("processing", 0.3)):
        lines.processing(CLIP, status=status, share=share)

    assert said == [
        "clip.mp4: sending 100 bytes, 0%",
        "clip.mp4: sending 100 bytes, 10%",
        "clip.mp4: sending 100 bytes, 100%",
        "folder/other.mp4: sending 100 bytes, 50%",
        "clip.mp4: pending, 0%",
        "clip.mp4: processing, 0%",
        "clip.mp4: processing, 30%",
    ]


def test_failures_that_pass_are_told_now_and_then() -> None:
    said: list[str] = []
    now = iter([0.0, 4.9, 5.0])
    lines = Lines(ignore, said.append, lambda: next(now))

    for reason in ("First.", "Second.", "Third.\x1b[2J"):
        lines.waiting(CLIP, reason=reason, seconds=2.4)

    assert said == [
        "clip.mp4: First. Trying again in 2 s.",
        "clip.mp4: Third.\N{REPLACEMENT CHARACTER}[2J Trying again in 2 s.",
    ]


def test_a_bar_shows_what_happens_to_its_file_and_goes() -> None:
    kept: list[Outcome] = []
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    columns = (TextColumn("{task.description}"), TextColumn("{task.fields[note]}"))
    seconds = count()
    progress = Progress(
        *columns, console=console, auto_refresh=False, get_time=lambda: float(next(seconds))
    )
    bars = Bars(kept.append, progress)

    bars.waiting(CLIP, reason="No answer.", seconds=1)
    assert [task.fields["note"] for task in progress.tasks] == ["No answer. Trying again in 1 s."]
    for offset in (0, 40, 90):
        bars.sending(CLIP, offset=offset, size=100)
    bars.sending(OTHER, offset=1, size=3)
    clip, other = progress.tasks
    assert (clip.description, clip.completed, clip.total) == ("clip.mp4: sending", 90, 100)
    assert clip.fields["note"].startswith("90 bytes of 100 bytes, ")
    assert other.description == "other.mp4: sending"
    bars.waiting(CLIP, reason="Lost.", seconds=3)
    assert clip.fields["note"] == "Lost. Trying again in 3 s."
    bars.processing(CLIP, status="processing", share=0.5)
    assert (progress.tasks[-1].description, progress.tasks[-1].percentage) == (
        "clip.mp4: processing",
        50,
    )
    for file in (CLIP, OTHER, Path("never seen.mp4")):
        bars.ended(Outcome(file=file))

    assert progress.tasks == []
    assert [outcome.file for outcome in kept] == [CLIP, OTHER, Path("never seen.mp4")]


def test_a_terminal_has_bars_and_a_file_has_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_progress(ignore) as progress:
        assert isinstance(progress, Lines)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with open_progress(ignore) as progress:
        assert isinstance(progress, Bars)


def test_what_is_shown_cannot_command_the_terminal() -> None:
    assert printable("Grüße, 世界") == "Grüße, 世界"
    assert printable("a\x1b]0;b\x07\udcff\n") == "a\ufffd]0;b\ufffd\ufffd\ufffd"
