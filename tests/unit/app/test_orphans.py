import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters_http.metrics import SHARED
from vidcore_app.orphans import numbers_without_parent


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "numbers"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"1")
    monkeypatch.setenv(SHARED, str(folder))
    return folder


@pytest.fixture
def parent() -> Iterator[tuple[int, Callable[[], None]]]:
    """The read end of a parent's pipe, and what ends the parent."""
    reading, writing = os.pipe()
    with ExitStack() as open_ends:
        open_ends.callback(os.close, writing)
        yield reading, open_ends.close
    os.close(reading)


def test_the_last_of_several_orphans_removes_their_numbers(
    numbers: Path, parent: tuple[int, Callable[[], None]]
) -> None:
    reading, end = parent
    with numbers_without_parent(reading):
        with numbers_without_parent(reading):
            end()
        assert (numbers / "counter_1.db").exists()

    assert not numbers.exists()


def test_a_process_that_ends_before_its_parent_leaves_the_numbers(
    numbers: Path, parent: tuple[int, Callable[[], None]]
) -> None:
    with numbers_without_parent(parent[0]):
        pass

    assert (numbers / "counter_1.db").exists()


def test_numbers_that_are_gone_already_are_no_matter(
    numbers: Path, parent: tuple[int, Callable[[], None]]
) -> None:
    reading, end = parent
    with numbers_without_parent(reading):
        end()
        (numbers / "counter_1.db").unlink()
        numbers.rmdir()

    assert not numbers.exists()
