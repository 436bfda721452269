"""`vidcore migrate`, `create-admin`, `invite` and `openapi`: what an operator does beside serving."""

import json
import sys

import click

from adapters_db.migrate import is_current
from adapters_http.app import ROUTES
from adapters_http.openapi import openapi_document
from vidcore_app.cli.running import WithSettings, run
from vidcore_app.container import Container
from vidcore_app.service import migrate, opened

NOT_CURRENT = 1


@click.command("migrate", cls=WithSettings)
@click.option(
    "--check", is_flag=True, help="Change nothing; exit 1 if the schema is not the newest."
)
def migrate_command(*, check: bool) -> None:
    """Bring the schema of the database to the newest."""

    async def work(container: Container) -> None:
        if not check:
            await migrate(container)
        elif not await is_current(container.places().database_url):
            click.echo("The schema is not the newest: run `vidcore migrate`.")
            sys.exit(NOT_CURRENT)
        click.echo("The schema is the newest.")

    run(work)


@click.command("create-admin", cls=WithSettings)
@click.option("--username", prompt=True)
@click.option("--email", prompt="E-mail")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin_command(*, username: str, email: str, password: str) -> None:
    """Make an admin; what is not given is asked for."""

    async def create(container: Container) -> None:
        async with opened(container):
            admin = await container.make_admin()(username=username, email=email, password=password)
        click.echo(f"{admin.username} is an admin.")

    run(create)


@click.command("invite", cls=WithSettings)
@click.argument("email")
def invite_command(*, email: str) -> None:
    """Print a link by which whoever has EMAIL can register, for 7 days."""

    async def invite(container: Container) -> None:
        async with opened(container):
            issued = await container.invite()(created_by=None, email=email)
        click.echo(f"{container.places().public_url}/register?token={issued.token}")

    run(invite)


@click.command("openapi")
def openapi_command() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(openapi_document(ROUTES), indent=2, ensure_ascii=False))
