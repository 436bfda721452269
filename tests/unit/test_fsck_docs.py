from click.testing import CliRunner
from docs import generate_fsck

from vidcore import FindingKind
from vidcore_app.cli.fsck import fsck_command


def test_every_kind_of_finding_stands_in_the_page_once() -> None:
    page = generate_fsck.PAGE.read_text(encoding="utf-8")

    assert [kind for kind in FindingKind if page.count(f"| `{kind}` |") != 1] == []
    assert set(generate_fsck.MEANINGS) == set(FindingKind)


def test_every_option_stands_in_the_page() -> None:
    page = generate_fsck.PAGE.read_text(encoding="utf-8")
    help_text = CliRunner().invoke(fsck_command, ["--help"]).output

    options = [name for option in fsck_command.params for name in option.opts]
    assert [name for name in options if f"| `{name}` |" not in page or name not in help_text] == []
