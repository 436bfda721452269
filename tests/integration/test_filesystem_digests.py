"""The SHA-256 of uploads: that of the file, whoever wrote it, and hardly ever read for it."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters_fs.digests import UploadDigests
from adapters_fs.uploads import FilesystemUploads
from adapters_fs.writer import BATCH_BYTES
from vidcore.errors import NotFoundError, ServiceUnavailableError


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
async def uploads(tmp_path: Path, pool: ThreadPoolExecutor) -> FilesystemUploads:
    return FilesystemUploads(tmp_path, pool)


async def send(area: FilesystemUploads, content: bytes) -> None:
    writer = await area.receive("upload")
    await writer.write(content)
    await writer.finish()


def bytes_read() -> int:
    """Give what this process has read by system calls."""
    return int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])


steps = st.lists(
    st.tuples(
        st.lists(st.binary(max_size=40), max_size=6),  # blocks of one writer
        st.sampled_from(["finish", "abandon"]),
        st.sampled_from(["", "restart", "ask", "cut", "another process", "discard"]),
        st.integers(0, 300),  # where a cut is
    ),
    max_size=8,
)


@given(steps=steps)
@settings(max_examples=60, deadline=None)
async def test_the_digest_is_right_whatever_happens_between_the_writers(
    steps: list[tuple[list[bytes], str, str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(2) as pool:
        area, other = (FilesystemUploads(Path(root), pool) for _ in range(2))
        whole = b""
        for blocks, end, between, at in steps:
            writer = await area.receive("upload")
            for block in blocks:
                await writer.write(block)
            whole += b"".join(blocks)
            if between == "cut":
                await writer.cut(at)
                whole = whole[:at]
            await getattr(writer, end)()
            if between == "restart":
                area = FilesystemUploads(Path(root), pool)
            elif between == "ask":
                assert await area.digest("upload") == hashlib.sha256(whole).hexdigest()
            elif between == "another process":
                await send(other, b"by another")
                whole += b"by another"
            elif between == "discard":
                await area.discard("upload")
                whole = b""
        await send(area, b"end")

        expected = hashlib.sha256(whole + b"end").hexdigest()
        assert await area.digest("upload") == expected
        assert await other.digest("upload") == expected


async def test_what_this_process_wrote_is_not_read_and_what_another_wrote_is_once(
    uploads: FilesystemUploads, tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    content = os.urandom(4 * BATCH_BYTES)
    await send(uploads, content[:-7])
    await send(uploads, content[-7:])
    expected = hashlib.sha256(content).hexdigest()

    before = bytes_read()
    assert await uploads.digest("upload") == expected
    assert bytes_read() - before < BATCH_BYTES

    restarted = FilesystemUploads(tmp_path, pool)
    before = bytes_read()
    for _ in range(3):
        assert await restarted.digest("upload") == expected
    assert len(content) <= bytes_read() - before < 2 * len(content)


async def test_a_file_that_somebody_else_changed_is_read(uploads: FilesystemUploads) -> None:
    await send(uploads, b"abc")
    path = Path(uploads.locate("upload"))
    written = path.stat().st_mtime_ns
    path.write_bytes(b"xyz")
    os.utime(path, ns=(written + 1, written + 1))

    assert await uploads.digest("upload") == hashlib.sha256(b"xyz").hexdigest()


async def test_a_link_or_a_folder_has_no_digest(uploads: FilesystemUploads, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"secret")
    Path(uploads.locate("link")).symlink_to(victim)
    Path(uploads.locate("folder")).mkdir()

    for name in ("link", "folder"):
        with pytest.raises(ServiceUnavailableError):
            await uploads.digest(name)


def test_of_more_files_than_are_kept_the_first_is_read(tmp_path: Path) -> None:
    digests = UploadDigests(kept=2)
    content = os.urandom(BATCH_BYTES)
    names = ("one", "two", "three")
    for name in names:
        fd = os.open(tmp_path / name, os.O_WRONLY | os.O_CREAT)
        running = digests.begin(name, fd)
        os.write(fd, content)
        running.add([content])
        running.keep(fd)
        os.close(fd)

    costs = []
    for name in reversed(names):
        before = bytes_read()
        assert digests.of(name, tmp_path / name) == hashlib.sha256(content).hexdigest()
        costs.append(bytes_read() - before >= BATCH_BYTES)
    assert costs == [False, False, True]


def test_what_is_not_there_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        UploadDigests().of("one", tmp_path / "one")
