"""The help of commands that read settings."""

import click

from vidcore_app.settings import describe_settings


class WithSettings(click.Command):
    """A command whose help lists the settings."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List every setting's variable."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Settings (from vidcore.toml, .env or the environment)"):
            formatter.write_dl(describe_settings())
