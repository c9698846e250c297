"""Phase 7: what the next round may take up, from what this one left open (docs/spec-options.md §9)."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from cpa.analysis.benchmark import BenchmarkResult
from cpa.analysis.effects import excluded_by_done
from cpa.analysis.implementation import AttainmentResult
from cpa.analysis.options import OptionResult
from cpa.audit import Audit
from cpa.messages import Message, both, plain
from cpa.methods.ranking import Ranking

Why = Literal["option", "deferred", "indicator", "target", "candidate", "cause"]


class Proposal(msgspec.Struct, frozen=True):
    """Something left open: an option kept and not done or put off, an indicator below the best level with the change that
    the next level asks for, a target not attained with what is missing, the next candidate, a cause without finished option.
    """

    why: Why
    id: str
    name: Message
    gap: float | None = None
    unit: str = ""
    planned: bool = False
    """The plan of form 7-2 names the option."""


def proposals(
    audit: Audit,
    options: Sequence[OptionResult],
    attainments: Sequence[AttainmentResult],
    benchmark: BenchmarkResult | None,
    ranking: Ranking | None,
) -> tuple[Proposal, ...]:
    """Everything that stayed open; candidates in the order of their ranking, behind the chosen ones."""
    return (
        *_options(audit, options),
        *_targets(attainments),
        *_indicators(benchmark),
        *_candidates(audit, ranking),
        *_causes(audit, options),
    )


def _options(audit: Audit, options: Sequence[OptionResult]) -> Iterator[Proposal]:
    planned = {name for step in audit.phase("continuation").next_steps for name in step.options}
    deferred = {study.option for study in audit.phase("feasibility").studies if study.recommendation == "deferred"}
    out = excluded_by_done(audit)
    for result in options:
        option = result.option
        if option.status in ("done", "rejected") or result.verdict == "infeasible" or option.id in out:
            continue
        why: Why = "deferred" if result.verdict == "later" or option.id in deferred else "option"
        yield Proposal(why, option.id, plain(option.name), planned=option.id in planned)


def _targets(attainments: Sequence[AttainmentResult]) -> Iterator[Proposal]:
    for result in attainments:
        if result.attained is False:
            yield Proposal("target", result.target.id, plain(result.target.item), 1 - (result.completion or 0.0))


def _indicators(benchmark: BenchmarkResult | None) -> Iterator[Proposal]:
    if benchmark is None or benchmark.system.method == "trial":
        return
    for one in benchmark.results:
        if one.met is not None and one.level != 0:
            yield Proposal("indicator", one.row.id, both(one.row.name.zh, one.row.name.en), one.gap, one.row.unit)


def _candidates(audit: Audit, ranking: Ranking | None) -> Iterator[Proposal]:
    focus = audit.phase("preassessment").focus
    names = {item.id: item.name for item in audit.phase("preassessment").candidates}
    if focus is None or ranking is None:
        return
    rest = [row.id for row in ranking.in_order if row.rank and row.id not in focus.chosen]
    for name in rest[:1]:
        yield Proposal("candidate", name, plain(names.get(name, name)))


def _causes(audit: Audit, options: Sequence[OptionResult]) -> Iterator[Proposal]:
    done = {name for result in options if result.option.status == "done" for name in result.option.origin}
    if not options:
        return
    for cause in audit.phase("assessment").causes:
        if cause.id not in done:
            yield Proposal("cause", cause.id, plain(f"{cause.place}：{cause.waste}"))
