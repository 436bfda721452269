"""How Sphinx builds the pages: `nox -s docs`. Every warning is an error there, broken links included."""

import importlib
import pkgutil
import re
from importlib.metadata import version as version_of

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "vidcore"
author = "the authors of vidcore"
copyright = "the authors of vidcore, Apache License 2.0"  # noqa: A001 - Sphinx names it so
version = release = version_of("vidcore")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"vidcore {version}"
html_static_path: list[str] = []

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_typehints_format = "short"

nitpicky = True
# Only vidcore's own names lead somewhere: the site is built without asking any other.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!vidcore\.).*"),
    (r"py:.*", r"vidcore\..*\.(T|U|T_co)"),  # type variables
]

_MODULES = re.compile(r"<!-- modules: ([\w.]+) -->")
_CODE = re.compile(r"(?<![`:\w])`([^`\n]+)`(?![`\w])")


def _reference(found: re.Match[str]) -> str:
    """Ask for a package's own words, and for all that its modules have."""
    package = found[1]
    inside = pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.")
    names = [module.name for module in inside if not module.ispkg]
    parts = [f".. automodule:: {package}\n   :no-members:"]
    return "\n\n".join(
        f"{heading}```{{eval-rst}}\n{part}\n```"
        for heading, part in [
            ("", parts[0]),
            *((f"## `{name}`\n\n", f".. automodule:: {name}") for name in names),
        ]
    )


def _list_modules(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Put the documentation of all modules where a page asks for those of a package."""
    source[0] = _MODULES.sub(_reference, source[0])


def _as_code(_app: Sphinx, *about: object) -> None:
    """Show as code what docstrings have in single backticks, as Markdown does."""
    lines = about[-1]
    assert isinstance(lines, list)  # noqa: S101 - Sphinx promises it
    lines[:] = [_CODE.sub(r"``\1``", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Have every page and docstring pass by; diagrams are shown as they are written."""
    app.connect("source-read", _list_modules)
    app.connect("autodoc-process-docstring", _as_code)
    app.add_lexer("mermaid", TextLexer)
