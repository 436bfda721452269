"""`vidcore create-admin` and `vidcore invite`: how people get in."""

import json
from typing import Final

import click

from vidcore_app.cli.exits import DONE, FAILED, exit_codes
from vidcore_app.cli.running import WithSettings, run
from vidcore_app.container import Container
from vidcore_app.service import opened

_WHY: Final = "a line on standard error says why."


@click.command(
    "create-admin",
    cls=WithSettings,
    epilog=exit_codes({DONE: "There is one more admin.", FAILED: f"None was made; {_WHY}"}),
)
@click.option("--username", prompt=True)
@click.option("--email", prompt="E-mail")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def create_admin_command(*, username: str, email: str, password: str, as_json: bool) -> None:
    """Make an admin; what is not given is asked for."""

    async def create(container: Container) -> None:
        async with opened(container):
            admin = await container.make_admin()(username=username, email=email, password=password)
        if as_json:
            made = {"id": str(admin.id), "username": admin.username, "email": admin.email}
            click.echo(json.dumps(made, ensure_ascii=False))
        else:
            click.echo(f"{admin.username} is an admin.")

    run(create)


@click.command(
    "invite",
    cls=WithSettings,
    epilog=exit_codes({DONE: "The link is printed.", FAILED: f"There is no link; {_WHY}"}),
)
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def invite_command(*, email: str, as_json: bool) -> None:
    """Print a link by which whoever has EMAIL can register, for 7 days."""

    async def invite(container: Container) -> None:
        async with opened(container):
            issued = await container.invite()(created_by=None, email=email)
        link = f"{container.places().public_url}/register?token={issued.token}"
        if as_json:
            invitation = issued.invitation
            printed = {
                "id": str(invitation.id),
                "email": invitation.email,
                "token": issued.token,
                "link": link,
                "expires_at": invitation.expires_at.isoformat(),
            }
            click.echo(json.dumps(printed, ensure_ascii=False))
        else:
            click.echo(link)

    run(invite)
