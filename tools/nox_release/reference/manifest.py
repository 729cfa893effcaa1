"""The fields of the release manifest, from its JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from nox_release.reference.declared import table


def manifest() -> Iterator[str]:
    """Yield a table for the manifest and for each object in it."""
    schema = json.loads(files("nox_release").joinpath("manifest.schema.json").read_text(encoding="utf-8"))
    yield from _object("The manifest", schema)
    for name, definition in schema["$defs"].items():
        yield ""
        yield from _object(name.capitalize(), definition)


def _object(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield schema["description"]
    yield ""
    rows = [
        (f"`{name}`", _type(told), told.get("description", ""))
        for name, told in schema["properties"].items()
    ]  # fmt: skip
    yield from table(("field", "type", "meaning"), rows)
    if optional := sorted(set(schema["properties"]) - set(schema["required"])):
        yield ""
        yield f"May be absent: {', '.join(optional)}."


def _type(schema: Mapping[str, Any]) -> str:
    """Say in a few words what a value is."""
    match schema:
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": values}:
            return " or ".join(f"`{json.dumps(value)}`" for value in values)
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name})"
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "object", "properties": properties}:
            return (
                f"{_type(next(iter(properties.values())))} for each of {', '.join(f'`{name}`' for name in properties)}"
            )
        case {"type": "object", "additionalProperties": values}:
            return f"object of {_type(values)}"
        case {"type": "string", "pattern": pattern}:
            return f"string, `{pattern}`"
        case {"type": kind}:
            return str(kind)
        case _:
            raise ValueError(f"a type that has no words yet: {schema}")
