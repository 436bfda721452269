import pytest

from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource, SecretSource
from vidcore.testing.clock_contract import ClockContract
from vidcore.testing.identity_contract import IdSourceContract, SecretSourceContract
from vidcore_app.system import RandomSecrets, SystemClock, Uuid7Ids


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


class TestUuid7Ids(IdSourceContract):
    @pytest.fixture
    def ids(self) -> IdSource:
        return Uuid7Ids()


class TestRandomSecrets(SecretSourceContract):
    @pytest.fixture
    def secrets(self) -> SecretSource:
        return RandomSecrets()
