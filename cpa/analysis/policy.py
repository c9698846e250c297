"""Phase 2: equipment on elimination catalogues, catalogue entries of the industry, and superseded documents."""

import math
import re
from collections.abc import Iterator
from functools import cache
from unicodedata import normalize

import msgspec

from cpa import reference
from cpa.audit import POLICIES, Audit
from cpa.messages import Message, _, both
from cpa.schema.policies import ListedItem, PolicyPack
from cpa.schema.preassessment import Equipment


class Entry(msgspec.Struct, frozen=True):
    """An entry of a catalogue, with the name of the catalogue."""

    catalogue: Message
    name: Message
    kind: str
    pattern: str
    industry: tuple[str, ...]
    made_until: int | None = None
    note: Message | None = None

    @property
    def words(self) -> Message:
        """The entry with its remark."""
        return _("{name} ({note})", name=self.name, note=self.note) if self.note is not None else self.name


class Hit(msgspec.Struct, frozen=True):
    """A machine whose model looks like an entry; a hint to compare, not a verdict."""

    item: Equipment
    entry: Entry


class Outdated(msgspec.Struct, frozen=True):
    """A superseded document where a file of the audit quotes it: line and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end: int
    number: str
    by: str
    since: str


def entries(audit: Audit) -> Iterator[Entry]:
    """Entries of the catalogues that come with cpa and of the audit's own."""
    for name in reference.names("elimination"):
        pack = reference.load_words(f"elimination/{name}")
        for item in pack["items"]:
            note = item.get("note")
            yield Entry(
                both(**pack["name"]),
                both(**item["name"]),
                item.get("class", "eliminated"),
                item.get("pattern", ""),
                tuple(item.get("industry", ())),
                int(item["made_until"]) if "made_until" in item else None,
                both(**note) if note else None,
            )
    for own in audit.policies.values():
        yield from (_own(own, item) for item in own.items)


def _own(pack: PolicyPack, item: ListedItem) -> Entry:
    return Entry(
        both(pack.name.zh, pack.name.en),
        both(item.name.zh, item.name.en),
        item.kind,
        item.pattern,
        item.industry,
        item.made_until,
        both(item.note.zh, item.note.en) if item.note is not None else None,
    )


def eliminated(audit: Audit) -> tuple[Hit, ...]:
    """Machines whose models match an entry with a pattern; a pattern that cannot be read matches nothing."""
    equipment = [
        (item, normalize("NFKC", item.model).strip().upper())
        for item in audit.phase("preassessment").equipment
        if item.model
    ]
    initials = {model[0] for _item, model in equipment if model}
    found = []
    for entry in entries(audit) if equipment else ():
        first = entry.pattern.removeprefix("^")[:1].upper()
        if first.isalnum() and first not in initials:
            continue  # compiling a hundred patterns takes longer than everything else here
        expression = _expression(entry.pattern)
        if expression is not None:
            found += [
                Hit(item, entry)
                for item, model in equipment
                if expression.match(model) and (item.year or 0) <= (entry.made_until or math.inf)
            ]
    return tuple(found)


def to_compare(audit: Audit) -> tuple[Entry, ...]:
    """Entries without pattern that concern the industry of the benchmark, or every industry: to be compared by hand."""
    stated = audit.phase("preassessment").benchmark
    system = stated.system if stated is not None else ""
    return tuple(
        entry for entry in entries(audit) if not entry.pattern and (not entry.industry or system in entry.industry)
    )


@cache
def _expression(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.IGNORECASE) if pattern else None
    except re.error:
        return None


def outdated(audit: Audit) -> tuple[Outdated, ...]:
    """Superseded documents that the audit's YAML files quote, remarks behind # left out."""
    rows = {_plain(row["number"]): row for row in reference.load_words("documents")["superseded"]}
    for pack in audit.policies.values():
        for item in pack.superseded:
            rows[_plain(item.number)] = {"by": item.by, "since": str(item.since or "")}
    found: list[Outdated] = []
    titles = [number for number in rows if not _STANDARD.fullmatch(number)]
    for file, text in audit.texts.items():
        if not file.endswith((".yaml", ".yml")) or file.startswith(f"{POLICIES}/"):
            continue
        plain_text = _plain(text)
        quoted = [number for number in dict.fromkeys(_standards(plain_text)) if number in rows]
        for number in (*quoted, *(title for title in titles if title in plain_text)):
            found += _places(file, text, number, rows[number])
    return tuple(found)


def _standards(plain_text: str) -> Iterator[str]:
    """The numbers of standards in a text; the year is looked for first, because its dash is rare."""
    for year in _YEAR.finditer(plain_text):
        number = _BEFORE.search(plain_text, max(year.start() - 20, 0), year.start())
        if number is not None:
            yield number[0] + year[0]


def _places(file: str, text: str, number: str, row: dict[str, str]) -> Iterator[Outdated]:
    """Where a number stands outside remarks, with nothing behind it that would make it another one."""
    expression = _number(number)
    for line, content in enumerate(text.splitlines(), 1):
        for match in expression.finditer(_REMARK.sub("", content)):
            start, end = match.start() + 1, match.end() + 1
            yield Outdated(file, line, start, end, match[0], row.get("by", ""), row.get("since", ""))


_STANDARD = re.compile(r"[A-Z]{2}[A-Z/]*\d[\d.]*-\d{4}")
_YEAR, _BEFORE = re.compile(r"-(?:19|20)\d\d(?!\d)"), re.compile(r"[A-Z]{2}[A-Z/]*\d[\d.]*\Z")
_REMARK = re.compile(r"(^|\s)#.*")


def _plain(text: str) -> str:
    """The text in capitals with one kind of dash and bracket, and without spaces."""
    for mark, plain in _MARKS:
        text = text.replace(mark, plain)
    return text.upper()


_MARKS = (
    *((dash, "-") for dash in "—–－‑"),
    *((mark, "(") for mark in "（"),
    *((mark, ")") for mark in "）"),
    *((mark, "[") for mark in "〔［"),
    *((mark, "]") for mark in "〕］"),
    *((space, "") for space in " \t\u3000\xa0"),
)
"""Chained replacements: `str.translate` takes ten times as long on Chinese text."""


@cache
def _number(number: str) -> re.Pattern[str]:
    """A number as people write it: spaces anywhere, any dash and bracket, and no further digit or letter behind."""
    kinds = {"-": "[-—–－‑]", "(": "[(（]", ")": "[)）]", "[": r"[\[〔［]", "]": r"[\]〕］]"}
    spelled = r"[ \t\u3000\xa0]*".join(kinds.get(mark, re.escape(mark)) for mark in number)
    return re.compile(rf"(?<![A-Za-z]){spelled}(?![0-9A-Za-z])", re.IGNORECASE)
