"""Plain values to structs, with all problems of a value in one pass.

msgspec's own decoder stops at the first problem and speaks of Python types; this walker reads the same
declarations, goes on after a problem, and says what is wrong in the words of an audit. What cannot be
used is left out, so that the rest of the audit is still there: a list loses the item, an optional field
takes its default, and only a missing required field makes its whole item unusable.
"""

import datetime
import math
import re
import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from cpa.messages import Message, _, listed, plain
from cpa.schema.quantity import Quantity, QuantityError, parse_quantity
from cpa.schema.types import Dim, Figure, Item, Measure, QuantityRecord, Ref
from cpa.schema.units import ONE, UnitError, dimension_of, parse_unit

Where = tuple[Any, ...] | None
"""A path as a linked list: (path of the parent, last step); None at the root."""


class Problem(NamedTuple):
    """Something that a value may not be: code, place, words. `at_key` marks the key instead of the value."""

    code: str
    where: Where
    message: Message
    hint: Message | None = None
    at_key: bool = False


class Reference(NamedTuple):
    """A field that names something by id."""

    kinds: tuple[str, ...]
    value: str
    where: Where


class Walk:
    """The state of one pass: problems, references, and which struct was made from which plain dict."""

    __slots__ = ("lost_entries", "lost_ids", "made", "problems", "references", "spoiled", "unit")

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.references: list[Reference] = []
        self.made: list[tuple[Item, dict[str, Any]]] = []
        self.lost_ids: list[str] = []
        """Ids of items that could not be used: naming one is no second mistake."""
        self.spoiled: list[tuple[Item, str]] = []
        """Optional fields (`contains`) and entries of them (`contains.zn`) whose value was reported and left out: lacking
        one is no second mistake."""
        self.lost_entries: list[tuple[Where, str]] = []
        self.unit = ""

    def report(
        self, code: str, where: Where, message: Message, hint: Message | None = None, *, at_key: bool = False
    ) -> Any:
        self.problems.append(Problem(code, where, message, hint, at_key))
        return BAD


BAD: Any = object()
"""Stands for a value that could not be used."""

Converter = Callable[[Any, Where, Walk], Any]


def path_of(where: Where) -> tuple[str | int, ...]:
    """The steps of a linked path, from the root down."""
    steps: list[str | int] = []
    while where is not None:
        where, step = where
        steps.append(step)
    return tuple(reversed(steps))


def converter(kind: Any) -> Converter:
    """A function that turns a plain value into `kind`, or reports why not and returns `BAD`."""
    metadata: tuple[Any, ...] = ()
    while get_origin(kind) is Annotated:
        metadata = (*metadata, *(mark for mark in kind.__metadata__ if not isinstance(mark, Message)))
        kind = kind.__origin__
    return _converter(kind, metadata)


@cache
def _converter(kind: Any, metadata: tuple[Any, ...]) -> Converter:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = next(part for part in get_args(kind) if part is not type(None))
        while get_origin(inner) is Annotated:
            metadata = (*metadata, *inner.__metadata__)
            inner = inner.__origin__
        return _optional(_converter(inner, metadata), unknown=inner is Quantity)
    if kind is Quantity:
        return _quantity(next((mark for mark in metadata if isinstance(mark, Dim)), None))
    if kind is str:
        return _text(metadata)
    if kind is int or kind is float:
        return _number(kind, metadata)
    if kind is bool:
        return _boolean
    if kind is datetime.date:
        return _date
    if origin is Literal:
        return _choice(get_args(kind))
    if origin is tuple:
        return _list(get_args(kind)[0])
    if origin is dict:
        return _mapping(*get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Item):
        return _struct(kind)
    raise TypeError(f"no converter for {kind!r}")


def _optional(inner: Converter, *, unknown: bool) -> Converter:
    """An absent value is fine; `unknown`: so is a question mark, for a quantity that was not measured."""

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if value is None or (unknown and isinstance(value, str) and value.strip() in ("?", "？")):
            return None
        return inner(value, where, walk)

    return convert


def _struct(kind: type[Item]) -> Converter:
    names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    required = kind.__struct_encode_fields__[: len(kind.__struct_fields__) - len(kind.__struct_defaults__)]
    annotations = kind.__annotations__
    fields: dict[str, tuple[str, Converter]] = {}
    states_unit = "unit" in names and not any(isinstance(mark, Ref) for mark in annotations["unit"].__metadata__)
    has_unit = states_unit and any(annotation_is_by_quantity(annotations[name]) for name in names.values())

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if type(value) is not dict:
            return walk.report(
                "CPA112",
                where,
                _("here stand keys with values, not {found}", found=_kind(value)),
                _("write `key: value` lines; the keys are {keys}", keys=listed(list(names))),
            )
        if not fields:
            fields.update({key: (name, converter(annotations[name])) for key, name in names.items()})
        outer = walk.unit
        unit = value.get("unit") if has_unit else None
        walk.unit = unit if isinstance(unit, str) else ""
        found: dict[str, Any] = {}
        bad: list[str] = []
        usable = True
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                _unknown_key(key, list(names), (where, key), walk)
                continue
            name, convert_field = field
            if item is None:
                if key in required:
                    what = meaning(annotations[names[key]])
                    walk.report(
                        "CPA110",
                        (where, key),
                        _("`{key}` has no value", key=key),
                        _("write it behind the colon: {meaning}", meaning=what),
                        at_key=True,
                    )
                continue
            here = (where, key)
            result = convert_field(item, here, walk)
            if walk.lost_entries:
                bad += [f"{name}.{entry}" for parent, entry in walk.lost_entries if parent is here]
            if result is BAD:
                bad.append(name)
            elif result is not None:
                found[name] = result
        walk.unit = outer
        for key in required:
            if key not in value:
                walk.report(
                    "CPA110",
                    where,
                    _("`{key}` is missing", key=key),
                    _("add `{key}: …` ({meaning})", key=key, meaning=meaning(annotations[names[key]])),
                )
            if names[key] not in found:
                usable = False
        if not usable:
            if isinstance(value.get("id"), str):
                walk.lost_ids.append(value["id"])
            return BAD
        made = kind(**found)
        walk.made.append((made, value))
        walk.spoiled.extend((made, name) for name in bad)
        return made

    return convert


def annotation_is_by_quantity(annotation: Any) -> bool:
    """Whether a field of this annotation holds quantities, alone or by year."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if annotation is Quantity:
        return True
    return any(annotation_is_by_quantity(part) for part in get_args(annotation) if not isinstance(part, str))


def meaning(annotation: Any) -> Message:
    """The description of a field."""
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, Message):
            return mark
    return plain("")


def _unknown_key(key: str, names: list[str], where: Where, walk: Walk) -> None:
    wide = re.search("[：，　｛｝［］“”]", key)
    if wide:
        walk.report(
            "CPA105",
            where,
            _("full-width `{mark}` stands in the key `{key}`", mark=wide[0], key=key),
            _("type the ASCII character"),
            at_key=True,
        )
        return
    if re.match(r"\d+(\.\d+)?(\s|$)", key):
        walk.report(
            "CPA111",
            where,
            _("`{key}` stands where a key is expected", key=key),
            _('a number with a thousands separator inside { } or [ ] needs quotes: "12,500 kWh"'),
            at_key=True,
        )
        return
    walk.report("CPA111", where, _("the key `{key}` is unknown", key=key), _did_you_mean(key, names), at_key=True)


def _did_you_mean(word: str, names: list[str]) -> Message:
    near = nearest(word, names)
    if near:
        return _("did you mean {names}?", names=listed([f"`{name}`" for name in near]))
    return _("allowed here: {names}", names=listed(names))


def nearest(word: str, names: "list[str] | tuple[str, ...]") -> list[str]:
    """The names that look most like `word`, at most three."""
    import difflib

    return difflib.get_close_matches(word, names, n=3, cutoff=0.6)


def _list(inner: Any) -> Converter:
    convert_item: list[Converter] = []

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if not convert_item:
            convert_item.append(converter(inner))
        if type(value) is not list:
            if type(value) in (int, float) and inner is float:
                value = [value]
            else:
                return walk.report(
                    "CPA112",
                    where,
                    _("here stands a list, not {found}", found=_kind(value)),
                    _("begin every item on a line of its own with `- `, or write [a, b]"),
                )
        results = [convert_item[0](item, (where, index), walk) for index, item in enumerate(value)]
        return tuple(result for result in results if result is not BAD)

    return convert


def _mapping(key_kind: Any, value_kind: Any) -> Converter:
    convert_key, convert_value = converter(key_kind), converter(value_kind)
    numeric = get_args(key_kind)[:1] == (int,)
    by_quantity = annotation_is_by_quantity(value_kind)

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if type(value) is not dict:
            return walk.report("CPA112", where, _("here stand keys with values, not {found}", found=_kind(value)))
        results = {}
        for key, item in value.items():
            before = len(walk.problems)
            new_key = convert_key(int(key) if numeric and _YEAR.match(key) else key, (where, key), walk)
            if new_key is BAD:
                walk.problems[before:] = [problem._replace(at_key=True) for problem in walk.problems[before:]]
                continue
            if item is None:
                walk.report("CPA110", (where, key), _("`{key}` has no value", key=key), at_key=True)
                continue
            if by_quantity and isinstance(item, str) and item.strip() in ("?", "？"):
                # There, but not measured: whoever counts on the entry has to know.
                walk.lost_entries.append((where, key))
                continue
            result = convert_value(item, (where, key), walk)
            if result is not BAD:
                results[new_key] = result
            else:
                walk.lost_entries.append((where, key))
        return results

    return convert


_FIRST_YEAR = 1900
_YEAR = re.compile(r"[0-9]{4}\Z")


def _text(metadata: tuple[Any, ...]) -> Converter:
    meta = next((mark for mark in metadata if isinstance(mark, msgspec.Meta)), None)
    reference = next((mark for mark in metadata if isinstance(mark, Ref)), None)
    measure = next((mark for mark in metadata if isinstance(mark, Measure)), None)
    pattern = re.compile(meta.pattern.replace("$", r"\Z")) if meta and meta.pattern not in (None, r"\S") else None

    figures = any(isinstance(mark, Figure) for mark in metadata)

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if figures and type(value) in (int, float):
            value = str(value)
        if type(value) is not str:
            found = "true" if value is True else "false" if value is False else str(value)
            hint = (
                _('put it in quotes if it is text: "{value}"', value=found) if isinstance(value, int | float) else None
            )
            return walk.report("CPA112", where, _("here stands text, not {found}", found=_kind(value)), hint)
        if not value.strip() and (meta is not None or reference is not None):
            return walk.report("CPA114", where, _("the text is empty"), _("write something, or leave the key out"))
        if pattern is not None and not pattern.search(value):
            return walk.report(
                "CPA114",
                where,
                _("`{value}` cannot be used here", value=value[:60]),
                _pattern_hint(meta.pattern if meta else ""),
            )
        if measure is not None and not _is_unit(value, measure, where, walk):
            return BAD
        if reference is not None:
            walk.references.append(Reference(reference.kinds, value, where))
        return value

    return convert


def _is_unit(text: str, measure: Measure, where: Where, walk: Walk) -> bool:
    try:
        unit = parse_unit(text)
    except UnitError as error:
        walk.report("CPA301", where, error.message, error.hint)
        return False
    if measure.dimension and unit.dimension != dimension_of(measure.dimension):
        walk.report(
            "CPA303", where, _("{unit} does not fit here", unit=text), _("a unit of money stands here, such as 万元")
        )
        return False
    return True


def _pattern_hint(pattern: str | None) -> Message:
    if pattern and "A-Z" in pattern:
        return _("an id is a short word of ASCII letters, digits, and . _ -")
    return _("a name here is a word of lower-case ASCII letters, digits, _ and -")


def _number(kind: type, metadata: tuple[Any, ...]) -> Converter:
    meta = next((mark for mark in metadata if isinstance(mark, msgspec.Meta)), None)
    low, high = (meta.ge, meta.le) if meta else (None, None)

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if (type(value) is not int and (kind is int or type(value) is not float)) or not math.isfinite(value):
            what = _("a whole number") if kind is int else _("a number")
            return walk.report(
                "CPA112", where, _("here stands {expected}, not {found}", expected=what, found=_kind(value))
            )
        if low is not None and value < low:
            hint = _("a year has four digits, such as 2024") if low == _FIRST_YEAR else None
            return walk.report("CPA114", where, _("{value} is less than {low}", value=value, low=low), hint)
        if high is not None and value > high:
            return walk.report("CPA114", where, _("{value} is more than {high}", value=value, high=high))
        return kind(value)

    return convert


def _boolean(value: Any, where: Where, walk: Walk) -> Any:
    if type(value) is not bool:
        return walk.report(
            "CPA112",
            where,
            _("here stands true or false, not {found}", found=_kind(value)),
            _("write true for yes and false for no"),
        )
    return value


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def _date(value: Any, where: Where, walk: Walk) -> Any:
    if type(value) is str and _DATE.match(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return walk.report("CPA114", where, _("the day {value} does not exist", value=value))
    return walk.report(
        "CPA112", where, _("here stands a day, not {found}", found=_kind(value)), _("write year-month-day: 2025-03-31")
    )


def _choice(allowed: tuple[str, ...]) -> Converter:
    known = frozenset(allowed)

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        if type(value) is str and value in known:
            return value
        names = [name for name in allowed if name]
        if type(value) is not str:
            return walk.report(
                "CPA113",
                where,
                _("here stands one of the words {allowed}, not {found}", allowed=listed(names), found=_kind(value)),
            )
        near = nearest(value, names) or _by_label(value, names)
        hint = (
            _("did you mean {names}? Allowed: {allowed}", names=listed(near), allowed=listed(names))
            if near
            else _("allowed here: {names}", names=listed(names))
        )
        return walk.report("CPA113", where, _("`{value}` is not in the list", value=value[:60]), hint)

    return convert


def _by_label(text: str, names: list[str]) -> list[str]:
    """Allowed words whose label in some language is `text`: an auditor may well write 设备 for equipment."""
    from cpa.messages import LANGUAGES
    from cpa.schema import labels

    lists = [words for words in vars(labels).values() if isinstance(words, dict) and set(names) <= set(words)]
    return [
        name for name in names if any(text in words[name].to(language) for words in lists for language in LANGUAGES)
    ]


def _quantity(dim: Dim | None) -> Converter:
    a_price = dim is not None and dim.names == ("money/*",)
    dimensions = tuple(dimension_of(name) for name in dim.names) if dim and not a_price else ()
    low, high = (dim.low, dim.high) if dim else (None, None)
    example = dim.example if dim else "42.6 t"
    counted = dimensions == ((),)

    def convert(value: Any, where: Where, walk: Walk) -> Any:
        quantity = _read_quantity(value, where, walk, "" if counted else walk.unit)
        if quantity is BAD:
            return BAD
        if quantity.unit is ONE:
            return walk.report(
                "CPA302",
                where,
                _("the unit is missing"),
                _("write the unit behind the number, as in {example}", example=example),
            )
        if (dimensions and quantity.unit.dimension not in dimensions) or (
            a_price and ("money", 1) not in quantity.unit.dimension
        ):
            return walk.report(
                "CPA303",
                where,
                _("{unit} does not fit here", unit=quantity.unit.text or "1"),
                _("write it like {example}", example=example),
            )
        base = quantity.value * quantity.unit.factor
        if high is not None and not quantity.unit.dimension and base > high * (1 + 1e-12):
            return walk.report(
                "CPA304",
                where,
                _("{value} is more than 100 %", value=quantity.format()),
                _("a share lies between 0 % and 100 %"),
            )
        if low is not None and base < low:
            return walk.report(
                "CPA305",
                where,
                _("{value} is negative", value=quantity.format()),
                _("a cost is written without sign")
                if ("money", 1) in quantity.unit.dimension
                else _("an amount cannot be below zero; turn the direction of the flow instead"),
            )
        return quantity

    return convert


def _read_quantity(value: Any, where: Where, walk: Walk, unit: str) -> Any:
    if type(value) is list:
        if value and all(type(item) in (int, float) for item in value):
            value = f"[{', '.join(repr(item) for item in value)}]"
        else:
            return _read_list(value, where, walk, unit)
    if type(value) is dict:
        record = converter(QuantityRecord)(value, where, walk)
        if record is BAD:
            return BAD
        quantity = record.value
        accuracy = None
        if record.accuracy is not None:
            share = record.accuracy.unit.dimension == ()
            if share or record.accuracy.unit.dimension == quantity.unit.dimension:
                accuracy = record.accuracy.value * (
                    record.accuracy.unit.factor * abs(quantity.value)
                    if share
                    else record.accuracy.unit.factor / quantity.unit.factor
                )
            else:
                walk.report(
                    "CPA303",
                    (where, "accuracy"),
                    _("the accuracy is no share, and its unit is not that of the value"),
                    _("write 0.5 % or 0.2 {unit}", unit=quantity.unit.text),
                )
        return msgspec.structs.replace(
            quantity,
            method=record.method,
            meter=record.meter,
            accuracy=accuracy,
            period=record.period,
            document=record.document,
            page=record.page,
            note=record.note,
        )
    if type(value) is bool or type(value) not in (str, int, float):
        return walk.report("CPA301", where, _("here stands a quantity, not {found}", found=_kind(value)))
    try:
        return parse_quantity(value, unit)
    except QuantityError as error:
        return walk.report("CPA301", where, error.message, error.hint)


def _read_list(value: list[Any], where: Where, walk: Walk, unit: str) -> Any:
    """Repeated readings written as a YAML list of quantities in one unit."""
    readings = [
        _read_quantity(item, (where, index), walk, unit) if type(item) is not list else BAD
        for index, item in enumerate(value)
    ]
    if not readings or BAD in readings:
        return walk.report(
            "CPA301", where, _("a list of readings holds numbers or quantities"), _("write [42.1 t, 42.9 t, 42.8 t]")
        )
    first = readings[0]
    if any(reading.unit != first.unit for reading in readings):
        return walk.report("CPA303", where, _("the readings have different units"))
    values = tuple(reading.value for reading in readings)
    return Quantity(math.fsum(values) / len(values), first.unit, readings=values)


def _kind(value: Any) -> Message:
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("`{value}`", value="true" if value else "false")
    if isinstance(value, int | float):
        return _("the number {value}", value=value)
    if isinstance(value, str):
        return _("the text `{value}`", value=value if len(value) <= 40 else value[:37] + "…")
    return _("a list") if isinstance(value, list) else _("keys with values")
