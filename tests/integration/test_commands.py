"""The operator's commands, as processes of their own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from tests.integration.running import PASSWORD, Client, RunningService

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `vidcore` with arguments in a folder of its own."""

    def run_command(*arguments: str, database_url: str = "") -> subprocess.CompletedProcess[str]:
        known = {n: v for n, v in os.environ.items() if not n.startswith("VIDCORE_")}
        url = database_url or f"sqlite:///{tmp_path / 'test.db'}"
        return subprocess.run(
            (sys.executable, "-m", "vidcore_app", *arguments),
            cwd=tmp_path,
            env={**known, "VIDCORE_DATABASE_URL": url, "VIDCORE_PUBLIC_URL": "https://v.example"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_command


def test_a_database_is_migrated_and_checked(run: Run, empty_database_url: str) -> None:
    before = run("migrate", "--check", database_url=empty_database_url)
    migrated = run("migrate", database_url=empty_database_url)
    after = run("migrate", "--check", database_url=empty_database_url)

    assert (before.returncode, before.stdout) == (
        1,
        "The schema is not the newest: run `vidcore migrate`.\n",
    )
    assert (migrated.returncode, after.returncode) == (0, 0)
    assert migrated.stdout == after.stdout == "The schema is the newest.\n"


async def test_an_admin_that_was_made_logs_in_and_a_link_that_was_printed_is_an_invitation(
    run: Run, tmp_path: Path
) -> None:
    made = run(
        *("create-admin", "--username", "boss", "--email", "boss@example.org"),
        *("--password", "correct horse"),
    )
    again = run(
        *("create-admin", "--username", "BOSS", "--email", "other@example.org"),
        *("--password", "correct horse"),
    )
    invited = run("invite", "guest@example.org")

    assert (made.returncode, made.stdout) == (0, "boss is an admin.\n")
    assert again.returncode == 1
    assert re.fullmatch(r"vidcore: .*BOSS.*\n", again.stderr)
    link = re.fullmatch(r"https://v\.example/register\?token=(\S+)\n", invited.stdout)
    assert link is not None
    async with RunningService(tmp_path, f"sqlite:///{tmp_path / 'test.db'}") as service:
        assert PASSWORD not in service.output
        client = Client(service.url)
        await client.log_in("boss", "correct horse")
        answer = await client("GET", f"/api/invitations/validate/{link[1]}")
        assert (answer.status, answer.json["email"]) == (200, "guest@example.org")


def test_a_script_gets_documents(run: Run, empty_database_url: str) -> None:
    at = {"database_url": empty_database_url}
    before = run("migrate", "--check", "--json", **at)
    migrated = run("migrate", "--json", **at)
    made = run(
        *("create-admin", "--username", "boss", "--email", "Boss@example.org"),
        *("--password", "correct horse", "--json"),
        **at,
    )
    invited = run("invite", "guest@example.org", "--json", **at)

    assert (before.returncode, json.loads(before.stdout)) == (1, {"newest": False})
    assert (migrated.returncode, json.loads(migrated.stdout)) == (0, {"newest": True})
    admin, invitation = json.loads(made.stdout), json.loads(invited.stdout)
    assert set(admin) == {"id", "username", "email"}
    assert admin["username"] == "boss"
    assert set(invitation) == {"id", "email", "token", "link", "expires_at"}
    assert invitation["link"] == f"https://v.example/register?token={invitation['token']}"
    assert datetime.fromisoformat(invitation["expires_at"]) > datetime.now(UTC)  # noqa: TID251 - the command takes the time of the machine
    assert invitation["email"] == "guest@example.org"


@pytest.mark.parametrize("command", [("invite", "nowhere"), ("create-admin", "--username", "x")])
def test_bad_input_is_one_line_and_changes_nothing(run: Run, command: tuple[str, ...]) -> None:
    more = ("--email", "x@example.org", "--password", "correct horse")
    refused = run(*command, *(more if command[0] == "create-admin" else ()))

    assert refused.returncode == 1
    assert re.fullmatch(r"vidcore: .+\n", refused.stderr)


def test_the_openapi_document_is_printed(run: Run) -> None:
    printed = run("openapi")

    validate(json.loads(printed.stdout))
