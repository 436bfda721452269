"""Some 1,700 requests that no decent client sends, on real sockets: each is answered as promised.

Never a 5xx, every error in the contract's shape, and nothing changed in the store but by a success.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import attrs
import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from structlog.testing import capture_logs

from adapters_http import HttpSettings, Server, create_app, listen
from adapters_http.errors import STATUS_AND_CODE
from tests.integration.http import hostile, hostile_bodies, hostile_framing, hostile_resuming
from tests.integration.http.api import HEAD_END, PUBLIC_URL, Api, Member, Reply, check_error
from tests.integration.http.hostile import Hostile, World
from vidcore.testing.memory_tables import Tables

FAMILIES: list[Callable[[World], Iterator[Hostile]]] = [
    hostile.paths,
    hostile.headers,
    hostile.ranges,
    hostile.ids,
    hostile.tokens,
    hostile_bodies.json_bodies,
    hostile_bodies.content_types,
    hostile_framing.framing,
    hostile_framing.first_lines,
    hostile_bodies.forms,
    hostile_bodies.queries,
    hostile_resuming.resuming,
]
CODES = {(int(status), code) for status, code in STATUS_AND_CODE.values()}
PATIENCE = 10.0  # seconds


class Conversation(asyncio.Protocol):
    """Says something, and hears all until the server hangs up, which it does by itself."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.heard = bytearray()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._raw)

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def connection_lost(self, _: Exception | None) -> None:
        self.over.set_result(None)


async def replies(port: int, raw: bytes) -> list[Reply]:
    """Send bytes and give all answers. Raises TimeoutError if the server does not hang up."""
    loop = asyncio.get_running_loop()
    transport, said = await loop.create_connection(lambda: Conversation(raw), "127.0.0.1", port)
    try:
        await asyncio.wait_for(said.over, PATIENCE)
    finally:
        transport.close()
    return list(parsed(bytes(said.heard)))


def parsed(heard: bytes) -> Iterator[Reply]:
    """Take answers apart; all have a Content-Length."""
    while heard:
        head, _, heard = heard.partition(HEAD_END)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        status = int(status_line.split()[1])
        named: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(": ")
            named.add(name, value)
        size = int(named.get("Content-Length", "0"))
        yield Reply(status=status, headers=CIMultiDictProxy(named), content=heard[:size])
        heard = heard[size:]


@pytest.fixture
def app(api: Api) -> web.Application:
    return create_app(api.use_cases, HttpSettings(public_url=PUBLIC_URL))


@pytest.fixture
async def port(app: web.Application, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A real server, impatient with bodies that never end."""
    monkeypatch.setattr("adapters_http.routing.BODY_TIME", 0.3)
    monkeypatch.setattr("adapters_http.body.SILENCE", 0.3)
    server = Server(app, listen("127.0.0.1", 0))
    yield await server.start()
    await server.stop()


@pytest.fixture
async def world(api: Api, admin: Member) -> World:
    video = await api.add_completed(admin)
    invitation, _ = await api.add_invitation()
    category = await api.add_category()
    return World(asker=admin, video=video.id, category=category, invitation=invitation)


def remembered(api: Api) -> Tables:
    """What is stored, but for failed log-ins, which are there to be remembered."""
    return attrs.evolve(api.tables.copy(), failures=[])


def files(api: Api) -> list[str]:
    return sorted(str(path) for path in api.data.rglob("*"))


def assert_as_promised(case: Hostile, reply: Reply) -> None:
    assert reply.status < 500, reply
    assert reply.headers["X-Request-ID"]
    assert "X-Evil" not in reply.headers
    assert b"root:" not in reply.content
    if reply.status >= 400:
        code = reply.json["error_code"]
        check_error(reply, reply.status, code)
        assert (reply.status, code) in CODES
        for secret in ("Traceback", ".py", "SELECT", str(hostile.__file__)):
            assert secret not in reply.json["detail"], reply.json
        assert ("WWW-Authenticate" in reply.headers) == (reply.status == 401)
    else:
        assert not case.refused, reply


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
async def test_a_hostile_request_is_refused_as_promised_and_changes_nothing(
    api: Api, port: int, world: World, family: Callable[[World], Iterator[Hostile]]
) -> None:
    cases = list(family(world))
    wrong: list[str] = []
    with capture_logs() as logs:
        for case in cases:
            before = remembered(api), files(api)
            api.tables.failures.clear()  # else the throttle answers all of them
            try:
                [reply] = await replies(port, case.raw)
                assert_as_promised(case, reply)
                if reply.status >= 400:
                    assert (remembered(api), files(api)) == before
            except (AssertionError, ValueError, TimeoutError) as error:
                wrong.append(f"{case.label}: {error!r}")
            assert (await api.call("GET", f"/api/videos/{world.video}", world.asker)).status == 200

    assert len(cases) >= 40
    assert wrong == []
    assert [line for line in logs if line["event"] == "crash"] == []
