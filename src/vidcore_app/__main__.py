"""`vidcore`, and `python -m vidcore_app`."""

import click

from vidcore_app.cli.serve import serve_command, worker_command


@click.group()
@click.version_option(package_name="vidcore")
def main() -> None:
    """Serve a private video platform: invite members, who upload, wait a moment, and watch."""


main.add_command(serve_command)
main.add_command(worker_command)

if __name__ == "__main__":
    main()
