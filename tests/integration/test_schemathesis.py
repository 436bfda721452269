"""A brief run of what `nox -s fuzz` does at length."""

import re
from pathlib import Path

from tests.integration.fuzzing.campaign import campaign

# Boundary values of every field of every operation; what is random takes minutes to be worth it.
# Each good guess at a password costs a bcrypt, a quarter of a second: only the long run makes them.
BRIEF = (
    "--phases=coverage",
    "--exclude-operation-id=change_password",
    "--seed=1",
    "--no-color",
)


async def test_no_answer_of_the_live_service_is_other_than_described(tmp_path: Path) -> None:
    async with campaign(tmp_path) as fuzzing:
        exit_code, printed = await fuzzing.run(fuzzing.admin, *BRIEF, quiet=True)

    assert exit_code == 0, printed
    counted = re.search(r"(\d+) generated, (\d+) passed", printed)
    assert counted is not None, printed
    assert int(counted[2]) > 500
