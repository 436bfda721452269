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
from vidcore.catalogue import VideoQuery
from vidcore.pages import PageRequest
from vidcore.sessions import AccountCache
from vidcore.testing.examples import (
    example_category,
    example_completed,
    example_invitation,
    example_user,
    example_video,
)
from vidcore.users import Role
from vidcore_app.container import Container
from vidcore_app.service import opened
from vidcore_app.settings import Settings

MEMBER: Final = example_user(1)
PASSWORD: Final = "a password of a member"
LOGIN_STATEMENTS: Final = 8
SHELF: Final = example_category(3)
WATCHED: Final = example_completed(4, MEMBER, category_id=SHELF.id)


@attrs.frozen(kw_only=True)
class Service:
    """The application on a database of its own."""

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
            seen.append(" ".join(statement.partition("FROM ")[2].split()[:1]))

        for engine in (engines.read, engines.write):
            sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in (engines.read, engines.write):
                sa.event.remove(engine.sync_engine, "before_cursor_execute", note)


@asynccontextmanager
async def serving(
    folder: Path, database_url: str, believed_for: timedelta
) -> AsyncIterator[Service]:
    # A queue that needs no tables: this database is shared with other tests.
    settings = Settings(data_dir=folder, database_url=database_url, queue="embedded")
    container = Container(settings=settings)
    container.account_cache.override(providers.Object(AccountCache(believed_for=believed_for)))
    async with opened(container):
        async with container.store().write() as work:
            await work.users.add(MEMBER)
            await work.commit()
        app = create_app(container.use_cases(), HttpSettings(public_url="http://localhost"))
        async with TestClient(TestServer(app)) as client:
            yield Service(container=container, client=client)


@pytest.fixture
async def service(tmp_path: Path, database_url: str) -> AsyncIterator[Service]:
    """Believes longer than any test takes."""
    async with serving(tmp_path, database_url, timedelta(hours=1)) as service:
        yield service


async def test_a_member_is_looked_up_once_and_then_believed(service: Service) -> None:
    cold = await service.get("/api/categories")
    warm = await service.get("/api/categories")

    assert cold == ["users", *warm]
    assert len(warm) == 1
    assert "users" not in warm


async def test_a_service_that_believes_nothing_looks_each_time(
    tmp_path: Path, database_url: str
) -> None:
    async with serving(tmp_path, database_url, timedelta()) as service:
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


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/api/videos", 1),
        ("/api/videos?sort_by=view_count&order=asc&status=completed", 1),
        ("/api/videos?q=cat&page_size=100", 1),
        (f"/api/videos?category_id={SHELF.id}&uploaded_by={MEMBER.id}", 1),
        (f"/api/users/{MEMBER.id}/videos", 1),
        (f"/api/videos/{WATCHED.id}", 1),
        ("/api/categories", 1),
        ("/api/users", 2),
        ("/api/invitations", 1),
        (f"/api/users/{MEMBER.id}", 2),
    ],
)
async def test_a_warm_request_reads_once_what_it_shows(
    service: Service, path: str, statements: int
) -> None:
    async with service.container.store().write() as work:
        await work.categories.add(SHELF)
        await work.videos.add(WATCHED)
        await work.invitations.add(example_invitation(5))
        await work.commit()
    await service.container.change_role()(user_id=MEMBER.id, role=Role.ADMIN)
    await service.get(path)

    assert len(await service.get(path)) == statements


async def test_a_list_with_a_video_that_waits_looks_at_the_line_once_more(service: Service) -> None:
    async with service.container.store().write() as work:
        await work.videos.add(example_video(6, MEMBER))
        await work.commit()
    await service.get("/api/videos")

    assert len(await service.get("/api/videos")) == 2


async def test_the_next_page_by_cursor_reads_once(service: Service) -> None:
    async with service.container.store().write() as work:
        for number in range(10, 13):
            await work.videos.add(example_completed(number, MEMBER))
        await work.commit()
    async with service.container.store().read() as work:
        page = await work.videos.page(VideoQuery(), PageRequest(page_size=1))
    path = f"/api/videos?page_size=1&cursor={page.next_cursor}"
    await service.get(path)

    assert len(await service.get(path)) == 1


async def test_a_login_reads_its_name_and_its_failures(service: Service) -> None:
    hashed = await service.container.passwords().hash(PASSWORD)
    async with service.container.store().write() as work:
        await work.users.save(attrs.evolve(MEMBER, password_hash=hashed))
        await work.commit()
    credentials = {"username": MEMBER.username, "password": PASSWORD}

    counts = []
    for _ in range(2):
        with service.tables_read() as read:
            async with service.client.post("/api/auth/login", json=credentials) as response:
                assert response.status == 200, await response.text()
        counts.append(len(read))

    assert counts[0] == counts[1] <= LOGIN_STATEMENTS


@pytest.mark.parametrize("query", ["cursor=garbage", "cursor=", "cursor=%C3%A9&page=2"])
@pytest.mark.parametrize("path", ["/api/videos", f"/api/users/{MEMBER.id}/videos"])
async def test_what_is_no_cursor_is_refused_by_its_field(
    service: Service, path: str, query: str
) -> None:
    token = service.container.tokens().issue(MEMBER, service.container.clock().now()).value
    headers = {"Authorization": f"Bearer {token}"}

    async with service.client.get(f"{path}?{query}", headers=headers) as response:
        answer = await response.json()

    assert (response.status, answer["error_code"]) == (422, "validation_error")
    assert [error["field"] for error in answer["errors"]] == ["cursor"]
