"""When a process is told to stop, and by whom."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from vidcore_app.stopping import SIGNALS, told_to_stop


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave signals to the tests' own process as they were."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_each_signal_tells_once_and_brings_back_the_default() -> None:
    for number in SIGNALS:
        with told_to_stop() as told:
            assert not told.is_set()

            os.kill(os.getpid(), number)

            async with asyncio.timeout(5):
                await told.wait()
            assert signal.getsignal(number) is signal.SIG_DFL


async def test_with_a_parent_any_number_of_signals_tells_once() -> None:
    reading, writing = os.pipe()
    with told_to_stop(parent=reading) as told:
        for number in (*SIGNALS, *SIGNALS):
            os.kill(os.getpid(), number)
            async with asyncio.timeout(5):
                await told.wait()
            await asyncio.sleep(0)  # and this process still lives
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    os.close(reading)
    os.close(writing)


async def test_the_end_of_the_parent_is_a_first_signal() -> None:
    reading, writing = os.pipe()
    with told_to_stop(parent=reading) as told:
        os.close(writing)

        async with asyncio.timeout(5):
            await told.wait()
        os.kill(os.getpid(), signal.SIGTERM)  # of a control group whose first process was killed
        await asyncio.sleep(0)
    os.close(reading)


TOLD = """
import asyncio, os, sys
from vidcore_app.stopping import told_to_stop

async def main():
    with told_to_stop(parent=int(sys.argv[1])) as told:
        print("ready", flush=True)
        await told.wait()
        print("told", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_the_end_of_the_parent_ends_at_once_what_was_told_before() -> None:
    reading, writing = os.pipe()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TOLD, str(reading)), pass_fds=(reading,), stdout=subprocess.PIPE
    )
    os.close(reading)
    assert child.stdout is not None
    async with asyncio.timeout(30):
        assert await child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGINT)
        assert await child.stdout.readline() == b"told\n"
        child.send_signal(signal.SIGTERM)

        os.close(writing)

        assert await child.wait() == -signal.SIGTERM
        assert await child.stdout.read() == b""
