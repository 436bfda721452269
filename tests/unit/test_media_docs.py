from docs import generate_media
from docs.blocks import regenerated

from tests.integration.ffmpeg.kinds import COPIED, ENCODED, FAILING, REFUSED


def test_a_page_that_says_otherwise_is_found_out() -> None:
    page = generate_media.PAGE.read_text(encoding="utf-8")
    true, false = "| remux: copied |", "| encode: both encoded |"

    assert true in page
    assert regenerated(page.replace(true, false), generate_media.BLOCKS) == page


def test_every_kind_of_upload_stands_in_the_page_once() -> None:
    page = generate_media.PAGE.read_text(encoding="utf-8")

    names = [kind.name for kind in (*COPIED, *ENCODED, *FAILING, *REFUSED)]
    assert len(set(names)) == len(names)
    assert [name for name in names if page.count(f"| `{name}` |") != 1] == []
