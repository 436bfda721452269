from pathlib import Path

import attrs
import pytest
from docs import blocks, generate_errors, generate_settings
from docs.generators import GENERATORS, Generator

from adapters_http.errors import STATUS_AND_CODE
from vidcore_app.settings import PREFIX, Settings


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.PAGE.stem)
class TestEveryGenerator:
    def test_what_is_generated_is_what_stands_in_the_page(self, generator: Generator) -> None:
        page = generator.PAGE.read_text(encoding="utf-8")

        assert blocks.regenerated(page, generator.BLOCKS) == page, "run `python -m docs`"

    def test_every_block_that_can_be_generated_stands_in_the_page_once(
        self, generator: Generator
    ) -> None:
        page = generator.PAGE.read_text(encoding="utf-8")

        assert sorted(blocks.names(page)) == sorted(generator.BLOCKS)

    def test_what_was_changed_by_hand_is_written_anew(
        self, generator: Generator, tmp_path: Path
    ) -> None:
        page = generator.PAGE.read_text(encoding="utf-8")
        changed = tmp_path / "page.md"
        changed.write_text(page.replace("<!-- end -->", "by hand\n<!-- end -->"), encoding="utf-8")

        assert blocks.write(changed, generator.BLOCKS) is True

        assert changed.read_text(encoding="utf-8") == page
        assert blocks.write(changed, generator.BLOCKS) is False


def test_every_page_with_blocks_has_a_generator() -> None:
    with_blocks = {
        path for path in blocks.FOLDER.rglob("*.md") if blocks.names(path.read_text("utf-8"))
    }

    assert with_blocks == {generator.PAGE for generator in GENERATORS}


def test_a_block_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        blocks.regenerated("<!-- generated: nonsense -->\n<!-- end -->", {})


def test_every_setting_stands_in_the_page_once() -> None:
    page = generate_settings.PAGE.read_text(encoding="utf-8")
    variables = [PREFIX + field.name.upper() for field in attrs.fields(Settings)]

    assert [name for name in variables if page.count(f"| `{name}` |") != 1] == []


def test_every_code_of_an_error_stands_in_the_page_once() -> None:
    page = generate_errors.PAGE.read_text(encoding="utf-8")
    codes = {code for _, code in STATUS_AND_CODE.values()}

    assert [code for code in codes if page.count(f"| `{code}` |") != 1] == []
    assert set(generate_errors.DO) == codes
