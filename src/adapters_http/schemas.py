"""JSON Schema (2020-12) of the attrs classes that requests and answers are made of."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

import attrs

from vidcore.details import Unset

Schema = dict[str, Any]

_PLAIN: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    object: {},
}

# Texts that every database can store, and those of which something is left when they are trimmed.
STORABLE: Final = r"^[^\x00]*$"
NOT_BLANK: Final = r"^[^\x00]*[^\s\x00][^\x00]*$"


def bounded(**keywords: object) -> dict[str, object]:
    """Give the metadata of a field that is documented with more than its type."""
    return {"schema": keywords}


class Components:
    """Collects the schemas of classes, each under its name, as they are referred to."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}

    def of(self, wanted: Any) -> Schema:  # noqa: ANN401 - any type annotation
        """Give the schema of a type. Raises TypeError for one that has none."""
        origin, arguments = get_origin(wanted), get_args(wanted)
        if origin in (Union, UnionType):
            return self._union(arguments)
        if origin is list:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if attrs.has(origin or wanted):
            return self._named(_name(wanted), lambda: self._object(wanted))
        return self._scalar(wanted)

    def _scalar(self, wanted: Any) -> Schema:  # noqa: ANN401 - any type annotation
        if wanted in _PLAIN:
            return dict(_PLAIN[wanted])
        if get_origin(wanted) is Literal:
            values = get_args(wanted)
            kind = self._scalar(type(values[0]))
            return {**kind, "const": values[0]} if len(values) == 1 else {**kind, "enum": [*values]}
        if isinstance(wanted, type) and issubclass(wanted, Enum):
            members = [member.value for member in wanted]
            return self._named(wanted.__name__, lambda: {"type": "string", "enum": members})
        raise TypeError(f"there is no schema for {wanted!r}")

    def _union(self, members: tuple[Any, ...]) -> Schema:
        schemas = [self.of(member) for member in members if member is not Unset]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _named(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.schemas:
            self.schemas[name] = {}  # so that a class may refer to itself
            self.schemas[name] = make()
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, wanted: Any) -> Schema:  # noqa: ANN401 - a class or a generic's alias
        cls = get_origin(wanted) or wanted
        given = dict(zip(getattr(cls, "__parameters__", ()), get_args(wanted), strict=True))
        properties = {
            field.name: self.of(_filled(field.type, given)) | field.metadata.get("schema", {})
            for field in attrs.fields(cls)
        }
        schema: Schema = {
            "type": "object",
            "description": cls.__doc__,
            "properties": properties,
            "additionalProperties": False,
        }
        required = [
            field.name
            for field in attrs.fields(cls)
            if field.default is attrs.NOTHING or get_origin(field.type) is Literal
        ]
        return schema | ({"required": required} if required else {})


def _filled(wanted: Any, given: dict[Any, Any]) -> Any:  # noqa: ANN401 - any type annotation
    """Put a generic's arguments where its parameters stand."""
    if isinstance(wanted, TypeVar):
        return given[wanted]
    parameters = getattr(wanted, "__parameters__", ())
    return wanted[tuple(given[p] for p in parameters)] if parameters else wanted


def _name(wanted: Any) -> str:  # noqa: ANN401 - a class or a generic's alias
    cls = get_origin(wanted) or wanted
    inner = "Of".join(["", *(_name(argument) for argument in get_args(wanted))])
    return str(cls.__name__).removesuffix("Answer") + inner
