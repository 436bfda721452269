import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from vidcore_app import leadership
from vidcore_app.leadership import Leadership

HOLD = """
import sys, time
from pathlib import Path
from vidcore_app.leadership import Leadership
print(Leadership(Path(sys.argv[1])).try_take(), flush=True)
time.sleep(60)
"""


def test_one_of_two_leads_until_it_resigns(tmp_path: Path) -> None:
    first, second = Leadership(tmp_path / "lock"), Leadership(tmp_path / "lock")

    assert first.try_take()
    assert first.try_take()
    assert not second.try_take()
    name = first.name()
    first.resign()
    assert second.try_take()
    assert second.name() == name
    second.resign()
    second.resign()


async def test_another_follows_a_leader_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leadership, "RETRY", 0.01)
    command = (sys.executable, "-c", HOLD, str(tmp_path / "lock"))
    holder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    follower = Leadership(tmp_path / "lock")
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"True\n"
        assert not follower.try_take()
        following = asyncio.create_task(follower.follow())
        holder.kill()
        await asyncio.wait_for(following, 10)
    finally:
        await holder.wait()
        follower.resign()


def test_only_a_leader_has_a_name_and_every_folder_another(tmp_path: Path) -> None:
    first, other = Leadership(tmp_path / "lock"), Leadership(tmp_path / "other")
    with pytest.raises(RuntimeError):
        first.name()

    assert first.try_take()
    assert other.try_take()
    assert first.name() != other.name()
    first.resign()
    other.resign()


def test_a_folder_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Leadership(tmp_path / "missing" / "lock").try_take()
