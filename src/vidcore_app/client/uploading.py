"""Files from this machine to videos of the service: looked at first, sent a few at once, followed."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import aiohttp
import attrs

from vidcore_app.client.admission import Admission
from vidcore_app.client.api import Api
from vidcore_app.client.failures import (
    ClientError,
    GaveUpError,
    NotAdmittedError,
    NotLoggedInError,
    RefusedError,
)
from vidcore_app.client.following import Following
from vidcore_app.client.journal import Journal
from vidcore_app.client.patience import Patience
from vidcore_app.client.persisting import reason_of
from vidcore_app.client.sending import Sending
from vidcore_app.client.sources import Source
from vidcore_app.client.watching import Outcome, Watcher

FIRST_CONTACT: Final = 20.0  # seconds; longer, a mistyped address would look like a slow service
UNEXPLAINED: Final = "The service could not process it, and does not say why."


@attrs.frozen(kw_only=True)
class Uploading:
    """What one run of the command does.

    `details` are the `title`, `description` and `category_id` that are told; `parallel` files are sent
    at once; `give_up` are the seconds without progress after which a file is given up; with `wait`, the
    processing is followed.
    """

    api: Api
    journal: Journal
    watcher: Watcher
    details: Mapping[str, str]
    parallel: int
    give_up: float
    wait: bool

    async def __call__(self, files: Sequence[Path]) -> list[Outcome]:
        """Give what became of each file, in their order; each is named once.

        Raises NotLoggedInError, UnexpectedAnswerError, and GaveUpError if the service does not answer at
        first; what goes wrong later is the outcome of a file.
        """
        admit = Admission(
            api=self.api,
            journal=self.journal,
            patience=self._patience(min(self.give_up, FIRST_CONTACT)),
            watcher=self.watcher,
        )
        admitted = await admit(files)
        turns = asyncio.Semaphore(self.parallel)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._take(file, found, turns))
                for file, found in admitted.items()
            ]
        return [task.result() for task in tasks]

    async def _take(
        self, file: Path, found: Source | ClientError, turns: asyncio.Semaphore
    ) -> Outcome:
        if isinstance(found, Source):
            outcome = await self._see_through(file, found, turns)
        else:
            outcome = _failed(Outcome(file=file), found)
        self.watcher.ended(outcome)
        return outcome

    async def _see_through(self, file: Path, source: Source, turns: asyncio.Semaphore) -> Outcome:
        fingerprint = source.fingerprint(self.api.server)
        outcome = Outcome(file=file)
        try:
            async with turns:
                sending = Sending(
                    api=self.api,
                    journal=self.journal,
                    file=file,
                    source=source,
                    details=self.details,
                    patience=self._patience(self.give_up),
                    watcher=self.watcher,
                )
                try:
                    video_id = await sending()
                finally:
                    outcome = attrs.evolve(outcome, sent_bytes=sending.sent_bytes)
            outcome = await self._follow(outcome, video_id)
            self.journal.forget(fingerprint)
        except (ClientError, aiohttp.ClientError, OSError) as error:
            if not isinstance(error, NotLoggedInError | GaveUpError):
                self.journal.forget(fingerprint)
            outcome = _failed(outcome, error)
        return outcome

    async def _follow(self, outcome: Outcome, video_id: UUID) -> Outcome:
        outcome = attrs.evolve(
            outcome,
            status="pending",
            video_id=video_id,
            url=str(self.api.address("api", "videos", str(video_id))),
            page_url=str(self.api.address("videos", str(video_id))),
        )
        if not self.wait:
            return outcome
        follow = Following(
            api=self.api,
            file=outcome.file,
            patience=self._patience(self.give_up),
            watcher=self.watcher,
        )
        video = await follow(video_id)
        stream = video.stream_url
        return attrs.evolve(
            outcome,
            status=video.processing_status,
            stream_url=None if stream is None else str(self.api.server) + stream,
            error=(video.error_message or UNEXPLAINED) if video.has_failed else None,
        )

    def _patience(self, give_up: float) -> Patience:
        return Patience(give_up=give_up, clock=time.monotonic, draw=random.random)


def _failed(outcome: Outcome, error: Exception) -> Outcome:
    code = error.code if isinstance(error, RefusedError | NotAdmittedError) else None
    return attrs.evolve(outcome, error_code=code, error=reason_of(error))
