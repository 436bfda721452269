"""The shipped contract suites find deliberately wrong adapters."""

import subprocess
import sys
from pathlib import Path

WRONG_ADAPTERS = '''
import hashlib
from contextlib import suppress

import pytest

from vidcore.testing.passwords_contract import PasswordHasherContract
from vidcore.testing.storage import InMemoryUploads, InMemoryWriter
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.memory_tables import StoreMisuseError
from vidcore.testing.store_contract import StoreContract
from vidcore.testing.upload_area_contract import UploadAreaContract
from vidcore.ports.passwords import PasswordHasher


class LeakyStore(InMemoryStore):
    """Keeps what was never committed."""

    def write(self):
        inner = super().write()

        class Leaky:
            async def __aenter__(self):
                self.work = await inner.__aenter__()
                return self.work

            async def __aexit__(self, kind, error, trace):
                with suppress(StoreMisuseError):  # it was committed
                    await self.work.commit()
                return await inner.__aexit__(None, None, None)

        return Leaky()


class OverwritingUploads(InMemoryUploads):
    """Begins anew where it should go on."""

    async def receive(self, name):
        await self.discard(name)
        return await super().receive(name)


class TruncatingHasher(PasswordHasher):
    """Takes 72 bytes of a password, unsalted, as bare bcrypt would."""

    async def hash(self, password):
        return hashlib.sha256(password.encode("utf-8", "replace")[:72]).hexdigest()

    async def verify(self, password, password_hash):
        return password_hash == await self.hash(password)


class TestLeakyStore(StoreContract):
    @pytest.fixture
    async def store(self):
        return LeakyStore()


class TestOverwritingUploads(UploadAreaContract):
    @pytest.fixture
    def area(self):
        return OverwritingUploads()


class TestTruncatingHasher(PasswordHasherContract):
    @pytest.fixture
    def passwords(self):
        return TruncatingHasher()
'''


def test_a_suite_fails_for_an_adapter_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text(WRONG_ADAPTERS)

    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", "asyncio_mode=auto", "-k", "committed or undoes or goes_on or character"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1, ended.stdout
    for promise in (
        "TestLeakyStore::test_what_was_not_committed_never_was",
        "TestOverwritingUploads::test_an_upload_goes_on_behind_what_is_there",
        "TestTruncatingHasher::test_every_character_counts",
    ):
        assert f"FAILED test_wrong.py::{promise}" in ended.stdout
    assert "TestLeakyStore::test_what_was_committed_is_seen" not in ended.stdout
