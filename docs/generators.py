"""All that write blocks: each has the `PAGE` where they stand, and gives the `BLOCKS` by their names."""

from pathlib import Path
from typing import Final, Protocol

from docs import generate_domain, generate_errors, generate_fsck, generate_media, generate_settings
from docs.blocks import Blocks


class Generator(Protocol):
    """A module that writes the blocks of one page."""

    PAGE: Path
    BLOCKS: Blocks


GENERATORS: Final[tuple[Generator, ...]] = (
    generate_domain,
    generate_errors,
    generate_fsck,
    generate_media,
    generate_settings,
)
