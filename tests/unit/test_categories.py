import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.categories import (
    NAME_MAX,
    SLUG_MAX,
    Category,
    category_key,
    free_slug,
    slugify,
)
from vidcore.errors import InvalidValueError
from vidcore.testing.examples import NOBODY, NOW, example_category
from vidcore.testing.strategies import category_names


@given(name=category_names() | st.text())
def test_a_slug_is_ascii_words_with_single_hyphens(name: str) -> None:
    slug = slugify(name)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug, re.ASCII)
    assert len(slug) <= SLUG_MAX


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Cats & Dogs", "cats-dogs"),
        ("  --Ärger--  ", "arger"),
        ("Straße", "strasse"),
        ("Ærø Łódź", "aero-lodz"),
        ("ISTANBUL İı", "istanbul-ii"),
        ("ﬁlm \uff12", "film-2"),
        ("猫", "category"),
        ("!!!", "category"),
        ("", "category"),
        ("æ" * 80, "ae" * 50),
        ("a" * 99 + "-b", "a" * 99),
    ],
)
def test_slugs_are_as_a_reader_expects(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_a_slug_that_is_taken_gets_the_first_free_number() -> None:
    assert free_slug("Cats", ()) == "cats"
    assert free_slug("Cats", {"cats"}) == "cats-2"
    assert free_slug("Cats", {"cats", "cats-2", "cats-4"}) == "cats-3"


def test_a_numbered_slug_is_no_longer_than_any_other() -> None:
    assert free_slug("æ" * 80, {"ae" * 50}) == "ae" * 49 + "-2"
    assert free_slug("a" * 100, {"a" * 100, *("a" * 98 + f"-{n}" for n in range(2, 10))}) == (
        "a" * 97 + "-10"
    )


@given(names=st.lists(category_names(), max_size=12))
def test_slugs_never_clash(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(free_slug(name, taken))

    assert len(set(taken)) == len(names)


def test_names_are_compared_without_regard_to_case_and_form() -> None:
    assert category_key("ÄRGER ﬁ") == category_key("a\u0308rger fi")
    assert category_key("cats") != category_key("cat s")


@pytest.mark.parametrize("name", ["x", " x ", "x" * NAME_MAX])
def test_a_category_has_a_trimmed_name_of_1_to_80_characters(name: str) -> None:
    made = Category.create(id=NOBODY, name=name, taken_slugs={"x"}, created_by=NOBODY, now=NOW)

    assert made == Category(
        id=NOBODY,
        name=name.strip(),
        slug="x-2" if name.strip() == "x" else name,
        created_by=NOBODY,
        created_at=NOW,
    )


@pytest.mark.parametrize("name", ["x", "x" * 80])
def test_a_category_is_renamed_within_the_same_bounds(name: str) -> None:
    assert example_category(1).renamed(name, taken_slugs=()).name == name
    assert NAME_MAX == 80


@pytest.mark.parametrize("name", ["", "  ", "x" * (NAME_MAX + 1), "x\x00y"])
def test_another_name_is_refused_by_creation_and_renaming(name: str) -> None:
    with pytest.raises(InvalidValueError) as created:
        Category.create(id=NOBODY, name=name, taken_slugs=(), created_by=NOBODY, now=NOW)
    with pytest.raises(InvalidValueError):
        example_category(1).renamed(name, taken_slugs=())

    assert created.value.field == "name"


def test_a_new_name_brings_a_new_slug() -> None:
    renamed = example_category(1).renamed(" Cats ", taken_slugs={"cats"})

    assert renamed == example_category(1, name="Cats", slug="cats-2")
