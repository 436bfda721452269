import importlib.util
from pathlib import Path
from types import ModuleType

from tests.integration.ffmpeg.kinds import COPIED, ENCODED, FAILING, REFUSED

PAGE = Path(__file__).parents[2] / "docs" / "media.md"


def load_generator() -> ModuleType:
    path = PAGE.with_name("generate_media.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator = load_generator()


def test_what_is_generated_is_what_stands_in_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert generator.regenerated(page) == page, "run `python -m docs.generate_media`"


def test_a_page_that_says_otherwise_is_found_out() -> None:
    page = PAGE.read_text(encoding="utf-8")
    true, false = "| remux: copied |", "| encode: both encoded |"

    assert true in page
    assert generator.regenerated(page.replace(true, false)) == page


def test_every_kind_of_upload_stands_in_the_page_once() -> None:
    page = PAGE.read_text(encoding="utf-8")

    names = [kind.name for kind in (*COPIED, *ENCODED, *FAILING, *REFUSED)]
    assert len(set(names)) == len(names)
    assert [name for name in names if page.count(f"| `{name}` |") != 1] == []
