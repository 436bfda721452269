"""`vidcore completion`: the script by which a shell completes the command."""

from typing import Final

import click
from click.shell_completion import get_completion_class

from vidcore_app.cli.exits import DONE, exit_codes

PROGRAM: Final = "vidcore"
_ASKED_BY: Final = "_VIDCORE_COMPLETE"  # what click looks for: the program's name in capitals


@click.command("completion", epilog=exit_codes({DONE: "The script is printed."}))
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    r"""Print the script by which a shell completes `vidcore`.

    \b
    For bash: echo 'eval "$(vidcore completion bash)"' >> ~/.bashrc
    For zsh:  echo 'eval "$(vidcore completion zsh)"' >> ~/.zshrc
    For fish: vidcore completion fish > ~/.config/fish/completions/vidcore.fish
    """
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(made(context.find_root().command, {}, PROGRAM, _ASKED_BY).source().strip())
