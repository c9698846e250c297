"""The parser's complaints in words that an auditor understands, with what to do."""

import re
from typing import Any

from cpa.messages import Message, _

_WIDE_STRUCTURE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:^|[{,，]|-\s)\s*[A-Za-z_][\w-]*\s*(：)"), ":"),
    (re.compile(r"(，)\s*[A-Za-z_][\w-]*\s*[:：]"), ","),
    (re.compile(r"(?:[:,]|-)\s+(｛)"), "{"),
    (re.compile(r"(?:[:,]|-)\s+(［)"), "["),
    (re.compile(r"(｝)\s*$"), "}"),
    (re.compile(r"(］)\s*$"), "]"),
    (re.compile(r"[:,]\s+(“)"), '"'),
    (re.compile(r"^[ -]*(\u3000)"), " "),
)
"""Places where full-width punctuation stands for YAML's own; inside Chinese text it is right."""
_LIST_WITH_UNIT = re.compile(r":\s*\[[^\]]*\]\s*[^\s,}#]")
_BARE_QUESTION = re.compile(r"[:,{]\s*\?\s*([,}]|$)")

_PROBLEMS: tuple[tuple[str, Message, Message | None], ...] = (
    ("mapping values are not allowed", _("a colon stands where no `key: value` can begin"),
     _("check the indentation of this line and the one above; text with a colon needs quotes")),
    ("mapping keys are not allowed", _("a key cannot begin here"), _("check the indentation; a lone ? needs quotes")),
    ("block sequence entries are not allowed", _("a list item (`-`) cannot begin here"), _("put the list on the next line, indented below its key")),
    ("could not find expected ':'", _("this key has no colon and space behind it"), _("write `key: value` with an ASCII colon and a space")),
    ("did not find expected ',' or", _("the brackets are not closed, or a comma is missing"), _("close [ ] and { }, and separate items with an ASCII comma")),
    ("did not find expected '-'", _("this line does not continue the list above it"), _("align it with the other `-` items, or with the key that it belongs to")),
    ("did not find expected key", _("this line does not fit the lines above it"), _("check its indentation, and quotes or brackets that are left open above")),
    ("did not find expected node content", _("a value is missing here"), _("write a value, or leave the line out")),
    ("did not find expected the document start", _("more than one document stands in this file"), _("remove the `---` or `...` line, or put the rest into a file of its own")),
    ("did not find expected <document start>", _("this line is neither a key nor a list item"), _("write `key: value`, or indent it below the key that it belongs to")),
    ("but found another document", _("more than one document stands in this file"), _("remove the `---` line, or put the second document into a file of its own")),
    ("unexpected end of stream", _("the file ends inside quotes or brackets"), _("close the quote or bracket")),
    ("expected alphabetic or numeric character", _("a value cannot begin with *, & or !"), _("put the value in quotes")),
    ("expected <block end>", _("this line does not fit the lines above it"), _("check its indentation, and quotes or brackets that are left open above")),
    ("expected ',' or", _("the brackets are not closed, or a comma is missing"), _("close [ ] and { }, and separate items with an ASCII comma")),
    ("sequence entries are not allowed", _("a list item (`-`) cannot begin here"), _("put the list on the next line, indented below its key")),
    ("undefined alias", _("the alias (*) names an anchor (&) that does not exist above"), _("text that starts with * needs quotes")),
    ("duplicate anchor", _("this anchor (&) was defined before"), None),
    ("unknown escape", _("this backslash escape is unknown"), _("use single quotes for text with backslashes")),
    ("cannot start any token", _("this character cannot begin a value"), _("put the value in quotes")),
    ("control characters are not allowed", _("the file holds a control character"), _("delete it; it often comes with text copied from another program")),
    ("special characters are not allowed", _("the file holds a control character"), _("delete it; it often comes with text copied from another program")),
    ("wrong indentation", _("the indentation of this line fits none of the lines above it"), _("align it with its neighbours; use spaces")),
)  # fmt: skip


def described(error: Any, line: str, column: int, above: list[str]) -> tuple[str, Message, Message | None]:
    """Code, message and remedy for a parser error at `column` (from 0) of `line`."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = str(getattr(error, "context", None) or "")
    before = line[: column + 1]
    if ("\t" in before and not before.strip("\t -")) or "'\\t'" in problem:
        return (
            "CPA104",
            _("a tab stands where only spaces may indent"),
            _("replace tabs by spaces; set the editor to insert spaces"),
        )
    wide = fullwidth(line) or (fullwidth(above[-1]) if above else None)
    if wide is not None:
        return "CPA105", FULLWIDTH, wide[1]
    if _LIST_WITH_UNIT.search(line):
        return (
            "CPA103",
            _("a unit stands behind a list of readings"),
            _('put the whole in quotes: "[42.1, 42.9] t"'),
        )
    if _BARE_QUESTION.search(line):
        return (
            "CPA103",
            _("a lone ? is a special sign in YAML"),
            _('leave the key out, or write "?" in quotes'),
        )
    for fragment, message, hint in _PROBLEMS:
        if fragment in problem or fragment in context:
            return "CPA103", message, hint
    return "CPA103", _("this is not valid YAML: {problem}", problem=problem), None


FULLWIDTH = _("full-width punctuation stands where YAML needs ASCII")


def fullwidth(line: str) -> tuple[int, Message] | None:
    """Column (from 0) of full-width punctuation that stands for YAML's own, and what to type instead."""
    code = _without_quoted(line.split(" #", 1)[0])
    found = [
        (match.start(1), ascii_mark, match[1])
        for pattern, ascii_mark in _WIDE_STRUCTURE
        if (match := pattern.search(code))
    ]
    if not found:
        return None
    column, ascii_mark, mark = min(found)
    return column, _("write the ASCII `{ascii}` instead of `{mark}`", ascii=ascii_mark, mark=mark)


def missing_colon(line: str) -> int | None:
    """Column (from 0) of a colon in a key's line that lacks the space behind it."""
    match = re.match(r"\s*(?:- )?[^\s:{\[\"']+(:)\S", line)
    return match.start(1) if match else None


def _without_quoted(line: str) -> str:
    """The line with quoted text blanked, columns kept."""
    return re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'', lambda match: " " * len(match[0]), line)
