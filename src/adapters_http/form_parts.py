"""The parts of a multipart/form-data body (RFC 7578; RFC 2046, 5.1), one after the other.

Blocks go through uncopied wherever no delimiter can be in them: aiohttp's own reader joins and cuts
each, which took a quarter of an upload's processor time.
"""

import re
from email.message import Message
from typing import Final

from aiohttp import hdrs
from multidict import CIMultiDict

from adapters_http.body import Body
from adapters_http.errors import MalformedRequestError

BOUNDARY_MAX: Final = 70  # characters, RFC 2046
HEAD_MAX: Final = 16 << 10  # bytes of a part's headers
PASSED_MAX: Final = 64 << 10  # bytes before the first part, or behind the last
_FOLD: Final = re.compile(r"\r\n[ \t]+")


def form_boundary(content_type: str) -> bytes:
    """Give the boundary that a Content-Type names. Raises MalformedRequestError if it is no good."""
    header = Message()
    header[hdrs.CONTENT_TYPE] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise MalformedRequestError("The Content-Type has no boundary.")
    if len(boundary) > BOUNDARY_MAX:
        raise MalformedRequestError(f"The boundary has more than {BOUNDARY_MAX} characters.")
    return boundary.encode("utf-8", "surrogateescape")


class FormParts:
    """Reads one form. `next` begins a part, `read` gives its content.

    `consumed` are the bytes of the body that were given, or passed over.
    """

    def __init__(self, body: Body, boundary: bytes) -> None:
        self._body = body
        self._delimiter = b"\r\n--" + boundary
        self._held = (
            b"\r\n"  # as if a line ended before the body, so that it may begin with a delimiter
        )
        self.consumed = -len(self._held)

    async def next(self) -> CIMultiDict[str] | None:
        """Give the headers of the next part; None behind the last, when the body has been read.

        Raises MalformedRequestError for what is no form, and what reading the body raises.
        """
        await self._pass_over()
        head = len(self._delimiter)
        while len(self._held) < head + 2:
            await self._hold_more()
        if self._held.startswith(b"--", head):
            await self._pass_epilogue()
            return None
        while (end := self._held.find(b"\r\n\r\n", head)) < 0 and len(self._held) < HEAD_MAX:
            await self._hold_more()
        if not 0 <= end - head <= HEAD_MAX:
            raise MalformedRequestError("The headers of a part of the form are too long.")
        return _headers(self._take(end + 4)[head:end])

    async def read(self) -> bytes:
        """Give the next bytes of the part; none at its end.

        Raises MalformedRequestError if the body ends before, and what reading it raises.
        """
        while True:
            end = self._held.find(self._delimiter)
            if end < 0:
                # A delimiter can have begun no further back, and begins with CR.
                unsure = max(0, len(self._held) - len(self._delimiter) + 1)
                end = self._held.find(b"\r", unsure)
                end = len(self._held) if end < 0 else end
                if end == 0:
                    await self._hold_more()
                    continue
            return self._take(end)

    async def _pass_over(self) -> None:
        passed = 0
        while block := await self.read():
            passed += len(block)
            if passed > PASSED_MAX:
                raise MalformedRequestError("The form does not begin.")

    async def _pass_epilogue(self) -> None:
        passed, block = 0, self._held
        while block:
            passed += len(block)
            if passed > PASSED_MAX:
                raise MalformedRequestError("The form does not end.")
            block = await self._body.read()

    async def _hold_more(self) -> None:
        block = await self._body.read()
        if not block:
            raise MalformedRequestError("The form breaks off.")
        self._held += block

    def _take(self, size: int) -> bytes:
        taken, self._held = self._held[:size], self._held[size:]
        self.consumed += size
        return taken


def _headers(head: bytes) -> CIMultiDict[str]:
    """Read what stands between a delimiter and a part's content."""
    padding, _, lines = head.decode("utf-8", "surrogateescape").partition("\r\n")
    if padding.strip(" \t"):
        raise MalformedRequestError("A delimiter of the form goes on.")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in filter(None, _FOLD.sub(" ", lines).split("\r\n")):
        name, colon, value = line.partition(":")
        if not colon:
            raise MalformedRequestError("A part of the form has a header without a colon.")
        headers.add(name, value.strip(" \t"))
    return headers
