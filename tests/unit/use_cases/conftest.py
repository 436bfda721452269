import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from vidcore.testing.examples import example_config


@pytest.fixture
async def platform() -> MemoryPlatform:
    platform = MemoryPlatform()
    await platform.add(example_config())
    return platform
