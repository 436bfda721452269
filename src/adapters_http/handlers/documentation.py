"""The description of everything, for machines."""

from aiohttp import web

from adapters_http.routing import OPENAPI, Access, Call, Nothing, route


async def openapi(call: Call[Nothing, Nothing]) -> web.Response:
    """Give the OpenAPI document."""
    return web.Response(body=call.request.app[OPENAPI], content_type="application/json")


ROUTES = (
    route(
        "GET",
        "/openapi.json",
        Access.ANYONE,
        openapi,
        "Describe all routes in OpenAPI 3.1",
        answer=dict[str, object],
    ),
)
