"""`vidcore`, and `python -m vidcore_app`."""

from typing import Final

import click

from vidcore_app.cli.lazy import LazyCommand, LazyGroup

# A command's sentence stands here too, so that the list of all is shown without importing any; a
# test compares it with the command's own.
COMMANDS: Final = {
    "serve": LazyCommand(
        "vidcore_app.cli.serve:serve_command",
        "Serve HTTP, process videos and run the schedule, all in one.",
    ),
    "worker": LazyCommand(
        "vidcore_app.cli.serve:worker_command",
        "Process videos, beside a service that sees the same database and storage.",
    ),
    "migrate": LazyCommand(
        "vidcore_app.cli.migrating:migrate_command",
        "Bring the schema of the database to the newest.",
    ),
    "create-admin": LazyCommand(
        "vidcore_app.cli.accounts:create_admin_command",
        "Make an admin; what is not given is asked for.",
    ),
    "invite": LazyCommand(
        "vidcore_app.cli.accounts:invite_command",
        "Print a link by which whoever has EMAIL can register, for 7 days.",
    ),
    "openapi": LazyCommand(
        "vidcore_app.cli.openapi:openapi_command",
        "Print the OpenAPI document.",
    ),
    "fsck": LazyCommand(
        "vidcore_app.cli.fsck:fsck_command",
        "Compare database and storage both ways, also while the service runs.",
    ),
    "seed": LazyCommand(
        "vidcore_app.cli.seed:seed_command",
        "Make sample categories, members and short real videos, to try the platform out.",
    ),
    "copy-database": LazyCommand(
        "vidcore_app.cli.copy_database:copy_database_command",
        "Copy all rows of one database into another, empty one, and compare both by checksums.",
    ),
    "doctor": LazyCommand(
        "vidcore_app.cli.doctor:doctor_command",
        "Look at all that the platform stands on, and say how to mend what does not work.",
    ),
    "login": LazyCommand(
        "vidcore_app.cli.login:login_command",
        "Log in to a service, and keep the token that it gives for `vidcore upload`.",
    ),
    "logout": LazyCommand(
        "vidcore_app.cli.login:logout_command",
        "Forget the token of a service.",
    ),
    "upload": LazyCommand(
        "vidcore_app.cli.upload:upload_command",
        "Upload files to a service that you are logged in to, and see them become videos.",
    ),
    "completion": LazyCommand(
        "vidcore_app.cli.completion:completion_command",
        "Print the script by which a shell completes `vidcore`.",
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@click.version_option(package_name="vidcore")
def main() -> None:
    """Serve a private video platform: invite members, who upload, wait a moment, and watch."""


if __name__ == "__main__":
    main(prog_name="vidcore")
