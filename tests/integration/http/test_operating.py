"""What whoever runs the service sees: documentation, numbers, and files that nginx sends."""

from urllib.parse import unquote

import pytest

from adapters_http import HttpSettings
from tests.integration.http.api import PUBLIC_URL, Api, Member, check_error

TOKEN = "a token for numbers"


async def test_the_documentation_is_a_page_that_needs_no_other_server(api: Api) -> None:
    page = await api.call("GET", "/docs")

    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert b"http://" not in page.content
    assert b"https://" not in page.content
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "initialise.js", "favicon-32x32.png"):
        assert f"/docs/{name}".encode() in page.content
        file = await api.call("GET", f"/docs/{name}")
        assert (file.status, len(file.content) > 100) == (200, True)
        assert file.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("name", ["nothing.js", "..%2f__init__.py", "%2fetc%2fpasswd", "LICENSE"])
async def test_no_other_file_can_be_asked_for(api: Api, name: str) -> None:
    check_error(await api.call("GET", f"/docs/{name}"), 404, "not_found")


async def test_the_numbers_count_requests_by_route_and_status(api: Api, member: Member) -> None:
    video = await api.add_completed(member)
    await api.call("GET", f"/api/videos/{video.id}", member)
    await api.call("GET", "/api/nowhere")

    text = (await api.call("GET", "/metrics")).content.decode()

    counted = 'vidcore_http_request_seconds_count{method="GET",route="%s",status="%s"} 1.0'
    assert counted % ("/api/videos/{id}", 200) in text
    assert counted % ("-", 404) in text
    assert str(video.id) not in text
    assert "vidcore_http_requests_in_flight 1.0" in text


async def test_who_asks_through_a_proxy_is_not_this_machine(api: Api) -> None:
    reply = await api.call("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"})

    check_error(reply, 401, "not_authenticated")


class TestWithAToken:
    @pytest.fixture
    def http_settings(self) -> HttpSettings:
        return HttpSettings(public_url=PUBLIC_URL, metrics_token=TOKEN)

    @pytest.mark.parametrize(("given", "status"), [(TOKEN, 200), ("guessed", 401), ("", 401)])
    async def test_it_opens_the_numbers_to_other_machines(
        self, api: Api, given: str, status: int
    ) -> None:
        headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {given}"}

        assert (await api.call("GET", "/metrics", headers=headers)).status == status


class TestWithNginx:
    @pytest.fixture
    def http_settings(self) -> HttpSettings:
        return HttpSettings(public_url=PUBLIC_URL, accel=True)

    async def test_a_file_is_named_to_it_and_not_sent(self, api: Api, member: Member) -> None:
        video = await api.add_completed(member, title="Zoë's first? steps")
        path = f"/api/videos/{video.id}/stream"

        reply = await api.call("GET", path, member, headers={"Range": "bytes=0-9"})

        assert (reply.status, reply.content) == (200, b"")
        named = unquote(reply.headers["X-Accel-Redirect"])
        assert named.startswith(f"/_vidcore{api.data}/")
        assert named.endswith(".mp4")
        assert reply.headers["Content-Type"] == "video/mp4"
        assert "Zo%C3%AB" in reply.headers["Content-Disposition"]

    async def test_where_it_sends_that_back_nobody_reads_of_this_machine(self, api: Api) -> None:
        reply = await api.call("GET", "/_vidcore/var/lib/vidcore/videos/1.mp4")

        check_error(reply, 404, "not_found")
        assert reply.json["detail"] == "There is nothing at /_vidcore/."

    async def test_who_may_not_watch_is_refused_as_ever(self, api: Api, member: Member) -> None:
        video = await api.add_completed(member)

        reply = await api.call("GET", f"/api/videos/{video.id}/stream")

        check_error(reply, 401, "not_authenticated")
        assert "X-Accel-Redirect" not in reply.headers


@pytest.mark.parametrize(
    ("query", "disposition"),
    [("", "inline"), ("?download=1", "attachment"), ("?download=false", "inline")],
)
async def test_a_video_can_be_saved_under_its_title(
    api: Api, member: Member, query: str, disposition: str
) -> None:
    video = await api.add_completed(member, title="First / steps")

    reply = await api.call("GET", f"/api/videos/{video.id}/stream{query}", member)

    expected = f"{disposition}; filename*=UTF-8''First%20%2F%20steps.mp4"
    assert reply.headers["Content-Disposition"] == expected
