"""The figures that a decision rests on, and whether they still are what they were when it was approved
(docs/spec-options.md §10).
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from cpa.analysis.money import conventions, prices
from cpa.analysis.studies import StudyResult
from cpa.analysis.targets import TargetResult
from cpa.methods.ranking import Ranking
from cpa.schema.approvals import Approval
from cpa.schema.quantity import Quantity

if TYPE_CHECKING:
    from cpa.analysis import Analysis

Kind = Literal["study", "focus", "screening", "target"]
RANKINGS: tuple[Kind, ...] = ("focus", "screening")


class Standing(msgspec.Struct, frozen=True):
    """An approval beside the figures of today: names with the figure then and now, empty where the decision still stands.

    `gone`: the decision is no longer in the audit.
    """

    approval: Approval
    changes: tuple[tuple[str, str, str], ...]
    gone: bool = False

    @property
    def stale(self) -> bool:
        return self.gone or bool(self.changes)


def decisions(analysis: "Analysis") -> dict[str, tuple[Kind, str]]:
    """What can be approved, by the name that it is asked for: the two rankings, studies by their option, targets.

    A name that is taken is written with its kind in front: `target:A`.
    """
    found: dict[str, tuple[Kind, str]] = {}
    every: list[tuple[Kind, str]] = [
        *((kind, kind) for kind in RANKINGS if getattr(analysis, kind) is not None),
        *(("study", result.study.option) for result in analysis.studies),
        *(("target", result.target.id) for result in analysis.targets),
    ]
    for kind, name in every:
        found[name if name not in found else f"{kind}:{name}"] = kind, name
    return found


def figures(analysis: "Analysis", kind: Kind, name: str) -> dict[str, str] | None:
    """The figures that a decision rests on, inputs first; None where there is no such decision."""
    if kind == "study":
        result = next((one for one in analysis.studies if one.study.option == name), None)
        return None if result is None else dict(_study(analysis, result))
    if kind == "target":
        target = next((one for one in analysis.targets if one.target.id == name), None)
        return None if target is None else dict(_target(analysis, target))
    ranking = analysis.focus if kind == "focus" else analysis.screening
    return None if ranking is None else dict(_ranking(ranking))


def fingerprint(approval: Approval) -> str:
    """SHA-256 over everything that an approval says, the first 16 digits."""
    found: Mapping[str, str] = approval.figures
    head = (approval.decision, approval.kind, approval.date.isoformat(), approval.by)
    text = "\n".join((*head, *(f"{name}={found[name]}" for name in sorted(found))))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def standings(analysis: "Analysis") -> tuple[Standing, ...]:
    """Every approval beside the figures of today."""
    found = []
    for approval in analysis.audit.approvals:
        now = figures(analysis, approval.kind, approval.decision)
        if now is None:
            found.append(Standing(approval, (), gone=True))
            continue
        names = dict.fromkeys((*approval.figures, *now))
        changes = tuple(
            (name, approval.figures.get(name, ""), now.get(name, ""))
            for name in names
            if approval.figures.get(name, "") != now.get(name, "")
        )
        found.append(Standing(approval, changes))
    return tuple(found)


def _text(value: Any) -> str:
    """A figure in ten significant digits, so that the last bits of a sum are no change."""
    if value is None:
        return "–"
    if isinstance(value, Quantity):
        return f"{value.sign} {value.value:.10g} {value.unit.text}".strip()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _study(analysis: "Analysis", result: StudyResult) -> Iterator[tuple[str, str]]:
    study, known = result.study, prices(analysis.audit)
    flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
    yield from _leaves("", study)
    agreed = conventions(analysis.audit)
    if agreed is not None:
        for key in ("tax_rate", "discount_rate", "depreciation_period", "method", "losses", "vat"):
            if getattr(study, key) is None:
                yield from _leaves(f"economics.{key}", getattr(agreed, key), key)
    for saving in result.option.savings if result.option is not None else ():
        yield f"savings.{saving.resource}", _text(saving.amount)
        if saving.price in known:
            yield f"prices.{saving.price}", _text(known[saving.price])
        flow = flows.get(saving.flow)
        if flow is not None:
            yield f"flow.{flow.id}", _text(flow.amount or analysis.audit.readings.get(flow.point))
        stock = analysis.stocks.get(saving.resource)
        if stock is not None and stock.baseline is not None:
            yield f"baseline.{saving.resource}", f"{_text(stock.baseline)} {stock.unit}"
    found = result.appraisal
    if found is not None:
        for key, value in (("N", found.payback), ("NPV", found.npv), ("IRR", found.irr)):
            yield key, _text(value)


_CHOICES = ("method", "losses", "repayment", "distribution", "prices", "rest", "parts", "input", "recommendation")
"""Words that change what is computed; other text is prose."""


def _leaves(path: str, value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every figure of an item with the path to it, and the words that change what is computed."""
    if isinstance(value, Quantity):
        yield path, _text(value)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _leaves(f"{path}.{field}".strip("."), getattr(value, field), field)
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from _leaves(f"{path}.{index}", part, name)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(f"{path}.{key}", part, name)
    elif isinstance(value, str) and name in _CHOICES and value:
        yield path, value


def _target(analysis: "Analysis", result: TargetResult) -> Iterator[tuple[str, str]]:
    target = result.target
    yield "baseline", _text(target.baseline)
    yield "near", _text(result.near)
    yield "long", _text(result.long)
    delivery = next((one for one in analysis.deliveries if one.target is target), None)
    if delivery is not None:
        yield "needed", f"{_text(delivery.needed)} {delivery.unit}"
        yield "delivered", f"{_text(delivery.delivered)} {delivery.unit}"


def _ranking(ranking: Ranking) -> Iterator[tuple[str, str]]:
    for factor, weight in zip(ranking.factors, ranking.weights, strict=True):
        yield f"weight.{factor}", _text(float(weight))
    for row in ranking.rows:
        for factor, score in zip(ranking.factors, row.scores, strict=True):
            yield f"score.{row.id}.{factor}", _text(score)
        yield f"rank.{row.id}", _text(row.rank)
