"""How a service ends."""

import asyncio

import pytest
from structlog.testing import capture_logs

from vidcore_app.service import _together


async def test_what_ends_together_ends_whatever_fails_and_no_fault_is_lost() -> None:
    ended: list[str] = []

    async def fail(reason: str) -> None:
        raise OSError(reason)

    async def end() -> None:
        await asyncio.sleep(0.001)
        ended.append("well")

    with capture_logs() as logs, pytest.raises(OSError, match="first"):
        await _together(lambda: fail("first"), end, lambda: fail("second"))

    assert ended == ["well"]
    assert [str(line["exc_info"]) for line in logs] == ["second"]
