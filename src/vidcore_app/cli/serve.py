"""`vidcore serve` and `vidcore worker`."""

import click

from vidcore_app.cli.running import WithSettings, run
from vidcore_app.service import serve, work


@click.command("serve", cls=WithSettings)
@click.option("--no-worker", is_flag=True, help="Leave the processing of videos to vidcore worker.")
def serve_command(*, no_worker: bool) -> None:
    """Serve HTTP, process videos and run the schedule, all in one."""
    run(lambda container: serve(container, with_worker=not no_worker, say=click.echo))


@click.command("worker", cls=WithSettings)
def worker_command() -> None:
    """Process videos, beside a service that sees the same database and storage."""
    run(work)
