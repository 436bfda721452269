"""The OpenAPI 3.1 document, made of the same table that routes."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

import attrs

from adapters_http.forms import VideoForm
from adapters_http.openapi_responses import ERROR, HEADERS, responses_of
from adapters_http.routing import Access, Multipart, Nothing, Route
from adapters_http.schemas import Components, Schema

VERSION: Final = "0.1.0"
_SECURITY: Final[dict[Access, list[dict[str, list[str]]]]] = {
    Access.ANYONE: [],
    Access.MEMBER: [{"bearer": []}],
    Access.ADMIN: [{"bearer": []}],
    Access.SIGNED: [{"bearer": []}, {"signed": []}],
    Access.OPERATOR: [{"operator": []}, {}],
}

_OF_FILE_REQUESTS: Final = {
    "Range": ("One range of bytes; several at once are answered whole.", "bytes=0-1023"),
    "If-Range": ("The ETag or date of which the range shall be; else all is sent.", '"17c-5e0"'),
    "If-None-Match": ("ETags of copies that the client has; 304 if one is new.", '"17c-5e0"'),
    "If-Match": ("ETags of which the file must have one; else 412.", '"17c-5e0"'),
}


def openapi_document(routes: Iterable[Route]) -> dict[str, Any]:
    """Give the document of these routes."""
    components = Components()
    components.schemas["Error"] = ERROR
    paths: dict[str, dict[str, Any]] = {}
    for row in routes:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vidcore",
            "version": VERSION,
            "summary": "A private video platform that one can run oneself.",
            "description": "What can be read with GET can be asked for with HEAD, too.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components.schemas,
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token for metrics; not needed on the machine itself.",
                },
                "signed": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "The token of a signed address, for one video and six hours.",
                },
            },
        },
    }


def _operation(row: Route, components: Components) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": row.handler.__name__,
        "summary": row.summary,
        "tags": [row.path.removeprefix("/api").split("/")[1]],
        "security": _SECURITY[row.access],
        "parameters": [
            *_path_parameters(row),
            *_query_parameters(row, components),
            *_header_parameters(row),
        ],
        "responses": responses_of(row, components),
    }
    if row.body is Multipart:
        operation["requestBody"] = _form(components)
    elif row.body is not Nothing:
        schema = components.of(row.body)
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _path_parameters(row: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", **({"format": "uuid"} if name == "id" else {})},
        }
        for name in re.findall(r"{(\w+)}", row.path)
    ]


def _query_parameters(row: Route, components: Components) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "in": "query",
            "required": False,
            "schema": _query_schema(field, components),
        }
        for field in attrs.fields(row.query)
        if not (row.access is Access.SIGNED and field.name == "token")
    ]


def _header_parameters(row: Route) -> list[dict[str, Any]]:
    headers = _OF_FILE_REQUESTS if row.access is Access.SIGNED else {}
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": description,
            "schema": {"type": "string", "examples": [example]},
        }
        for name, (description, example) in headers.items()
    ]


def _query_schema(field: "attrs.Attribute[Any]", components: Components) -> Schema:
    """Give the schema of a query's field: what is left out is not null."""
    schema = components.of(field.type)
    [only] = [s for s in schema.get("anyOf", [schema]) if s != {"type": "null"}]
    default = field.default.value if isinstance(field.default, Enum) else field.default
    shown = {} if default is None else {"default": default}
    return {**only, **field.metadata.get("schema", {}), **shown}


def _form(components: Components) -> dict[str, Any]:
    schema = dict(components.schemas[components.of(VideoForm)["$ref"].rpartition("/")[2]])
    file = {"type": "string", "format": "binary", "description": "MP4, MOV, AVI, MKV or WEBM"}
    schema["properties"] = {**schema["properties"], "file": file}
    schema["required"] = [*schema["required"], "file"]
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
