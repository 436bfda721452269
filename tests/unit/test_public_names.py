import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import attrs

import vidcore
from vidcore import media, use_cases
from vidcore.use_cases.uploading import BeginUpload

READ_WITH_THEIR_MODULE = {"used", "fit"}  # `quota.used` says of what, `vidcore.used` does not
FOLDERS = {"ports", "use_cases", "testing"}


def submodules() -> set[str]:
    return {module.name for module in pkgutil.iter_modules(vidcore.__path__)}


def rules_of(name: str) -> set[str]:
    module = importlib.import_module(f"vidcore.{name}")
    return {
        member
        for member, value in vars(module).items()
        if (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith(module.__name__)
        and not member.startswith("_")
    }


def classes_of(package: ModuleType) -> Iterator[type[attrs.AttrsInstance]]:
    """The attrs classes that the modules right in a package define."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for member in vars(module).values():
            if attrs.has(member) and member.__module__ == module.__name__:
                yield member


def test_nothing_is_found_in_vidcore_but_what_it_promises_and_its_modules() -> None:
    public = {name for name in dir(vidcore) if not name.startswith("_")}

    assert public <= set(vidcore.__all__) | submodules()


def test_no_name_hides_a_module() -> None:
    assert set(vidcore.__all__).isdisjoint(submodules())
    for name in submodules():
        importlib.import_module(f"vidcore.{name}")
        assert isinstance(getattr(vidcore, name), ModuleType)


def test_every_entity_rule_error_and_enum_of_the_domain_can_be_imported_from_vidcore() -> None:
    rules = set().union(*(rules_of(name) for name in submodules() - FOLDERS))

    assert set(vidcore.__all__) == rules - READ_WITH_THEIR_MODULE
    assert len(vidcore.__all__) == len(set(vidcore.__all__))


def test_everything_that_can_be_imported_from_vidcore_says_what_it_is() -> None:
    silent = [name for name in vidcore.__all__ if not inspect.getdoc(getattr(vidcore, name))]

    assert silent == []


def test_entities_and_use_cases_are_made_by_keyword_alone() -> None:
    made = [
        each
        for package in (vidcore, media, use_cases)
        for each in classes_of(package)
        if not issubclass(each, Exception)
    ]

    assert {vidcore.Video, vidcore.Plan, BeginUpload} <= set(made)
    by_position = [each.__name__ for each in made if not all(f.kw_only for f in attrs.fields(each))]
    assert by_position == []
