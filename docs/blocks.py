"""The generated blocks of pages: what stands between `<!-- generated: name -->` and `<!-- end -->`."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Blocks = Mapping[str, Callable[[], str]]


def names(page: str) -> list[str]:
    """Give the names of the blocks that stand in a page, in their order."""
    return [name for _, name, _ in BLOCK.findall(page)]


def regenerated(page: str, blocks: Blocks) -> str:
    """Give the page with every block as it has to be. Raises KeyError for unknown names."""
    return BLOCK.sub(lambda found: f"{found[1]}{blocks[found[2]]()}\n{found[3]}", page)


def write(path: Path, blocks: Blocks) -> bool:
    """Write the blocks of a page anew, and say whether that changed it."""
    page = path.read_text(encoding="utf-8")
    current = regenerated(page, blocks)
    if current == page:
        return False
    path.write_text(current, encoding="utf-8")
    return True


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Give a table in Markdown."""
    columns = tuple(head)
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
