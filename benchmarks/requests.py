"""What a list of 20 videos, one video and a log-in cost, beside the seed's stack.

    python -m benchmarks.requests [--rounds N] [--seconds S] [--peer-python PYTHON] [--json FILE]

Both serve 1,000 videos on SQLite from one process, and log each request, as they come. Eight connections
that stay open ask one and then the other, again and again. What counts is the answers for each second
that the service's own process computed: other work on the machine disturbs that least.
"""

import argparse
import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.contenders import SEED, Contender, seed_plan, vidcore
from benchmarks.load import Outcome, Work, load
from benchmarks.report import Report, parser, peer_python
from benchmarks.rounds import in_turn

VIDEOS = 1_000
CONNECTIONS = 8
LISTED, SHOWN, LOG_IN = "list of 20 videos", "one video", "log-in"
WANTED = {
    LISTED: 4.0,
    SHOWN: 4.0,
}  # times the answers of the seed's stack, for each second computed


def request(what: str, contender: Contender) -> str:
    """Give the request on the wire."""
    if what == LISTED:
        return contender.get("/api/videos?page_size=20")
    if what == SHOWN:
        return contender.get(f"/api/videos/{contender.video}")
    return contender.log_in()


async def measure(options: argparse.Namespace, folder: Path) -> Report:
    """Start both, and measure them in turn."""
    report = Report("requests")
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(vidcore(folder / "vidcore", videos=VIDEOS))
        peer = await stack.enter_async_context(
            seed_plan(folder, options.peer_python, report, videos=VIDEOS)
        )
        contenders = [each for each in (own, peer) if each is not None]
        for what in options.only.split(",") if options.only else (LISTED, SHOWN, LOG_IN):

            async def ask(contender: Contender, what: str = what) -> Outcome:
                work = Work(
                    port=contender.port,
                    request=request(what, contender),
                    # A hash takes a quarter of a second: more at once would only wait for one another.
                    readers=2 if what == LOG_IN else CONNECTIONS,
                    seconds=options.seconds,
                )
                return await load(work, contender.pids)

            found = await in_turn(contenders, ask, rounds=options.rounds)
            rates = {name: [each.per_core for each in of] for name, of in found.items()}
            walls = {
                name: [each.answers / each.seconds for each in of] for name, of in found.items()
            }
            report.add(what, "answers per processor second", rates)
            report.add(f"{what}, as it comes", "answers per second", walls)
            if what in WANTED:
                report.want_ratio(what, own.name, SEED, least=WANTED[what])
    return report


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    made = parser(__doc__)
    peer_python(made)
    made.add_argument("--seconds", type=float, default=3.0, help="of a round (3)")
    made.add_argument("--only", help=f"some of: {LISTED},{SHOWN},{LOG_IN}")
    options = made.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidcore-requests-", dir=options.folder) as name:
        report = asyncio.run(measure(options, Path(name)))
    if options.json:
        report.save(options.json)


if __name__ == "__main__":
    main()
