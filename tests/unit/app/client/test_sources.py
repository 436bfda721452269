import os
from pathlib import Path

import pytest
from yarl import URL

from vidcore_app.client.failures import SourceError
from vidcore_app.client.sources import LARGEST, SMALLEST, Source, SourceReader, next_part

SERVER = URL("https://example.org")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(8 * SMALLEST))
    return path


class Steps:
    """A clock that goes on by `step` seconds whenever it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_a_file_is_known_again_until_it_changes(clip: Path) -> None:
    first = Source.at(clip).fingerprint(SERVER)
    link = clip.parent / "link.mp4"
    link.symlink_to(clip)

    assert Source.at(clip).fingerprint(SERVER) == first
    assert Source.at(link).fingerprint(SERVER) == first
    assert Source.at(link).name == "link.mp4"
    assert Source.at(clip).fingerprint(URL("https://elsewhere.example")) != first
    os.utime(clip, ns=(0, 1))
    assert Source.at(clip).fingerprint(SERVER) != first


def test_what_no_service_takes_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "folder.mp4").mkdir()

    for name, reason in {
        "empty.mp4": "empty",
        "notes.txt": "MP4, MOV",
        "folder.mp4": "no file",
        "missing.mp4": "No such file",
    }.items():
        with pytest.raises(SourceError, match=reason):
            Source.at(tmp_path / name)


def test_a_fast_line_gets_larger_parts_and_all_bytes_come(clip: Path) -> None:
    told: list[int] = []
    parts = []

    with SourceReader(Source.at(clip), on_acknowledged=told.append, clock=Steps(0.01)) as reader:
        while part := reader.read(LARGEST):
            parts.append(part)

    assert b"".join(parts) == clip.read_bytes()
    assert [len(part) // SMALLEST for part in parts] == [1, 2, 4, 1]
    assert told == [0, SMALLEST, 3 * SMALLEST, 7 * SMALLEST, 8 * SMALLEST]


def test_a_part_is_no_larger_than_asked_for(clip: Path) -> None:
    with SourceReader(Source.at(clip), on_acknowledged=lambda _: None, clock=Steps(1)) as reader:
        assert len(reader.read(10)) == 10
        assert len(reader.read()) == SMALLEST


@pytest.mark.parametrize(
    ("given", "seconds", "expected"),
    [
        (1 << 20, 0.0, 2 << 20),
        (1 << 20, 0.1, 2 << 20),
        (1 << 20, 1.0, 1 << 20),
        (1 << 20, 2.0, 1 << 19),
        (1 << 20, 60.0, SMALLEST),
        (LARGEST, 0.1, LARGEST),
    ],
)
def test_a_part_takes_about_a_second(given: int, seconds: float, expected: int) -> None:
    assert next_part(given, seconds) == expected


def test_a_file_that_changes_is_not_sent_on(clip: Path) -> None:
    with SourceReader(Source.at(clip), on_acknowledged=lambda _: None, clock=Steps(1)) as reader:
        reader.read(10)
        with clip.open("ab") as file:
            file.write(b"more")

        with pytest.raises(SourceError, match="changed while it was sent"):
            reader.read(10)


def test_a_file_that_is_gone_cannot_be_sent(clip: Path) -> None:
    source = Source.at(clip)
    clip.unlink()

    with pytest.raises(SourceError, match="No such file"):
        SourceReader(source, on_acknowledged=lambda _: None, clock=Steps(1))
