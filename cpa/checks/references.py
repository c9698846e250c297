"""CPA2xx: ids and files that are named, and the ids that there are."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.benchmark import indicator_system, indicator_systems
from cpa.checks.registry import Issue, found_while_reading, rule
from cpa.diagnostics import Related
from cpa.files.text import inside
from cpa.messages import Message, _, listed
from cpa.schema.types import Phase
from cpa.schema.walk import nearest

KINDS: dict[str, tuple[Phase, str]] = {
    "workshop": ("preassessment", "workshops"), "product": ("preassessment", "products"), "input": ("preassessment", "inputs"),
    "waste": ("preassessment", "wastes"), "monitoring": ("preassessment", "monitoring"), "candidate": ("preassessment", "candidates"),
    "target": ("preassessment", "targets"), "suggestion": ("preassessment", "suggestions"), "source_cause": ("preassessment", "source_causes"),
    "unit": ("assessment", "units"), "group": ("assessment", "groups"), "point": ("assessment", "points"), "period": ("assessment", "periods"), "water_use": ("assessment", "water_uses"), "fresh_water": ("assessment", "fresh_waters"), "substance": ("assessment", "substances"), "flow": ("assessment", "flows"),
    "loss": ("assessment", "losses"), "cause": ("assessment", "causes"), "option": ("options", "options"),
}  # fmt: skip
"""Kinds of ids and the section that holds them."""

NAMESPACES: tuple[tuple[str, ...], ...] = (
    ("workshop",), ("product", "input", "waste", "monitoring"), ("candidate",), ("target",), ("suggestion",),
    ("unit", "group"), ("point",), ("period",), ("water_use", "fresh_water"), ("substance",), ("flow", "loss"), ("cause", "source_cause"), ("option",),
)  # fmt: skip
"""Kinds that one reference may mean: an id is used once among them."""

_NAMES: dict[str, Message] = {
    "workshop": _("workshop"), "product": _("product"), "input": _("input"), "waste": _("waste"),
    "monitoring": _("monitoring result"), "candidate": _("candidate for the focus"), "target": _("target"), "suggestion": _("suggestion"),
    "unit": _("unit operation"), "group": _("group of unit operations"), "point": _("measuring point"), "period": _("period"), "flow": _("flow"),
    "loss": _("known loss"), "cause": _("cause"), "source_cause": _("cause"), "option": _("option"), "price": _("price"), "indicator": _("indicator"),
    "indicator_system": _("indicator system"), "file": _("file"),
}  # fmt: skip


def _ids(analysis: Analysis, kind: str) -> list[str]:
    audit = analysis.audit
    if kind == "price":
        return [price.id for price in audit.identity.prices] if audit.identity is not None else []
    if kind == "indicator_system":
        return list(indicator_systems(audit))
    if kind == "indicator":
        stated = audit.phase("preassessment").benchmark
        return (
            [row.id for row in indicator_system(audit, stated.system).indicators]
            if stated is not None and stated.system in indicator_systems(audit)
            else []
        )
    if kind == "cause":
        return [item.id for item in (*audit.phase("assessment").causes, *audit.phase("preassessment").source_causes)]
    phase, section = KINDS[kind]
    return [item.id for item in getattr(audit.phase(phase), section)]


@rule("CPA201", "error")
def unknown_reference(analysis: Analysis) -> Iterator[Issue]:
    """An id is named that does not exist.

    What: A flow, option, target or table names something by an id that no item has.

    Why: The figure would hang in the air: it counts nowhere.

    Example: - {id: malt, name: 麦芽, to: mush}

    Remedy: Use one of the nearest ids, or add the item that is missing.

    Source: cpa, audit format.
    """
    known: dict[tuple[str, ...], dict[str, None]] = {}
    for use in analysis.audit.references:
        if use.kinds == ("file",):
            continue
        if use.kinds not in known:
            known[use.kinds] = dict.fromkeys(name for kind in use.kinds for name in _ids(analysis, kind))
        ids = known[use.kinds]
        if use.value in ids or use.value in analysis.audit.lost_ids:
            continue
        if any(KINDS[kind][0] in analysis.audit.damaged for kind in use.kinds if kind in KINDS):
            continue  # what is missing may stand in the file that could not be read
        near = nearest(use.value, list(ids))
        kinds = listed([_NAMES[kind] for kind in use.kinds], " / ")
        if near:
            hint = _("did you mean {names}?", names=listed(near))
        elif ids:
            hint = _("there are: {names}", names=listed([*list(ids)[:12], *(["…"] if len(ids) > 12 else [])]))
        else:
            hint = _("no {kind} is defined yet", kind=kinds)
        yield Issue(_("there is no {kind} `{id}`", kind=kinds, id=use.value), use.span, hint)


@rule("CPA202", "error")
def duplicate_id(analysis: Analysis) -> Iterator[Issue]:
    """Two items of a kind have the same id.

    What: Ids name one item of their kind; inputs, wastes, products and monitoring results are one kind here, as references may mean any of them.

    Why: A reference to it would mean either.

    Example: two options F1

    Remedy: Give one of them another id.

    Source: cpa, audit format.
    """
    audit = analysis.audit
    groups = [[getattr(audit.phase(KINDS[kind][0]), KINDS[kind][1]) for kind in kinds] for kinds in NAMESPACES]
    if audit.identity is not None:
        groups.append([audit.identity.prices])
    for sections in groups:
        first: dict[str, object] = {}
        for item in (item for items in sections for item in items):
            if item.id not in first:
                first[item.id] = item
                continue
            place = audit.places.of(first[item.id], "id")
            related = (Related(place, _("first given here")),) if place is not None else ()
            yield Issue(
                _("the id `{id}` is used for the second time", id=item.id),
                audit.places.of(item, "id"),
                _("give one of the two another id"),
                related,
            )


@rule("CPA203", "error")
def missing_file(analysis: Analysis) -> Iterator[Issue]:
    """A file that is named does not exist.

    What: Evidence, pictures and series are named by their path from the audit folder.

    Why: Evidence that cannot be opened proves nothing.

    Example: file: evidence/bill-2024.pdf

    Remedy: Put the file there, or correct the path.

    Source: Domain notes §12.2: all implemented options have evidence.
    """
    root = analysis.audit.root
    sound: set[str] = set()
    for use in analysis.audit.references:
        if use.kinds != ("file",) or use.value in sound:
            continue
        path = root / use.value
        if not inside(root, path):
            yield Issue(
                _("`{path}` lies outside the audit folder", path=use.value),
                use.span,
                _("copy the file into the audit folder"),
            )
        elif not path.is_file():
            folder = path.parent
            near = (
                nearest(use.value.rsplit("/", 1)[-1], [entry.name for entry in folder.iterdir()])
                if folder.is_dir()
                else []
            )
            hint = (
                _("did you mean {names}?", names=listed(near)) if near else _("paths start at the folder of audit.yaml")
            )
            yield Issue(_("there is no file `{path}`", path=use.value), use.span, hint)
        else:
            sound.add(use.value)


@found_while_reading("CPA204", "warning")
def unused_suppression() -> None:
    """A suppression suppresses nothing.

    What: audit.yaml accepts a finding that does not occur (any more).

    Why: It would hide the finding without a word when it comes back.

    Example: suppressions: [{code: CPA403, reason: 无表计}]

    Remedy: Delete it.

    Source: cpa, checks.
    """


@rule("CPA205", "error")
def stated_twice(analysis: Analysis) -> Iterator[Issue]:
    """An option has two studies, results or effects.

    What: An option has at most one study, one checked result and one effect; a target one attainment.

    Why: Its money and its savings would count twice in every total.

    Example: two studies with option: F6

    Remedy: Delete one, or join the two.

    Source: Domain notes §1.2, step 4.4 (benefit double-counted).
    """
    audit = analysis.audit
    sections = (
        (audit.phase("feasibility").studies, "option"),
        (audit.phase("options").results, "option"),
        (audit.phase("implementation").effects, "option"),
        (audit.phase("implementation").attainments, "target"),
    )
    for items, key in sections:
        first: dict[str, object] = {}
        for item in items:
            name = getattr(item, key)
            if name in first:
                place = audit.places.of(first[name], key)
                related = (Related(place, _("first given here")),) if place is not None else ()
                yield Issue(
                    _("`{id}` stands here for the second time", id=name),
                    audit.places.of(item, key),
                    _("delete one of the two"),
                    related,
                )
            first.setdefault(name, item)
