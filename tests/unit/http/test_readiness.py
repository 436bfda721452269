import asyncio

from adapters_http.readiness import Readiness
from vidcore.errors import ServiceUnavailableError


class Neighbour:
    """Answers when it is told to; counts how often it was asked."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.asked = 0

    async def check(self) -> None:
        self.asked += 1
        await self.answers.wait()


async def well() -> None:
    """Be well."""


async def ill() -> None:
    raise ServiceUnavailableError("It is ill.")


async def test_each_neighbour_answers_for_itself() -> None:
    readiness = Readiness()

    assert await readiness.ask({"one": well, "two": ill}) == {"one": "ok", "two": "It is ill."}


async def test_who_is_silent_is_not_waited_for() -> None:
    silent = Neighbour()
    readiness = Readiness(within=0.01)

    answers = await readiness.ask({"one": well, "two": silent.check})

    assert answers == {"one": "ok", "two": "No answer within 0.01 s."}
    await readiness.close()


async def test_who_is_silent_is_asked_once_however_many_want_to_know() -> None:
    silent = Neighbour()
    readiness = Readiness(within=0.01)

    await asyncio.gather(*(readiness.ask({"one": silent.check}) for _ in range(20)))
    silent.answers.set()
    answer = await readiness.ask({"one": silent.check})

    assert (silent.asked, answer) == (1, {"one": "ok"})


async def test_who_has_answered_is_asked_anew() -> None:
    neighbour = Neighbour()
    neighbour.answers.set()
    readiness = Readiness()

    await readiness.ask({"one": neighbour.check})
    await readiness.ask({"one": neighbour.check})

    assert neighbour.asked == 2


async def test_neighbours_are_asked_at_once() -> None:
    first, second = Neighbour(), Neighbour()

    async def let_the_other_answer() -> None:
        second.answers.set()
        await first.check()

    async def then_the_first() -> None:
        await second.check()
        first.answers.set()

    answers = await Readiness().ask({"one": let_the_other_answer, "two": then_the_first})

    assert set(answers.values()) == {"ok"}


async def test_what_is_still_asked_ends_with_the_application() -> None:
    silent = Neighbour()
    readiness = Readiness(within=0.01)
    await readiness.ask({"one": silent.check})

    await readiness.close()

    assert asyncio.all_tasks() == {asyncio.current_task()}
