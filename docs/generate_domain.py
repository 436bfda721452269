"""The generated blocks of domain.md, which come from the rules themselves.

Numbers are from the constants, with the unit and the source that stand beside them in the code, the
lifecycle from `vidcore.lifecycle.NEXT`, rights, tries and plans from asking the domain.
"""

import importlib
import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import attrs

from docs.blocks import FOLDER, Blocks, table
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
from vidcore.lifecycle import NEXT

PAGE: Path = FOLDER / "domain.md"
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
        "media.sources.FILENAME_MAX": "File name without its folders, from 1 to",
        "pages.PAGE_SIZE": "A page of a list, unless asked otherwise",
        "pages.PAGE_SIZE_MAX": "A page of a list, at most",
        "pages.PAGE_MAX": "The last page that can be asked for",
        "cursors.CURSOR_MAX": "A cursor, at most",
    },
    "uploads": {
        "uploads.RESUMABLE_LIFETIME": "A resumable upload ends after",
        "uploads.FINGERPRINT_MAX": "A fingerprint, by which a file is known again, at most",
        "uploads.FORM_LIFETIME": "A form upload ends, when no more arrives, after",
        "uploads.RENEW_EVERY": "Its deadline is moved every",
        "uploads.DISK_FLOOR": "What stays free on the disk",
        "media.sources.EXTENSIONS": "Names that can be uploaded end in",
        "media.sources.CONTAINERS": "And are inside",
        "media.sources.PIXELS_MAX": "A frame, at most",
    },
    "claims": {
        "lifecycle.LEASE": "A claim holds, unless renewed, for",
        "lifecycle.HEARTBEAT": "It is renewed every",
        "lifecycle.TRIES_MAX": "Passing faults and lost workers end it after",
        "lifecycle.BACK_OFF": "The first pause after a passing fault",
    },
    "webhooks": {
        "webhooks.ATTEMPT_MAX": "A receiver has to answer within",
        "webhooks.LEASE": "A claim of a delivery holds for",
        "webhooks.BACK_OFF": "The first pause before it is sent again",
        "webhooks.BACK_OFF_MAX": "A pause, at most",
        "webhooks.TRIES_MAX": "It is given up after",
        "webhooks.DELIVERED_KEPT": "What was delivered is kept for",
        "webhooks.UNDELIVERED_KEPT": "What was not, for",
        "signatures.SECRET_PREFIX": "Secrets begin with",
        "signatures.KEY_MIN": "The base64 after it has, at least",
        "signatures.KEY_MAX": "And at most",
        "signatures.TOLERANCE": "What is received may be older or newer by",
    },
    "checks": {
        "checkup.ORPHAN_GRACE": "What nothing refers to is orphaned when it was written last before",
        "checkup.EXPIRY_GRACE": "Bytes of an upload may stay after it expired for",
        "checkup.STUCK_AFTER": "A video is stuck when its lease has been over for",
        "checkup.WAITING_MAX": "And when it should have been claimed before",
    },
    "diagnoses": {
        "diagnosis.EARLIEST": "A clock is wrong that shows a time before",
        "diagnosis.LATEST": "Or from then on",
        "diagnosis.SKEW_SEEN": "Two clocks may differ, unmentioned, by",
        "diagnosis.SKEW_MAX": "And, with a warning, by",
        "diagnosis.FILES_OF_ITS_OWN": "Open files that a process needs for itself",
        "diagnosis.FILES_OF_A_MEMBER": "And for each who watches",
        "diagnosis.FILES_LOW": "A limit of open files is warned of below",
        "diagnosis.FILES_MIN": "And does not do below",
    },
    "turns": {
        "turns.FULL_HD": "What a second of encoding is measured by",
        "turns.WORK_UNKNOWN": "The work of a video of unknown duration",
        "turns.WORK_MIN": "The work of any video, at least",
        "turns.COPYING": "The work of copying a picture, as a share of encoding it",
        "turns.RETRY_DELAY": "A video that is tried again is due later by",
        "joining.OVERTAKEN_MAX": "Shorter ones of its member's go first until a video has waited for",
        "joining.OVERTAKEN_AT_ONCE": "And it goes before so many of them, at most",
        "joining.LAST_TURNS": "To find its turn, so many of its member's are looked at, the last by due time",
        "paces.KEPT": "What was measured before weighs, at each new attempt",
        "paces.SPREAD_MIN": "Attempts show what a start costs if their works differ by",
        "estimates.TRUST": "What earlier attempts weigh beside the one that runs",
        "estimates.ETA_MAX": "An estimate that is told, at most",
        "estimates.COSTS_KEPT": "What was measured is read anew after",
        "following.STEP": "Who follows a video is told of steps of progress of",
        "estimates.NEWS_SHARE": "And of estimates that are otherwise than was told by more than",
        "estimates.NEWS_MIN": "But at least by",
    },
    "copying": {
        "media.copying.COPIED_CONTAINERS": "Files of which tracks are copied",
        "media.copying.PROFILES": "Profiles of H.264 that are copied",
        "media.copying.LEVEL_MAX": "Level of H.264, at most",
        "media.copying.ORDINARY_MATRICES": "Colours that are copied",
        "media.copying.FRAME_RATE_MIN": "Frame rate, at least",
        "media.copying.KEY_FRAME_GAP_MAX": "From one key frame to the next, at most",
        "media.copying.BITS_PER_PIXEL_MAX": "Bits of a pixel, at most",
        "media.copying.BIT_RATE_ANYHOW": "A bit rate that is always copied, up to",
        "media.copying.SHIFT_MAX": "What an edit list may cut off or put before",
        "media.copying.AUDIO_RATES": "Sample rates of sound that is copied",
        "media.copying.AUDIO_BIT_RATE_MAX": "Bit rate of sound that is copied, at most",
    },
    "plan": {
        "media.copying.SHORT_SIDE_MAX": "Short side, at most",
        "media.copying.LONG_SIDE_MAX": "Long side, at most",
        "media.copying.FRAME_RATE_MAX": "Frame rate, at most",
        "media.copying.FRAME_RATE_KEPT": "Frame rate that is left alone, at most",
        "media.plans.HD_SHORT_SIDE": "Taken as HD from a short side of",
        "media.plans.ASPECT_MAX": "Pixels that are believed not to be square, up to one to",
        "media.sources.DURATION_MAX": "A header's duration that is believed, at most",
        "media.outputs.DURATION_TOLERANCE": "What may be missing in the end, the larger of",
        "media.outputs.DURATION_SLACK": "and of",
        "media.plans.THUMBNAIL_HEIGHT": "The thumbnail's height",
        "media.storyboards.COLUMNS": "A storyboard has columns, and rows, up to",
        "media.storyboards.TILES_MAX": "Tiles of a storyboard, at most",
        "media.storyboards.INTERVAL_MIN": "From one tile to the next, at least",
        "media.storyboards.TILE_WIDTH": "Width of a tile, at most",
        "media.storyboards.TILE_HEIGHT": "Height of a tile, at most",
    },
    "sessions": {
        "sessions.BELIEVED_FOR": "An account that was read is believed for",
        "sessions.CAPACITY": "Accounts remembered, at most",
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
    Event.LOSE: "a check repairs a video whose upload, or published file, is gone",
    Event.FIND: "a check finds the published file of a video again that was given up without it",
    Event.REDO: "a check repairs a video whose published file is gone, but not yet its upload",
}


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
        case datetime():
            text = f"{value:%Y-%m-%d}"
        case frozenset():
            text = " ".join([", ".join(sorted(str(item) for item in value if item)), unit]).strip()
        case str():
            text = f"`{value}`"
        case float() | Fraction() if unit == "seconds":
            text = span(timedelta(seconds=float(value)))
        case Fraction():
            text = f"{float(value):g} {unit}"
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
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


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
    index=0,
    codec="h264",
    profile="High",
    width=640,
    height=360,
    pixel_format="yuv420p",
    matrix="bt709",
    frame_rate=Fraction(30),
    bit_rate=1_000_000,
)
SOUND: Final = AudioStream(index=1, codec="aac", profile="LC", sample_rate=48_000, layout="stereo")
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
        becomes = f"{made.width}x{made.height}"
        rows.append((source, made.mode.value, becomes, "; ".join(made.reasons)))
    return table(("source", "plan", "becomes", "because"), rows)


def _numbers(block: str) -> Callable[[], str]:
    return lambda: constants(block)


BLOCKS: Blocks = {block: _numbers(block) for block in CONSTANTS} | {
    "diagram": diagram,
    "steps": steps_table,
    "rights": rights,
    "tries": tries,
    "plans": plans,
}
