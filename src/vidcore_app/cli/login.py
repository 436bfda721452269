"""`vidcore login` and `vidcore logout`."""

import sys
from typing import Final

import click
from yarl import URL

from vidcore_app.cli.client import run_client, server_of, token_file
from vidcore_app.cli.exits import DONE, FAILED, INTERRUPTED, exit_codes
from vidcore_app.client.addresses import is_unprotected
from vidcore_app.client.api import open_api

_EXITS: Final = exit_codes(
    {
        DONE: "It is done.",
        FAILED: "It is not; a line on standard error says why.",
        INTERRUPTED: "Ctrl-C ended it.",
    }
)


@click.command("login", epilog=_EXITS)
@click.option("--server", callback=server_of, required=True, metavar="URL", help="Where to log in.")
@click.option("--username", metavar="NAME", help="The name or e-mail; it is asked for if left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def login_command(*, server: URL, username: str | None, password_stdin: bool) -> None:
    """Log in to a service, and keep the token that it gives for `vidcore upload`."""
    if password_stdin and username is None:
        raise click.UsageError("--password-stdin needs --username.")
    if is_unprotected(server):
        click.echo(f"vidcore: others can read what goes to {server}; use https.", err=True)
    name = username or click.prompt("Name or e-mail", err=True)
    if password_stdin:
        password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    else:
        password = click.prompt("Password", hide_input=True, err=True)
    tokens = token_file()

    async def log_in() -> None:
        async with open_api(server, None) as api:
            session = await api.log_in(name, password)
        tokens.keep(server, session.access_token)

    run_client(log_in, interrupted="You are not logged in.")
    click.echo(f"You are logged in to {server}; {tokens.path} keeps the token.")


@click.command("logout", epilog=_EXITS)
@click.option("--server", callback=server_of, metavar="URL", help="Default: the only one.")
def logout_command(*, server: URL | None) -> None:
    """Forget the token of a service."""

    async def log_out() -> None:
        tokens = token_file()
        chosen = server or tokens.only_server()
        found = tokens.forget(chosen)
        click.echo(f"The token for {chosen} is forgotten." if found else "There was no token.")

    run_client(log_out, interrupted="The token is kept.")
