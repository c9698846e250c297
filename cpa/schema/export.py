"""JSON Schemas of the audit files, for editors: names and types from the structs, descriptions in one language.

An editor accepts what the walker accepts, up to what a schema cannot say: the grammar of quantities, ids that
exist, and figures that fit together.
"""

import importlib
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from cpa.schema.identity import Identity
from cpa.schema.types import Item, Phase, QuantityRecord
from cpa.schema.walk import meaning

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that the YAML language servers know best."""


_QUANTITY: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
        {"$ref": "#/definitions/QuantityRecord"},
    ]
}


def json_schemas(language: str) -> dict[str, dict[str, Any]]:
    """File name (without `.json`) to schema: `audit`, and one for each phase folder."""
    result = {"audit": _schema(Identity, language, whole=True)}
    for number, phase in enumerate(get_args(Phase), 1):
        kind = getattr(importlib.import_module(f"cpa.schema.{phase}"), phase.capitalize())
        result[f"{number}-{phase}"] = _schema(kind, language, whole=False)
    return result


def _schema(kind: type[Item], language: str, *, whole: bool) -> dict[str, Any]:
    _refs, components = msgspec.json.schema_components([kind, QuantityRecord], ref_template="#/definitions/{name}")
    components["Quantity"] = _QUANTITY
    components.pop("Unit", None)
    structs = structs_of(kind) | structs_of(QuantityRecord)
    for name, definition in components.items():
        if name in structs:
            _describe(definition, structs[name], language)
    root = components.pop(kind.__name__)
    schema: dict[str, Any] = {"$schema": DIALECT, "title": f"cpa {kind.__name__}", **root, "definitions": components}
    if not whole:
        # Sections may be left empty while an audit is being written.
        for name, section in schema["properties"].items():
            schema["properties"][name] = {
                "description": section.pop("description"),
                "anyOf": [section, {"type": "null"}],
            }
    return schema


def structs_of(kind: type[Item]) -> dict[str, type[Item]]:
    """The struct classes that `kind` is made of, by name."""
    found: dict[str, type[Item]] = {}
    pending: list[Any] = [kind]
    while pending:
        part = pending.pop()
        if isinstance(part, type) and issubclass(part, Item):
            if part.__name__ not in found:
                found[part.__name__] = part
                pending.extend(part.__annotations__.values())
        else:
            pending.extend(inner for inner in get_args(part) if not isinstance(inner, str | tuple))
    return found


def _describe(definition: dict[str, Any], kind: type[Item], language: str) -> None:
    definition.pop("description", None)
    for key, name in zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True):
        field = definition["properties"][key]
        field.pop("default", None)
        text = meaning(kind.__annotations__[name]).to(language)
        if "$ref" in field:  # draft 7 ignores what stands beside a reference
            definition["properties"][key] = {"description": text, "allOf": [{"$ref": field.pop("$ref")}]}
        else:
            definition["properties"][key] = {"description": text, **field}
        _adjust(
            definition["properties"][key],
            kind.__annotations__[name],
            optional=key not in definition.get("required", []),
        )


def _adjust(field: dict[str, Any], annotation: Any, *, optional: bool) -> None:
    """What the types alone do not say: years as keys, an empty value for an optional field, one score for many."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is dict and get_args(get_args(annotation)[0])[:1] == (int,):
        field["propertyNames"] = {"pattern": "^(19|20)[0-9]{2}$"}
    if get_origin(annotation) is dict and get_origin(get_args(annotation)[0]) is Literal:
        field["propertyNames"] = {"enum": list(get_args(get_args(annotation)[0]))}
    if optional and not any(part.get("type") == "null" for part in field.get("anyOf", [])):
        inner = {key: field.pop(key) for key in list(field) if key != "description"}
        field["anyOf"] = [inner, {"type": "null"}]
