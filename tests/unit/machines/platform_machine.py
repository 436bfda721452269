"""What every machine on the platform in memory needs: a loop of its own, a clock, and refusals."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, TypeVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from tests.unit.use_cases.memory_platform import MemoryPlatform

T = TypeVar("T")


class PlatformMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.platform = MemoryPlatform()

    def teardown(self) -> None:
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @property
    def now(self) -> datetime:
        return self.platform.clock.now()

    def expect(self, refused: set[type[Exception]], work: Coroutine[Any, Any, T]) -> T | None:
        """Expect `work` to succeed if `refused` is empty, else one of these errors and no change."""
        self.platform.forget_attempts()  # the throttle has tests of its own
        if not refused:
            return self.run(work)
        before = (self.platform.but_for_attempts(), self.platform.bytes_kept())
        with pytest.raises(tuple(refused)) as raised:
            self.run(work)
        assert raised.type in refused
        assert (self.platform.but_for_attempts(), self.platform.bytes_kept()) == before
        return None
