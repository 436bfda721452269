"""`python -m tests.integration.fuzzing [options of schemathesis run]`: both, one after the other."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.integration.fuzzing.campaign import campaign


async def main(*arguments: str) -> int:
    """Give 0 if nobody found anything."""
    with tempfile.TemporaryDirectory(prefix="vidcore-fuzz-") as folder:
        async with campaign(Path(folder)) as fuzzing:
            ended = [await fuzzing.run(who, *arguments) for who in (fuzzing.member, fuzzing.admin)]
    return max(code for code, _ in ended)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
