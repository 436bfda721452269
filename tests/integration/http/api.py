"""The application on loopback, with everything behind it in memory except files and tokens."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import attrs
import orjson
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from adapters_auth.access_tokens import JwtAccessTokens
from adapters_auth.media_tokens import HmacMediaTokens
from adapters_auth.passwords import BcryptPasswordHasher
from adapters_http import UseCases
from adapters_http.routing import BUSY
from vidcore.lifecycle import Status
from vidcore.media import storyboard_of
from vidcore.ports.tokens import MediaGrant
from vidcore.sessions import AccountCache
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import (
    example_category,
    example_completed,
    example_failed,
    example_invitation,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.memory_tables import Tables
from vidcore.testing.queue import InMemoryQueue
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.users import Role, User
from vidcore.videos import Video

PASSWORD: Final = "correct horse battery"
PUBLIC_URL: Final = "https://videos.example.org"
MISSING_ID: Final = "01890a5d-ac96-774b-bcce-b302099a8057"
SIGNED_FOR: Final = timedelta(hours=6)
HEAD_END: Final = b"\r\n\r\n"
_MAKERS: Final = {
    Status.PENDING: example_video,
    Status.PROCESSING: example_processing,
    Status.FAILED: example_failed,
}


@attrs.frozen(kw_only=True)
class Member:
    """Somebody with an account, and a token to use it with."""

    user: User
    token: str

    @property
    def id(self) -> UUID:
        return self.user.id

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@attrs.frozen(kw_only=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    headers: CIMultiDictProxy[str]
    content: bytes

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"].startswith("application/json")
        return orjson.loads(self.content)

    @property
    def fields(self) -> set[str]:
        """The fields that a 422 blames."""
        return {error["field"] for error in self.json["errors"]}


class LoopbackServer(TestServer):
    """A server whose requests live on when their client goes, as those of the real one do."""

    async def _make_runner(self, **options: Any) -> web.BaseRunner:
        return web.AppRunner(self.app, **(options | {"handler_cancellation": False}))


@attrs.define(kw_only=True)
class Api:
    """The running application and all that a test may look at behind its back."""

    client: TestClient[web.Request, web.Application]
    use_cases: UseCases
    store: InMemoryStore
    account_cache: AccountCache
    clock: FixedClock
    queue: InMemoryQueue
    transcoder: FixedTranscoder
    passwords: BcryptPasswordHasher
    tokens: JwtAccessTokens
    media_tokens: HmacMediaTokens
    uploads: Path
    data: Path
    _numbers: "count[int]" = attrs.Factory(lambda: count(1))

    async def call(self, method: str, path: str, by: Member | None = None, **options: Any) -> Reply:
        headers = dict(by.headers if by else {}) | dict(options.pop("headers", {}))
        url = URL(path, encoded=True)
        async with self.client.request(method, url, headers=headers, **options) as response:
            return await read(response)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A socket to the server, to say on it what no decent client says."""
        server = self.client.server
        assert server.port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        try:
            yield reader, writer
        finally:
            await close(writer)

    @property
    def in_flight(self) -> int:
        """How many requests are being answered."""
        assert self.client.app is not None
        return self.client.app[BUSY].count

    @property
    def tables(self) -> Tables:
        """What is stored at the moment."""
        return self.store._committed

    async def add_member(
        self, name: str | None = None, *, role: Role = Role.USER, **changes: Any
    ) -> Member:
        number = next(self._numbers)
        user = example_user(
            number,
            username=name or f"member-{number}",
            role=role,
            password_hash=await self.passwords.hash(PASSWORD),
            **changes,
        )
        async with self.store.write() as uow:
            await uow.users.add(user)
            await uow.commit()
        return Member(user=user, token=self.tokens.issue(user, self.clock.now()).value)

    def freshly(self, member: Member) -> Member:
        """Give a member with a token of this moment."""
        token = self.tokens.issue(member.user, self.clock.now()).value
        return Member(user=member.user, token=token)

    async def add_admin(self, name: str | None = None, **changes: Any) -> Member:
        return await self.add_member(name, role=Role.ADMIN, **changes)

    async def add_video(
        self, owner: Member, status: Status = Status.PENDING, **changes: Any
    ) -> Video:
        number = next(self._numbers)
        return await self._keep(_MAKERS[status](number, owner.user, **changes))

    async def add_completed(
        self, owner: Member, content: bytes = b"an mp4", jpeg: bytes = b"a jpeg", **changes: Any
    ) -> Video:
        number = next(self._numbers)
        for location, written in (
            (f"videos/{number}.mp4", content),
            (f"{number}.jpg", jpeg),
            (f"{number}.tiles.jpg", b"tiles"),
        ):
            path = self.data / location
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written)
        pictures = {
            "thumbnail": f"{number}.jpg",
            "storyboard": f"{number}.tiles.jpg",
            "storyboard_layout": storyboard_of(duration=12.5, width=640, height=360),
        }
        return await self._keep(example_completed(number, owner.user, **(pictures | changes)))

    async def _keep(self, video: Video) -> Video:
        async with self.store.write() as uow:
            await uow.videos.add(video)
            await uow.commit()
        return video

    async def add_upload(self, owner: Member, **changes: Any) -> UUID:
        """Give the id of a new resumable upload of 1,000 bytes, none of which are there."""
        upload = example_upload(next(self._numbers), owner.user, **changes)
        async with self.store.write() as uow:
            await uow.uploads.add(upload)
            await uow.commit()
        return upload.id

    async def add_category(self, name: str | None = None) -> UUID:
        number = next(self._numbers)
        named = {} if name is None else {"name": name}
        category = example_category(number, **named)
        async with self.store.write() as uow:
            await uow.categories.add(category)
            await uow.commit()
        return category.id

    async def add_invitation(self, **changes: Any) -> tuple[UUID, str]:
        """Give the id and the token of a new invitation."""
        number = next(self._numbers)
        invitation = example_invitation(number, **changes)
        async with self.store.write() as uow:
            await uow.invitations.add(invitation)
            await uow.commit()
        return invitation.id, f"token-{number}"

    async def set_limits(self, **changes: Any) -> None:
        async with self.store.write() as uow:
            await uow.config.save(attrs.evolve(await uow.config.get(), **changes))
            await uow.commit()

    async def switch_off(self, member: Member) -> None:
        async with self.store.write() as uow:
            user = await uow.users.get(member.id)
            await uow.users.save(user.with_active(is_active=False, other_active_admins=9))
            await uow.commit()
        self.account_cache.forget(member.id)

    def media_token(self, member: Member, video: Video) -> str:
        grant = MediaGrant(
            video_id=video.id,
            user_id=member.id,
            epoch=member.user.token_epoch,
            expires_at=self.clock.now() + SIGNED_FOR,
        )
        return self.media_tokens.sign(grant)

    def nothing_is_left(self) -> bool:
        """Say whether no upload left a record, a reservation, a video or a byte."""
        return not (self.tables.uploads or self.tables.videos or list(self.uploads.iterdir()))

    def used_bytes(self, member: Member) -> int:
        return self.tables.users[member.id].used_bytes(self.clock.now())


async def read(response: ClientResponse) -> Reply:
    return Reply(status=response.status, headers=response.headers, content=await response.read())


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        return  # the server has gone first


async def read_reply(reader: asyncio.StreamReader) -> Reply:
    """Read one answer with a Content-Length from a socket."""
    head = await asyncio.wait_for(reader.readuntil(HEAD_END), 10)
    status_line, *lines = head.decode("latin-1").strip().split("\r\n")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, _, value = line.partition(": ")
        headers.add(name, value)
    body = await asyncio.wait_for(reader.readexactly(int(headers.get("Content-Length", "0"))), 10)
    return Reply(
        status=int(status_line.split()[1]), headers=CIMultiDictProxy(headers), content=body
    )


def check_error(reply: Reply, status: int, code: str) -> Mapping[str, Any]:
    """Assert that an answer is a failure of the contract's shape, and give its body."""
    body = reply.json
    assert (reply.status, body["error_code"]) == (status, code), body
    assert set(body) == {"detail", "error_code"} | ({"errors"} if status == 422 else set())
    assert body["detail"]
    for error in body.get("errors", ()):
        assert set(error) == {"field", "message"}
        assert error["message"]
    assert reply.headers["X-Request-ID"]
    return dict(body)


async def until(condition: Any, seconds: float = 5.0) -> None:
    """Wait for `condition()` to become true. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
