"""The generated block of settings.md: a row for every field of Settings."""

import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from docs.blocks import FOLDER, Blocks, table
from vidcore_app.settings import PREFIX, Settings

PAGE: Path = FOLDER / "settings.md"


def settings() -> str:
    """Give every variable with its default, what it takes, and what it is."""
    return table(
        ("variable", "default", "takes", "what"), [_row(each) for each in attrs.fields(Settings)]
    )


def _row(field: "attrs.Attribute[Any]") -> Iterable[str]:
    what, _, default = str(field.metadata["help"]).partition(" (default: ")
    return (
        f"`{PREFIX}{field.name.upper()}`",
        default.removesuffix(")") or "none",
        takes(field.type),
        what,
    )


def takes(kind: object) -> str:
    """Say in words what values a type has."""
    arguments = [inner for inner in get_args(kind) if inner is not type(None)]
    if get_origin(kind) in {Union, types.UnionType}:
        text = takes(arguments[0])
    elif get_origin(kind) is Literal:
        text = ", ".join(f"`{value}`" for value in arguments)
    elif get_origin(kind) is tuple:
        text = "a list with commas"
    else:
        text = {bool: "`true`, `false`", int: "a whole number", Path: "a path"}.get(
            kind,  # type: ignore[call-overload] # what is no key of it has the default
            "text",
        )
    return text


BLOCKS: Blocks = {"settings": settings}
