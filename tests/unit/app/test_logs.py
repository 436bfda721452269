import errno
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from vidcore_app.logs import configure_logs


@pytest.fixture(autouse=True)
def restored_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _logged(
    monkeypatch: pytest.MonkeyPatch, format_: Literal["console", "json"] | None, level: str
) -> list[str]:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs(format_, level)
    structlog.get_logger("vidcore.test").info("hello", size=3)
    logging.getLogger("library").warning("from a library")
    return stream.getvalue().splitlines()


def test_away_from_a_terminal_every_line_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, library = map(json.loads, _logged(monkeypatch, None, "info"))

    assert (ours["event"], ours["size"], ours["level"]) == ("hello", 3, "info")
    assert (library["event"], library["logger"]) == ("from a library", "library")
    assert ours["timestamp"].endswith("Z")


def test_for_people_lines_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _ = _logged(monkeypatch, "console", "info")

    assert "hello" in ours
    assert not ours.startswith("{")


def test_what_is_below_the_level_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = _logged(monkeypatch, "json", "warning")

    assert json.loads(line)["event"] == "from a library"


def test_a_traceback_is_one_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("json", "info")
    try:
        int("broken")
    except ValueError:
        structlog.get_logger("vidcore.test").exception("crash")

    [line] = stream.getvalue().splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


def test_what_is_no_proper_text_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("json", "info")

    structlog.get_logger("vidcore.test").info("hello", half="a\ud800", thing=object, text="ä")

    line = json.loads(stream.getvalue())
    assert (line["half"], line["text"]) == ("a\ud800", "ä")
    assert "object" in line["thing"]


class _FullDisk(io.StringIO):
    """A stream that takes nothing while its disk is full."""

    is_full = False

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


def test_what_is_logged_goes_on_where_the_log_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = _FullDisk()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("json", "info")
    log = structlog.get_logger("vidcore.test")

    stream.is_full = True
    log.info("lost")
    stream.is_full = False
    log.info("told")

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["told"]
    stream.close()
    log.info("lost, too")
