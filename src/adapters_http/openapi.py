"""The OpenAPI 3.1 document, made of the same table that routes."""

import re
from collections.abc import Iterable
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

import attrs

from adapters_http.errors import (
    STATUS_AND_CODE,
    BodyTooLargeError,
    MalformedRequestError,
    PreconditionFailedError,
    RangeNotSatisfiableError,
    UnsupportedMediaTypeError,
    ValidationError,
)
from adapters_http.forms import VideoForm
from adapters_http.routing import Access, Multipart, Nothing, Route
from adapters_http.schemas import Components, Schema
from vidcore import errors

VERSION: Final = "0.1.0"
_ERROR: Final[Schema] = {
    "type": "object",
    "description": "What every failure is answered with.",
    "properties": {
        "detail": {"type": "string", "description": "A sentence for a person."},
        "error_code": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "With 422: what is wrong, field by field.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["detail", "error_code"],
}
_SECURITY: Final[dict[Access, list[dict[str, list[str]]]]] = {
    Access.ANYONE: [],
    Access.MEMBER: [{"bearer": []}],
    Access.ADMIN: [{"bearer": []}],
    Access.SIGNED: [{"bearer": []}, {"signed": []}],
    Access.OPERATOR: [{"operator": []}, {}],
}
_ALWAYS: Final = (errors.ServiceUnavailableError,)
_BY_ACCESS: Final[dict[Access, tuple[type[errors.VidcoreError], ...]]] = {
    Access.ANYONE: (),
    Access.MEMBER: (errors.NotAuthenticatedError, errors.AccountInactiveError),
    Access.ADMIN: (
        errors.NotAuthenticatedError,
        errors.AccountInactiveError,
        errors.PermissionDeniedError,
    ),
    Access.SIGNED: (errors.NotAuthenticatedError, errors.AccountInactiveError),
    Access.OPERATOR: (errors.NotAuthenticatedError,),
}
_OF_BODIES: Final = (
    MalformedRequestError,
    UnsupportedMediaTypeError,
    BodyTooLargeError,
    ValidationError,
)
_OF_FILES: Final = (RangeNotSatisfiableError, PreconditionFailedError)


def openapi_document(routes: Iterable[Route]) -> dict[str, Any]:
    """Give the document of these routes."""
    components = Components()
    components.schemas["Error"] = _ERROR
    paths: dict[str, dict[str, Any]] = {}
    for row in routes:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vidcore",
            "version": VERSION,
            "summary": "A private video platform that one can run oneself.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components.schemas,
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
        "parameters": [*_path_parameters(row), *_query_parameters(row, components)],
        "responses": _responses(row, components),
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


def _responses(row: Route, components: Components) -> dict[str, Any]:
    responses = {str(int(row.status)): _success(row, components)}
    if row.access is Access.SIGNED:
        responses["206"] = {**_success(row, components), "description": "The range asked for"}
        responses["304"] = {"description": "The client's copy is the newest"}
    codes: dict[int, set[str]] = {500: {"internal_error"}}
    for failure in _failures(row):
        status, code = STATUS_AND_CODE[failure]
        codes.setdefault(int(status), set()).add(code)
    for number, names in sorted(codes.items()):
        responses[str(number)] = {
            "description": f"{HTTPStatus(number).phrase}: {', '.join(sorted(names))}",
            "content": {
                "application/json": {
                    "schema": {
                        "allOf": [
                            {"$ref": "#/components/schemas/Error"},
                            {"properties": {"error_code": {"enum": sorted(names)}}},
                        ]
                    }
                }
            },
        }
    return responses


def _success(row: Route, components: Components) -> dict[str, Any]:
    description = row.status.phrase
    if row.media_type is not None:
        schema = {"type": "string", "format": "binary"}
        return {"description": description, "content": {row.media_type: {"schema": schema}}}
    if row.answer is None:
        return {"description": description}
    schema = components.of(row.answer)
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _failures(row: Route) -> set[type[errors.VidcoreError]]:
    failures: set[type[errors.VidcoreError]] = {*_ALWAYS, *_BY_ACCESS[row.access], *row.errors}
    if row.body is not Nothing:
        failures |= set(_OF_BODIES)
    if row.access is Access.SIGNED:
        failures |= set(_OF_FILES)
    if "{id}" in row.path:
        failures.add(errors.NotFoundError)
    failures.add(ValidationError)  # a query that is not known is refused everywhere
    return failures
