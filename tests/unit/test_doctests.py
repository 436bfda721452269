import doctest
import importlib
import pkgutil

import pytest

import vidcore


def _modules() -> list[str]:
    found = pkgutil.walk_packages(vidcore.__path__, "vidcore.")
    names = (module.name for module in found)
    return ["vidcore", *(name for name in names if not name.startswith("vidcore.testing"))]


MODULES = _modules()
RULES = [
    name for name in MODULES if name.count(".") < 2 and not name.endswith((".ports", ".use_cases"))
]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_does_what_it_shows_and_imports_what_it_needs(name: str) -> None:
    module = importlib.import_module(name)

    failed = doctest.testmod(module, globs={"__name__": "__main__"}).failed

    assert failed == 0


@pytest.mark.parametrize("name", RULES)
def test_every_rule_module_begins_with_an_example(name: str) -> None:
    documentation = importlib.import_module(name).__doc__ or ""

    assert doctest.DocTestParser().get_examples(documentation)
