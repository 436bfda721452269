"""Resumable uploads whose connections hang, break, or come two at a time."""

import asyncio
import os

import pytest

from adapters_fs.writer import FilesystemUploadWriter
from adapters_http.routing import DRAINING, TURNS
from tests.integration.http.api import HEAD_END, Api, Member, check_error, read_reply, until
from tests.integration.http.resumable import (
    CLIP,
    FILE,
    begin,
    bytes_of,
    create,
    delete,
    head,
    offset_of,
    patch,
    patch_head,
    path_of,
    post_head,
)
from vidcore.errors import ServiceUnavailableError

KIB, MIB = 1 << 10, 1 << 20
LARGE = os.urandom(3 * MIB + 7)


def is_busy(api: Api, path: str) -> bool:
    """Say whether some request is at the upload."""
    assert api.client.app is not None
    return path.rpartition("/")[2] in map(str, api.client.app[TURNS]._present)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of all blocks that writers have taken."""
    sizes: list[int] = []
    write = FilesystemUploadWriter.write

    async def note(writer: FilesystemUploadWriter, block: bytes) -> None:
        await write(writer, block)
        sizes.append(len(block))

    monkeypatch.setattr(FilesystemUploadWriter, "write", note)
    return sizes


async def test_a_broken_line_costs_nothing_that_had_arrived(
    api: Api, member: Member, taken: list[int]
) -> None:
    path = await begin(api, member, size=len(LARGE))
    offset = 0
    for cut in (1, 2 * MIB, 70 * KIB):
        async with api.connection() as (_, writer):
            writer.write(patch_head(member, path, len(LARGE) - offset, offset=offset))
            writer.write(LARGE[offset : offset + cut])
            await until(lambda all_of_it=offset + cut: sum(taken) == all_of_it)
        await until(lambda: api.in_flight == 0)
        now = await offset_of(api, member, path)
        assert now == offset + cut
        offset = now

    done = await patch(api, member, path, LARGE[offset:], offset=offset)

    assert "X-Video-ID" in done.headers
    assert bytes_of(api, path) == LARGE


@pytest.mark.parametrize("comes_back", ["HEAD", "PATCH", "DELETE"])
async def test_who_comes_back_does_not_wait_for_the_hanging_connection(
    api: Api, member: Member, comes_back: str, taken: list[int]
) -> None:
    path = await begin(api, member)
    async with api.connection() as (reader, writer):
        writer.write(patch_head(member, path, len(FILE)) + FILE[:100])
        await until(lambda: sum(taken) == 100)
        started = asyncio.get_running_loop().time()
        match comes_back:
            case "HEAD":
                assert await offset_of(api, member, path) == 100
            case "PATCH":
                refused = await patch(api, member, path, FILE[200:], offset=200)
                check_error(refused, 409, "upload_offset_mismatch")
                assert refused.headers["Upload-Offset"] == "100"
            case "DELETE":
                assert (await delete(api, member, path)).status == 204
        assert asyncio.get_running_loop().time() - started < 5
        check_error(await read_reply(reader), 409, "upload_taken_over")

    if comes_back == "DELETE":
        assert api.nothing_is_left()
    else:
        done = await patch(api, member, path, FILE[100:], offset=100)
        assert "X-Video-ID" in done.headers
        assert bytes_of(api, path) == FILE


async def test_of_many_who_come_at_once_the_last_goes_on_and_no_byte_is_mixed(
    api: Api, member: Member
) -> None:
    path = await begin(api, member, size=len(LARGE))

    async def send() -> int:
        for _ in range(60):
            await until(lambda: not is_busy(api, path))
            offset = await offset_of(api, member, path)
            reply = await patch(
                api, member, path, LARGE[offset : offset + 300 * KIB], offset=offset
            )
            if "X-Video-ID" in reply.headers:
                return 1
            assert reply.status in (204, 409), reply.content
        return 0

    finished = await asyncio.gather(*(send() for _ in range(4)))

    assert sum(finished) >= 1
    assert bytes_of(api, path) == LARGE
    assert len(api.tables.videos) == 1
    assert api.used_bytes(member) == len(LARGE)


async def test_a_creation_that_breaks_off_leaves_only_what_can_be_found_again(
    api: Api, member: Member, taken: list[int]
) -> None:
    async def break_off(*, fingerprint: str | None, comes_back: bool) -> None:
        said = dict(CLIP) if fingerprint is None else {**CLIP, "fingerprint": fingerprint}
        taken.clear()
        async with api.connection() as (_, writer):
            writer.write(post_head(member, len(FILE), said) + FILE[:100])
            await until(lambda: sum(taken) == 100)
            if comes_back:
                (found,) = (await api.call("GET", "/api/uploads", member)).json["items"]
                path = f"/api/uploads/{found['id']}"
                assert await offset_of(api, member, path) == 100
        await until(lambda: api.in_flight == 0)

    await break_off(fingerprint=None, comes_back=False)
    assert api.nothing_is_left()
    await break_off(fingerprint=None, comes_back=True)
    (found,) = api.tables.uploads
    assert await offset_of(api, member, f"/api/uploads/{found}") == 100
    await break_off(fingerprint="f", comes_back=False)
    (again,) = set(api.tables.uploads) - {found}
    assert await offset_of(api, member, f"/api/uploads/{again}") == 100


async def test_a_silent_client_is_given_up_and_keeps_what_it_sent(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.body.SILENCE", 0.2)
    path = await begin(api, member)
    async with api.connection() as (reader, writer):
        writer.write(patch_head(member, path, len(FILE)) + FILE[:100])
        check_error(await read_reply(reader), 400, "malformed_request")

    assert await offset_of(api, member, path) == 100


async def test_a_service_that_stops_ends_uploads_and_keeps_what_they_sent(
    api: Api, member: Member, taken: list[int]
) -> None:
    path = await begin(api, member)
    assert api.client.app is not None
    async with api.connection() as (reader, writer):
        writer.write(patch_head(member, path, len(FILE)) + FILE[:100])
        await until(lambda: sum(taken) == 100)
        api.client.app[DRAINING].set()
        writer.write(FILE[100:200])
        reply = await read_reply(reader)

    check_error(reply, 503, "service_unavailable")
    api.client.app[DRAINING].clear()
    assert await offset_of(api, member, path) == 100


async def test_a_client_that_asks_first_hears_of_a_wrong_place_before_it_sends(
    api: Api, member: Member
) -> None:
    path = await begin(api, member)
    async with api.connection() as (reader, writer):
        writer.write(patch_head(member, path, 10, "Expect: 100-continue", offset=10))
        check_error(await read_reply(reader), 409, "upload_offset_mismatch")
    async with api.connection() as (reader, writer):
        writer.write(patch_head(member, path, 10, "Expect: 100-continue"))
        interim = await asyncio.wait_for(reader.readuntil(HEAD_END), 5)
        writer.write(FILE[:10])
        assert (await read_reply(reader)).status == 204

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"


async def test_an_upload_that_another_process_writes_to_is_busy(api: Api, member: Member) -> None:
    path = await begin(api, member)
    elsewhere = await api.use_cases.uploads.receive(path.rpartition("/")[2])

    refused = await patch(api, member, path, FILE)

    check_error(refused, 503, "service_unavailable")
    assert refused.headers["Retry-After"]
    await elsewhere.abandon()
    assert (await patch(api, member, path, FILE)).status == 204


async def test_an_upload_that_is_being_completed_is_not_broken_off(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await begin(api, member)
    probing, go_on = asyncio.Event(), asyncio.Event()
    probe = api.transcoder.probe

    async def slowly(source: str) -> object:
        probing.set()
        await go_on.wait()
        return await probe(source)

    monkeypatch.setattr(api.transcoder, "probe", slowly)
    sending = asyncio.ensure_future(patch(api, member, path, FILE))
    await asyncio.wait_for(probing.wait(), 5)
    looking = asyncio.ensure_future(head(api, member, path))
    await until(lambda: api.in_flight == 2)

    go_on.set()
    sent, looked = await asyncio.gather(sending, looking)

    (video,) = api.tables.videos.values()
    assert sent.headers["X-Video-ID"] == looked.headers["X-Video-ID"] == str(video.id)


async def test_who_cannot_have_the_upload_in_time_is_told_to_come_again(
    api: Api, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters_http.receiving.PATIENCE", 0.1)
    path = await begin(api, member)
    probing, go_on = asyncio.Event(), asyncio.Event()

    async def hang(_: str) -> object:
        probing.set()
        await go_on.wait()
        raise ServiceUnavailableError("Too many processes.")

    monkeypatch.setattr(api.transcoder, "probe", hang)
    sending = asyncio.ensure_future(patch(api, member, path, FILE))
    await asyncio.wait_for(probing.wait(), 5)

    refused = await patch(api, member, path, b"", offset=len(FILE))

    check_error(refused, 503, "service_unavailable")
    go_on.set()
    check_error(await sending, 503, "service_unavailable")


async def test_a_hundred_creations_at_once_with_room_for_37_make_37(
    api: Api, member: Member
) -> None:
    await api.set_limits(weekly_upload_limit_bytes=37 * 1_000 + 999)

    replies = await asyncio.gather(*(create(api, member, size=1_000) for _ in range(100)))

    made = [reply for reply in replies if reply.status == 201]
    assert len(made) == 37
    for reply in replies:
        if reply.status != 201:
            check_error(reply, 413, "quota_exceeded")
            assert int(reply.headers["Retry-After"]) > 0
    for reply in made[:5]:
        assert (await delete(api, member, path_of(reply))).status == 204
    replies = await asyncio.gather(*(create(api, member, size=1_000) for _ in range(9)))
    assert sorted(reply.status for reply in replies) == [201] * 5 + [413] * 4
