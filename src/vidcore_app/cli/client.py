"""What the commands of a member's machine share: where they keep things, and one line for a failure."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import aiohttp
import click
from yarl import URL

from vidcore_app.cli.exits import INTERRUPTED
from vidcore_app.client.addresses import parse_server
from vidcore_app.client.failures import AddressError, ClientError, ServerNotChosenError
from vidcore_app.client.folders import config_folder, state_folder
from vidcore_app.client.journal import Journal
from vidcore_app.client.persisting import reason_of
from vidcore_app.client.tokens import TokenFile

T = TypeVar("T")


def token_file() -> TokenFile:
    """Give the tokens of whoever runs the command."""
    return TokenFile(config_folder(os.environ, Path.home()) / "tokens.json")


def journal() -> Journal:
    """Give the uploads under way of whoever runs the command."""
    return Journal(state_folder(os.environ, Path.home()) / "uploads")


def server_of(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> URL | None:
    """Give the address that an option has; a wrong one is a usage error."""
    if value is None:
        return None
    try:
        return parse_server(value)
    except AddressError as error:
        raise click.BadParameter(str(error)) from error


def run_client(work: Callable[[], Coroutine[object, object, T]], *, interrupted: str) -> T:
    """Give what `work` gives; exit with a line if it fails, and with `interrupted` at Ctrl-C."""
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        click.echo(f"\nvidcore: {interrupted}", err=True)
        sys.exit(INTERRUPTED)
    except ServerNotChosenError as error:
        raise click.UsageError(str(error)) from error
    except (ClientError, aiohttp.ClientError, OSError) as error:
        click.echo(f"vidcore: {printable(reason_of(error))}", err=True)
        sys.exit(1)


def printable(text: str) -> str:
    """Give a text that cannot command the terminal on which it is shown."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
