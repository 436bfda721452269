"""What all commands share: settings first, then the work, and one line for whatever is wrong."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import click

from vidcore.errors import VidcoreError
from vidcore_app.container import Container
from vidcore_app.logs import configure_logs
from vidcore_app.settings import SettingsError, describe_settings, load_settings


class WithSettings(click.Command):
    """A command whose help lists the settings."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List every setting's variable."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Settings (from vidcore.toml, .env or the environment)"):
            formatter.write_dl(describe_settings())


def run(work: Callable[[Container], Awaitable[None]], *, failed: int = 1) -> None:
    """Run `work` on a container of this machine's settings.

    Exit with the code `failed`, and a line, if it cannot be done.
    """

    async def do() -> None:
        await work(container)

    try:
        settings = load_settings()
        configure_logs(settings.log_format, settings.log_level)
        container = Container(settings=settings)
        asyncio.run(do())
    except (SettingsError, VidcoreError, OSError) as error:
        click.echo(f"vidcore: {error}", err=True)
        sys.exit(failed)
