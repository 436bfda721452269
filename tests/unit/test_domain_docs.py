import re
from pathlib import Path

import pytest
from docs import generate_domain
from docs.blocks import regenerated

import vidcore

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "domain.md"
CORE = Path(vidcore.__file__).parent
RULES = [path for folder in (CORE, CORE / "media") for path in folder.glob("[a-z]*.py")]
NO_BOUNDS = {
    "media.sources.FORMATS",
    "lifecycle.NEXT",
}  # a phrase, and the table that has blocks of its own


def example(page: Path) -> str:
    (found,) = re.findall(r"(?ms)^```python\n(.*?)^```$", page.read_text(encoding="utf-8"))
    return str(found)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("failed --> pending: retry", "failed --> completed: retry"),
        ("| 7 days | promised to clients |", "| 8 days | promised to clients |"),
        ("| completed | sees and changes it |", "| completed | finds nothing |"),
    ],
)
def test_a_page_that_says_otherwise_is_found_out(true: str, false: str) -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page.count(true) == 1
    assert regenerated(page.replace(true, false), generate_domain.BLOCKS) == page


def test_every_bound_of_the_domain_stands_in_a_table() -> None:
    bounds = {
        ".".join((*path.relative_to(CORE).with_suffix("").parts, name))
        for path in RULES
        for name in re.findall(r"(?m)^([A-Z]\w*): Final", path.read_text(encoding="utf-8"))
    }
    shown = [path for table in generate_domain.CONSTANTS.values() for path in table]

    assert sorted(shown) == sorted(bounds - NO_BOUNDS)


@pytest.mark.parametrize("page", [PAGE, ROOT / "README.md"], ids=lambda page: page.name)
def test_an_example_prints_what_its_comments_say(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = example(page)

    exec(compile(code, page.name, "exec"), {"__name__": "__main__"})

    promised = re.findall(r"(?m)^\s*print\(.*\)  # (.*)$", code)
    assert capsys.readouterr().out.splitlines() == promised
    assert code.count("print(") == len(promised) > 0


@pytest.mark.parametrize("page", [PAGE, ROOT / "README.md"], ids=lambda page: page.name)
def test_an_example_names_nothing_but_vidcore_and_the_standard_library(page: Path) -> None:
    imported = set(re.findall(r"(?m)^(?:from|import) (\w+)", example(page)))

    assert imported == {"vidcore", "datetime"} | ({"uuid"} if page == PAGE else set())


@pytest.mark.parametrize("page", [PAGE, ROOT / "README.md"], ids=lambda page: page.name)
def test_every_file_that_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
