"""What a command's exit code says, for the end of its help."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
MISUNDERSTOOD: Final = 2  # click's own, for options and arguments
INTERRUPTED: Final = 130  # what a shell gives for a command that Ctrl-C ended


def exit_codes(meanings: dict[int, str]) -> str:
    """Give the lines that tell what the codes mean; that of a command not understood is added."""
    told = {MISUNDERSTOOD: "The command was not understood."} | meanings
    lines = [f"  {code:>3}  {told[code]}" for code in sorted(told)]
    return "\n".join(("\b", "Exit codes:", *lines))
