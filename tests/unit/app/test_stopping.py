"""When a process is told to stop, and by whom."""

import asyncio
import os
import signal
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


async def test_the_end_of_the_parent_is_a_first_signal() -> None:
    reading, writing = os.pipe()
    with told_to_stop(parent=reading) as told:
        os.close(writing)

        async with asyncio.timeout(5):
            await told.wait()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    os.close(reading)


async def test_the_end_of_the_parent_is_a_second_signal_too() -> None:
    reading, writing = os.pipe()
    heard = asyncio.Event()
    with told_to_stop(parent=reading) as told:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            await told.wait()
        # In the place of the default, which would end the tests.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, heard.set)

        os.close(writing)

        async with asyncio.timeout(5):
            await heard.wait()
    os.close(reading)
