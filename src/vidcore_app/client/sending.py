"""The bytes of one file, sent by aiotus, again from where the service has them whenever it breaks off.

aiotus speaks tus: it begins an upload, asks how far it is, and sends the rest in parts. What it does on a
failure, to try everything ten times and say only that it did not work, is not used: a refusal is final
here, a pause is what the service asks for, and any progress makes the patience new.
"""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import attrs
from aiotus import core, creation
from aiotus.common import ProtocolError

from vidcore_app.client.api import Api
from vidcore_app.client.failures import RefusedError, UnexpectedAnswerError, UploadLostError
from vidcore_app.client.journal import Journal
from vidcore_app.client.patience import Patience
from vidcore_app.client.persisting import persist
from vidcore_app.client.sources import LARGEST, Source, SourceReader
from vidcore_app.client.watching import Watcher


@attrs.define(kw_only=True)
class Sending:
    """`source` on its way; `file` is what the member calls it.

    `sent_bytes` counts those that the service has got by this object.
    """

    api: Api
    journal: Journal
    file: Path
    source: Source
    details: Mapping[str, str]
    patience: Patience
    watcher: Watcher
    clock: Callable[[], float] = time.monotonic
    sent_bytes: int = 0
    _upload_id: UUID | None = None
    _offset: int = -1

    @property
    def fingerprint(self) -> str:
        """What the file is known by."""
        return self.source.fingerprint(self.api.server)

    async def __call__(self) -> UUID:
        """Send what the service does not have, and give the id of the video that it makes.

        Raises GaveUpError, NotLoggedInError, RefusedError, SourceError, UnexpectedAnswerError.
        """
        return await persist(self._try, self.patience, self._tell)

    def _tell(self, reason: str, seconds: float) -> None:
        self.watcher.waiting(self.file, reason=reason, seconds=seconds)

    async def _try(self) -> UUID:
        try:
            return await self._made_before() or await self._send()
        except ProtocolError as error:
            raise UnexpectedAnswerError(str(self.api.server), str(error)) from error

    async def _made_before(self) -> UUID | None:
        """Give the video of an earlier run that ended between its last byte and the video's."""
        upload_id = self.journal.find(self.fingerprint)
        if self._upload_id is not None or upload_id is None:
            return None
        try:
            return await self.api.video_of(upload_id)
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            self.journal.forget(self.fingerprint)
            return None

    async def _send(self) -> UUID:
        with SourceReader(
            self.source, on_acknowledged=self._acknowledge, clock=self.clock
        ) as reader:
            upload_id = self._upload_id or await self._begin(reader)
            self._upload_id = upload_id
            try:
                await core.upload_buffer(
                    *(self.api.session, self.api.uploads / str(upload_id), reader),
                    chunksize=LARGEST,
                )
                self._acknowledge(self.source.size)
                video_id = await self.api.video_of(upload_id)
            except RefusedError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                self._upload_id, self._offset = None, -1
                raise UploadLostError from error
        if video_id is None:
            raise UnexpectedAnswerError(str(self.api.server), "a whole upload became no video")
        return video_id

    async def _begin(self, reader: SourceReader) -> UUID:
        """Begin an upload, or find the one that the service knows by the fingerprint.

        Of the address that it gives, the id alone is used: the token goes nowhere but to the server
        that the member has named.
        """
        told = {"filename": self.source.name, "fingerprint": self.fingerprint, **self.details}
        metadata = {key: value.encode() for key, value in told.items()}
        location = await creation.create(self.api.session, self.api.uploads, reader, metadata)
        try:
            upload_id = UUID(location.name)
        except ValueError:
            raise ProtocolError(f"it put an upload at {location}") from None
        self.journal.note(self.fingerprint, upload_id)
        return upload_id

    def _acknowledge(self, offset: int) -> None:
        if self._offset < 0:
            self._offset = offset
        if offset > self._offset:
            self.sent_bytes += offset - self._offset
            self._offset = offset
            self.patience.progressed()
        self.watcher.sending(self.file, offset=offset, size=self.source.size)
