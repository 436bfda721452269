"""Resumable uploads whose parts come with checksums."""

import os

import pytest

from tests.integration.http.api import Api, Member, check_error, until
from tests.integration.http.resumable import (
    begin,
    bytes_of,
    offset_of,
    patch,
    patch_head,
    sha,
)

MIB = 1 << 20
LARGE = os.urandom(3 * MIB + 7)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_bytes_with_another_checksum_are_not_kept(
    api: Api, member: Member, algorithm: str
) -> None:
    path = await begin(api, member, size=len(LARGE))
    half = len(LARGE) // 2
    good = {"Upload-Checksum": sha(algorithm, LARGE[:half])}
    assert (await patch(api, member, path, LARGE[:half], headers=good)).status == 204

    wrong = {"Upload-Checksum": sha(algorithm, LARGE)}
    refused = await patch(api, member, path, LARGE[half:], offset=half, headers=wrong)

    check_error(refused, 460, "checksum_mismatch")
    assert bytes_of(api, path) == LARGE[:half]
    assert await offset_of(api, member, path) == half
    right = {"Upload-Checksum": sha(algorithm, LARGE[half:])}
    done = await patch(api, member, path, LARGE[half:], offset=half, headers=right)
    assert "X-Video-ID" in done.headers
    assert bytes_of(api, path) == LARGE


async def test_a_checked_part_that_breaks_off_is_not_kept(api: Api, member: Member) -> None:
    path = await begin(api, member, size=len(LARGE))
    await patch(api, member, path, LARGE[:10])
    async with api.connection() as (_, writer):
        line = f"Upload-Checksum: {sha('sha1', LARGE[10:])}"
        writer.write(patch_head(member, path, len(LARGE) - 10, line, offset=10))
        writer.write(LARGE[10 : 2 * MIB])
        await writer.drain()
        writer.write_eof()
    await until(lambda: api.in_flight == 0)

    assert await offset_of(api, member, path) == 10
    assert bytes_of(api, path) == LARGE[:10]


async def test_what_a_crash_left_unchecked_does_not_count_and_is_written_over(
    api: Api, member: Member
) -> None:
    path = await begin(api, member, size=len(LARGE))
    await patch(api, member, path, LARGE[:10])
    (upload,) = api.tables.uploads.values()
    await api.use_cases.mark_unchecked(upload_id=upload.id, start=10)
    with (api.uploads / str(upload.id)).open("ab") as file:
        file.write(b"?" * MIB)

    assert await offset_of(api, member, path) == 10
    done = await patch(api, member, path, LARGE[10:], offset=10)

    assert "X-Video-ID" in done.headers
    assert bytes_of(api, path) == LARGE
    (video,) = api.tables.videos.values()
    assert video.sha256 is not None
