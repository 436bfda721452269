"""Forms that find the disk full: refused, and nothing of them stays; the service goes on."""

import asyncio
import os
from collections.abc import Iterator
from io import BytesIO

import pytest

from tests.integration.disks import SmallDisk, small_disk_at
from tests.integration.http.api import Api, Member, Reply, check_error, read_reply
from tests.integration.http.forms import post_form, upload_form, upload_head
from vidcore.errors import StorageFullError

MIB = 1 << 20
REFUSAL = {True: (507, "storage_full"), False: (503, "service_unavailable")}


@pytest.fixture
def disk(api: Api) -> Iterator[SmallDisk]:
    """The disk of the upload area."""
    with small_disk_at(api.uploads) as disk:
        yield disk


def roomy(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    """Let the disk say that it has room, as one does that others fill after it was asked."""

    async def free_bytes(_: object) -> int:
        return 1 << 40

    monkeypatch.setattr(type(api.use_cases.uploads), "free_bytes", free_bytes)


@pytest.mark.parametrize("size", [2 * MIB, 20 * MIB])
async def test_a_disk_that_fills_up_on_the_way_refuses_a_form_and_the_next_is_taken(
    api: Api, member: Member, disk: SmallDisk, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = upload_form(os.urandom(size))
    roomy(monkeypatch, api)

    refused = await post_form(api, member, BytesIO(body))

    check_error(refused, *REFUSAL[disk.fault is StorageFullError])
    assert api.nothing_is_left()
    assert api.used_bytes(member) == 0
    disk.enlarge()
    taken = await post_form(api, member, BytesIO(body))
    assert (taken.status, taken.json["file_size_bytes"]) == (201, size)


async def test_many_forms_at_once_on_a_full_disk_are_all_refused_and_leave_nothing(
    api: Api, member: Member, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = upload_form(os.urandom(5 * MIB))
    roomy(monkeypatch, api)

    async def send() -> Reply:
        async with api.connection() as (reader, writer):
            writer.write(upload_head(member, len(body)) + body)
            return await read_reply(reader)

    for refused in await asyncio.gather(*(send() for _ in range(5))):
        check_error(refused, *REFUSAL[disk.fault is StorageFullError])

    assert api.nothing_is_left()
    assert api.used_bytes(member) == 0
