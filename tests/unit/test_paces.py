from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.media import Mode, Plan, plan
from vidcore.paces import Cost, Costs, Pace, Tally
from vidcore.testing.strategies import plans
from vidcore.testing.transcoding import COPYABLE, SOURCE
from vidcore.turns import WORK_MIN, planned_work

works = st.timedeltas(WORK_MIN, timedelta(hours=12))
attempts = st.lists(st.tuples(works, st.floats(0.1, 1e5)), min_size=1, max_size=30)
ENCODED = plan(SOURCE)
COPIED = plan(COPYABLE)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def measured(*attempts: tuple[float, float]) -> Pace:
    """A pace after attempts of so much work, in so many seconds."""
    pace = Pace()
    for work, took in attempts:
        pace = pace.noted(work=seconds(work), seconds=took)
    return pace


def cost_of(pace: Pace) -> Cost:
    assert pace.cost is not None
    return pace.cost


def test_nothing_measured_costs_nobody_knows_what() -> None:
    assert Pace().cost is None
    assert Costs.of([]).of_mode(Mode.REMUX) is None
    assert Costs.of([Tally(mode=Mode.REMUX, completed=3)]).of_mode(Mode.REMUX) is None


@given(
    start=st.floats(0, 60),
    each=st.floats(0.01, 20),
    amounts=st.lists(st.integers(1, 5_000), min_size=1, max_size=20),
)
def test_a_machine_that_keeps_to_a_line_is_known_by_it(
    start: float, each: float, amounts: list[int]
) -> None:
    amounts = [1, 4, 100, *amounts]
    cost = cost_of(measured(*((amount, start + each * amount) for amount in amounts)))

    assert cost.of(seconds(2_000)) == pytest.approx(start + each * 2_000, rel=1e-3)


@given(attempts=attempts, shorter=works, longer=works)
def test_a_cost_is_never_negative_nor_less_for_more_work(
    attempts: list[tuple[timedelta, float]], shorter: timedelta, longer: timedelta
) -> None:
    shorter, longer = sorted([shorter, longer])
    pace = Pace()
    for work, took in attempts:
        pace = pace.noted(work=work, seconds=took)
    cost = cost_of(pace)

    assert cost.start >= 0
    assert cost.each >= 0
    assert cost.of(shorter) <= cost.of(longer)


def test_works_too_much_alike_tell_only_how_much_a_second_of_them_takes() -> None:
    assert cost_of(measured((10, 20))) == Cost(start=0.0, each=2.0)
    assert cost_of(measured((10, 20), (10, 20))) == Cost(start=0.0, each=2.0)
    assert cost_of(measured((10, 25), (11, 20))).start == 0.0


@pytest.mark.parametrize("weight", [2.0, 4.0])
def test_works_that_differ_by_a_quarter_of_their_variance_are_just_enough_for_a_line(
    weight: float,
) -> None:
    """All sums are of attempts that took 3 s and 2 s for a second of work."""
    work = 1.25 * weight**2

    def pace(inverse_work: float) -> Pace:
        return Pace(
            weight=weight,
            work=work,
            inverse_work=inverse_work,
            seconds=3 * weight + 2 * work,
            ratio=3 * inverse_work + 2 * weight,
        )

    assert pace(1.0).cost == Cost(start=3.0, each=2.0)
    assert pace(1 - 2**-30).cost == Cost(start=0.0, each=2 + 3 * weight / work)


@pytest.mark.parametrize("short", [(1, 0.1), (1, 2.8)])
def test_a_line_that_would_begin_below_goes_through_the_origin(short: tuple[float, float]) -> None:
    cost = cost_of(measured(short, (100, 300)))

    assert cost.start == 0.0
    assert cost.each == pytest.approx((0.9 * short[1] + 300) / (0.9 + 100))


def test_a_line_that_would_fall_is_level() -> None:
    cost = cost_of(measured((1, 50), (100, 10)))

    assert cost.each == 0.0
    assert cost.start == pytest.approx((0.9 * 50 + 10) / 1.9)


def test_what_was_measured_lately_counts_for_more() -> None:
    slow = [(10.0, 40.0)] * 30
    fast = [(10.0, 10.0)] * 22

    assert cost_of(measured(*slow, *fast)).each == pytest.approx(1.284, abs=0.01)


def test_several_videos_start_as_often() -> None:
    cost = Cost(start=2.0, each=0.5)

    assert cost.of(seconds(10)) == 7.0
    assert cost.of(seconds(10), videos=3) == 11.0


def test_a_mode_that_was_never_measured_costs_as_all_others_together() -> None:
    tallies = [
        Tally(mode=Mode.REMUX, pace=measured((10, 10))),
        Tally(mode=Mode.ENCODE, pace=measured((10, 30))),
    ]
    costs = Costs.of(tallies)

    assert costs.of_mode(Mode.REMUX) == Cost(start=0.0, each=1.0)
    assert costs.of_mode(Mode.ENCODE) == Cost(start=0.0, each=3.0)
    assert costs.of_mode(Mode.AUDIO) == costs.of_mode(None) == Cost(start=0.0, each=2.0)


@given(start=st.floats(0.1, 60), each=st.floats(0.01, 20))
def test_others_are_taken_together_with_all_that_is_known_of_them(
    start: float, each: float
) -> None:
    def on_the_line(*amounts: float) -> Pace:
        return measured(*((amount, start + each * amount) for amount in amounts))

    tallies = [
        Tally(mode=Mode.REMUX, pace=on_the_line(1, 4, 100)),
        Tally(mode=Mode.ENCODE, pace=on_the_line(200, 2, 40, 3)),
    ]
    together = Costs.of(tallies).of_mode(Mode.AUDIO)

    assert together is not None
    assert (together.start, together.each) == pytest.approx((start, each), rel=1e-6)


def test_a_tally_counts_every_outcome_and_the_seconds_of_what_was_completed() -> None:
    tally = Tally(mode=Mode.ENCODE).with_failed().with_stumbled().with_stumbled()
    tally = tally.with_completed(ENCODED, media_seconds=9.9, busy=seconds(4))

    assert (tally.completed, tally.failed, tally.stumbled) == (1, 1, 2)
    assert (tally.media_seconds, tally.busy_seconds) == (9.9, 4.0)
    assert tally.pace == Pace().noted(work=planned_work(ENCODED), seconds=4.0)


@given(made=plans(), typical=st.booleans())
def test_only_what_went_as_planned_and_lasts_a_known_time_tells_the_pace(
    made: Plan,
    typical: bool,  # noqa: FBT001 - an example
) -> None:
    tally = Tally(mode=made.mode).with_completed(
        made, media_seconds=1.0, busy=seconds(2), typical=typical
    )

    assert tally.completed == 1
    assert (tally.pace == Pace()) == (not typical or made.duration is None)


def test_the_work_of_a_plan_without_a_duration_is_that_of_any() -> None:
    assert planned_work(None) == planned_work(attrs.evolve(ENCODED, duration=None))
    assert planned_work(COPIED) < planned_work(ENCODED)
