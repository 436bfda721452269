"""The OpenAPI 3.1 document, made of the same table that routes."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

import attrs

from adapters_http.cookies import COOKIE
from adapters_http.forms import VideoForm
from adapters_http.openapi_responses import ERROR, HEADERS, responses_of
from adapters_http.routing import Access, Multipart, Nothing, OctetStream, Route
from adapters_http.schemas import Components, Schema
from adapters_http.tus import CONTENT_TYPE
from adapters_http.tus import VERSION as VERSION_OF_TUS

VERSION: Final = "0.1.0"
_SECURITY: Final[dict[Access, list[dict[str, list[str]]]]] = {
    Access.ANYONE: [],
    Access.MEMBER: [{"bearer": []}, {"cookie": []}],
    Access.ADMIN: [{"bearer": []}, {"cookie": []}],
    Access.SIGNED: [{"bearer": []}, {"cookie": []}, {"signed": []}],
    Access.OPERATOR: [{"operator": []}, {}],
}

_OF_FILE_REQUESTS: Final = {
    "Range": ("One range of bytes; several at once are answered whole.", "bytes=0-1023"),
    "If-Range": ("The ETag or date of which the range shall be; else all is sent.", '"17c-5e0"'),
    "If-None-Match": ("ETags of copies that the client has; 304 if one is new.", '"17c-5e0"'),
    "If-Match": ("ETags of which the file must have one; else 412.", '"17c-5e0"'),
}

_OF_UPLOAD_REQUESTS: Final[dict[str, tuple[str, bool, Schema]]] = {
    "Tus-Resumable": ("The version of tus that is spoken.", True, {"const": VERSION_OF_TUS}),
    "Upload-Length": (
        "The size of the whole file in bytes.",
        True,
        {"pattern": "^[0-9]{1,18}$", "examples": ["1048576"]},
    ),
    "Upload-Offset": (
        "How many bytes the upload has: these come behind them.",
        False,  # where it is missing, a bad request is the answer, as to a wrong one
        {"pattern": "^[0-9]{1,18}$", "examples": ["0"]},
    ),
    "Upload-Metadata": (
        "Pairs of a key and a value in base64: filename; title, description, category_id; fingerprint",
        True,
        {"examples": ["filename Zmlyc3Qtc3RlcHMubXA0,title Rmlyc3Qgc3RlcHM="]},
    ),
    "Upload-Checksum": (
        "The body's digest in base64; if it has another, none of it is kept.",
        False,
        {
            "pattern": "^(sha1|sha256) [A-Za-z0-9+/]+=*$",
            "examples": ["sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="],
        },
    ),
    "X-HTTP-Method-Override": (
        "The method that is meant.",
        True,
        {"enum": ["HEAD", "PATCH", "DELETE"]},
    ),
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
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "A browser's session. Unsafe methods need the service's own Origin.",
                },
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
    elif row.body is OctetStream:
        operation["requestBody"] = {
            "content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
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
    of_files = _OF_FILE_REQUESTS if row.sends_file else {}
    return [
        *(
            _header_parameter(name, description, {"examples": [example]}, required=False)
            for name, (description, example) in of_files.items()
        ),
        *(
            _header_parameter(name, description, schema, required=required)
            for name in row.takes
            for description, required, schema in [_OF_UPLOAD_REQUESTS[name]]
        ),
    ]


def _header_parameter(
    name: str, description: str, schema: Schema, *, required: bool
) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
    }


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
