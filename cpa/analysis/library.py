"""The option library: which of its entries an audit should look at (pack `options`, and `library/*.yaml` beside the audit)."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from cpa import reference
from cpa.analysis.coverage import Coverage
from cpa.audit import Audit
from cpa.messages import Message, both, plain
from cpa.schema.indicators import Words
from cpa.schema.library import LibraryOption, OptionPack, Topic
from cpa.schema.walk import Walk, converter


class Suggested(msgspec.Struct, frozen=True):
    """A library entry, why it is offered (the indicators and losses that it may answer), and whether the audit has it."""

    entry: LibraryOption
    pack: OptionPack
    reasons: tuple[Message, ...]
    used: bool


@cache
def _pack(name: str) -> OptionPack:
    walk = Walk()
    pack: OptionPack = converter(OptionPack)(reference.load_words(f"options/{name}"), None, walk)
    return pack


_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
"""Letters of the sections of GB/T 4754, with which codes may be written or not."""


def packs(audit: Audit) -> Iterator[OptionPack]:
    """The packs for the audit's industry, its own first, and the general one."""
    stated = audit.identity.enterprise.industry_code if audit.identity is not None else ""
    code = stated.lstrip(_SECTIONS).rstrip("0")
    known = [*audit.library.values(), *map(_pack, reference.names("options"))]
    own = [
        pack
        for pack in known
        if code
        and any(code.startswith(one) or one.startswith(code) for one in (each.lstrip(_SECTIONS) for each in pack.codes))
    ]
    return iter([*own, *(pack for pack in known if not pack.codes)])


def entry_ids(audit: Audit) -> tuple[str, ...]:
    """Ids of all entries of all packs."""
    known = [*audit.library.values(), *map(_pack, reference.names("options"))]
    return tuple(entry.id for pack in known for entry in pack.options)


def suggestions(audit: Audit, found: Coverage | None) -> tuple[Suggested, ...]:
    """Entries that act on an indicator below the best level or on a large loss, those for the most reasons first; all
    entries for the industry where nothing is asked for.

    An entry of the audit's own industry comes before one for all industries; one that an option follows is marked.
    """
    reasons = list(_reasons(found)) if found is not None else []
    used = {option.library for option in audit.phase("options").options}
    offered = []
    for pack in packs(audit):
        for entry in pack.options:
            own = tuple(dict.fromkeys(words for words, topics in reasons if topics & set(entry.topics)))
            if own or found is None:
                offered.append(Suggested(entry, pack, own, entry.id in used))
    return tuple(sorted(offered, key=lambda one: (not one.pack.codes, -len(one.reasons))))


def _reasons(found: Coverage) -> Iterator[tuple[Message, set[Topic]]]:
    for indicator, _options in found.indicators:
        yield both(indicator.row.name.zh, indicator.row.name.en), topics_of(indicator.row.name)
    for loss, _options in found.losses:
        topics = _LAYERS.get(loss.layer, set()) | topics_of(Words(zh=loss.share.name, en=loss.share.name))
        yield plain(loss.share.name), topics


_LAYERS: dict[str, set[Topic]] = {
    "water": {"water", "wastewater"},
    "energy": {"heat", "steam"},
    "cod": {"cod"},
    "mass": {"materials", "product_loss"},
}


def topics_of(name: Words) -> set[Topic]:
    """What a name is about (pack `topics`)."""
    return {topic for topic, chinese, english in _patterns() if chinese.search(name.zh) or english.search(name.en)}


@cache
def _patterns() -> Sequence[tuple[Topic, re.Pattern[str], re.Pattern[str]]]:
    return [
        (row["topic"], re.compile(row["zh"]), re.compile(row["en"], re.IGNORECASE))
        for row in reference.load_words("topics")["patterns"]
    ]
