import inspect
import pickle
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest

from vidcore import errors
from vidcore.errors import InvalidValueError, UnknownReferenceError, VidcoreError
from vidcore.testing.examples import NOBODY, NOW

SAMPLES: dict[Any, object] = {
    str: "A reason for people.",
    int: 7,
    datetime: NOW,
    UUID | str: NOBODY,
}


def fields(kind: type[VidcoreError]) -> "tuple[attrs.Attribute[Any], ...]":
    return tuple(attrs.fields(kind)) if attrs.has(kind) else ()


def sample(kind: type[VidcoreError]) -> VidcoreError:
    return kind(*(SAMPLES[field.type] for field in fields(kind)))


def data(error: VidcoreError) -> dict[str, object]:
    return {field.name: getattr(error, field.name) for field in fields(type(error))}


KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, VidcoreError) and kind is not VidcoreError
]
ERRORS = [sample(kind) for kind in KINDS]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling_with_its_data(error: VidcoreError) -> None:
    back = pickle.loads(pickle.dumps(error))

    assert type(back) is type(error)
    assert str(back) == str(error)
    assert data(back) == data(error)


@pytest.mark.parametrize(
    "error",
    ERRORS,
    ids=lambda error: type(error).__name__,
)
def test_an_error_reads_as_a_sentence(error: VidcoreError) -> None:
    sentence = str(error)

    assert sentence[0].isupper()
    assert sentence.endswith((".", "!"))
    assert "\n" not in sentence
    assert "None" not in sentence


@pytest.mark.parametrize("kind", [InvalidValueError, UnknownReferenceError])
def test_a_wrong_value_is_told_with_the_name_of_its_field(kind: type[InvalidValueError]) -> None:
    assert str(kind("title", "must not be empty")) == "The field 'title' must not be empty."


def test_the_tree_in_the_docstring_names_every_error() -> None:
    drawn = errors.__doc__ or ""

    for kind in KINDS:
        assert f"── {kind.__name__}" in drawn


def test_every_error_but_the_root_is_documented_and_derives_from_it() -> None:
    for kind in KINDS:
        assert kind.__doc__
        assert kind.__mro__[-4:] == (VidcoreError, Exception, BaseException, object)


def test_an_error_without_a_reason_asks_to_log_in() -> None:
    assert str(errors.NotAuthenticatedError()) == "Log in first."


def test_a_quota_that_is_overdrawn_has_nothing_left() -> None:
    error = errors.QuotaExceededError(10, 30, 0, 5, NOW, 60)

    assert "and 0 of this week's 10 are left" in str(error)
