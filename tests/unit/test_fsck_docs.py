import importlib.util
from pathlib import Path
from types import ModuleType

from click.testing import CliRunner

from vidcore import FindingKind
from vidcore_app.cli.fsck import fsck_command

PAGE = Path(__file__).parents[2] / "docs" / "fsck.md"


def load_generator() -> ModuleType:
    path = PAGE.with_name("generate_fsck.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator = load_generator()


def test_what_is_generated_is_what_stands_in_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert generator.regenerated(page) == page, "run `python docs/generate_fsck.py`"
    assert generator.regenerated(page.replace("| removes it |", "| keeps it |")) == page


def test_every_kind_of_finding_stands_in_the_page_once() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [kind for kind in FindingKind if page.count(f"| `{kind}` |") != 1] == []
    assert set(generator.MEANINGS) == set(FindingKind)


def test_every_option_stands_in_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    help_text = CliRunner().invoke(fsck_command, ["--help"]).output

    options = [name for option in fsck_command.params for name in option.opts]
    assert [name for name in options if f"| `{name}` |" not in page or name not in help_text] == []
