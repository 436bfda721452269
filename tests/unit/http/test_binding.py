"""Typed requests, made strictly: nothing is coerced, and everything that is wrong is named."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters_http.binding import BadValueError, from_json, from_texts, parse_uuid
from adapters_http.errors import ValidationError
from vidcore.details import Unset

ID = "01890a5d-ac96-774b-bcce-b302099a8057"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen(kw_only=True)
class Wanted:
    text: str
    number: int = 7
    flag: bool = False
    colour: Colour = Colour.RED
    key: UUID | None = None
    note: str | Unset | None = Unset.UNSET


def blamed(raised: pytest.ExceptionInfo[ValidationError]) -> dict[str, str]:
    return dict(raised.value.errors)


def test_what_is_given_is_taken_and_the_rest_has_its_default() -> None:
    assert from_json({"text": "a"}, Wanted) == Wanted(text="a")
    assert from_json(
        {"text": "a", "number": -1, "flag": True, "colour": "blue", "key": ID, "note": None},
        Wanted,
    ) == Wanted(text="a", number=-1, flag=True, colour=Colour.BLUE, key=UUID(ID), note=None)


def test_a_member_of_an_enumeration_is_that_very_member() -> None:
    assert from_json({"text": "a", "colour": "blue"}, Wanted).colour is Colour.BLUE
    assert from_texts({"text": "a", "colour": "blue"}, Wanted).colour is Colour.BLUE


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": 5}, "must be a text"),
        ({"text": None}, "must be a text"),
        ({"text": ["a"]}, "must be a text"),
        ({"text": {}}, "must be a text"),
    ],
)
def test_only_a_text_is_a_text(value: Any, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        from_json(value, Wanted)

    assert blamed(raised) == {"text": message}


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("number", ["5", 5.0, True, None, []], "must be an integer"),
        ("flag", ["true", 0, 1, None, {}], "must be true or false"),
        ("colour", ["green", "RED", 0, None, ["red"], {}], "must be one of red, blue"),
        ("key", ["x", "", 5, ID[:-1], ID.replace("-", ""), f"{{{ID}}}", []], "must be a UUID"),
        ("note", [5, {}, []], "must be a text"),
    ],
)
def test_no_value_of_another_type_is_taken_for_it(
    field: str, values: list[Any], message: str
) -> None:
    for value in values:
        with pytest.raises(ValidationError) as raised:
            from_json({"text": "a", field: value}, Wanted)
        assert blamed(raised) == {field: message}


@pytest.mark.parametrize("value", [None, [], [{}], "text", 5, True])
def test_only_an_object_is_a_request(value: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        from_json(value, Wanted)

    assert blamed(raised) == {"body": "must be an object"}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as raised:
        from_json({"number": "5", "flag": 0, "more": 1, "much": 2}, Wanted)

    assert blamed(raised) == {
        "text": "is missing",
        "number": "must be an integer",
        "flag": "must be true or false",
        "more": "is not known here",
        "much": "is not known here",
    }


def test_texts_of_a_query_are_read_as_what_they_stand_for() -> None:
    texts = {"text": "5", "number": "-12", "flag": "true", "colour": "blue", "key": ID.upper()}

    assert from_texts(texts, Wanted) == Wanted(
        text="5", number=-12, flag=True, colour=Colour.BLUE, key=UUID(ID)
    )
    assert from_texts({"text": "", "flag": "false"}, Wanted) == Wanted(text="")


@pytest.mark.parametrize(
    ("field", "texts", "message"),
    [
        ("number", ["", " 1", "1.0", "1e3", "٣", "+1", "1_000", "9" * 19], "must be an integer"),
        ("flag", ["", "2", "True", "yes", "null"], "must be true or false"),
        ("colour", ["", "Red", "green"], "must be one of red, blue"),
        ("key", ["", "null", "x"], "must be a UUID"),
    ],
)
def test_a_text_that_stands_for_nothing_is_refused(
    field: str, texts: list[str], message: str
) -> None:
    for text in texts:
        with pytest.raises(ValidationError) as raised:
            from_texts({"text": "a", field: text}, Wanted)
        assert blamed(raised) == {field: message}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = [field.name for field in attrs.fields(Wanted)]


@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), JSON) | JSON)
def test_any_json_is_refused_or_has_the_types_that_were_wanted(value: object) -> None:
    try:
        made = from_json(value, Wanted)
    except ValidationError:
        return
    assert type(made.text) is str
    assert type(made.number) is int
    assert type(made.flag) is bool
    assert isinstance(made.colour, Colour)
    assert made.key is None or isinstance(made.key, UUID)


def test_a_uuid_is_read_in_its_canonical_form_only() -> None:
    assert parse_uuid(ID) == UUID(ID)
    for text in (f"urn:uuid:{ID}", f"{ID}\n", f" {ID}", "\uff10" + ID[1:], None, 5):
        with pytest.raises(BadValueError):
            parse_uuid(text)
