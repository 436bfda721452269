import pytest

from vidcore.ports.identity import IdSource, SecretSource
from vidcore.testing.identity_contract import IdSourceContract, SecretSourceContract
from vidcore_app.system import RandomSecrets, Uuid7Ids


class TestUuid7Ids(IdSourceContract):
    @pytest.fixture
    def ids(self) -> IdSource:
        return Uuid7Ids()


class TestRandomSecrets(SecretSourceContract):
    @pytest.fixture
    def secrets(self) -> SecretSource:
        return RandomSecrets()
