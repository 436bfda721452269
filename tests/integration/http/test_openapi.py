import tomllib
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
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


def test_the_version_is_that_of_the_package(document: dict[str, Any]) -> None:
    project = tomllib.loads(
        Path(__file__).parents[3].joinpath("pyproject.toml").read_text("utf-8")
    )["project"]

    assert document["info"]["version"] == project["version"]


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


def test_every_answer_has_the_headers_that_a_client_needs(document: dict[str, Any]) -> None:
    needed = {"401": "WWW-Authenticate", "413": "Retry-After", "429": "Retry-After"}
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                assert "X-Request-ID" in response["headers"]
                assert status not in needed or needed[status] in response["headers"]
    upload = document["paths"]["/api/videos"]["post"]["responses"]["201"]
    assert "Location" in upload["headers"]
    streamed = document["paths"]["/api/videos/{id}/stream"]["get"]["responses"]
    assert {"ETag", "Last-Modified", "Accept-Ranges"} <= set(streamed["200"]["headers"])
    assert {"ETag", "Accept-Ranges", "Content-Range"} <= set(streamed["206"]["headers"])
    assert "ETag" in streamed["304"]["headers"]
    assert "Content-Range" in streamed["416"]["headers"]


def test_every_field_of_a_body_that_is_a_text_or_a_number_has_an_example_that_fits(
    document: dict[str, Any],
) -> None:
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith("Body"):
            continue
        example = {
            field: of["examples"][0]
            for field, of in schema["properties"].items()
            if "examples" in of
        }
        left_out = set(schema["properties"]) - set(example)
        assert left_out <= {"category_id"}
        resolved = {**schema, "components": document["components"]}
        OAS31Validator(resolved).validate(example)


def test_an_unready_service_says_why(document: dict[str, Any]) -> None:
    responses = document["paths"]["/readyz"]["get"]["responses"]

    described = {
        status: responses[status]["content"]["application/json"]["schema"]
        for status in ("200", "503")
    }
    assert described["200"] == described["503"] == {"$ref": "#/components/schemas/Readiness"}
