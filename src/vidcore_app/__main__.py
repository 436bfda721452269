"""`vidcore`, and `python -m vidcore_app`."""

import click

from vidcore_app.cli.fsck import fsck_command
from vidcore_app.cli.login import login_command, logout_command
from vidcore_app.cli.platform import (
    create_admin_command,
    invite_command,
    migrate_command,
    openapi_command,
)
from vidcore_app.cli.serve import serve_command, worker_command
from vidcore_app.cli.upload import upload_command


@click.group()
@click.version_option(package_name="vidcore")
def main() -> None:
    """Serve a private video platform: invite members, who upload, wait a moment, and watch."""


main.add_command(serve_command)
main.add_command(worker_command)
main.add_command(migrate_command)
main.add_command(create_admin_command)
main.add_command(invite_command)
main.add_command(openapi_command)
main.add_command(fsck_command)
main.add_command(login_command)
main.add_command(logout_command)
main.add_command(upload_command)

if __name__ == "__main__":
    main()
