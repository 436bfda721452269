"""How a service ends, and what it leaves to its next start; see `tests.chaos` for longer proofs."""

import asyncio
import signal
from pathlib import Path

from tests.chaos.installation import SERVE
from tests.chaos.stopping import (
    SENDING_SOON,
    Busy,
    installation,
    kill_the_leader,
    orphan_the_children,
    stop_impatiently,
    stop_politely,
)


async def test_a_stop_lets_answers_end_refuses_new_ones_and_hands_back(tmp_path: Path) -> None:
    async with installation(tmp_path) as here:
        busy = await Busy.make(here, sending=SENDING_SOON)

        await stop_politely(busy)


async def test_another_process_leads_when_the_leader_dies_and_a_second_stop_ends_all_at_once(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path, "--processes", "2") as here:
        await kill_the_leader(here)
        busy = await Busy.make(here)

        await stop_impatiently(busy)


async def test_no_process_outlives_the_parent_for_long(tmp_path: Path) -> None:
    async with installation(tmp_path, "--processes", "2") as here:
        await orphan_the_children(here)


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
