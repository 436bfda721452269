import asyncio

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from vidcore_app.client.failures import (
    GaveUpError,
    NotLoggedInError,
    RefusedError,
    UploadLostError,
)
from vidcore_app.client.patience import FIRST, LONGEST, Patience
from vidcore_app.client.persisting import may_pass, persist, reason_of

KEY = ConnectionKey("h", 443, True, True, None, None, None)  # noqa: FBT003 - its fields have no names here


class Time:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make_patience(time: Time, *, drawn: float = 1.0, give_up: float = 600) -> Patience:
    return Patience(give_up=give_up, clock=time, draw=lambda: drawn)


def test_pauses_double_up_to_the_longest() -> None:
    patience = make_patience(Time())

    pauses = [patience.pause("") for _ in range(20)]

    assert pauses[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert set(pauses[7:]) == {LONGEST}


def test_pauses_are_drawn_from_nothing_to_the_longest() -> None:
    assert make_patience(Time(), drawn=0.0).pause("") == 0.0
    assert make_patience(Time(), drawn=0.5).pause("") == FIRST / 2


def test_a_service_says_how_long_to_wait_at_least() -> None:
    assert make_patience(Time()).pause("", retry_after=7.0) == 7.0
    assert make_patience(Time()).pause("", retry_after=0.1) == FIRST


def test_without_progress_it_ends_with_the_last_reason() -> None:
    time = Time()
    patience = make_patience(time, give_up=60)
    time.now += 59.4
    assert patience.pause("early") == FIRST
    time.now += 0.2

    with pytest.raises(GaveUpError, match=r"Nothing moved for 60 seconds.*late"):
        patience.pause("late")


def test_what_would_be_too_late_is_not_waited_for() -> None:
    with pytest.raises(GaveUpError):
        make_patience(Time(), give_up=60).pause("", retry_after=61)


def test_progress_makes_it_new() -> None:
    time = Time()
    patience = make_patience(time, give_up=60)
    patience.pause("")
    time.now += 60
    patience.progressed()
    time.now += 50

    assert patience.pause("") == FIRST


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        *((RefusedError(status, None, ""), True) for status in (409, 425, 429, 500, 502, 503, 507)),
        *((RefusedError(status, None, ""), False) for status in (400, 403, 404, 413, 415, 422)),
        (NotLoggedInError("s"), False),
        (UploadLostError(), True),
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.ClientConnectorError(KEY, OSError()), True),
        (aiohttp.ClientConnectorCertificateError(KEY, ValueError()), False),
        (aiohttp.InvalidURL("http://"), False),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (PermissionError(), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, *, expected: bool) -> None:
    assert may_pass(error) is expected


def test_every_failure_has_a_sentence() -> None:
    assert reason_of(TimeoutError()) == "No answer came in time."
    assert reason_of(ConnectionResetError()) == "The connection was lost."
    assert reason_of(RefusedError(503, None, "Soon.")) == "Soon."


async def test_work_is_tried_until_it_is_done() -> None:
    failures: list[Exception] = [RefusedError(503, None, "Busy."), ConnectionResetError("gone")]
    told: list[tuple[str, float]] = []

    async def work() -> str:
        await asyncio.sleep(0)
        if failures:
            raise failures.pop(0)
        return "done"

    done = await persist(work, make_patience(Time(), drawn=0.0), lambda *what: told.append(what))

    assert done == "done"
    assert told == [("Busy.", 0.0), ("gone", 0.0)]


async def test_what_cannot_pass_is_raised_at_once() -> None:
    async def work() -> None:
        raise RefusedError(415, "file_format_not_supported", "No video.")

    with pytest.raises(RefusedError, match="No video"):
        await persist(work, make_patience(Time()), lambda *_: None)
