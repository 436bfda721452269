from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.estimates import (
    ETA_MAX,
    CostsCache,
    Forecast,
    Line,
    Load,
    Turn,
    forecast,
    free_after,
    is_new_forecast,
)
from vidcore.media import Mode, plan
from vidcore.paces import Cost, Costs, Pace, Tally
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    example_processing,
    example_user,
    example_video,
)
from vidcore.testing.transcoding import SOURCE
from vidcore.videos import Video

MEMBER = example_user(1)
PLAN = attrs.evolve(plan(SOURCE), width=1920, height=1080, duration=99.0)  # 100 s of work
UNKNOWN = attrs.evolve(PLAN, duration=None)
COSTS = Costs(by_mode={}, otherwise=Cost(start=4.0, each=1.0))
NOTHING = Costs(by_mode={}, otherwise=None)

shares = st.floats(0, 1)
spans = st.timedeltas(timedelta(), timedelta(days=2))
all_costs = st.builds(
    Costs,
    by_mode=st.just({}),
    otherwise=st.builds(Cost, start=st.floats(0, 1e4), each=st.floats(0, 1e3)),
)


def running(progress: float, number: int = 2, **changes: Any) -> Video:
    return example_processing(number, MEMBER, progress=progress, plan=PLAN, **changes)


def remaining(video: Video, costs: Costs, elapsed: timedelta) -> timedelta | None:
    return forecast(Line(running=(video,)), costs, NOW + elapsed)[video.id].remaining


def turn(*ahead: Load, position: int = 1, **changes: Any) -> Turn:
    video = example_video(9, MEMBER, **({"plan": PLAN} | changes))
    return Turn(video=video, position=position, ahead=ahead)


def load(videos: int, seconds: float) -> Load:
    return Load(mode=Mode.ENCODE, videos=videos, work=timedelta(seconds=seconds))


def wait(turn: Turn, *running: Video, costs: Costs = COSTS) -> timedelta | None:
    return forecast(Line(running=running, turns=(turn,)), costs, NOW)[turn.video.id].remaining


def known(span: timedelta | None) -> timedelta:
    assert span is not None
    return span


def capped(span: timedelta | None) -> timedelta:
    """What is too long to be told is longer than all that is."""
    return 2 * ETA_MAX if span is None else span


@given(costs=all_costs, progress=shares, elapsed=spans)
def test_what_is_left_is_never_negative_and_bounded(
    costs: Costs, progress: float, elapsed: timedelta
) -> None:
    left = remaining(running(progress), costs, elapsed)

    assert left is None or timedelta() <= left <= ETA_MAX


@given(costs=all_costs | st.just(NOTHING), progress=st.tuples(shares, shares), elapsed=spans)
def test_what_is_left_shrinks_with_progress(
    costs: Costs, progress: tuple[float, float], elapsed: timedelta
) -> None:
    less, more = sorted(progress)
    before = capped(remaining(running(less), costs, elapsed))

    assert capped(remaining(running(more), costs, elapsed)) <= before + timedelta(milliseconds=1)


def test_what_begins_takes_what_its_kind_is_known_to_take() -> None:
    assert remaining(running(0.0), COSTS, timedelta()) == timedelta(seconds=104)
    odd = Costs(by_mode={}, otherwise=Cost(start=5.0, each=1.0))
    assert remaining(running(0.0), odd, timedelta()) == timedelta(seconds=105)


def test_what_runs_as_expected_ends_as_expected() -> None:
    half_way = remaining(running(0.5), COSTS, timedelta(seconds=52))

    assert half_way == timedelta(seconds=52)


def test_what_runs_is_believed_more_the_further_it_is() -> None:
    """At four times the expected time, from the first tenth to the last."""
    left = [
        known(remaining(running(share), COSTS, timedelta(seconds=2 + 400 * share))).total_seconds()
        for share in (0.1, 0.5, 0.9)
    ]

    assert left == pytest.approx([0.9 * 90 / 0.6 + 2, 0.5 * 250 + 2, 0.1 * 410 / 1.4 + 2])
    shares = [told / (400 * (1 - share)) for told, share in zip(left, (0.1, 0.5, 0.9), strict=True)]
    assert shares == sorted(shares)


def test_before_anything_was_measured_only_progress_tells() -> None:
    assert remaining(running(0.0), NOTHING, timedelta(seconds=9)) is None
    assert remaining(running(0.25), NOTHING, timedelta(seconds=9)) == timedelta(seconds=27)
    assert remaining(running(0.8), NOTHING, timedelta(seconds=1)) == timedelta(seconds=0.25)


def test_what_takes_more_than_a_month_is_not_told() -> None:
    month = timedelta(days=30)

    assert remaining(running(0.5), NOTHING, month) == month
    assert remaining(running(0.5), NOTHING, month + MICROSECOND) is None


@pytest.mark.parametrize("changes", [{"plan": None}, {"plan": UNKNOWN}])
def test_without_a_known_duration_only_progress_tells(changes: dict[str, Any]) -> None:
    video = attrs.evolve(running(0.0), **changes)
    further = attrs.evolve(video, progress=0.5)

    assert remaining(video, COSTS, timedelta(seconds=9)) is None
    assert remaining(further, COSTS, timedelta(seconds=9)) == timedelta(seconds=9)


def test_a_claim_of_an_earlier_version_tells_nothing() -> None:
    assert remaining(running(0.5, claimed_at=None), COSTS, timedelta(seconds=9)) is None


def test_a_clock_that_was_put_back_counts_as_the_beginning() -> None:
    assert remaining(running(0.0), COSTS, timedelta(seconds=-60)) == timedelta(seconds=104)


@given(
    costs=all_costs,
    first=st.lists(st.tuples(st.integers(1, 99), st.floats(0, 1e5)), max_size=5),
    more=st.lists(st.tuples(st.integers(1, 99), st.floats(0, 1e5)), max_size=5),
    progress=st.lists(shares, max_size=3),
)
def test_who_stands_further_back_waits_no_less(
    costs: Costs,
    first: list[tuple[int, float]],
    more: list[tuple[int, float]],
    progress: list[float],
) -> None:
    busy = [running(share, number) for number, share in enumerate(progress, start=20)]
    nearer = wait(turn(*(load(*each) for each in first)), *busy, costs=costs)
    further = wait(turn(*(load(*each) for each in (*first, *more))), *busy, costs=costs)

    assert nearer is None or timedelta() <= nearer <= ETA_MAX
    assert capped(further) >= capped(nearer) - timedelta(milliseconds=1)


def test_who_is_next_waits_for_the_worker_and_then_for_itself() -> None:
    assert wait(turn()) == timedelta(seconds=104)
    assert wait(turn(), running(0.0)) == timedelta(seconds=208)


def test_all_that_goes_before_is_waited_for() -> None:
    assert wait(turn(load(3, 30.0), position=4)) == timedelta(seconds=3 * 4 + 30 + 104)


def test_what_goes_before_costs_what_its_own_kind_does() -> None:
    ahead = attrs.evolve(load(3, 30.0), mode=Mode.REMUX)
    remuxing = Cost(start=1.0, each=0.5)
    encoding = Cost(start=4.0, each=1.0)

    both = Costs(by_mode={Mode.REMUX: remuxing, Mode.ENCODE: encoding}, otherwise=None)
    assert wait(turn(ahead), costs=both) == timedelta(seconds=3 + 15 + 104)
    one = Costs(by_mode={Mode.ENCODE: encoding}, otherwise=None)
    assert wait(turn(ahead), costs=one) == timedelta(seconds=12 + 30 + 104)


def test_several_workers_share_what_goes_before() -> None:
    busy = running(0.0, 20), running(0.0, 21)

    assert wait(turn(load(1, 16.0)), *busy) == timedelta(seconds=104 + 10 + 104)


def test_the_wait_is_known_while_any_worker_can_be_reckoned_with() -> None:
    silent = attrs.evolve(running(0.0, 20), plan=None)

    assert wait(turn(), silent) is None
    assert wait(turn(), silent, running(0.0, 21)) == timedelta(seconds=208)


def test_who_is_not_ready_yet_begins_then() -> None:
    late = turn(ready_at=NOW + timedelta(seconds=500))

    assert wait(late) == timedelta(seconds=604)
    assert wait(late, running(0.0)) == timedelta(seconds=604)


@pytest.mark.parametrize("changes", [{"plan": None}, {"plan": UNKNOWN}])
def test_a_video_of_unknown_length_has_a_position_only(changes: dict[str, Any]) -> None:
    waiting = turn(position=3, **changes)

    told = forecast(Line(turns=(waiting,)), COSTS, NOW)

    assert told == {waiting.video.id: Forecast(position=3)}


def test_before_anything_was_measured_a_turn_is_a_position_only() -> None:
    assert wait(turn(), costs=NOTHING) is None


@given(
    free=st.lists(st.floats(0, 1e6), min_size=1, max_size=8),
    ahead=st.floats(0, 1e6),
)
def test_workers_are_free_when_together_they_have_done_what_goes_before(
    free: list[float], ahead: float
) -> None:
    level = free_after(free, ahead)

    assert level >= min(free) - 1e-6
    assert sum(max(0.0, level - at) for at in free) == pytest.approx(ahead, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    ("told", "now", "passed", "news"),
    [
        (None, None, 0, False),
        (None, Forecast(), 0, True),
        (Forecast(position=1), None, 0, True),
        (Forecast(position=2), Forecast(position=1), 0, True),
        (Forecast(position=2), Forecast(position=2), 0, False),
        (Forecast(position=2), Forecast(position=3), 0, True),
        ((100, 2), (None, 2), 0, True),
        ((None, 2), (100, 2), 0, True),
        ((100, 2), (90, 2), 10, False),
        ((100, 2), (90, 2), 0, False),
        ((100, 2), (69, 2), 10, True),
        ((100, 2), (200, 2), 0, True),
        ((10, 2), (7, 2), 0, False),
        ((10, 2), (4, 2), 0, True),
        ((10, 2), (5, 2), 60, False),
        ((10, 2), (6, 2), 60, True),
    ],
)
def test_a_forecast_is_news_when_it_says_more_than_that_time_goes_by(
    told: Any,
    now: Any,
    passed: int,
    news: bool,  # noqa: FBT001 - a table
) -> None:
    assert is_new_forecast(made(told), made(now), timedelta(seconds=passed)) is news


def made(given: Any) -> Forecast | None:
    """A forecast of (seconds, position), or the very thing."""
    if isinstance(given, tuple):
        seconds, position = given
        span = None if seconds is None else timedelta(seconds=seconds)
        return Forecast(position=position, remaining=span)
    assert given is None or isinstance(given, Forecast)
    return given


def test_costs_are_remembered_for_some_seconds() -> None:
    cache = CostsCache()
    tally = Tally(mode=None, pace=Pace().noted(work=timedelta(seconds=9), seconds=9))
    at = timedelta(hours=1)

    assert cache.find(timedelta()) is None
    costs = cache.keep([tally], at)

    assert cache.find(at + timedelta(seconds=5) - MICROSECOND) is costs
    assert cache.find(at + timedelta(seconds=5)) is None
    assert cache.find(at + timedelta(seconds=6)) is None
