"""Tasks end, also those that lose a cancellation."""

import asyncio

from adapters_jobs.ending import end


async def lose(cancellations: int, lost: list[str]) -> None:
    """Go on after so many cancellations, as a wait of Python 3.11 may."""
    for number in range(cancellations):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append(f"{cancellations}.{number}")
    await asyncio.Event().wait()


async def test_tasks_that_lose_a_cancellation_are_cancelled_again() -> None:
    lost: list[str] = []
    tasks = [asyncio.create_task(lose(number, lost)) for number in range(3)]
    await asyncio.sleep(0)

    await end(tasks, again=0.001)

    assert all(task.cancelled() for task in tasks)
    assert sorted(lost) == ["1.0", "2.0", "2.1"]


async def test_tasks_that_have_ended_are_left_as_they_are() -> None:
    ended = asyncio.create_task(asyncio.sleep(0, "done"))
    await ended

    await end([ended])
    await end([])

    assert ended.result() == "done"
