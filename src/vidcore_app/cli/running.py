"""What all commands share: settings first, then the work, and one line for whatever is wrong."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import click

from vidcore.errors import VidcoreError
from vidcore_app.cli.with_settings import WithSettings
from vidcore_app.container import Container
from vidcore_app.logs import configure_logs
from vidcore_app.settings import SettingsError, load_settings

__all__ = ("WithSettings", "run")


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
