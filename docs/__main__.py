"""Write the generated blocks of all pages anew: `python -m docs`, in the folder of the project."""

import sys

from docs import blocks
from docs.generators import GENERATORS

for generator in GENERATORS:
    changed = blocks.write(generator.PAGE, generator.BLOCKS)
    sys.stdout.write(f"{generator.PAGE.name}: {'written' if changed else 'is current'}\n")
