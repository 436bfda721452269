"""The description of everything, for machines and for people."""

from aiohttp import hdrs, web

from adapters_http.errors import UnknownPathError
from adapters_http.routing import OPENAPI, Access, Call, Nothing, route
from adapters_http.swagger import CONTENT_SECURITY_POLICY, FILES, INITIALISE, PAGE, read_file


async def openapi(call: Call[Nothing, Nothing]) -> web.Response:
    """Give the OpenAPI document."""
    return web.Response(body=call.request.app[OPENAPI], content_type="application/json")


async def docs(_: Call[Nothing, Nothing]) -> web.Response:
    """Give the interactive page."""
    return web.Response(
        body=PAGE,
        content_type="text/html",
        charset="utf-8",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )


async def docs_file(call: Call[Nothing, Nothing]) -> web.Response:
    """Give a file that the page needs."""
    name = call.request.match_info["file"]
    headers = {hdrs.CACHE_CONTROL: "public, max-age=86400"}
    if name == "initialise.js":
        return web.Response(body=INITIALISE, content_type="text/javascript", headers=headers)
    if name not in FILES:
        raise UnknownPathError(call.request.path)
    return web.Response(body=read_file(name), content_type=FILES[name], headers=headers)


ROUTES = (
    route(
        "GET",
        "/openapi.json",
        Access.ANYONE,
        openapi,
        "Describe all routes in OpenAPI 3.1",
        answer=dict[str, object],
    ),
    route(
        "GET",
        "/docs",
        Access.ANYONE,
        docs,
        "Show all routes on an interactive page",
        media_type="text/html",
    ),
    route(
        "GET",
        "/docs/{file}",
        Access.ANYONE,
        docs_file,
        "Give a file of the interactive page",
        media_type="*/*",
        errors=(UnknownPathError,),
    ),
)
