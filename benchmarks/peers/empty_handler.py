"""What aiohttp itself costs: a handler that has 64 KiB in memory, and asks nobody.

python empty_handler.py PORT
"""

import sys
from typing import Final

from aiohttp import web

BODY: Final = bytes(64 << 10)


async def answer(_: web.Request) -> web.Response:
    """Answer as if a range had been read."""
    return web.Response(status=206, body=BODY)


def main() -> None:
    """Serve from one process, without a log."""
    app = web.Application()
    app.router.add_get("/", answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
