# ruff: noqa: INP001 - a script beside the page that it writes, in no package
"""Write the generated blocks of domain.md: `python docs/generate_domain.py`.

What stands between `<!-- generated: name -->` and `<!-- end -->` comes from the rules themselves: numbers
from the constants, with the unit and the source that stand beside them in the code, the lifecycle from
`vidcore.videos.NEXT`, rights, tries and plans from asking the domain.
"""

import importlib
import inspect
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import attrs

from vidcore import (
    AudioStream,
    Event,
    MediaInfo,
    NotFoundError,
    PermissionDeniedError,
    Role,
    Status,
    Transfer,
    User,
    Video,
    VideoDetails,
    VideoStream,
    plan,
)
from vidcore.videos import NEXT

PAGE: Final = Path(__file__).with_name("domain.md")
BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOW: Final = datetime(2026, 11, 20, tzinfo=UTC)

CONSTANTS: Final = {
    "quota": {
        "quota.WEEK": "A week",
        "config.BYTES_MAX": "The largest limit that can be set",
    },
    "invitations": {"invitations.VALIDITY": "Valid from its issue for"},
    "names": {
        "users.USERNAME_PATTERN": "Username",
        "users.PASSWORD_MIN": "Password, at least",
        "users.PASSWORD_MAX": "Password, at most",
        "users.EMAIL_MAX": "E-mail, at most",
        "details.TITLE_MAX": "Title, trimmed, from 1 to",
        "details.DESCRIPTION_MAX": "Description, trimmed, at most",
        "categories.NAME_MAX": "Category, trimmed, from 1 to",
        "categories.SLUG_MAX": "Slug of a category, at most",
        "media.FILENAME_MAX": "File name without its folders, from 1 to",
        "pages.PAGE_SIZE": "A page of a list, unless asked otherwise",
        "pages.PAGE_SIZE_MAX": "A page of a list, at most",
        "pages.PAGE_MAX": "The last page that can be asked for",
    },
    "uploads": {
        "uploads.RESUMABLE_LIFETIME": "A resumable upload ends after",
        "uploads.FORM_LIFETIME": "A form upload ends, when no more arrives, after",
        "uploads.RENEW_EVERY": "Its deadline is moved every",
        "uploads.DISK_FLOOR": "What stays free on the disk",
        "media.EXTENSIONS": "Names that can be uploaded end in",
        "media.CONTAINERS": "And are inside",
        "media.PIXELS_MAX": "A frame, at most",
    },
    "claims": {
        "videos.LEASE": "A claim holds, unless renewed, for",
        "videos.HEARTBEAT": "It is renewed every",
        "videos.TRIES_MAX": "Passing faults and lost workers end it after",
        "videos.BACK_OFF": "The first pause after a passing fault",
    },
    "plan": {
        "media.SHORT_SIDE_MAX": "Short side, at most",
        "media.LONG_SIDE_MAX": "Long side, at most",
        "media.FRAME_RATE_MAX": "Frame rate, at most",
        "media.FRAME_RATE_KEPT": "Frame rate that is left alone, at most",
        "media.HD_SHORT_SIDE": "Taken as HD from a short side of",
        "media.ASPECT_MAX": "Pixels that are believed not to be square, up to one to",
        "media.DURATION_MAX": "A header's duration that is believed, at most",
        "media.DURATION_TOLERANCE": "What may be missing in the end, the larger of",
        "media.DURATION_SLACK": "and of",
        "media.THUMBNAIL_HEIGHT": "The thumbnail's height",
    },
    "throttle": {
        "throttle.WINDOW": "Failures count for",
        "throttle.FAILURES_PER_NAME": "For one name, at most",
        "throttle.FAILURES_PER_ADDRESS": "From one address, at most",
    },
}

EVENTS: Final = {
    Event.CLAIM: "a worker takes it, with a new attempt and a fresh lease",
    Event.HEARTBEAT: "its worker is alive, and tells the progress",
    Event.COMPLETE: "its files are safely published",
    Event.FAIL: "the source is at fault, or all tries are over",
    Event.HAND_BACK: "a passing fault, a lost worker, or a worker that is stopping",
    Event.RETRY: "its owner or an admin wants all tries again",
}


def regenerated(page: str) -> str:
    """Give the page with every generated block as it has to be. Raises KeyError for unknown names."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}", page)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Give a table in Markdown."""
    columns = tuple(head)
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def constants(block: str) -> str:
    """Give the numbers of one topic, each with its source."""
    rows = CONSTANTS[block].items()
    return table(
        ("what", "bound", "source", "constant"),
        ((what, *value_and_source(path), f"`{path}`") for path, what in rows),
    )


def value_and_source(path: str) -> tuple[str, str]:
    """Give a constant as people write it, and what the comment beside it says.

    The comment is `<unit>; <source>`, or the source alone. Raises ValueError if there is none.
    """
    name, _, constant = path.rpartition(".")
    module = importlib.import_module(f"vidcore.{name}")
    beside = re.search(rf"(?m)^{constant}: Final = .*?  # (.+)$", inspect.getsource(module))
    if beside is None:
        raise ValueError(f"{path} does not say where it comes from")
    unit, _, source = beside[1].rpartition("; ")
    return written(getattr(module, constant), unit), source


def written(value: object, unit: str) -> str:
    """Give a value with its unit."""
    match value:
        case timedelta():
            text = span(value)
        case frozenset():
            text = ", ".join(sorted(value))
        case str():
            text = f"`{value}`"
        case float() if unit == "seconds":
            text = span(timedelta(seconds=value))
        case int() if unit == "bytes" and value % (1 << 30) == 0:
            text = f"{value >> 30} GiB"
        case _:
            text = f"{value:,} {unit}".rstrip()
    return text


def span(duration: timedelta) -> str:
    """Give a duration in the largest unit of which it has several, and no part."""
    seconds = duration.total_seconds()
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds > size and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} seconds"


def diagram() -> str:
    """Give the lifecycle as a Mermaid diagram."""
    first = attrs.fields(Video).status.default
    steps = (f"    {old} --> {new}: {event}" for (old, event), new in NEXT.items())
    return "\n".join(
        ("```mermaid", "stateDiagram-v2", f"    [*] --> {first}: accept", *steps, "```")
    )


def steps_table() -> str:
    """Give, for every event and status, the status that follows."""
    return table(
        ("event", *(f"from {status}" for status in Status), "when"),
        (
            (event, *(NEXT.get((status, event), "refused") for status in Status), EVENTS[event])
            for event in Event
        ),
    )


def member(number: int, role: Role) -> User:
    """Make an account."""
    return User.register(
        id=UUID(int=number),
        email=f"{number}@example.org",
        username=f"member-{number}",
        password_hash="",
        role=role,
        now=NOW,
    )


def pending(owner: User) -> Video:
    """Make a video that waits."""
    return Video.accept(
        id=UUID(int=9),
        details=VideoDetails(title="First steps"),
        original_filename="clip.mkv",
        file_size_bytes=1,
        uploaded_by=owner.id,
        source="clip",
        now=NOW,
    )


def rights() -> str:
    """Give who sees and who changes a video in which status, as its rules answer."""
    owner, admin, other = member(1, Role.USER), member(2, Role.ADMIN), member(3, Role.USER)
    videos = (attrs.evolve(pending(owner), status=status) for status in Status)
    return table(
        ("video", "its owner", "an admin", "another member"),
        (
            (video.status, *(allowed(video, who) for who in (owner, admin, other)))
            for video in videos
        ),
    )


def allowed(video: Video, user: User) -> str:
    """Say what `user` may do with `video`."""
    try:
        video.check_editable_by(user)
    except PermissionDeniedError:
        return "sees it"
    except NotFoundError:
        return "finds nothing"
    return "sees and changes it"


def tries() -> str:
    """Give what follows each try that ends with a passing fault."""
    video, rows = pending(member(1, Role.USER)), []
    while video.status is Status.PENDING:
        video = video.claimed(NOW)
        tried = video.tries
        video = video.stumbled(video.attempt, reason="", log="", now=NOW)
        pause = f"again after {span(video.ready_at - NOW)}"
        rows.append((str(tried), pause if video.status is Status.PENDING else video.status))
    return table(("try", "after a passing fault"), rows)


CLIP: Final = VideoStream(
    index=0, codec="h264", width=640, height=360, pixel_format="yuv420p", matrix="bt709"
)
SOUND: Final = AudioStream(index=1, codec="aac", sample_rate=48_000, layout="stereo")
SOURCES: Final[dict[str, dict[str, Any]]] = {
    "a phone held upright, 4K, HLG": {
        "codec": "hevc",
        "width": 3840,
        "height": 2160,
        "rotation": 90,
        "matrix": "bt2020nc",
        "transfer": Transfer.HLG,
    },
    "an action camera": {"width": 1920, "height": 1080, "frame_rate": Fraction(120)},
    "a PAL camcorder, 16:9": {
        "codec": "dvvideo",
        "width": 720,
        "height": 576,
        "sample_aspect": Fraction(64, 45),
        "interlaced": True,
        "matrix": None,
    },
    "a screen, recorded as RGB": {"width": 1366, "height": 767, "pixel_format": "gbrp"},
    "a small clip": {},
}


def plans() -> str:
    """Give what `plan` decides on some usual sources."""
    rows = []
    for source, facts in SOURCES.items():
        video = attrs.evolve(CLIP, **facts)
        made = plan(MediaInfo(container="mov", duration=1.0, video=(video,), audio=(SOUND,)))
        rows.append((source, f"{made.width}x{made.height}", "; ".join(made.reasons)))
    return table(("source", "becomes", "because"), rows)


def _numbers(block: str) -> Callable[[], str]:
    return lambda: constants(block)


BLOCKS: Final = {block: _numbers(block) for block in CONSTANTS} | {
    "diagram": diagram,
    "steps": steps_table,
    "rights": rights,
    "tries": tries,
    "plans": plans,
}

if __name__ == "__main__":
    PAGE.write_text(regenerated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
