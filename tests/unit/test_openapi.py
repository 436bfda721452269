from typing import Any

import pytest
from openapi_spec_validator import validate

from adapters_http.app import ROUTES
from adapters_http.openapi import openapi_document
from adapters_http.routing import Access, Route
from adapters_http.schemas import Components


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(ROUTES)


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)

    assert document["openapi"] == "3.1.0"


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")
def test_every_route_is_described_with_its_rights_and_failures(
    document: dict[str, Any], row: Route
) -> None:
    operation = document["paths"][row.path][row.method.lower()]

    assert operation["summary"] == row.summary
    assert str(int(row.status)) in operation["responses"]
    assert {"500", "503"} <= set(operation["responses"])
    if row.access is Access.ANYONE:
        assert operation["security"] == []
    else:
        scheme = "operator" if row.access is Access.OPERATOR else "bearer"
        assert {scheme: []} in operation["security"]
        assert "401" in operation["responses"]


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    ]

    assert len(set(ids)) == len(ids) == len(ROUTES)


def test_the_upload_form_has_a_file(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/videos"]["post"]["requestBody"]
    schema = body["content"]["multipart/form-data"]["schema"]

    assert schema["required"] == ["title", "file"]
    assert schema["properties"]["file"]["format"] == "binary"
    assert schema["properties"]["title"]["maxLength"] == 200


def test_a_patch_requires_nothing_and_may_clear(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["VideoBody"]

    assert "required" not in schema
    assert "null" not in str(schema["properties"]["title"])
    assert {"type": "null"} in schema["properties"]["category_id"]["anyOf"]


def test_a_type_without_a_schema_is_refused() -> None:
    with pytest.raises(TypeError, match="no schema for"):
        Components().of(bytes)
