from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from vidcore.joining import LAST_TURNS, OVERTAKEN_AT_ONCE, OVERTAKEN_MAX, join_line
from vidcore.lifecycle import Status
from vidcore.testing.examples import MICROSECOND, NOW, PLAN, example_user, example_video
from vidcore.turns import WORK_MIN, planned_work
from vidcore.videos import Video

ANN, BOB = example_user(1), example_user(2)
FULL = attrs.evolve(PLAN, copy_video=False, width=1920, height=1080)
MINUTE = timedelta(minutes=1)
durations = st.integers(0, 10_000).map(float)


class Line:
    """All that waits, as a store keeps it."""

    def __init__(self) -> None:
        self.videos: dict[int, Video] = {}

    def join(self, video: Video, now: datetime) -> Video:
        """Have a video join, and give it."""
        own = [v for v in self.in_order() if v.uploaded_by == video.uploaded_by]
        dues = [v.due_at for v in self.videos.values() if v.status is Status.PENDING]
        joining = join_line(
            now,
            work=planned_work(video.plan),
            own=[v for v in own if v.is_first_turn][-LAST_TURNS:],
            first=min(dues, default=None),
        )
        for number, waiting in self.videos.items():
            self.videos[number] = attrs.evolve(
                waiting, due_at=joining.later.get(waiting.id, waiting.due_at)
            )
        joined = attrs.evolve(video, due_at=joining.due_at)
        self.videos[video.id.int] = joined
        return joined

    def in_order(self) -> Sequence[Video]:
        """Give all by due time, then id."""
        return sorted(self.videos.values(), key=lambda video: (video.due_at, video.id))

    def work_before(self, video: Video) -> timedelta:
        """Give the work of all that go before a video."""
        order = [each.id for each in self.in_order()]
        before = self.in_order()[: order.index(video.id)]
        return sum((planned_work(each.plan) for each in before), timedelta())


def clip(number: int, owner: object, duration: float, *, created_at: datetime = NOW) -> Video:
    assert owner in (ANN, BOB)
    user = ANN if owner is ANN else BOB
    return example_video(
        number, user, plan=attrs.evolve(FULL, duration=duration), created_at=created_at
    )


@given(many=st.lists(durations, min_size=1, max_size=30), late=st.integers(0, 100_000))
def test_whoever_comes_behind_anothers_backlog_waits_for_no_more_than_the_own_takes(
    many: list[float], late: int
) -> None:
    line = Line()
    for number, duration in enumerate(many):
        line.join(clip(number + 10, ANN, duration), NOW)

    # However long all has waited: workers were down, or are slower than was thought.
    one = line.join(clip(5, BOB, 60.0), NOW + timedelta(seconds=late))

    longest = max(planned_work(video.plan) for video in line.videos.values())
    assert line.work_before(one) <= planned_work(one.plan) + longest


@given(all_of_it=st.lists(durations, min_size=1, max_size=30, unique=True))
def test_of_one_members_the_shorter_go_first_in_whatever_order_they_come(
    all_of_it: list[float],
) -> None:
    line = Line()
    for number, duration in enumerate(all_of_it):
        line.join(clip(number + 10, ANN, duration), NOW + number * MICROSECOND)

    works = [planned_work(video.plan) for video in line.in_order()]
    assert works == sorted(works)


@given(before=st.lists(durations, max_size=15), after=st.lists(durations, max_size=15))
def test_a_member_gains_nothing_over_another_by_what_goes_first(
    before: list[float], after: list[float]
) -> None:
    line = Line()
    for number, duration in enumerate(before):
        line.join(clip(number + 100, ANN, duration), NOW)
    of_another = line.join(clip(5, BOB, 60.0), NOW)
    for number, duration in enumerate(after):
        line.join(clip(number + 200, ANN, duration), NOW)

    assert line.videos[of_another.id.int] == of_another
    own = [video for video in line.in_order() if video.uploaded_by == ANN.id]
    done = NOW
    for video in own:
        done += planned_work(video.plan)
        assert video.due_at >= done  # as if the worker were the member's alone


def test_a_clip_goes_before_the_own_film_until_that_has_waited_for_an_hour() -> None:
    line = Line()
    film = line.join(clip(10, ANN, 7_200.0), NOW)
    just = line.join(clip(11, ANN, 60.0), NOW + OVERTAKEN_MAX - MICROSECOND)
    assert [video.id for video in line.in_order()] == [just.id, film.id]
    assert line.videos[film.id.int].due_at == film.due_at + planned_work(just.plan)

    late = line.join(clip(12, ANN, 30.0), NOW + OVERTAKEN_MAX)

    assert [video.id for video in line.in_order()] == [just.id, film.id, late.id]


def test_a_clip_goes_before_the_own_film_also_when_that_is_overdue() -> None:
    line = Line()
    film = line.join(clip(10, ANN, 600.0), NOW)

    joined = line.join(clip(11, ANN, 60.0), NOW + 20 * MINUTE)

    assert [video.id for video in line.in_order()] == [joined.id, film.id]


def test_a_retry_delays_no_other_of_its_member() -> None:
    line = Line()
    first = line.join(clip(10, BOB, 60.0), NOW)
    tried = first.claimed(NOW).stumbled(1, reason="The disk is full.", log="", now=NOW)
    line.videos[first.id.int] = tried
    for number in range(50):
        line.join(clip(number + 20, ANN, 60.0), NOW)

    second = line.join(clip(11, BOB, 60.0), NOW)

    assert line.in_order().index(second) <= 1
    assert line.in_order()[-1] == tried


def test_what_is_being_processed_for_the_first_time_counts_as_the_members_turn() -> None:
    line = Line()
    running = line.join(clip(10, ANN, 600.0), NOW)
    line.videos[running.id.int] = running.claimed(NOW)

    joined = line.join(clip(11, ANN, 60.0), NOW)

    assert joined.due_at == running.due_at + planned_work(joined.plan)
    assert planned_work(joined.plan) == WORK_MIN + MINUTE


def test_of_one_members_that_take_equally_long_the_first_to_come_goes_first() -> None:
    line = Line()
    came = [line.join(clip(number, ANN, 60.0), NOW).id for number in range(10, 20)]

    assert [video.id for video in line.in_order()] == came


def test_an_upload_changes_no_more_turns_than_are_bounded() -> None:
    line = Line()
    films = [
        line.join(clip(number + 10, ANN, 600.0 + number), NOW)
        for number in range(OVERTAKEN_AT_ONCE + 20)
    ]

    joined = line.join(clip(5, ANN, 60.0), NOW)

    order = [video.id for video in line.in_order()]
    assert order.index(joined.id) == 20
    assert [line.videos[film.id.int].due_at - film.due_at for film in films] == [
        *[timedelta()] * 20,
        *[planned_work(joined.plan)] * OVERTAKEN_AT_ONCE,
    ]
