"""The numbers for Prometheus, and the dashboard and alerts that are made of them."""

import json
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.http.api import PASSWORD, Api, Member
from vidcore.lifecycle import Status
from vidcore.media import Mode, plan
from vidcore.paces import Tally
from vidcore.testing.examples import example_upload
from vidcore.testing.transcoding import SOURCE

DEPLOY = Path(__file__).parents[3] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((DEPLOY / "alert-rules.yaml").read_text(encoding="utf-8"))

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(api: Api) -> Numbers:
    """All samples, by name and labels."""
    reply = await api.call("GET", "/metrics")
    assert reply.status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.content.decode())
        for sample in family.samples
    }


def one(numbers: Numbers, name: str, **labels: str) -> float:
    return numbers[name, frozenset(labels.items())]


async def test_the_queue_is_counted_with_the_age_of_its_oldest(api: Api, member: Member) -> None:
    now = api.clock.now()
    await api.add_video(member, ready_at=now - timedelta(seconds=90))
    await api.add_video(member, ready_at=now - timedelta(seconds=30))
    await api.add_video(member, Status.PROCESSING, lease_until=now + timedelta(seconds=9))
    await api.add_video(member, Status.FAILED)
    await api.add_completed(member)

    numbers = await scrape(api)

    counts = {"waiting": 2, "processing": 1, "failed": 1, "completed": 1}
    assert counts == {status: one(numbers, "vidcore_videos", status=status) for status in counts}
    assert one(numbers, "vidcore_queue_oldest_seconds") == 90


async def test_nobody_who_waits_is_no_age(api: Api) -> None:
    assert one(await scrape(api), "vidcore_queue_oldest_seconds") == 0


async def test_uploads_and_disks_are_counted(api: Api, member: Member) -> None:
    async with api.store.write() as uow:
        await uow.uploads.add(
            example_upload(77, member.user, expires_at=api.clock.now() + timedelta(hours=1))
        )
        await uow.commit()
    (api.uploads / "one").write_bytes(b"12345")

    numbers = await scrape(api)

    assert one(numbers, "vidcore_uploads_under_way") == 1
    assert one(numbers, "vidcore_uploads_reserved_bytes") == 1_000
    assert one(numbers, "vidcore_temporary_bytes") == 5
    assert one(numbers, "vidcore_disk_free_bytes", area="uploads") > 0
    assert one(numbers, "vidcore_disk_free_bytes", area="videos") > 0


async def test_attempts_are_counted_by_outcome_and_plan(api: Api) -> None:
    made = plan(SOURCE)
    tally = Tally(mode=Mode.ENCODE).with_completed(
        made, media_seconds=10.0, busy=timedelta(seconds=4)
    )
    async with api.store.write() as uow:
        await uow.tallies.save(tally.with_failed().with_stumbled().with_stumbled())
        await uow.tallies.save(Tally(mode=None).with_failed())
        await uow.commit()

    numbers = await scrape(api)

    for outcome, mode, count in (
        ("completed", "encode", 1),
        ("failed", "encode", 1),
        ("stumbled", "encode", 2),
        ("failed", "unplanned", 1),
        ("completed", "remux", 0),
    ):
        assert one(numbers, "vidcore_transcodes_total", outcome=outcome, plan=mode) == count
    assert one(numbers, "vidcore_transcoded_media_seconds_total", plan="encode") == 10
    assert one(numbers, "vidcore_transcoding_busy_seconds_total", plan="encode") == 4


async def test_refusals_are_counted_by_their_code(api: Api, member: Member) -> None:
    before = await scrape(api)
    wrong = {"username": member.user.username, "password": f"not {PASSWORD}"}
    await api.call("POST", "/api/auth/login", json=wrong)
    await api.call("GET", "/api/nowhere")

    numbers = await scrape(api)

    assert one(before, "vidcore_http_refusals_total", code="quota_exceeded") == 0
    assert one(numbers, "vidcore_http_refusals_total", code="invalid_credentials") == 1
    assert one(numbers, "vidcore_http_refusals_total", code="not_found") == 1


@pytest.mark.parametrize("size", [1_000, 6 << 20])
async def test_bytes_are_counted_in_and_out(api: Api, member: Member, size: int) -> None:
    form = aiohttp.FormData({"title": "One"})
    form.add_field("file", BytesIO(b"x" * size), filename="one.mp4")
    await api.call("POST", "/api/videos", member, data=form)
    video = await api.add_completed(member, content=b"y" * 10_000)
    await api.call("GET", f"/api/videos/{video.id}/stream", member)

    numbers = await scrape(api)

    assert size < one(numbers, "vidcore_http_received_bytes_total") < size + 2_000
    assert one(numbers, "vidcore_http_sent_bytes_total") > 10_000


async def test_requests_are_counted_though_the_store_is_out_of_reach(api: Api) -> None:
    reachable = await scrape(api)
    api.store.reachable = False

    numbers = await scrape(api)

    assert one(reachable, "vidcore_platform_up") == 1
    assert one(numbers, "vidcore_platform_up") == 0
    assert one(numbers, "vidcore_http_requests_in_flight") == 1
    assert not any(name == "vidcore_videos" for name, _ in numbers)


async def test_every_number_says_what_it_covers(api: Api) -> None:
    text = (await api.call("GET", "/metrics")).content.decode()

    silent = [
        family.name
        for family in text_string_to_metric_families(text)
        if not re.search(r"Of (the|this|all)|By all|that was asked|_created", family.documentation)
        and not family.name.endswith("_created")
    ]
    assert silent == []


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return shown + [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]


async def test_the_dashboard_and_the_alerts_speak_of_numbers_that_there_are(api: Api) -> None:
    await api.call("GET", "/healthz")
    known: dict[str, dict[str, set[str]]] = {}
    for name, labels in await scrape(api):
        for label, value in labels:
            known.setdefault(name, {}).setdefault(label, set()).add(value)
        known.setdefault(name, {})

    for expression in expressions():
        found = re.findall(r"\b(vidcore_\w+|up)\{([^}]*)\}", expression)
        assert found, expression
        assert len(found) == len(re.findall(r"\bvidcore_\w+|\bup\b", expression)), expression
        for name, matchers in found:
            if name == "up":
                continue
            assert name in known, f"{name} in {expression}"
            used = re.findall(r'(\w+)=~?"', matchers)
            assert set(used) <= {"job", *known[name]}, expression


def test_expressions_are_closed_as_they_were_opened() -> None:
    pairs = {")": "(", "]": "[", "}": "{"}
    for expression in expressions():
        opened: list[str] = []
        for sign in re.sub(r'"[^"]*"', "", expression):
            if sign in pairs.values():
                opened.append(sign)
            elif sign in pairs:
                assert opened.pop() == pairs[sign], expression
        assert opened == [], expression


def test_the_dashboard_can_be_imported() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    variables = {variable["name"]: variable["type"] for variable in DASHBOARD["templating"]["list"]}

    assert len(set(ids)) == len(ids)
    assert variables == {"datasource": "datasource", "job": "query"}
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        grid = panel["gridPos"]
        assert 0 <= grid["x"] <= grid["x"] + grid["w"] <= 24


def test_no_two_panels_lie_upon_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]

    assert len({rule["alert"] for rule in rules}) == len(rules) >= 7
    for rule in rules:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "description"}
