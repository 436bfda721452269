"""`Expect: 100-continue` (RFC 9110, 10.1.1). Any other expectation is ignored, as a server may.

aiohttp's own answer to another one is a 417 that never passes through a middleware.
"""

from aiohttp import hdrs, web


async def say_continue(request: web.Request) -> None:
    """Ask for the body, if the client waits to be asked."""
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer proper has not begun
