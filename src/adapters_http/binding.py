"""From JSON, forms and query strings to typed requests, strictly: what is not described is refused.

No value is coerced: `5` is no string, `"5"` no number in JSON, `{}` no list, `null` only what may be.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin
from uuid import UUID

import attrs
from cattrs import AttributeValidationNote, BaseValidationError, Converter, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

from adapters_http.errors import ValidationError
from vidcore.details import Unset

T = TypeVar("T")

UUID_PATTERN: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII
)
INTEGER_PATTERN: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
NAMES: Final = {str: "a text", int: "an integer", bool: "true or false", float: "a number"}


class BadValueError(ValueError):
    """A value that is not of its field's type; reads as what it must be."""


def parse_uuid(value: object) -> UUID:
    """Read a UUID in its canonical form. Raises BadValueError."""
    if not isinstance(value, str) or UUID_PATTERN.fullmatch(value) is None:
        raise BadValueError("must be a UUID")
    return UUID(value)


def _exactly(wanted: type[T]) -> Callable[[Any, Any], T]:
    def structure(value: object, _: object) -> T:
        if type(value) is not wanted:
            raise BadValueError(f"must be {NAMES[wanted]}")
        return value

    return structure


def _integer_in_text(value: object, _: object) -> int:
    if not isinstance(value, str) or INTEGER_PATTERN.fullmatch(value) is None:
        raise BadValueError("must be an integer")
    return int(value)


def _boolean_in_text(value: object, _: object) -> bool:
    if value not in _BOOLEANS:
        raise BadValueError("must be true or false")
    return _BOOLEANS[value]


def _member(value: object, wanted: type[StrEnum]) -> StrEnum:
    if isinstance(value, str):
        for member in wanted:
            if member == value:
                return member
    choices = ", ".join(wanted)
    raise BadValueError(f"must be one of {choices}")


def _is_union(wanted: Any) -> bool:  # noqa: ANN401 - any type annotation
    return get_origin(wanted) in (Union, UnionType)


def _converter(hooks: Mapping[type, Callable[[Any, Any], object]]) -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for wanted, hook in hooks.items():
        converter.register_structure_hook(wanted, hook)
    converter.register_structure_hook(UUID, lambda value, _: parse_uuid(value))
    # By class, not by predicate: cattrs asks the classes first, and would find `str` for a StrEnum.
    converter.register_structure_hook(StrEnum, _member)

    def union(value: object, wanted: Any) -> object:  # noqa: ANN401 - any type annotation
        """Take None, or the one type that is neither None nor Unset."""
        members = get_args(wanted)
        if value is None and type(None) in members:
            return None
        rest = [m for m in members if m not in (type(None), Unset)]
        return converter.structure(value, rest[0])

    converter.register_structure_hook_func(_is_union, union)

    def attrs_class(wanted: type) -> Callable[[Any, Any], object]:
        structure: Callable[[Any, Any], object] = make_dict_structure_fn(
            wanted, converter, _cattrs_forbid_extra_keys=True
        )

        def strictly(value: object, target: Any) -> object:  # noqa: ANN401 - cattrs passes the type
            if not isinstance(value, dict):
                raise BadValueError("must be an object")
            return structure(value, target)

        return strictly

    converter.register_structure_hook_factory(attrs.has, attrs_class)
    return converter


_JSON: Final = _converter({wanted: _exactly(wanted) for wanted in (str, int, bool)})
_TEXT: Final = _converter(
    {str: _exactly(str), int: _integer_in_text, bool: _boolean_in_text},
)


def from_json(value: object, wanted: type[T]) -> T:
    """Make a request of decoded JSON. Raises ValidationError."""
    return _structure(_JSON, value, wanted)


def from_texts(values: Mapping[str, str], wanted: type[T]) -> T:
    """Make a request of a form's or a query's texts. Raises ValidationError."""
    return _structure(_TEXT, dict(values), wanted)


def _structure(converter: Converter, value: object, wanted: type[T]) -> T:
    try:
        return converter.structure(value, wanted)
    except BadValueError as error:
        raise ValidationError((("body", str(error)),)) from None
    except BaseValidationError as group:
        raise ValidationError(tuple(_field_errors(group))) from None


def _field_errors(group: BaseValidationError) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for error in group.exceptions:
        if isinstance(error, ForbiddenExtraKeysError):
            found += [(str(name), "is not known here") for name in sorted(error.extra_fields)]
            continue
        notes = getattr(error, "__notes__", ())
        field = next((n.name for n in notes if isinstance(n, AttributeValidationNote)), "body")
        found.append((field, "is missing" if isinstance(error, KeyError) else str(error)))
    return found
