"""`vidcore openapi`."""

import json

import click

from adapters_http.app import ROUTES
from adapters_http.openapi import openapi_document
from vidcore_app.cli.exits import DONE, exit_codes


@click.command("openapi", epilog=exit_codes({DONE: "The document is printed."}))
def openapi_command() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(openapi_document(ROUTES), indent=2, ensure_ascii=False))
