import json
import stat
from pathlib import Path
from uuid import UUID

import pytest
from yarl import URL

from vidcore_app.client.failures import KeptFileError, NotLoggedInError, ServerNotChosenError
from vidcore_app.client.folders import config_folder, state_folder, write_private
from vidcore_app.client.journal import Journal
from vidcore_app.client.tokens import TokenFile

HERE, THERE = URL("https://here.example"), URL("http://127.0.0.1:8000")
HOME = Path("/home/ann")
UPLOAD = UUID(int=7)


def test_files_are_kept_where_the_environment_says() -> None:
    environment = {"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}

    assert config_folder(environment, HOME) == Path("/c/vidcore")
    assert state_folder(environment, HOME) == Path("/s/vidcore")


@pytest.mark.parametrize("said", ["", "relative"])
def test_else_they_are_kept_at_home(said: str) -> None:
    environment = {"XDG_CONFIG_HOME": said, "XDG_STATE_HOME": said}

    assert config_folder(environment, HOME) == HOME / ".config" / "vidcore"
    assert state_folder(environment, HOME) == HOME / ".local" / "state" / "vidcore"


def test_a_token_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "new" / "tokens.json")
    tokens.path.parent.mkdir()
    tokens.path.write_text("{}")
    tokens.path.chmod(0o644)

    tokens.keep(HERE, "first")
    tokens.keep(THERE, "second")
    tokens.keep(HERE, "third")

    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    assert json.loads(tokens.path.read_text()) == {str(HERE): "third", str(THERE): "second"}
    assert tokens.token_of(HERE) == "third"
    assert list(tokens.path.parent.iterdir()) == [tokens.path]


def test_a_new_folder_is_private_too(tmp_path: Path) -> None:
    write_private(tmp_path / "new" / "file", "text")

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_what_could_not_be_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("the disk is full")

    write_private(tmp_path / "file", "old")
    monkeypatch.setattr("vidcore_app.client.folders.os.fsync", fail)

    with pytest.raises(OSError, match="full"):
        write_private(tmp_path / "file", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "old"}


def test_the_only_service_need_not_be_named(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "tokens.json")
    with pytest.raises(ServerNotChosenError, match="not logged in anywhere"):
        tokens.only_server()
    tokens.keep(HERE, "token")
    assert tokens.only_server() == HERE
    tokens.keep(THERE, "token")
    with pytest.raises(ServerNotChosenError, match=f"{THERE}, {HERE}"):
        tokens.only_server()


def test_a_token_that_is_forgotten_is_gone(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "tokens.json")
    tokens.keep(HERE, "token")

    assert tokens.forget(HERE)
    assert not tokens.forget(HERE)
    with pytest.raises(NotLoggedInError, match=f"vidcore login --server {HERE}"):
        tokens.token_of(HERE)


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "\x00"])
def test_a_file_of_another_kind_is_left_alone(tmp_path: Path, text: str) -> None:
    tokens = TokenFile(tmp_path / "tokens.json")
    tokens.path.write_text(text)

    with pytest.raises(KeptFileError, match="remove it"):
        tokens.keep(HERE, "token")
    assert tokens.path.read_text() == text


def test_a_journal_knows_what_is_under_way(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "uploads")
    assert journal.find("sha256-1") is None
    journal.note("sha256-1", UPLOAD)

    assert Journal(journal.folder).find("sha256-1") == UPLOAD
    journal.forget("sha256-1")
    journal.forget("sha256-1")
    assert journal.find("sha256-1") is None


def test_what_is_broken_in_a_journal_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "sha256-1").write_bytes(b"\xff\x00")

    assert Journal(tmp_path).find("sha256-1") is None
