"""What an authenticated request asks the database: nothing about who is asking, for a second."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from dependency_injector import providers

from adapters_http import HttpSettings, create_app
from vidcore.sessions import AccountCache
from vidcore.testing.examples import example_user
from vidcore.users import Role
from vidcore_app.container import Container
from vidcore_app.service import opened
from vidcore_app.settings import Settings

MEMBER: Final = example_user(1)


@attrs.frozen(kw_only=True)
class Service:
    """The application on a SQLite of its own."""

    container: Container
    client: TestClient[web.Request, web.Application]

    async def get(self, path: str) -> list[str]:
        """Get what a member may see, and give the tables that were read for it, in order."""
        now = self.container.clock().now()
        token = self.container.tokens().issue(MEMBER, now).value
        headers = {"Authorization": f"Bearer {token}"}
        with self.tables_read() as tables:
            async with self.client.get(path, headers=headers) as response:
                assert response.status == 200, await response.text()
        return tables

    @contextmanager
    def tables_read(self) -> Iterator[list[str]]:
        engines, seen = self.container.store().engines, list[str]()

        def note(_: object, __: object, statement: str, *___: object) -> None:
            seen.append(statement.partition("FROM ")[2].split()[0])

        for engine in (engines.read, engines.write):
            sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in (engines.read, engines.write):
                sa.event.remove(engine.sync_engine, "before_cursor_execute", note)


@asynccontextmanager
async def serving(folder: Path, believed_for: timedelta) -> AsyncIterator[Service]:
    container = Container(settings=Settings(data_dir=folder))
    container.account_cache.override(providers.Object(AccountCache(believed_for=believed_for)))
    async with opened(container):
        async with container.store().write() as work:
            await work.users.add(MEMBER)
            await work.commit()
        app = create_app(container.use_cases(), HttpSettings(public_url="http://localhost"))
        async with TestClient(TestServer(app)) as client:
            yield Service(container=container, client=client)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """Believes longer than any test takes."""
    async with serving(tmp_path, timedelta(hours=1)) as service:
        yield service


async def test_a_member_is_looked_up_once_and_then_believed(service: Service) -> None:
    cold = await service.get("/api/categories")
    warm = await service.get("/api/categories")

    assert cold == ["users", *warm]
    assert len(warm) == 1
    assert "users" not in warm


async def test_a_service_that_believes_nothing_looks_each_time(tmp_path: Path) -> None:
    async with serving(tmp_path, timedelta()) as service:
        first = await service.get("/api/categories")

        assert first[0] == "users"
        assert await service.get("/api/categories") == first


async def test_the_own_account_is_read_anew_and_once(service: Service) -> None:
    await service.get("/api/auth/me")

    assert await service.get("/api/auth/me") == ["users", "config"]


async def test_a_change_makes_the_next_request_look_again(service: Service) -> None:
    await service.get("/api/categories")

    await service.container.change_role()(user_id=MEMBER.id, role=Role.ADMIN)

    assert (await service.get("/api/categories"))[0] == "users"
    assert "users" not in await service.get("/api/categories")
