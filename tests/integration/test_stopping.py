"""How a service ends, and what it leaves to its next start; see `tests.chaos` for longer proofs."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.chaos.installation import SERVE
from tests.chaos.stopping import (
    SENDING_SOON,
    Busy,
    Telling,
    by_control_group,
    by_ctrl_c,
    by_kill,
    installation,
    kill_over_ffmpeg,
    kill_the_leader,
    orphan_the_children,
    stop_impatiently,
    stop_politely,
)


async def test_a_stop_lets_answers_end_refuses_new_ones_and_hands_back(tmp_path: Path) -> None:
    async with installation(tmp_path) as here:
        busy = await Busy.make(here, sending=SENDING_SOON)

        await stop_politely(busy)


@pytest.mark.parametrize("tell", [by_kill, by_ctrl_c, by_control_group])
async def test_several_processes_stop_politely_whoever_of_them_is_told(
    tmp_path: Path, tell: Telling
) -> None:
    async with installation(tmp_path, "--processes", "2") as here:
        await here.until_events("serving", 2)
        busy = await Busy.make(here, sending=SENDING_SOON)

        await stop_politely(busy, tell)


async def test_another_process_leads_when_the_leader_dies_and_a_second_stop_ends_all_at_once(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path, "--processes", "2") as here:
        await kill_the_leader(here)
        busy = await Busy.make(here)

        await stop_impatiently(busy)


async def test_a_second_ctrl_c_ends_all_of_several_processes_at_once(tmp_path: Path) -> None:
    async with installation(tmp_path, "--processes", "2") as here:
        await here.until_events("serving", 2)
        busy = await Busy.make(here)

        await stop_impatiently(busy, by_ctrl_c)


async def test_ffmpeg_ends_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    async with installation(tmp_path) as here:
        busy = await Busy.make(here)

        await kill_over_ffmpeg(busy, SERVE)


async def test_no_process_outlives_the_parent_for_long_and_none_leaves_its_numbers(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path, "--processes", "2") as here:
        await orphan_the_children(here)

    assert list(tmp_path.glob("vidcore-numbers-*")) == []


async def test_a_stop_that_comes_during_the_start_is_a_polite_one(tmp_path: Path) -> None:
    here = installation(tmp_path)
    starting = asyncio.create_task(here.start(SERVE))
    try:
        async with asyncio.timeout(30):
            # The folder is made when the settings are read, and all is about to be opened.
            while not here.data.exists():
                await asyncio.sleep(0.01)

        assert await here.end(SERVE, signal.SIGTERM) == 0
    finally:
        await asyncio.wait({starting})
        await here.__aexit__()
