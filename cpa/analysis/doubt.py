"""Phase 5: doubt about the money of the studied options (docs/spec-options.md §6)."""

import msgspec

from cpa.analysis.money import conventions
from cpa.analysis.studies import StudyResult
from cpa.audit import Audit
from cpa.methods.doubt import Project, Sensitivity, Simulation, Spread, inputs_of, sensitivities, simulate, varied
from cpa.schema.types import Doubt


class Swing(msgspec.Struct, frozen=True):
    """The NPV at the low and the high end of an input; `stated` ends, or ± 20 % where the audit states none."""

    input: str
    low: float
    high: float
    npv_low: float
    npv_high: float
    stated: bool


class DoubtResult(msgspec.Struct, frozen=True):
    """How the NPV of a study moves with its inputs."""

    result: StudyResult
    base: float
    sensitivities: tuple[Sensitivity, ...]
    swings: tuple[Swing, ...]


_USUAL = 0.2


def stated_doubts(audit: Audit, result: StudyResult) -> tuple[Doubt, ...]:
    """The distributions of the study, else those of the audit that concern an input of it."""
    stated = conventions(audit)
    own = result.study.doubts or (stated.doubts if stated is not None else ())
    if result.plan is None or result.appraisal is None:
        return ()
    known = inputs_of(Project(result.plan, result.appraisal.discount_rate))
    single = {part.name for part in result.plan.parts}
    return tuple(doubt for doubt in own if doubt.input in known or doubt.input in single)


def doubt_result(audit: Audit, result: StudyResult) -> DoubtResult | None:
    """Sensitivity, break-even and the swings of the tornado; None for a study that is not computed."""
    if result.plan is None or result.appraisal is None:
        return None
    project = Project(result.plan, result.appraisal.discount_rate)
    ends = {one.input: (one.low.to(""), one.high.to("")) for one in stated_doubts(audit, result)}
    names = dict.fromkeys((*inputs_of(project), *ends))
    if len(result.plan.parts) > 1:
        names.pop("saving", None) if "saving" not in ends else None
    swings = []
    for name in names:
        low, high = ends.get(name, (-_USUAL, _USUAL))
        npvs = [varied(project, {name: 1 + change}).npv() for change in (low, high)]
        swings.append(Swing(name, low, high, npvs[0], npvs[1], name in ends))
    swings.sort(key=lambda one: -abs(one.npv_high - one.npv_low))
    return DoubtResult(result, project.npv(), sensitivities(project), tuple(swings))


def simulation(audit: Audit, result: StudyResult, draws: int, seed: int) -> Simulation | None:
    """Monte Carlo over the stated distributions; None where none is stated, or the study is not computed."""
    doubts = stated_doubts(audit, result)
    if not doubts or result.plan is None or result.appraisal is None:
        return None
    spreads = [Spread(one.input, one.low.to(""), one.high.to(""), one.distribution) for one in doubts]
    return simulate(Project(result.plan, result.appraisal.discount_rate), spreads, draws, seed)
