"""The numbers of a service that is several processes."""

import asyncio
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.integration.running import Client, RunningService

REQUESTS = 40


async def numbers(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    body = (await client("GET", "/metrics")).body.decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


async def test_whichever_process_is_asked_counts_the_requests_of_all(
    tmp_path: Path, database_url: str
) -> None:
    service = RunningService(tmp_path, database_url)
    served = ("vidcore_http_request_seconds_count",)
    labels = frozenset({("method", "GET"), ("route", "/healthz"), ("status", "200")})
    try:
        await service.start("--no-worker", "--processes", "2")
        client = Client(service.url)
        await asyncio.gather(*(client("GET", "/healthz") for _ in range(REQUESTS)))

        counts = {(await numbers(client))[*served, labels] for _ in range(10)}

        assert counts == {REQUESTS}
        assert (await numbers(client))["vidcore_platform_up", frozenset()] == 1
    finally:
        await service.stop()
