"""Our YAML reader against ruamel.yaml's pure parser, over generated documents, and the places it reports."""

import datetime
import math
import re
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cpa.files.text import decode
from cpa.files.yaml import HAS_C_PARSER, parse

FOLD_MARK = "折行"
"""Begins every scalar that the generator writes over several folded lines."""

_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]"
_FOLDING_SPACE = re.compile(rf"(?<={_WIDE}) +(?={_WIDE})|(?<=[（）、：，。]) +(?=\S)")

# --- documents ------------------------------------------------------------------------------------------------------

_LETTER = "abcxyzABC麦芽糖化过滤煮沸°³éß"
_INNER = _LETTER + "0123456789 -./%±·（）、_+*~"
PLAIN_WORDS = st.builds(
    lambda first, rest: (first + rest).rstrip(), st.sampled_from(_LETTER), st.text(_INNER, max_size=12)
)
CONSTANTS = st.sampled_from(
    [
        "null",
        "Null",
        "NULL",
        "~",
        "true",
        "True",
        "TRUE",
        "false",
        "False",
        "FALSE",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "NO",
        ".inf",
        "-.INF",
        "+.Inf",
        ".nan",
        "0",
        "-1",
        "+7",
        "007",
        "0123",
        "08",
        "-0",
        "0o17",
        "0x1F",
        "0xff",
        "1_000",
        "1.",
        ".5",
        "-.5",
        "1.0",
        "1e3",
        "1E+3",
        "1.5e-3",
        "6.02e23",
        ".5e+3",
        "12e03",
        "2025-03-31",
        "2025-3-1",
        "12:30",
        "12:30:45",
        "1.2.3",
        "1,5",
        "0b11",
        "-",
        "--",
        "+x",
        ".x",
        "e5",
        "1e",
        "0x",
        "0o9",
        "-",
        "12345678901234567890",
        "123456789012345678",
        "1234567890123456789",
        "=",
        "42.6",
    ]
).filter(lambda text: text not in ("-", "--", "="))
NUMERALS = st.from_regex(r"\A[-+]?[0-9]{1,20}(\.[0-9]{0,5})?([eE][-+]?[0-9]{1,2})?\Z", fullmatch=True).filter(
    str.isascii
)
QUOTED_TEXT = st.text(_INNER + ":#,[]{}&*!|>@`?\"'\\", max_size=14)
PLAIN = st.tuples(st.just("plain"), st.one_of(PLAIN_WORDS, CONSTANTS, NUMERALS))
QUOTED = st.tuples(st.sampled_from(["single", "double"]), QUOTED_TEXT)
LINES = st.lists(st.text(_INNER + ":#\"'", min_size=1, max_size=12).map(str.strip).filter(bool), min_size=1, max_size=3)
BLOCK_SCALARS = st.tuples(st.sampled_from(["|", "|-", "|+", ">", ">-", ">+"]), LINES)
FOLDED_LINES = st.lists(PLAIN_WORDS, min_size=2, max_size=3)
FOLDED = st.tuples(st.sampled_from(["fold-plain", "fold-double", "fold-single"]), FOLDED_LINES)
ALIAS = st.tuples(st.just("alias"), st.integers(0, 5))
SCALARS = st.one_of(PLAIN, PLAIN, QUOTED, BLOCK_SCALARS, FOLDED, ALIAS)
COMMENT = st.one_of(st.none(), st.none(), st.none(), st.text(_INNER + ":'\"[", max_size=8))


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    item = st.tuples(inner, COMMENT, st.booleans())
    key = st.sampled_from(["plain", "single", "double", "year", "long"])
    return st.one_of(
        st.tuples(st.just("seq"), st.booleans(), st.lists(item, max_size=4)),
        st.tuples(st.just("map"), st.booleans(), st.lists(st.tuples(key, item), max_size=4)),
    )


TREES = _containers(st.recursive(SCALARS, _containers, max_leaves=12))


class Writer:
    """Writes a tree as YAML text, and notes for every scalar its path, its offsets, and what was written there."""

    def __init__(self, newline: str) -> None:
        self.newline = newline
        self.parts: list[str] = []
        self.size = 0
        self.scalars: list[tuple[tuple[str | int, ...], int, str]] = []
        self.keys: list[tuple[tuple[str | int, ...], int, str]] = []
        self.anchors = 0
        self.counter = 0

    def document(self, tree: Any) -> str:
        self._node(tree, 0, (), flow=False, anchored=False, after_key=False)
        self._write(self.newline)
        return "".join(self.parts)

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)

    def _line(self, indent: int) -> None:
        self._write(self.newline + " " * indent)

    def _node(
        self, node: Any, indent: int, path: tuple[Any, ...], *, flow: bool, anchored: bool, after_key: bool
    ) -> None:
        kind = node[0]
        if kind in ("seq", "map"):
            self._container(node, indent, path, flow=flow, anchored=anchored, after_key=after_key)
        elif kind == "alias":
            if self.anchors:
                self._write(f"*a{1 + node[1] % self.anchors} ")
            else:
                self._scalar(path, "none")
        else:
            name = self._anchor(anchored)
            self._any_scalar(kind, node[1], indent, path, flow=flow, after_name=bool(name))
            self._defined(name)

    def _anchor(self, wanted: bool) -> int:
        if not wanted:
            return 0
        self.counter += 1
        self._write(f"&a{self.counter} ")
        return self.counter

    def _defined(self, name: int) -> None:
        # An alias inside its own anchor would be refused: an anchor counts once it is closed.
        if name:
            self.anchors = max(self.anchors, name) if self.anchors == name - 1 else self.anchors

    def _scalar(self, path: tuple[Any, ...], written: str) -> None:
        self.scalars.append((path, self.size, written))
        self._write(written)

    def _any_scalar(
        self, kind: str, content: Any, indent: int, path: tuple[Any, ...], *, flow: bool, after_name: bool
    ) -> None:
        gap = self.newline + " " * (indent + 2)
        if kind == "plain":
            self._scalar(path, content if not (flow and "," in content) else f'"{content}"')
        elif kind == "single":
            self._scalar(path, "'" + content.replace("'", "''") + "'")
        elif kind == "double":
            self._scalar(path, '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"')
        elif kind.startswith("fold"):
            quote = {"fold-plain": "", "fold-double": '"', "fold-single": "'"}[kind]
            self._scalar(path, quote + gap.join([FOLD_MARK, *content]) + quote)
        elif flow:
            self._scalar(path, '"' + "".join(content).replace('"', "'") + '"')
        else:
            lines = [FOLD_MARK, *content] if kind[0] == ">" else content
            self._scalar(path, kind)
            for line in lines:
                self._write(gap + line)

    def _container(
        self, node: Any, indent: int, path: tuple[Any, ...], *, flow: bool, anchored: bool, after_key: bool
    ) -> None:
        kind, flow_wanted, items = node
        name = self._anchor(anchored)
        if flow or flow_wanted or not items:
            self._write("[" if kind == "seq" else "{")
            for index, item in enumerate(items):
                if index:
                    self._write(", ")
                if kind == "seq":
                    self._node(item[0], indent + 4, (*path, index), flow=True, anchored=item[2], after_key=False)
                else:
                    key = self._key(item[0], path)
                    self._node(item[1][0], indent + 4, (*path, key), flow=True, anchored=item[1][2], after_key=True)
            self._write("]" if kind == "seq" else "}")
        else:
            for index, item in enumerate(items):
                value, comment, value_anchored = item if kind == "seq" else item[1]
                if index or after_key or name:
                    if comment is not None:
                        self._line(indent)
                        self._write(f"# {comment}")
                    self._line(indent)
                if kind == "seq":
                    self._write("- ")
                    step: str | int = index
                else:
                    step = self._key(item[0], path)
                self._node(
                    value,
                    indent + 2,
                    (*path, step),
                    flow=False,
                    anchored=value_anchored,
                    after_key=kind == "map" or value_anchored,
                )
                if comment is not None and value[0] in ("plain", "single", "double", "alias"):
                    self._write(f" # {comment}")
        self._defined(name)

    def _key(self, style: str, path: tuple[Any, ...]) -> str:
        number = len(self.keys)
        text = {"year": f"{2000 + number}", "long": f"键 名{number}：x/y", "plain": f"key{number}"}.get(
            style, f"a: {number}"
        )
        written = f"'{text}'" if style == "single" else f'"{text}"' if style == "double" else text
        self.keys.append(((*path, text), self.size, written))
        self._write(f"{written}: ")
        return text


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, Writer]:
    writer = Writer(draw(st.sampled_from(["\n", "\n", "\r\n"])))
    text = writer.document(draw(TREES))
    return text, writer


# --- comparison -----------------------------------------------------------------------------------------------------

_RUAMEL_ONLY_INT = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|[0-9][0-9_]*|0x[0-9a-fA-F_]+)\Z")


def unfolded(text: str) -> str:
    """Folding puts a space between lines; between two wide characters and behind wide punctuation ours does not."""
    return _FOLDING_SPACE.sub("", text)


def same(ours: Any, theirs: Any) -> bool:
    """Equal values, with the differences that are meant, each for its reason."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        # Keys are always text in ours: an audit's keys are names, and a year is a name too.
        return list(ours) == [str(key) for key in theirs] and all(map(same, ours.values(), theirs.values()))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, str) and isinstance(theirs, str):
        if ours.startswith(FOLD_MARK):
            return unfolded(ours) == unfolded(theirs)
        return ours == theirs
    if isinstance(ours, str) and isinstance(theirs, datetime.date):
        # YAML 1.2's core schema has no dates; fields that are days read them themselves.
        return datetime.datetime.fromisoformat(ours).date() == datetime.date(theirs.year, theirs.month, theirs.day)
    if isinstance(ours, str) and type(theirs) is int:
        # 1_000 and 0b11 are text in YAML 1.2; digits beyond 18 characters are codes, not amounts.
        return bool(_RUAMEL_ONLY_INT.match(ours)) and ("_" in ours or "b" in ours or len(ours) > 18)
    if isinstance(ours, float) and isinstance(theirs, str):
        # ruamel wants a sign in the exponent of .5e3; the core schema does not.
        return float(theirs) == ours
    if isinstance(ours, float) and isinstance(theirs, float):
        return ours == theirs or (math.isnan(ours) and math.isnan(theirs))
    return type(ours) is type(theirs) and bool(ours == theirs)


def ruamel(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(StringIO(text, newline=""))


PARSERS = [pytest.param(True, id="pure")] + ([pytest.param(False, id="C")] if HAS_C_PARSER else [])
BOUNDED = settings(
    max_examples=70,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("pure", PARSERS)
@given(documents())
@BOUNDED
def test_same_values_as_ruamel(pure: bool, case: tuple[str, Writer]) -> None:
    text, _writer = case
    document, findings = parse("a.yaml", text, pure=pure)
    assert findings == []
    assert document is not None
    assert same(document.value, ruamel(text)), (document.value, ruamel(text))


@given(documents())
@BOUNDED
def test_both_parsers_agree_on_values_and_places(case: tuple[str, Writer]) -> None:
    text, writer = case
    fast, _ = parse("a.yaml", text)
    slow, _ = parse("a.yaml", text, pure=True)
    assert fast is not None
    assert slow is not None
    assert repr(fast.value) == repr(slow.value)
    for path, _offset, written in writer.scalars:
        one, other = fast.span(fast.value, *path), slow.span(slow.value, *path)
        assert (one.line, one.column) == (other.line, other.column), path
        if written[:1] not in ("|", ">"):  # where a block scalar ends, the two are not of one mind
            assert one == other, path


def offset_of(text: str, line: int, column: int) -> int:
    """Offset of a place; lines end at a line feed, columns count characters from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1


@pytest.mark.parametrize("pure", PARSERS)
@given(documents())
@BOUNDED
def test_spans_cover_what_is_written(pure: bool, case: tuple[str, Writer]) -> None:
    text, writer = case
    document, _findings = parse("a.yaml", text, pure=pure)
    assert document is not None
    for path, offset, written in writer.scalars:
        span = document.span(document.value, *path)
        start, end = offset_of(text, span.line, span.column), offset_of(text, span.end_line, span.end_column)
        if written[:1] in ("|", ">") and written[-1] in "|>+-":
            assert text[start:end].lstrip("&a0123456789 ").startswith(written), path
        else:
            # An anchor belongs to the value that it names.
            assert re.sub(r"\A&a\d+ ", "", text[start:end]) == written, path
            assert end == offset + len(written)


@pytest.mark.parametrize("pure", PARSERS)
@given(documents())
@BOUNDED
def test_spans_of_keys(pure: bool, case: tuple[str, Writer]) -> None:
    text, writer = case
    document, _findings = parse("a.yaml", text, pure=pure)
    assert document is not None
    for path, offset, written in writer.keys:
        span = document.span(document.value, *path, key=True)
        assert offset_of(text, span.line, span.column) == offset
        assert text[offset : offset_of(text, span.end_line, span.end_column)] == written


@given(documents())
@settings(parent=BOUNDED, max_examples=50)
def test_a_byte_order_mark_changes_nothing(case: tuple[str, Writer]) -> None:
    text, _writer = case
    decoded, findings = decode("a.yaml", b"\xef\xbb\xbf" + text.encode())
    assert findings == []
    assert decoded == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0123", 123), ("007", 7), ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"), ("12:30", "12:30"), ("yes", "yes"),
        ("No", "No"), ("2025-03-31", "2025-03-31"), ("2025-02-30", "2025-02-30"), ("1e3", 1000.0), ("12e03", 12000.0), (".5", 0.5), ("1.", 1.0),
        ("123456789012345678", 123456789012345678), ("1234567890123456789", "1234567890123456789"), ("~", None),
        ("", None), ("'1'", "1"), ('"true"', "true"), ("0b11", "0b11"), ("1.2.3", "1.2.3"), ("٣", "٣"),
        ("12 %", "12 %"), ("糖化 过滤", "糖化 过滤"), ("'糖化 过滤'", "糖化 过滤"), ("-.inf", -math.inf),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pure", PARSERS)
def test_scalars_of_the_core_schema(pure: bool, written: str, value: Any) -> None:
    document, findings = parse("a.yaml", f"key: {written}\n", pure=pure)
    assert findings == []
    assert document is not None
    read = document.value["key"]
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"糖化过滤\n  煮沸"', "糖化过滤煮沸"),
        (">-\n  糖化过滤，\n  煮沸", "糖化过滤，煮沸"),
        (">-\n  COD 浓度\n  92 mg/L", "COD 浓度 92 mg/L"),
        (">-\n  mash tun\n  lauter", "mash tun lauter"),
        (">-\n  一段\n\n  二段", "一段\n二段"),
        ("|\n  糖化\n  过滤\n", "糖化\n过滤\n"),
        # Only the space that folding puts in may go: these were typed.
        ('"组长 张三 李四\n  王五"', "组长 张三 李四王五"),
        (">-\n  表 一　甲 乙\n  丙", "表 一　甲 乙丙"),
    ],
    ids=range(8),
)
def test_folding_of_chinese_text(pure: bool, written: str, value: str) -> None:
    document, findings = parse("a.yaml", f"key: {written}\n", pure=pure)
    assert findings == []
    assert document is not None
    assert document.value["key"] == value


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_only_line_feeds_and_carriage_returns_end_a_line(pure: bool, mark: str) -> None:
    """YAML 1.2.2, 5.4: NEL, LS and PS are no line breaks. Text pasted from other programs brings them along."""
    text = f'note: "糖化{mark}过滤"\nround: x\n'
    document, findings = parse("a.yaml", text, pure=pure)
    if document is None:
        assert findings  # to refuse it is as good as to read it
        return
    assert document.value["note"] == ruamel(text)["note"]
    assert document.span(document.value, "round").line == 2
