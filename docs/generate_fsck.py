"""The generated block of fsck.md: a row for every FindingKind."""

from pathlib import Path
from typing import Final

from docs.blocks import FOLDER, Blocks, table
from vidcore import FindingKind

PAGE: Path = FOLDER / "fsck.md"
NOTHING: Final = "nothing: put the file back from a backup, or delete the video"

MEANINGS: Final = {
    FindingKind.MEDIA_MISSING: (
        "a completed video has no published file",
        (
            "marks it as failed, until the file is there again; if its upload is still there, the video is "
            "processed again"
        ),
    ),
    FindingKind.THUMBNAIL_MISSING: (
        "a completed video has no thumbnail, or an empty one",
        "takes it from the published file again",
    ),
    FindingKind.STORYBOARD_MISSING: (
        "the storyboard of a completed video is gone, or empty",
        "takes it from the published file again",
    ),
    FindingKind.STORYBOARD_UNUSABLE: (
        "a storyboard is recorded without its layout, or the layout alone",
        "takes it from the published file again, with its layout",
    ),
    FindingKind.SOURCE_MISSING: (
        "the upload of a video that is not completed is gone",
        (
            "marks a waiting video as failed, with the reason, and a failed one as having no upload; one that "
            "a worker still holds is left to it"
        ),
    ),
    FindingKind.SIZE_DIFFERS: ("a file has another size than is recorded", NOTHING),
    FindingKind.OUTPUT_BROKEN: (
        "with `--deep`: the published file is no video that browsers play, or not the one that is recorded",
        NOTHING,
    ),
    FindingKind.MEDIA_RETURNED: (
        "the published file of a video that was marked as failed without it is there again",
        "completes the video",
    ),
    FindingKind.STUCK_VIDEO: (
        "a video's worker has not been heard of for many leases, or nobody has taken it for a day",
        "takes it from the lost worker, and tells workers of it again",
    ),
    FindingKind.ORPHAN_MEDIA: (
        "a published file belongs to no video",
        "moves it to `lost+found` in its root",
    ),
    FindingKind.ORPHAN_UPLOAD: (
        "bytes in the upload area belong to no upload and no video",
        "removes them",
    ),
    FindingKind.DEAD_DRAFT: (
        "an unfinished file (`.part`) of an attempt that is over",
        "removes it",
    ),
    FindingKind.UPLOAD_EXPIRED: (
        "an upload expired long ago, and has bytes on disk",
        "removes both",
    ),
    FindingKind.QUOTA_DIFFERS: (
        "fewer bytes count against a member's quota than resumable uploads of the week have brought",
        "counts what they have brought",
    ),
}


def findings() -> str:
    """Give the table of findings."""
    return table(
        ("finding", "what it means", "what `--repair` does"),
        ((f"`{kind}`", *MEANINGS[kind]) for kind in FindingKind),
    )


BLOCKS: Blocks = {"findings": findings}
