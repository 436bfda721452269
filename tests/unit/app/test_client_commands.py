from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vidcore_app.__main__ import main


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("login",), "--server"),
        (("login", "--server", "example.org"), "is no address of a service"),
        (("login", "--server", "http://127.0.0.1", "--password-stdin"), "needs --username"),
        (("logout",), "not logged in anywhere"),
        (("upload",), "FILE"),
        (("upload", "a.mp4", "b.mp4", "--title", "Us"), "--title is for one file"),
        (("upload", "a.mp4", "--parallel", "0"), "--parallel"),
        (("upload", "a.mp4"), "not logged in anywhere"),
    ],
)
def test_what_is_not_understood_exits_with_2(arguments: tuple[str, ...], reason: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert reason in result.stderr


def test_a_password_that_others_could_read_is_warned_of_and_not_shown() -> None:
    result = run("login", "--server", "http://0.0.0.0:9", typed="ann\ncorrect horse\n")

    assert result.exit_code == 1
    assert "others can read what goes to http://0.0.0.0:9" in result.stderr
    assert "correct horse" not in result.output


def test_a_service_without_a_token_asks_for_a_login() -> None:
    result = run("upload", "a.mp4", "--server", "http://127.0.0.1:9/")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("Do: vidcore login --server http://127.0.0.1:9\n")


def test_there_may_be_nothing_to_forget() -> None:
    assert "There was no token" in run("logout", "--server", "http://127.0.0.1:9").stdout
