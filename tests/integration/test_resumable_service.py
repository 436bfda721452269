"""Resumable uploads on the whole service, with each of the databases."""

import asyncio
from pathlib import Path
from typing import Any

from adapters_http.tus import CONTENT_TYPE, format_metadata
from tests.integration.running import PASSWORD, Answer, Client, RunningService

TUS = {"Tus-Resumable": "1.0.0"}
SIZE, ROOM = 1_000, 37


async def create(client: Client, **said: str) -> Answer:
    described = format_metadata({"filename": "clip.mkv", **said})
    headers = TUS | {"Upload-Length": str(SIZE), "Upload-Metadata": described}
    return await client("POST", "/api/uploads", headers=headers)


def path_of(answer: Answer) -> str:
    return "/api/uploads/" + answer.headers["Location"].rpartition("/")[2]


async def available(client: Client) -> int:
    answer = await client("POST", "/api/uploads/check", json={"size": 1})
    return int(answer.json["available_bytes"])


async def test_reservations_hold_for_all_at_once_and_over_a_kill(
    empty_database_url: str, tmp_path: Path
) -> None:
    async with RunningService(tmp_path, empty_database_url) as service:
        ada = Client(service.url)
        await ada.log_in("admin", PASSWORD)
        limits = {"weekly_upload_limit_bytes": ROOM * SIZE + SIZE - 1}
        assert (await ada("PATCH", "/api/admin/config", json=limits)).status == 200

        answers = await asyncio.gather(*(create(ada) for _ in range(100)))

        assert sorted(answer.status for answer in answers) == [201] * ROOM + [413] * (100 - ROOM)
        assert await available(ada) == SIZE - 1
        begun = [path_of(answer) for answer in answers if answer.status == 201]
        half: dict[str, Any] = {
            "headers": TUS | {"Content-Type": CONTENT_TYPE, "Upload-Offset": "0"},
            "data": b"x" * (SIZE // 2),
        }
        assert (await ada("PATCH", begun[0], **half)).status == 204

        await service.kill()
        await service.start()

        ada.url = service.url
        assert await available(ada) == SIZE - 1
        looked = await ada("HEAD", begun[0], headers=TUS)
        assert looked.headers["Upload-Offset"] == str(SIZE // 2)
        for path in begun:
            assert (await ada("DELETE", path, headers=TUS)).status == 204
        assert await available(ada) == ROOM * SIZE + SIZE - 1
        assert list((tmp_path / "vidcore-data" / "uploads").iterdir()) == []
        longest = await create(ada, description="\N{GRINNING FACE}" * 5_000)
        assert longest.status == 201
