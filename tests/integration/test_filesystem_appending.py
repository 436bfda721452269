"""Appending past the page cache: every byte is where it belongs, whatever sizes come, and is refused."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters_fs import appending
from adapters_fs.appending import ALIGNMENT, LEAST, PIECE, Appender

MIB = 1 << 20
NEAR = st.sampled_from([0, LEAST, PIECE, 2 * PIECE, 3 * PIECE]).flatmap(
    lambda size: st.integers(max(0, size - ALIGNMENT - 1), size + ALIGNMENT + 1)
)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        yield fd
    finally:
        os.close(fd)


def cut(content: bytes, sizes: list[int]) -> list[bytes]:
    blocks = []
    for size in sizes:
        blocks.append(content[:size])
        content = content[size:]
    return blocks


@settings(max_examples=30, deadline=None)
@given(
    there=st.integers(0, 2 * ALIGNMENT),
    batches=st.lists(st.tuples(st.lists(NEAR, max_size=3), st.booleans()), max_size=4),
)
@example(there=1, batches=[([LEAST], False), ([ALIGNMENT - 1], False)])
@example(there=0, batches=[([PIECE, 1], True), ([1] * 1100, False)])
def test_bytes_come_back_exactly_however_they_are_cut(
    there: int, batches: list[tuple[list[int], bool]]
) -> None:
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / "file"
        sent = os.urandom(there)
        path.write_bytes(sent)
        with opened(path) as fd:
            appender = Appender(fd, path.parent, end=there)
            for sizes, flushes in batches:
                content = os.urandom(sum(sizes))
                appender.append(cut(content, sizes))
                sent += content
                if flushes:
                    appender.flush()
                    assert appender.rest == 0
                assert path.stat().st_size == len(sent) - appender.rest
                assert appender.rest < ALIGNMENT
            appender.flush()
        assert path.read_bytes() == sent


def refuse_by_word(patch: pytest.MonkeyPatch) -> None:
    """Be a file system that does not let a file be switched."""
    switch = fcntl.fcntl

    def refuse(fd: int, command: int, flags: int = 0) -> int:
        if flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return switch(fd, command, flags)

    patch.setattr(fcntl, "fcntl", refuse)


def refuse_by_deed(patch: pytest.MonkeyPatch) -> None:
    """Write from places and in sizes that most disks refuse."""
    patch.setattr(appending, "ALIGNMENT", 1)


def do_without(patch: pytest.MonkeyPatch) -> None:
    """Be a system that knows no way past the cache."""
    patch.setattr(appending, "_O_DIRECT", 0)


@pytest.mark.parametrize("hinder", [refuse_by_word, refuse_by_deed, do_without])
def test_what_cannot_go_past_the_cache_goes_through_it(
    hinder: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hinder(monkeypatch)
    content = os.urandom(20 * MIB + 1)
    with opened(tmp_path / "file") as fd:
        appender = Appender(fd, tmp_path, end=0)
        for start in range(0, len(content), 2 * MIB + 1):
            appender.append([content[start : start + 2 * MIB + 1]])
        appender.flush()

    assert (tmp_path / "file").read_bytes() == content


def test_what_was_kept_is_dropped_with_what_is_cut(tmp_path: Path) -> None:
    content = os.urandom(2 * MIB + 5)
    with opened(tmp_path / "file") as fd:
        appender = Appender(fd, tmp_path, end=0)
        appender.append([content])
        kept = appender.rest

        appender.cut(MIB + 1)
        appender.append([b"more"])
        appender.flush()

    assert kept in {0, 5}  # where the file system knows no way past the cache, nothing is kept
    assert (tmp_path / "file").read_bytes() == content[: MIB + 1] + b"more"
