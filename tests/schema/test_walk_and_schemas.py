"""The walker and the exported JSON Schemas give one verdict; every field says what it means in both languages."""

import copy
import datetime
import importlib
import inspect
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cpa.schema.export import json_schemas
from cpa.schema.identity import Identity
from cpa.schema.quantity import Quantity
from cpa.schema.types import Dim, Item, Measure, QuantityRecord
from cpa.schema.types import Phase as AuditPhase
from cpa.schema.walk import Problem, Walk, converter, meaning, path_of

PHASES: tuple[str, ...] = get_args(AuditPhase)
KINDS: dict[str, type[Item]] = {"audit": Identity} | {
    f"{number}-{phase}": getattr(importlib.import_module(f"cpa.schema.{phase}"), phase.capitalize())
    for number, phase in enumerate(PHASES, 1)
}
VALIDATORS = {
    (name, language): jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    for language in ("zh", "en")
    for name, schema in json_schemas(language).items()
}

_QUANTITY_ONLY = ("CPA302", "CPA303", "CPA304", "CPA305", "CPA306")
"""What a schema cannot say about a quantity: missing or wrong unit, a share above one, a negative amount."""


def walker_accepts(kind: type[Item], value: Any) -> bool:
    walk = Walk()
    converter(kind)(value, None, walk)
    return not any(structural(problem, value) for problem in walk.problems)


def structural(problem: Problem, value: Any) -> bool:
    """Whether a problem is one that a schema can see: names and types, not what a quantity's text says."""
    if problem.code != "CPA301":
        return problem.code not in _QUANTITY_ONLY
    for step in path_of(problem.where):
        value = value[step]
    items = value if isinstance(value, list) and value else [value]
    return not all(type(item) in (str, int, float) for item in items)


def schema_accepts(name: str, value: Any) -> bool:
    verdicts = {VALIDATORS[name, language].is_valid(value) for language in ("zh", "en")}
    assert len(verdicts) == 1
    return verdicts.pop()


# --- valid files from the declarations ------------------------------------------------------------------------------

_GOOD = st.sampled_from(["麦芽", "a word", "F4-1", "x", "1", "第 1 条：糖化\n过滤"])


@cache
def valid(kind: Any) -> st.SearchStrategy[Any]:
    """Plain values that a field of this declaration takes."""
    marks: tuple[Any, ...] = ()
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        marks = (*marks, *more)
    origin = get_origin(kind)
    meta = next((mark for mark in marks if isinstance(mark, msgspec.Meta)), None)
    if origin in (Union, types.UnionType):
        inner = next(part for part in get_args(kind) if part is not type(None))
        return valid(Annotated[(inner, *marks)] if marks else inner)
    if kind is Quantity:
        dim = next((mark for mark in marks if isinstance(mark, Dim)), None)
        text = dim.example if dim else "5 t"
        return st.sampled_from([text, text, f"~ {text}", {"value": text}, {"value": text, "method": "metered"}])
    if kind is str:
        measure = next((mark for mark in marks if isinstance(mark, Measure)), None)
        if measure is not None:
            return st.sampled_from(["元", "万元"])
        if meta is not None and meta.pattern:
            return st.sampled_from(["mash", "a1", "x-y", "b_2"])
        return _GOOD
    if kind is int:
        low = meta.ge if meta and meta.ge is not None else 0
        high = meta.le if meta and meta.le is not None else 1000
        return st.integers(int(low), int(high))
    if kind is float:
        return st.one_of(st.integers(1, 10), st.sampled_from([1.5, 7.25]))
    if kind is bool:
        return st.booleans()
    if kind is datetime.date:
        return st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)).map(str)
    if origin is Literal:
        return st.sampled_from(get_args(kind))
    if origin is tuple:
        return st.lists(valid(get_args(kind)[0]), max_size=2)
    if origin is dict:
        key, value = get_args(kind)
        years = get_args(key)[:1] == (int,)
        keys = st.sampled_from(["1900", "2022", "2024", "2099"] if years else ["water", "cod", "x1"])
        return st.dictionaries(keys, valid(value), max_size=2)
    assert issubclass(kind, Item), kind
    return struct(kind)


def annotations(kind: type[Item]) -> dict[str, Any]:
    """The declarations of all fields, inherited ones too."""
    return {
        name: annotation
        for base in reversed(kind.__mro__)
        for name, annotation in inspect.get_annotations(base).items()
    }


def struct(kind: type[Item]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    declared = annotations(kind)
    required = [key for key, field in fields.items() if field.required]
    optional = sorted(set(fields) - set(required))

    @st.composite
    def made(draw: st.DrawFn) -> dict[str, Any]:
        some = draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)) if optional else []
        return {key: draw(valid(declared[fields[key].name])) for key in (*required, *some)}

    return made()


# --- damage ---------------------------------------------------------------------------------------------------------


def slots(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in `value`."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        found += [(value, key) for key in value]
    elif isinstance(value, list):
        found += [(value, index) for index in range(len(value))]
    for container, key in list(found):
        found += slots(container[key])
    return found


WRONG_VALUES = st.sampled_from(
    [
        None, True, False, 0, 1, 5, -1, 1899, 1900, 2099, 2100, 10**6, 1.5, -0.5, "", "麦芽", "no-such-word", "?", "5 t",
        "2025-02-30", "2025-13-01", "2025-03-31", "20250331", "2025-W01-1", "２０２５-０３-３１", "F 1", "-x", ".x", "Ä",
        "X" * 64, "x" * 65, "done", "zh", "lower", [], [1], ["x"], [1, 2], ["5 t", "6 t"], [None], [[1]], {}, {"x": 1},
        {"value": "5 t"}, {"2024": "5 t"}, {"1899": "5 t"}, {"2100": "5 t"}, {"202": "5 t"}, {"２０２４": "5 t"},
        {"Water": "5 %"}, {"water": None}, {"value": "5 t", "extra": 1}, {"value": None}, {"value": True}, {"method": "metered"},
        {"value": "5 t", "method": "guessed"}, [{"value": "5 t"}], [True],
    ]
).map(copy.deepcopy)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, name: str) -> Any:
    value = copy.deepcopy(draw(struct(KINDS[name])))
    for _ in range(draw(st.integers(0, 2))):
        places = slots(value)
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        change = draw(st.sampled_from(["retype", "retype", "retype", "drop", "rename", "add"]))
        if change == "retype":
            container[key] = draw(WRONG_VALUES)
        elif change == "drop":
            del container[key]
        elif isinstance(container, dict) and change == "rename":
            container[draw(st.sampled_from([f"{key}s", key.upper(), "名称", "id", "name", "note"]))] = container.pop(
                key
            )
        elif isinstance(container, dict):
            container[draw(st.sampled_from(["extra", "id", "unit", "note", "value"]))] = draw(WRONG_VALUES)
        else:
            container.append(draw(WRONG_VALUES))
    return value


BOUNDED = settings(
    max_examples=90,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a failing file is short enough; making it shorter takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("name", KINDS)
@given(st.data())
@settings(parent=BOUNDED, max_examples=25)
def test_valid_files_are_accepted_by_both(name: str, data: st.DataObject) -> None:
    value = data.draw(struct(KINDS[name]))
    walk = Walk()
    converter(KINDS[name])(value, None, walk)
    assert [(problem.code, path_of(problem.where), str(problem.message)) for problem in walk.problems] == []
    assert schema_accepts(name, value)


@pytest.mark.parametrize("name", KINDS)
@given(st.data())
@BOUNDED
def test_walker_and_schema_give_the_same_verdict(name: str, data: st.DataObject) -> None:
    value = data.draw(damaged(name))
    ours, theirs = walker_accepts(KINDS[name], value), schema_accepts(name, value)
    if ours != theirs:
        walk = Walk()
        converter(KINDS[name])(value, None, walk)
        said = [(problem.code, path_of(problem.where), str(problem.message)) for problem in walk.problems]
        errors = [str(error.message)[:300] for error in VALIDATORS[name, "en"].iter_errors(value)]
        raise AssertionError(f"walker: {said}\nschema: {errors}\nvalue: {value}")


# --- descriptions ---------------------------------------------------------------------------------------------------


def structs() -> list[type[Item]]:
    found: list[type[Item]] = []
    pending: list[Any] = [*KINDS.values(), QuantityRecord]
    while pending:
        part = pending.pop()
        if isinstance(part, type) and issubclass(part, Item):
            if part not in found:
                found.append(part)
                pending.extend(annotations(part).values())
        else:
            pending.extend(inner for inner in get_args(part) if not isinstance(inner, str))
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", structs(), ids=lambda kind: f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}")
def test_every_field_is_described_in_both_languages(kind: type[Item]) -> None:
    for name in kind.__struct_fields__:
        description = meaning(annotations(kind)[name])
        english, chinese = description.to("en").strip(), description.to("zh").strip()
        assert english, name
        assert chinese, name
        assert english.isascii() or not any("\u4e00" <= character <= "\u9fff" for character in english), name
        assert chinese != english, name
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese), (name, chinese)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", KINDS)
def test_every_property_of_the_schemas_has_a_hover_text(name: str, language: str) -> None:
    schema = json_schemas(language)[name]
    jsonschema_rs.meta.validate(schema)
    for title, definition in [(name, schema), *schema["definitions"].items()]:
        for key, field in definition.get("properties", {}).items():
            assert field["description"].strip(), (title, key)


# --- all problems in one run ----------------------------------------------------------------------------------------


def test_all_problems_of_a_file_are_reported_at_once() -> None:
    value = {
        "units": [
            {"id": "mash"},                                             # 1: name is missing
            {"id": "a b", "name": "x"},                                 # 2: no id
            {"id": "c", "name": 5},                                     # 3: not text
            "lauter",                                                   # 4: no keys
            {"id": "d", "name": "", "workshop": []},                    # 5, 6: empty text; not text
        ],
        "flows": [
            {"id": "f1", "name": "x", "amount": True},                  # 7: not a quantity
            {"id": "f2", "name": "x", "amount": "5"},                   # 8: no unit
            {"id": "f3", "name": "x", "medium": "beer"},                # 9: not in the list
            {"id": "f4", "name": "x", "form": "mash", "to": None},      # 10: unknown key
            {"id": "f5", "name": "x", "contains": {"water": "120 %"}},  # 11: more than the whole
            {"id": "f6", "name": "x", "contains": {"Water": "5 %"}},    # 12: no word
            {"id": "f7", "name": "x", "amount": "-3 t"},                # 13: negative
            {"name": None},                                             # 14, 15: no id, no value
        ],
        "points": {"id": "P1"},                                         # 16: no list
        "measurement": {"start": "2025-02-30", "finish": 20250301},     # 17, 18: no such day; not a day
        "balances": [{"layer": "mass", "tolerance": "5 t"}],            # 19: wrong dimension
        "unitz": [],                                                    # 20: unknown section
    }  # fmt: skip
    walk = Walk()
    converter(KINDS["3-assessment"])(value, None, walk)
    assert sorted((problem.code, path_of(problem.where)) for problem in walk.problems) == sorted(
        [
            ("CPA110", ("units", 0)), ("CPA114", ("units", 1, "id")), ("CPA112", ("units", 2, "name")),
            ("CPA112", ("units", 3)), ("CPA114", ("units", 4, "name")), ("CPA112", ("units", 4, "workshop")),
            ("CPA301", ("flows", 0, "amount")), ("CPA302", ("flows", 1, "amount")), ("CPA113", ("flows", 2, "medium")),
            ("CPA111", ("flows", 3, "form")), ("CPA304", ("flows", 4, "contains", "water")),
            ("CPA114", ("flows", 5, "contains", "Water")), ("CPA305", ("flows", 6, "amount")),
            ("CPA110", ("flows", 7)), ("CPA110", ("flows", 7, "name")), ("CPA112", ("points",)),
            ("CPA114", ("measurement", "start")), ("CPA112", ("measurement", "finish")),
            ("CPA303", ("balances", 0, "tolerance")), ("CPA111", ("unitz",)),
        ]
    )  # fmt: skip


def test_the_rest_of_a_damaged_file_is_still_there() -> None:
    walk = Walk()
    value = {"units": [{"id": "mash", "name": "糖化"}, {"id": "lauter"}, {"id": "boil", "name": "煮沸", "colour": 1}]}
    made = converter(KINDS["3-assessment"])(value, None, walk)
    assert [unit.id for unit in made.units] == ["mash", "boil"]
    assert len(walk.problems) == 2


def test_the_nearest_key_is_named() -> None:
    walk = Walk()
    converter(KINDS["3-assessment"])({"units": [{"id": "a", "nmae": "x", "name": "x"}]}, None, walk)
    assert "name" in str(walk.problems[0].hint)
    assert walk.problems[0].at_key


@pytest.mark.parametrize(
    "unit",
    [
        {"id": "F1\n", "name": "x"},  # from a block scalar: `id: |`
        {"id": "Ä1", "name": "x"},
        {"id": "x" * 65, "name": "x"},
        {"id": "a", "name": "   "},
        {"id": "a", "name": "\u3000"},
        {"id": "a", "name": ""},
        {"id": "a", "name": "x", "function": "\n"},
    ],
    ids=["line feed behind an id", "letter", "length", "blanks", "wide blank", "empty", "only a line feed"],
)
def test_words_that_neither_accepts(unit: dict[str, Any]) -> None:
    value = {"units": [unit]}
    assert not walker_accepts(KINDS["3-assessment"], value)
    assert not schema_accepts("3-assessment", value)


@pytest.mark.parametrize("year", ["２０２４", "٢٠٢٤", "24", "1899", "2100", "2024.0", " 2024", "2024\n", "+2024"])
def test_years_that_neither_accepts(year: str) -> None:
    product = {"id": "beer", "name": "x", "output": {year: "5 t"}}
    value = {"products": [product]}
    assert not walker_accepts(KINDS["2-preassessment"], value)
    assert not schema_accepts("2-preassessment", value)


@pytest.mark.parametrize(
    "date",
    ["2025-02-29", "20250301", "2025-W01-1", "2025-3-1", "２０２５-０３-０１", "2025-03-01\n", "2025-03-01T00:00:00"],
)
def test_days_that_neither_accepts(date: str) -> None:
    value = {"measurement": {"start": date, "finish": "2025-03-02"}}
    assert not walker_accepts(KINDS["3-assessment"], value)
    assert not schema_accepts("3-assessment", value)


@pytest.mark.parametrize("written", ["?", "？", None])
def test_not_known_is_written_alike_for_both(written: str | None) -> None:
    """`?` or absent: not measured."""
    value = {"flows": [{"id": "a", "name": "x", "amount": written}]}
    assert walker_accepts(KINDS["3-assessment"], value)
    assert schema_accepts("3-assessment", value)
    for kind, other in (("1-planning", {"support": {"decision": "x", "date": written}}),
                        ("2-preassessment", {"profile": {"products": "x", "employees": written}})):  # fmt: skip
        assert walker_accepts(KINDS[kind], other) == schema_accepts(kind, other)
