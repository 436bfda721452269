"""The page on webhooks: its receiver runs, and its numbers are the code's."""

import asyncio
import os
import re
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from adapters_http.webhook_sender import AiohttpWebhookSender
from tests.integration.receiving_webhooks import PATIENCE, SECRET
from vidcore.signatures import sign_webhook, webhook_key
from vidcore.webhooks import (
    ATTEMPT_MAX,
    BACK_OFF,
    BACK_OFF_MAX,
    DELIVERED_KEPT,
    TRIES_MAX,
    UNDELIVERED_KEPT,
    WebhookAnswer,
    WebhookEvent,
)

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODY = b'{"type":"video.completed","data":{"id":"42"}}'


async def send(port: int, message_id: str, key: bytes) -> WebhookAnswer:
    """Send to the receiver, as soon as it listens."""
    sender = AiohttpWebhookSender(allow_private=True)
    now = datetime.now(UTC)  # noqa: TID251 - the receiver compares with the machine's clock
    headers = sign_webhook(key, id=message_id, body=BODY, at=now)
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await sender.send(f"http://127.0.0.1:{port}/", headers, BODY)
            if answer.status is not None:
                return answer
            await asyncio.sleep(0.05)


async def test_the_receiver_of_the_page_takes_what_is_genuine_once(tmp_path: Path) -> None:
    (code,) = re.findall(r"(?ms)^```python\n(.*?)^```$", PAGE)
    script = tmp_path / "receiver.py"
    script.write_text(code)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script)),
        env={**os.environ, "PORT": str(port), "WEBHOOK_SECRET": SECRET},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        statuses = [
            (await send(port, "a", b"another key" * 3)).status,
            (await send(port, "b", webhook_key(SECRET))).status,
            (await send(port, "b", webhook_key(SECRET))).status,
            (await send(port, "c", webhook_key(SECRET))).status,
        ]
    finally:
        process.kill()
        printed, _ = await process.communicate()

    assert statuses == [401, 204, 204, 204]
    assert printed.decode().splitlines() == ["video.completed 42"] * 2


def test_the_numbers_of_the_page_are_the_codes() -> None:
    for promise in (
        f"within {ATTEMPT_MAX.seconds} seconds",
        f"first pause has {BACK_OFF.seconds} seconds",
        f"up to {BACK_OFF_MAX.seconds // 3600} hours",
        f"After {TRIES_MAX} tries",
        f"kept for {DELIVERED_KEPT.days} days",
        f"what is not for {UNDELIVERED_KEPT.days}",
        *(f"| `{event}` |" for event in WebhookEvent),
    ):
        assert promise in " ".join(PAGE.split("\n")), promise
