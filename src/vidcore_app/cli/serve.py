"""`vidcore serve`."""

import asyncio
import sys

import click

from vidcore.errors import VidcoreError
from vidcore_app.container import Container
from vidcore_app.logs import configure_logs
from vidcore_app.service import serve
from vidcore_app.settings import SettingsError, describe_settings, load_settings


class _WithSettings(click.Command):
    """A command whose help lists the settings."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List every setting's variable."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Settings (from vidcore.toml, .env or the environment)"):
            formatter.write_dl(describe_settings())


@click.command("serve", cls=_WithSettings)
@click.option(
    "--no-worker", is_flag=True, help="Leave the processing of videos to another process."
)
def serve_command(*, no_worker: bool) -> None:
    """Serve HTTP, process videos and run the schedule, all in one."""
    try:
        settings = load_settings()
        configure_logs(settings.log_format, settings.log_level)
        container = Container(settings=settings)
        asyncio.run(serve(container, with_worker=not no_worker, say=click.echo))
    except (SettingsError, VidcoreError, OSError) as error:
        click.echo(f"vidcore: {error}", err=True)
        sys.exit(1)
