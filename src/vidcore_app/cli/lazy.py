"""Commands that are imported when they are asked for: the help of all of them needs none."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import attrs
import click
from click.shell_completion import CompletionItem


@attrs.frozen
class LazyCommand:
    """Where a command is, as `module:name`, and the sentence that the list of commands has of it."""

    where: str
    summary: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.where.partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.where} is not a command.")
        return command


class LazyGroup(click.Group):
    """A group whose commands stand in a table, in the order in which they are listed."""

    def __init__(self, *, table: Mapping[str, LazyCommand], **rest: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**rest)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Give a command, importing it."""
        lazy = self.table.get(cmd_name)
        return None if lazy is None else lazy.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without importing any."""
        names = [
            CompletionItem(name, help=lazy.summary)
            for name, lazy in self.table.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]
