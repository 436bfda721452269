"""The table of commands: true to each command, and read without importing any."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from vidcore_app.__main__ import COMMANDS, main
from vidcore_app.cli.lazy import LazyCommand

HEAVY = ("sqlalchemy", "aiohttp", "rich", "alembic", "structlog")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    command = COMMANDS[name].load()

    assert command.name == name
    assert command.get_short_help_str(limit=500) == COMMANDS[name].summary


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_its_exit_codes_mean(name: str) -> None:
    result = CliRunner().invoke(main, (name, "--help"))

    assert result.exit_code == 0
    told = result.stdout.partition("Exit codes:\n")[2].splitlines()
    codes = [int(line.split()[0]) for line in told[: told.index("") if "" in told else None]]
    assert codes[0] == 0
    assert codes == sorted(set(codes))
    assert 2 in codes


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("completion", "fish")])
def test_what_needs_no_command_imports_none(arguments: tuple[str, ...], tmp_path: Path) -> None:
    distribution = tmp_path / "vidcore-9.9.dist-info"  # --version reads it, and nothing else
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: vidcore\nVersion: 9.9\n")
    script = f"""
import sys
from vidcore_app.__main__ import main
main({arguments!r}, prog_name="vidcore", standalone_mode=False)
print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr, end="")
"""
    ended = subprocess.run(
        (sys.executable, "-c", script),
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ended.stdout
    assert ended.stderr == ""


def test_the_list_of_commands_has_each_with_its_sentence() -> None:
    shown = CliRunner().invoke(main, ("--help",), terminal_width=200).stdout

    for name, command in COMMANDS.items():
        line = next(line for line in shown.splitlines() if line.split()[:1] == [name])
        assert line.split(maxsplit=1)[1] == command.summary


def test_a_command_that_is_not_there_is_not_understood() -> None:
    result = CliRunner().invoke(main, ("fly",))

    assert result.exit_code == 2
    assert "No such command 'fly'" in result.stderr


def test_a_table_that_leads_to_no_command_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="is not a command"):
        LazyCommand("vidcore_app.settings:PREFIX", "Fly.").load()


def complete(*words: str, incomplete: str) -> list[str]:
    """Ask as bash does."""
    environment = {
        "_VIDCORE_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("vidcore", *words, incomplete)),
        "COMP_CWORD": str(len(words) + 1),
    }
    result = CliRunner().invoke(main, (), env=environment, prog_name="vidcore")
    return [line.partition(",")[2] for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "incomplete", "completed"),
    [
        ((), "do", {"doctor"}),
        ((), "log", {"login", "logout"}),
        ((), "--v", {"--version"}),
        (("doctor",), "--j", {"--json"}),
        (("completion",), "", {"bash", "zsh", "fish"}),
    ],
)
def test_a_shell_completes_names_and_options(
    words: tuple[str, ...], incomplete: str, completed: set[str]
) -> None:
    assert set(complete(*words, incomplete=incomplete)) == completed


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "_VIDCORE_COMPLETE=bash_complete"),
        ("zsh", "#compdef vidcore"),
        ("fish", "complete --no-files --command vidcore"),
    ],
)
def test_the_script_of_a_shell_is_printed(shell: str, line: str) -> None:
    result = CliRunner().invoke(main, ("completion", shell))
    asked = CliRunner().invoke(
        main, (), env={"_VIDCORE_COMPLETE": f"{shell}_source"}, prog_name="vidcore"
    )

    assert result.exit_code == 0
    assert line in result.stdout
    assert asked.stdout.strip() == result.stdout.strip()


def test_bash_takes_the_script() -> None:
    script = CliRunner().invoke(main, ("completion", "bash")).stdout

    ended = subprocess.run(
        ("bash", "-c", 'eval "$1"; complete -p vidcore', "bash", script),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "-F _vidcore_completion" in ended.stdout
