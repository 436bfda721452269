"""The media store on a real file system: published once, cleared of leftovers, never led astray."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import attrs
import pytest

from adapters_fs.media import FilesystemMedia
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.storage import Draft

VIDEO = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
OTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8157")  # the same last two digits


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def make_media(base: Path, pool: ThreadPoolExecutor) -> FilesystemMedia:
    return FilesystemMedia(base, base / "videos", base / "thumbnails", pool)


@pytest.fixture
async def media(tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemMedia:
    media = make_media(tmp_path / "data", pool)
    await media.prepare()
    return media


def fill(draft: Draft, content: bytes = b"media") -> None:
    Path(draft.media).write_bytes(content)
    Path(draft.thumbnail).write_bytes(b"picture of " + content)


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


async def test_published_files_stand_where_the_layout_says(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    draft = await media.draft(VIDEO, 3, None)
    fill(draft)

    published = await media.publish(draft)

    assert published.media == f"videos/57/{VIDEO}/3.mp4"
    assert published.thumbnail == f"thumbnails/57/{VIDEO}/3.jpg"
    assert published.file_size_bytes == 5
    assert files(tmp_path / "data") == {published.media, published.thumbnail}
    assert Path(media.locate(published.media)).read_bytes() == b"media"
    assert Path(media.locate(published.thumbnail)).read_bytes() == b"picture of media"


async def test_a_web_server_of_the_same_group_can_reach_what_is_published(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    draft = await media.draft(VIDEO, 1, None)
    fill(draft)

    published = await media.publish(draft)

    for location in (published.media, published.thumbnail):
        folders = [tmp_path / "data" / parent for parent in Path(location).parents[:-1]]
        assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o750}


async def test_the_data_folder_can_be_moved(
    media: FilesystemMedia, tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    draft = await media.draft(VIDEO, 1, None)
    fill(draft)
    published = await media.publish(draft)

    moved = make_media((tmp_path / "data").rename(tmp_path / "moved"), pool)

    assert Path(moved.locate(published.media)).read_bytes() == b"media"


async def test_a_root_outside_the_data_folder_gives_absolute_locations(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    root = await media.prepare_root(f"{tmp_path}//elsewhere/videos/")
    draft = await media.draft(VIDEO, 1, root)
    fill(draft)

    published = await media.publish(draft)

    assert root == f"{tmp_path}/elsewhere/videos"
    assert published.media == f"{root}/57/{VIDEO}/1.mp4"
    assert media.locate(published.media) == published.media
    assert published.thumbnail == f"thumbnails/57/{VIDEO}/1.jpg"


async def test_publishing_can_be_repeated_after_a_crash_between_its_steps(
    media: FilesystemMedia,
) -> None:
    draft = await media.draft(VIDEO, 1, None)
    fill(draft)
    Path(draft.media).rename(draft.media.removesuffix(".part"))

    first = await media.publish(draft)

    assert await media.publish(draft) == first
    assert Path(media.locate(first.thumbnail)).read_bytes() == b"picture of media"


async def test_a_draft_clears_what_earlier_attempts_left_and_nothing_else(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    root = await media.prepare_root(str(tmp_path / "data" / "other"))
    fill(await media.draft(OTHER, 1, None))
    fill(await media.draft(VIDEO, 1, None))
    published = await media.draft(VIDEO, 2, None)
    fill(published)
    await media.publish(published)
    fill(await media.draft(VIDEO, 10, None))
    note = Path(published.media).with_name("note.txt")
    note.touch()

    await media.draft(VIDEO, 3, root)

    assert files(tmp_path / "data") == {
        f"videos/57/{OTHER}/1.mp4.part",
        f"thumbnails/57/{OTHER}/1.jpg.part",
        f"videos/57/{VIDEO}/10.mp4.part",
        f"thumbnails/57/{VIDEO}/10.jpg.part",
        f"videos/57/{VIDEO}/note.txt",
    }


async def test_a_worker_that_comes_back_late_overwrites_and_removes_nothing(
    media: FilesystemMedia,
) -> None:
    late = await media.draft(VIDEO, 1, None)
    fill(late, b"late")
    current = await media.draft(VIDEO, 2, None)
    fill(current, b"current")
    published = await media.publish(current)

    with pytest.raises(ServiceUnavailableError):
        await media.publish(late)
    again = await media.draft(VIDEO, 1, None)
    fill(again, b"late")
    await media.publish(again)
    await media.discard(late)

    assert Path(media.locate(published.media)).read_bytes() == b"current"
    assert Path(media.locate(published.thumbnail)).read_bytes() == b"picture of current"


async def test_an_attempt_that_made_nothing_cannot_be_published(media: FilesystemMedia) -> None:
    draft = await media.draft(VIDEO, 1, None)

    with pytest.raises(ServiceUnavailableError) as caught:
        await media.publish(draft)

    assert str(VIDEO) not in str(caught.value)


@pytest.mark.parametrize("is_published", [False, True])
async def test_a_discarded_attempt_leaves_no_file_and_may_be_discarded_again(
    media: FilesystemMedia, tmp_path: Path, *, is_published: bool
) -> None:
    draft = await media.draft(VIDEO, 1, None)
    fill(draft)
    if is_published:
        await media.publish(draft)

    await media.discard(draft)
    await media.discard(draft)

    assert files(tmp_path / "data") == set()


async def test_a_removed_video_leaves_nothing_in_any_root(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    root = await media.prepare_root(str(tmp_path / "elsewhere"))
    fill(await media.draft(VIDEO, 1, None))
    draft = await media.draft(VIDEO, 2, root)
    fill(draft)
    published = await media.publish(draft)
    fill(await media.draft(OTHER, 1, root))
    Path(media.locate(published.media)).with_name("left.txt").touch()

    for _ in range(2):
        await media.remove(VIDEO, [published.media, published.thumbnail])

    assert files(tmp_path) == {
        f"elsewhere/57/{OTHER}/1.mp4.part",
        f"data/thumbnails/57/{OTHER}/1.jpg.part",
    }
    assert not (tmp_path / "data" / "videos" / "57" / str(VIDEO)).exists()


async def test_removing_takes_no_folder_that_is_not_the_videos_own(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    shared = tmp_path / "data" / "imported"
    shared.mkdir()
    (shared / "mine.mp4").touch()
    (shared / "yours.mp4").touch()

    await media.remove(VIDEO, ["imported/mine.mp4"])

    assert files(tmp_path) == {"data/imported/yours.mp4"}


async def test_a_video_can_be_removed_by_many_at_once(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    media = make_media(tmp_path, pool)
    await media.prepare()
    for _ in range(10):
        draft = await media.draft(VIDEO, 1, None)
        for number in range(50):
            Path(draft.media).with_name(f"{number}.mp4").touch()
        removals = [pool.submit(media._remove, VIDEO, []) for _ in range(4)]

        assert [removal.result() for removal in removals] == [None] * 4
        assert not Path(draft.media).parent.exists()


@pytest.mark.parametrize("location", ["", "../x", "videos/../../x", "/x/../y"])
async def test_locations_that_lead_elsewhere_are_refused(
    media: FilesystemMedia, location: str
) -> None:
    with pytest.raises(ValueError, match="no location"):
        media.locate(location)
    with pytest.raises(ValueError, match="no location"):
        await media.remove(VIDEO, [location])


async def test_what_was_published_survives_the_death_of_its_process(
    media: FilesystemMedia, tmp_path: Path
) -> None:
    draft = await media.draft(VIDEO, 1, None)
    fill(draft)
    program = f"""
import asyncio, os, pathlib, signal, uuid
from concurrent.futures import ThreadPoolExecutor
from adapters_fs.media import FilesystemMedia
from vidcore.ports.storage import Draft
base = pathlib.Path({str(tmp_path / "data")!r})
media = FilesystemMedia(base, base / "videos", base / "thumbnails", ThreadPoolExecutor(1))
draft = Draft(**{ {**attrs.asdict(draft), "video_id": None}!r})
print(asyncio.run(media.publish(draft)).media, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert died.returncode == -signal.SIGKILL
    assert died.stdout == f"videos/57/{VIDEO}/1.mp4\n"
    assert files(tmp_path) == {
        f"data/videos/57/{VIDEO}/1.mp4",
        f"data/thumbnails/57/{VIDEO}/1.jpg",
    }


async def test_a_published_size_is_that_of_the_file(media: FilesystemMedia) -> None:
    draft = await media.draft(VIDEO, 1, None)
    fill(draft, bytes(123_456))

    assert (await media.publish(draft)).file_size_bytes == 123_456
