"""YAML 1.2 to plain values that know where they stand.

The C parser composes nodes with start and end marks; the scalar rules (YAML 1.2 core schema), duplicate keys
and all limits are ours. Garbage collection is paused meanwhile: it is most of the cost of composing.
A line break in the middle of Chinese text is read as nothing, where YAML would put a space.
What audits have no use for is refused with a hint: tags, merge keys, several documents, keys that are not text.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate, islice, pairwise
from operator import sub
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from cpa.diagnostics import Finding, Related, Span
from cpa.files.text import file_span, lines_of
from cpa.files.yaml_errors import described, fullwidth, missing_colon
from cpa.messages import Message, _

try:
    from yaml._yaml import CParser

    HAS_C_PARSER = True
except ImportError:  # a PyYAML that was built without libyaml
    HAS_C_PARSER = False

MAX_DEPTH = 64
MAX_VALUES = 2_000_000
"""Values of one file with every alias written out; beyond it a file is an alias bomb, not an audit."""

Value = Any
"""str, int, float, bool, None, list of values, or dict from str to values."""

_STR, _SEQ, _MAP = "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"
_TAGS = {yaml.ScalarNode: _STR, yaml.SequenceNode: _SEQ, yaml.MappingNode: _MAP}


class _PlainResolver(BaseResolver):
    """Leaves every untagged scalar a string; `_scalar` decides."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002 -- the parser calls it so
        return _TAGS[kind]

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


if HAS_C_PARSER:

    class _CLoader(CParser, _PlainResolver):
        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            _PlainResolver.__init__(self)


class _PureLoader(Reader, Scanner, Parser, Composer, _PlainResolver):
    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _PlainResolver.__init__(self)


_Loader: Any = _CLoader if HAS_C_PARSER else _PureLoader

# YAML 1.2.2, section 10.3.2 (core schema). Anything else that is plain is text.
_CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"), "+.inf": float("inf"), "+.Inf": float("inf"),
    "+.INF": float("inf"), "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_BASED = re.compile(r"0o([0-7]+)\Z|0x([0-9a-fA-F]+)\Z")
_NUMBER_START = frozenset("+-.0123456789")

_SUSPECT_BLOCK = re.compile(r"^[ \t?:-]{100}", re.MULTILINE)
_ODD_BREAK = re.compile("[\x85\u2028\u2029]")
"""Line breaks to YAML 1.1 and to the parser, none to YAML 1.2 and to editors: they would shift every position."""
_BRACKETS = re.compile(r"[\[\]{}]")
_NESTING = {"[": 1, "{": 1, "]": -1, "}": -1}


class Document:
    """One YAML file: its text, its value, and the places of everything in the value.

    `value` is built of fresh containers, so the identity of a dict or list names its place in the file;
    `holds` and `span` answer for any container that is part of `value`.
    """

    __slots__ = ("_nodes", "name", "text", "value")

    def __init__(self, name: str, text: str, value: Value, nodes: dict[int, Any]) -> None:
        self.name = name
        self.text = text
        self.value = value
        self._nodes = nodes

    def holds(self, container: object) -> bool:
        """Whether `container` is one of this document's dicts or lists."""
        return id(container) in self._nodes

    def span(self, container: object, *path: str | int, key: bool = False) -> Span:
        """Where the value at `path` below `container` stands (with `key`, where its key stands).

        As far as the path exists: a missing last step answers with the place of what should hold it.
        """
        node = self._nodes[id(container)]
        key_node = None
        for step in path:
            child_key, child = _child(node, step)
            if child is None:
                return self._of(key_node if key and key_node is not None else node, head=True)
            key_node, node = child_key, child
        return self._of(key_node if key and key_node is not None else node)

    def lexeme(self, container: object, *path: str | int) -> tuple[str, bool] | None:
        """The scalar at `path` as it is written, and whether it is plain (unquoted)."""
        node = self._nodes[id(container)]
        for step in path:
            _key, node = _child(node, step)
            if node is None:
                return None
        if not isinstance(node, yaml.ScalarNode):
            return None
        return node.value, not node.style

    def _of(self, node: Any, *, head: bool = False) -> Span:
        span = _node_span(self.name, node)
        if head and span.end_line != span.line:
            return Span(self.name, span.line, span.column, span.line, span.column + 1)
        return span


def _child(node: Any, step: str | int) -> tuple[Any, Any]:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == str(step):
                return key_node, value_node
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return None, node.value[step]
    return None, None


@contextmanager
def paused_collection() -> Iterator[None]:
    """Garbage collection off while many objects are made that all stay alive."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def parse(name: str, text: str, *, pure: bool = False) -> tuple[Document | None, list[Finding]]:
    """Reads one document; `pure` forces the Python parser (for tests and for machines without the C one).

    An empty document has the value None. On a syntax error there is no document and one finding.
    """
    with paused_collection():
        try:
            refusal = _limits(name, text, pure)
            if refusal is not None:
                return None, [refusal]
            node = _composed(text, pure)
        except yaml.YAMLError as error:
            return None, [_syntax_finding(name, text, error)]
        if node is None:
            return Document(name, text, None, {}), []
        builder = _Builder(name, text)
        value = builder.build(node)
        return Document(name, text, value, builder.nodes), builder.findings


def _composed(text: str, pure: bool) -> Any:
    loader = (_PureLoader if pure else _Loader)(_readable(text))
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _readable(text: str) -> str:
    # libyaml takes a missing last line break after a comment or a block scalar for a different end mark.
    return text if text.endswith("\n") else text + "\n"


class _Builder:
    """Nodes to values; collects duplicate keys and refused features on the way."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.nodes: dict[int, Any] = {}
        self.findings: list[Finding] = []
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._values = 0
        self._bomb = False

    def build(self, node: Any) -> Value:
        kind = type(node)
        if kind is yaml.ScalarNode:
            self._values += 1
            text = node.value
            if node.style != "|" and node.end_mark.line > node.start_mark.line:
                text = _unfolded(text, self.text[node.start_mark.index : node.end_mark.index])
            return text if node.style else _scalar(text)
        identity = id(node)
        if identity in self._done:
            return self._again(node, *self._done[identity])
        if identity in self._open:
            self._refuse(
                "CPA107", node, _("this alias (*) stands inside the value that it repeats"), _("write the value out")
            )
            return None
        self._open.add(identity)
        before = self._values
        value: Value
        if kind is yaml.MappingNode:
            value = self._mapping(node)
        else:
            value = [self.build(item) for item in node.value]
        self.nodes[id(value)] = node
        self._open.discard(identity)
        self._values += 1
        self._done[identity] = (value, self._values - before)
        return value

    def _again(self, node: Any, value: Value, size: int) -> Value:
        self._values += size
        if self._values > MAX_VALUES:
            if not self._bomb:
                self._bomb = True
                self._refuse(
                    "CPA108",
                    node,
                    _("with its aliases written out this file holds more than {limit} values", limit=f"{MAX_VALUES:,}"),
                    _("write the values out, or keep series in CSV"),
                )
            return None
        return value

    def _mapping(self, node: Any) -> dict[str, Value]:
        result: dict[str, Value] = {}
        first: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if type(key_node) is not yaml.ScalarNode:
                self._refuse(
                    "CPA107",
                    key_node,
                    _("a key must be a word, not a list or a mapping"),
                    _("write `key: value`; put quotes around text that starts with [, { or ?"),
                )
                continue
            key = key_node.value
            if key in first:
                self._duplicate(key, key_node, first[key])
                continue
            first[key] = key_node
            if key == "<<" and not key_node.style:
                self._refuse("CPA107", key_node, _("merge keys (<<) are not part of YAML 1.2"), _("write the keys out"))
                continue
            result[key] = self.build(value_node)
        return result

    def _duplicate(self, key: str, second: Any, first: Any) -> None:
        self.findings.append(
            Finding(
                "CPA106",
                "error",
                _("the key `{key}` stands here for the second time", key=key),
                _node_span(self.name, second),
                related=(Related(_node_span(self.name, first), _("first given here")),),
                hint=_("keep one of the two; a second item of a list starts with `-`"),
            )
        )

    def _refuse(self, code: str, node: Any, message: Message, hint: Message) -> None:
        self.findings.append(Finding(code, "error", message, _node_span(self.name, node), hint=hint))


_FIRST_WIDE = "\u2e80"
"""From here on, characters are written without spaces between words: CJK and full-width punctuation."""


_CONTEXT = 16
"""Characters on either side by which a fold is found again in the value."""


def _unfolded(text: str, written: str) -> str:
    """Text of several lines without the space that YAML puts for a line break inside a Chinese sentence.

    Between two wide characters the space goes, and behind full-width punctuation too; elsewhere it is a
    word space and stays. `written` is the scalar as it stands in the file.
    """
    lines = [line.strip(" \t\r\"'") for line in written.split("\n")]
    for one, other in pairwise(lines):
        before, after = one[-1:], other[:1]
        if before >= _FIRST_WIDE and (after >= _FIRST_WIDE or (after and not before.isalnum())):
            tail, head = one[-_CONTEXT:], other[:_CONTEXT]
            text = text.replace(f"{tail} {head}", f"{tail}{head}", 1)
    return text


def _scalar(text: str) -> Value:
    """A plain scalar by the YAML 1.2 core schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in _NUMBER_START and text[-1] not in " %":
        if _INT.match(text):
            # Longer digit strings are codes, never amounts; int() would refuse or stall on the longest.
            return int(text) if len(text) <= 18 else text
        if _FLOAT.match(text):
            return float(text)
        based = _BASED.match(text)
        if based and len(text) <= 18:
            return int(based[1], 8) if based[1] else int(based[2], 16)
    return text


def _node_span(name: str, node: Any) -> Span:
    start, end = node.start_mark, node.end_mark
    if (end.line, end.column) <= (start.line, start.column):
        return file_span(name, start.line + 1, start.column + 1)
    return Span(name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _limits(name: str, text: str, pure: bool) -> Finding | None:
    """What must be known before composing: nesting that would exhaust the stack, tags, control characters.

    A cheap look at the text decides whether the events have to be counted exactly.
    """
    if not (
        _ODD_BREAK.search(text)
        or _deep_brackets(text)
        or _SUSPECT_BLOCK.search(text)
        or ("!" in text and re.search(r"(^|[\s\[{,:-])!", text))
    ):
        return None
    odd = _ODD_BREAK.search(text)
    if odd is not None:
        line, column = _place_of(text, odd.start())
        return Finding(
            "CPA103",
            "error",
            _("the file holds a control character"),
            file_span(name, line, column),
            hint=_("delete it; it often comes with text copied from another program"),
        )
    depth = 0
    loader = (_PureLoader if pure else _Loader)(_readable(text))
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return Finding(
                        "CPA108",
                        "error",
                        _("values are nested more than {limit} deep", limit=MAX_DEPTH),
                        _start_span(name, event),
                        hint=_("is a bracket left open, or an indentation wrong?"),
                    )
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            tag = getattr(event, "tag", None)
            if tag is not None:
                return Finding(
                    "CPA107",
                    "error",
                    _("tags such as `{tag}` are not part of audit files", tag=tag.replace("tag:yaml.org,2002:", "!!")),
                    _start_span(name, event),
                    hint=_("put quotes around text that starts with !"),
                )
    finally:
        loader.dispose()
    return None


def _start_span(name: str, event: Any) -> Span:
    return file_span(name, event.start_mark.line + 1, event.start_mark.column + 1)


def _deep_brackets(text: str) -> bool:
    """Whether brackets, quoted ones included, nest deeper than allowed anywhere; stray closing ones hide nothing."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    sums = list(accumulate(map(_NESTING.__getitem__, _BRACKETS.findall(text))))
    lowest = islice(accumulate(sums, min, initial=0), 1, None)
    return bool(max(map(sub, sums, lowest)) > MAX_DEPTH)


def _place_of(text: str, index: int) -> tuple[int, int]:
    """Line and column of the character at `index`."""
    above = lines_of(text[:index])
    return len(above), len(above[-1]) + 1


def _character_at(error: Any, text: str) -> int:
    """Where a reader error stands in the text: the C parser counts bytes, the Python one characters."""
    position = getattr(error, "position", None)
    if not isinstance(position, int) or position < 0:
        return 0
    if getattr(error, "encoding", "unicode") == "unicode":
        return position
    return len(text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "ignore"))


def _syntax_finding(name: str, text: str, error: yaml.YAMLError) -> Finding:
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    lines = lines_of(text)
    if "expected ':'" in str(getattr(error, "problem", "")) and context is not None:
        # The parser notices a missing colon only further down; the key itself is its context.
        mark = context
    mark = mark or context
    if mark is None:
        start = _character_at(error, text)
        line, column = _place_of(text, start)
    else:
        line, column = mark.line + 1, mark.column + 1
    if mark is context and context is not None:
        source = lines[line - 1] if line <= len(lines) else ""
        wide, colon = fullwidth(source), missing_colon(source)
        column = wide[0] + 1 if wide is not None else colon + 1 if colon is not None else column
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    code, message, hint = described(error, source, column - 1, lines[: line - 1])
    if code == "CPA105" and fullwidth(source) is None and line > 1:
        line -= 1
        source = lines[line - 1]
    if code == "CPA105" and (wide := fullwidth(source)) is not None:
        column = wide[0] + 1
    last = len(lines) - 1 if lines[-1] == "" and len(lines) > 1 else len(lines)
    if line > last:
        line, column = last, len(lines[last - 1]) + 1
    related: tuple[Related, ...] = ()
    if context is not None and context.line + 1 < line and code != "CPA105":
        related = (
            Related(
                file_span(name, context.line + 1, context.column + 1), _("the value that is being read starts here")
            ),
        )
    return Finding(code, "error", message, file_span(name, line, column), related, hint)
