"""What is known of all files before the first byte of any is sent: by this machine, and by the service."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import attrs

from vidcore_app.client.api import Api
from vidcore_app.client.failures import ClientError, NotAdmittedError, RefusedError, SourceError
from vidcore_app.client.journal import Journal
from vidcore_app.client.patience import Patience
from vidcore_app.client.persisting import persist
from vidcore_app.client.sources import Source
from vidcore_app.client.watching import Watcher


@attrs.define(kw_only=True)
class Admission:
    """Looks at files, one after the other, and counts what those that it admitted will take."""

    api: Api
    journal: Journal
    patience: Patience
    watcher: Watcher
    _taken: int = attrs.field(default=0, init=False)

    async def __call__(self, files: Sequence[Path]) -> dict[Path, Source | ClientError]:
        """Give, for each file, what is sent, or why it is not.

        Raises NotLoggedInError, UnexpectedAnswerError, and GaveUpError if the service does not answer.
        """

        def tell(reason: str, seconds: float) -> None:
            self.watcher.waiting(files[0], reason=reason, seconds=seconds)

        unfinished = await persist(self.api.unfinished, self.patience, tell)
        begun = {(each.fingerprint, each.size_bytes) for each in unfinished}
        found: dict[Path, Source | ClientError] = {}
        for file in files:
            try:
                source = Source.at(file)
                # What is under way has its bytes held already, and would seem too much by itself.
                if (source.fingerprint(self.api.server), source.size) not in begun:
                    await persist(partial(self.check, source), self.patience, tell)
                found[file] = source
            except (SourceError, RefusedError, NotAdmittedError) as error:
                found[file] = error
        return found

    async def check(self, source: Source) -> None:
        """Raise NotAdmittedError unless the service would take a file beside those before it."""
        fingerprint = source.fingerprint(self.api.server)
        if self.journal.find(fingerprint) is not None:
            return  # it may be a video already, whose bytes are counted
        outlook = await self.api.check(source.size)
        if not outlook.allowed:
            detail = outlook.detail or "The service would not take it."
            raise NotAdmittedError(outlook.error_code, detail)
        left = outlook.available_bytes - self._taken
        if source.size > left:
            detail = f"The file has {source.size} bytes, and the files before it leave {left} of the week's."
            raise NotAdmittedError("quota_exceeded", detail)
        self._taken += source.size
