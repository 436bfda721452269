"""The client of `vidcore upload` before services that answer otherwise than they should."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from vidcore_app.client.api import Api, open_api
from vidcore_app.client.failures import (
    GaveUpError,
    NotLoggedInError,
    RefusedError,
    UnexpectedAnswerError,
)
from vidcore_app.client.following import Following
from vidcore_app.client.journal import Journal
from vidcore_app.client.patience import Patience
from vidcore_app.client.sending import Sending
from vidcore_app.client.sources import Source
from vidcore_app.client.uploading import UNEXPLAINED, Uploading
from vidcore_app.client.watching import Outcome, Watcher

VIDEO, FIRST, SECOND = (UUID(int=number) for number in (1, 2, 3))
SIZE = 1000


class Notes(Watcher):
    """Writes down what is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def sending(self, file: Path, *, offset: int, size: int) -> None:
        self.told.append((file.name, offset, size))

    def waiting(self, file: Path, *, reason: str, seconds: float) -> None:
        assert (file.name, seconds) == ("clip.mp4", 0.0)
        self.told.append(reason)

    def processing(self, file: Path, *, status: str, share: float) -> None:
        assert file.name == "clip.mp4"
        self.told.append((status, share))

    def ended(self, outcome: Outcome) -> None:
        self.told.append(outcome)


@attrs.define
class Scripted:
    """A service that answers each request to a path with the next of its answers, the last for ever."""

    answers: dict[tuple[str, str], list[web.Response | Exception]] = attrs.Factory(dict)
    asked: list[tuple[str, str]] = attrs.Factory(list)

    def will(self, method: str, path: str, *answers: web.Response) -> None:
        self.answers[method, path] = list(answers)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.asked.append((request.method, request.path))
        answers = self.answers[request.method, request.path]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        assert isinstance(answer, web.Response)
        return web.Response(
            status=answer.status,
            headers=answer.headers,
            body=answer.body,  # answered once each
        )


@pytest.fixture
def script() -> Scripted:
    return Scripted()


@pytest.fixture
async def api(script: Scripted) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    async with TestServer(app) as server, open_api(URL(str(server.make_url(""))), "t") as api:
        yield api


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return Source.at(path)


MakeSending = Callable[[], Sending]


@pytest.fixture
def make_sending(api: Api, source: Source, tmp_path: Path) -> MakeSending:
    def make() -> Sending:
        return Sending(
            api=api,
            journal=Journal(tmp_path / "uploads"),
            file=Path("clip.mp4"),
            source=source,
            details={},
            patience=make_patience(),
            watcher=Notes(),
        )

    return make


def make_patience() -> Patience:
    return Patience(give_up=5, clock=lambda: 0.0, draw=lambda: 0.0)


def refusal(status: int, code: str = "some_code", **headers: str) -> web.Response:
    body = {"detail": f"It is {code}.", "error_code": code}
    return web.json_response(body, status=status, headers=headers)


def begun(upload_id: UUID) -> web.Response:
    return web.Response(status=201, headers={"Location": f"http://elsewhere.example/x/{upload_id}"})


def at(offset: int, *, status: int = 200, video: str | None = None) -> web.Response:
    headers = {"Upload-Offset": str(offset)} | ({} if video is None else {"X-Video-ID": video})
    return web.Response(status=status, headers=headers)


def path_of(upload_id: UUID) -> str:
    return f"/api/uploads/{upload_id}"


async def test_the_token_goes_only_to_the_server_that_was_named(
    script: Scripted, make_sending: MakeSending
) -> None:
    script.will("POST", "/api/uploads", begun(FIRST))
    script.will("HEAD", path_of(FIRST), at(0), at(SIZE, video=str(VIDEO)))
    script.will("PATCH", path_of(FIRST), at(SIZE, status=204))
    sending = make_sending()

    assert await sending() == VIDEO
    assert sending.sent_bytes == SIZE


async def test_an_upload_that_the_service_has_forgotten_begins_anew(
    script: Scripted, make_sending: MakeSending
) -> None:
    script.will("POST", "/api/uploads", begun(FIRST), begun(SECOND))
    script.will("HEAD", path_of(FIRST), at(0), refusal(404, "not_found"))
    script.will("PATCH", path_of(FIRST), refusal(503, "service_unavailable"))
    script.will("HEAD", path_of(SECOND), at(0), at(SIZE, video=str(VIDEO)))
    script.will("PATCH", path_of(SECOND), at(SIZE, status=204))
    sending = make_sending()

    assert await sending() == VIDEO
    assert isinstance(sending.watcher, Notes)
    assert [told for told in sending.watcher.told if isinstance(told, str)] == [
        "It is service_unavailable.",
        "The service has forgotten the upload; it begins anew.",
    ]


async def test_a_whole_upload_of_an_earlier_run_is_not_sent_again(
    script: Scripted, make_sending: MakeSending
) -> None:
    sending = make_sending()
    sending.journal.note(sending.fingerprint, FIRST)
    script.will("HEAD", path_of(FIRST), refusal(503), at(SIZE, video=str(VIDEO)))

    assert await sending() == VIDEO
    assert {method for method, _ in script.asked} == {"HEAD"}


async def test_an_upload_of_an_earlier_run_that_is_gone_begins_anew(
    script: Scripted, make_sending: MakeSending
) -> None:
    sending = make_sending()
    sending.journal.note(sending.fingerprint, FIRST)
    script.will("HEAD", path_of(FIRST), refusal(404))
    script.will("POST", "/api/uploads", begun(SECOND))
    script.will("HEAD", path_of(SECOND), at(0), at(SIZE, video=str(VIDEO)))
    script.will("PATCH", path_of(SECOND), at(SIZE, status=204))

    assert await sending() == VIDEO
    assert sending.journal.find(sending.fingerprint) == SECOND


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"POST": web.Response(status=200)}, "Wrong status code 200"),
        ({"POST": web.Response(status=201)}, "Location"),
        ({"POST": web.Response(status=201, headers={"Location": "/a"})}, "put an upload at /a"),
        ({"HEAD": web.Response()}, "Upload-Offset"),
        ({"HEAD": at(SIZE + 1)}, "too big"),
        ({"HEAD": at(SIZE)}, "became no video"),
        ({"HEAD": at(SIZE, video="seven")}, "X-Video-ID is 'seven'"),
    ],
)
async def test_what_is_no_service_of_vidcore_is_told_so(
    script: Scripted, make_sending: MakeSending, answers: dict[str, web.Response], found: str
) -> None:
    script.will("POST", "/api/uploads", answers.get("POST", begun(FIRST)))
    script.will("HEAD", path_of(FIRST), answers.get("HEAD", at(0)))

    with pytest.raises(UnexpectedAnswerError, match=found):
        await make_sending()()


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text="<html>", content_type="text/html"),
        web.Response(text="{", content_type="application/json"),
        web.json_response({"items": [{"id": 7}]}),
        web.json_response([]),
    ],
)
async def test_what_is_no_list_of_uploads_is_told_so(
    script: Scripted, api: Api, answer: web.Response
) -> None:
    script.will("GET", "/api/uploads", answer)

    with pytest.raises(UnexpectedAnswerError, match="does not answer as vidcore does"):
        await api.unfinished()


async def test_a_service_that_has_moved_is_to_be_named_where_it_is(
    script: Scripted, api: Api
) -> None:
    moved = web.Response(status=301, headers={"Location": "https://there.example/"})
    script.will("POST", "/api/auth/login", moved)

    with pytest.raises(UnexpectedAnswerError, match="sends on to https://there"):
        await api.log_in("ann", "correct horse")
    assert len(script.asked) == 1


async def test_refusals_say_what_the_service_says(script: Scripted, api: Api) -> None:
    script.will(
        "GET",
        "/api/categories",
        refusal(429, "too_many_requests", **{"Retry-After": "7"}),
        refusal(503, **{"Retry-After": "Sun, 22 Nov 2026 00:00:00 GMT"}),
        web.Response(status=502, text="<html>"),
        refusal(401, "not_authenticated"),
    )
    found = []
    for _ in range(3):
        with pytest.raises(RefusedError) as refused:
            await api.categories()
        found.append(refused.value)

    assert [(error.status, error.code, error.retry_after) for error in found] == [
        (429, "too_many_requests", 7.0),
        (503, "some_code", None),
        (502, None, None),
    ]
    assert str(found[0]) == "It is too_many_requests."
    assert str(found[2]).endswith(" says 502.")
    with pytest.raises(NotLoggedInError):
        await api.categories()


def video(status: str, **fields: object) -> web.Response:
    known = {"processing_progress": 0.5, "error_message": None, "stream_url": None}
    return web.json_response(
        {"id": str(VIDEO), "processing_status": status, **known, **fields, "title": "not asked for"}
    )


async def test_processing_is_followed_over_failures(script: Scripted, api: Api) -> None:
    script.will(
        "GET",
        f"/api/videos/{VIDEO}",
        *(video("pending"), refusal(503, "busy"), video("processing"), video("completed")),
    )
    notes = Notes()
    follow = Following(api=api, file=Path("clip.mp4"), patience=make_patience(), watcher=notes)

    assert (await follow(VIDEO)).is_final
    assert notes.told == [("pending", 0.5), "It is busy.", ("processing", 0.5), ("completed", 0.5)]


def make_uploading(api: Api, journal: Journal, *, give_up: float) -> Uploading:
    return Uploading(
        api=api,
        journal=journal,
        watcher=Notes(),
        details={},
        parallel=1,
        give_up=give_up,
        wait=True,
    )


@pytest.mark.parametrize(
    ("answers", "error", "kept"),
    [
        ({"GET": video("failed", error_message="No track.")}, "No track.", False),
        ({"GET": video("failed")}, UNEXPLAINED, False),
        ({"GET": refusal(404, "not_found")}, "It is not_found.", False),
        ({"GET": refusal(401)}, "vidcore login", True),
        ({"HEAD": refusal(415, "unfit")}, "finds no video in it", False),
        ({"HEAD": refusal(503, **{"Retry-After": "9"})}, "Nothing moved for 5 seconds", True),
    ],
)
async def test_a_failure_is_told_and_what_can_go_on_is_kept(
    script: Scripted,
    make_sending: MakeSending,
    answers: dict[str, web.Response],
    error: str,
    *,
    kept: bool,
) -> None:
    script.will("GET", "/api/uploads", web.json_response({"items": []}))
    script.will("POST", "/api/uploads", answers.get("POST", begun(FIRST)))
    script.will("HEAD", path_of(FIRST), answers.get("HEAD", at(SIZE, video=str(VIDEO))))
    script.will("GET", f"/api/videos/{VIDEO}", answers.get("GET", video("completed")))
    before = make_sending()
    before.journal.note(before.fingerprint, FIRST)
    upload = make_uploading(before.api, before.journal, give_up=5)

    (outcome,) = await upload([before.source.path])

    assert outcome.error is not None
    assert error in outcome.error
    assert (before.journal.find(before.fingerprint) is not None) is kept


async def test_a_service_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    async with open_api(URL("http://127.0.0.1:9"), "token") as api:
        upload = make_uploading(api, Journal(tmp_path), give_up=0)

        with pytest.raises(GaveUpError, match="Nothing moved for 0 seconds"):
            await upload([tmp_path / "clip.mp4"])
