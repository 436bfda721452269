"""Sending the page by which people use the service: one document for all its addresses, and its files.

The document finds out by itself which screen an address means. It has no rights and no data of its own:
everything comes by the contract, and so no row of the route table stands here.
"""

from typing import Final

from aiohttp import hdrs, web

from adapters_http.errors import UnknownPathError
from adapters_http.web_files import WebFile, web_files

PATHS: Final = (
    "/",
    "/login",
    "/register",
    "/videos/{id}",
    "/upload",
    "/me",
    "/account",
    "/admin",
    "/admin/{section}",
)
# Nothing comes from elsewhere, nothing is in line, and no text ever becomes markup or a script.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PERMISSIONS_POLICY: Final = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "autoplay=(self), clipboard-write=(self), fullscreen=(self), picture-in-picture=(self)"
)
_OF_INDEX: Final = {
    hdrs.CACHE_CONTROL: "no-cache",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}
_OF_ASSETS: Final = {
    hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add_pages(app: web.Application) -> None:
    """Let an application serve the page, which needs nothing else of it."""
    web_files()  # so that nobody waits for them, and a lack of them shows at the start
    for path in PATHS:
        app.router.add_get(path, show_page)
    app.router.add_get("/web/{digest}/{name:.+}", give_asset)


async def show_page(request: web.Request) -> web.Response:
    """Send the document, whatever the screen."""
    return _send(request, web_files().index, _OF_INDEX)


async def give_asset(request: web.Request) -> web.Response:
    """Send a file of this version of the page. Raises UnknownPathError for those of another."""
    files = web_files()
    asset = files.assets.get(request.match_info["name"])
    if asset is None or request.match_info["digest"] != files.digest:
        raise UnknownPathError(request.path)
    return _send(request, asset, _OF_ASSETS)


def _send(request: web.Request, file: WebFile, headers: dict[str, str]) -> web.Response:
    said = {**headers, hdrs.ETAG: file.etag, hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if file.etag in request.headers.get(hdrs.IF_NONE_MATCH, "").replace("W/", ""):
        return web.Response(status=304, headers=said)
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        return web.Response(
            body=file.compressed,
            content_type=file.content_type,
            charset="utf-8",
            headers={**said, hdrs.CONTENT_ENCODING: "gzip"},
        )
    return web.Response(
        body=file.content, content_type=file.content_type, charset="utf-8", headers=said
    )
