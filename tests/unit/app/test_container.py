from pathlib import Path

import pytest
from dependency_injector import providers

from adapters_http import UseCases
from vidcore_app.container import Container
from vidcore_app.settings import Settings


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(settings=Settings(data_dir=tmp_path))


def test_every_provider_can_be_resolved(container: Container) -> None:
    for name, provider in container.providers.items():
        assert provider() is not None, name


def test_everything_is_made_once(container: Container) -> None:
    assert container.use_cases() is container.use_cases()
    assert container.worker() is container.worker()
    assert container.use_cases().store is container.store()
    for name, provider in container.providers.items():
        assert isinstance(provider, providers.Singleton | providers.Dependency), name


def test_http_gets_the_use_cases_alone(container: Container) -> None:
    assert isinstance(container.use_cases(), UseCases)
