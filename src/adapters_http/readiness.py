"""Asks neighbours whether they are well, all at once, and does not wait for one that is silent."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from vidcore.errors import VidcoreError

WELL: Final = "ok"
WITHIN: Final = 3.0  # seconds; whoever asks seldom waits for more than 5

Question = Callable[[], Awaitable[None]]


class Readiness:
    """The questions that are under way: one of each, however often it is asked meanwhile."""

    def __init__(self, within: float = WITHIN) -> None:
        self._within = within
        self._asked: dict[str, asyncio.Task[str]] = {}

    async def ask(self, questions: Mapping[str, Question]) -> dict[str, str]:
        """Give what each neighbour answers, by its name: "ok", or a sentence that says what is wrong."""
        asked = {name: self._task(name, question) for name, question in questions.items()}
        await asyncio.wait(asked.values(), timeout=self._within)
        return {
            name: task.result() if task.done() else f"No answer within {self._within:g} s."
            for name, task in asked.items()
        }

    async def close(self) -> None:
        """Leave what is still under way."""
        left = [task for task in self._asked.values() if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    def _task(self, name: str, question: Question) -> asyncio.Task[str]:
        """Give the task that asks; one that still waits is joined."""
        task = self._asked.get(name)
        if task is None or task.done():
            task = self._asked[name] = asyncio.ensure_future(_answer(question))
        return task


READINESS: Final = web.AppKey("READINESS", Readiness)


async def close_readiness(app: web.Application) -> None:
    """End what is still asked, with the application."""
    await app[READINESS].close()


async def _answer(question: Question) -> str:
    try:
        await question()
    except VidcoreError as error:
        return str(error)
    return WELL
