import pytest
from hypothesis import given

from vidcore.errors import InvalidValueError
from vidcore.testing.strategies import texts
from vidcore.text import check_search, check_storable, check_text, clock_time, search_key


@given(text=texts(20, at_least=1))
def test_a_text_within_bounds_is_given_back_trimmed(text: str) -> None:
    assert check_text("title", f"  {text}\n", at_least=1, at_most=20) == text


@pytest.mark.parametrize("text", ["", " \t ", "123456", "1\x002", "1\ud800", "\udfff"], ids=ascii)
def test_another_text_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_text("title", text, at_least=1, at_most=5)

    assert refused.value.field == "title"


def test_what_any_database_can_store_is_storable() -> None:
    check_storable("title", "猫 \U0001f600 '\"%_\\ \u200b\x7f")


@pytest.mark.parametrize(("part", "whole"), [("ärger", "ÄRGER"), ("A\u0308R", "ärger"), ("", "x")])
def test_a_part_is_found_in_any_case_and_composition(part: str, whole: str) -> None:
    assert search_key(part) in search_key(whole)


@pytest.mark.parametrize("text", [None, "", " any ", "猫"])
def test_what_is_searched_for_is_taken_as_it_is(text: str | None) -> None:
    assert check_search(text) == text


@pytest.mark.parametrize("text", ["a\x00", "\ud800"], ids=ascii)
def test_what_no_stored_text_can_contain_is_not_searched_for(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_search(text)

    assert refused.value.field == "q"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "0.0 s"),
        (0.04, "0.0 s"),
        (9.5, "9.5 s"),
        (9.94, "9.9 s"),
        (9.96, "0:10"),
        (10.0, "0:10"),
        (31.2, "0:31"),
        (59.4, "0:59"),
        (59.6, "1:00"),
        (75.0, "1:15"),
        (605.0, "10:05"),
        (3599.4, "59:59"),
        (3599.6, "1:00:00"),
        (3723.0, "1:02:03"),
        (43_200.0, "12:00:00"),
        (360_000.0, "100:00:00"),
    ],
)
def test_a_time_is_told_as_players_show_it(seconds: float, told: str) -> None:
    assert clock_time(seconds) == told
