"""Phase 2, step 2.3: the enterprise's values against an indicator system."""

import math
from collections.abc import Mapping
from functools import cache

import msgspec

from cpa import reference
from cpa.analysis.derivation import Derivation, Outside, derived, outside
from cpa.analysis.trial import faults, reference_problem, trial_rule, trial_weights
from cpa.audit import Audit
from cpa.messages import Message, _, listed
from cpa.methods.benchmark import Baseline, FormulaError, baseline, best, formula, levels_met, texts_met
from cpa.methods.guideline import Graded, Group, Index, LevelRule, WeightError, guideline, to_reach
from cpa.methods.trial import Row, TrialIndex, ratio, to_threshold, trial_index
from cpa.schema.indicators import IndicatorRow, IndicatorSystem
from cpa.schema.preassessment import IndicatorValue
from cpa.schema.units import UnitError


class IndicatorResult(msgspec.Struct, frozen=True):
    """One indicator compared; levels count from 0.

    `value` in the unit of the row, `baselines` computed with the audit's variables, `level` the best one reached, None
    below the last; `met` None where there is nothing to judge. `gap` is what `value` has to change by for the next level.
    In a trial system the only level is the reference value, and `ratio` is S before the cap, or F as 1 and 0.
    """

    row: IndicatorRow
    value: float | None = None
    baselines: tuple[Baseline | None, ...] = ()
    met: tuple[bool, ...] | None = None
    source: str | Message = ""
    problem: Message | None = None
    computed: bool = False
    outside: Outside | None = None
    ratio: float | None = None

    @property
    def level(self) -> int | None:
        return best(self.met) if self.met is not None else None

    @property
    def gap(self) -> float | None:
        if self.value is None or self.met is None:
            return None
        better = [
            each.value for each, met in zip(self.baselines, self.met, strict=True) if each is not None and not met
        ]
        return better[-1] - self.value if better else None


class BenchmarkResult(msgspec.Struct, frozen=True):
    """The comparison with an indicator system; `index` with its weighted sums, `trial` with P of a trial system, None
    where the method has none. `unusable` says why a trial system gives no P.
    """

    system: IndicatorSystem
    results: tuple[IndicatorResult, ...]
    index: Index | None = None
    trial: TrialIndex | None = None
    unusable: tuple[Message, ...] = ()
    derivations: Mapping[str, Derivation] = {}
    """How the values that the audit's figures give came about, or why there is none, by indicator."""

    @property
    def counts(self) -> tuple[int, ...]:
        """How many indicators reach each level, and last how many stay below; of a trial system the reference value."""
        levels = columns_of(self.system)
        counted = [0] * (levels + 1)
        for result in self.results:
            if result.met is not None:
                counted[levels if result.level is None else result.level] += 1
        return tuple(counted)

    @property
    def level(self) -> int | None:
        """The level of the enterprise: by the rule of the system, or the one that all indicators reach; None below."""
        if self.index is not None:
            return self.index.level
        if self.system.method == "trial":
            return self.trial.level if self.trial is not None else None
        reached = [result.level for result in self.results if result.met is not None]
        known = [level for level in reached if level is not None]
        return max(known) if known and len(known) == len(reached) else None

    @property
    def next_level(self) -> int | None:
        """The level above that of the enterprise; None at the best."""
        last = len(self.system.levels) - 1
        return last if self.level is None else self.level - 1 if self.level else None

    @property
    def to_next(self) -> tuple[str, ...] | None:
        """The indicators that have to reach the next level, as few as possible; None where none would do."""
        wanted = self.next_level
        if wanted is None:
            return ()
        if self.system.method == "trial":
            asked = self.asked(wanted)
            return to_threshold(self.trial, asked) if self.trial is not None and asked is not None else None
        if self.index is None:
            return tuple(one.row.id for one in self.results if one.met is not None and not one.met[wanted])
        rule = next((rule for rule in _rules(self.system) if rule.level == wanted), None)
        return to_reach(self.index, _graded(self.results, {}), rule) if rule is not None else None

    def asked(self, level: int) -> float | None:
        """The score that a level asks for."""
        return next((rule.score for rule in _rules(self.system) if rule.level == level), None)


def indicator_systems(audit: Audit) -> tuple[str, ...]:
    """Ids of the indicator systems at hand: the audit's own, and those that come with cpa."""
    return (*audit.systems, *(name for name in shipped_systems() if name not in audit.systems))


def indicator_system(audit: Audit, name: str) -> IndicatorSystem:
    """An indicator system of `indicator_systems()`; the audit's own goes before one of cpa with the same id."""
    return audit.systems.get(name) or shipped_system(name)


@cache
def shipped_systems() -> tuple[str, ...]:
    """Ids of the indicator systems that come with cpa."""
    return tuple(reference.names("indicators"))


@cache
def shipped_system(name: str) -> IndicatorSystem:
    """An indicator system of `shipped_systems()`."""
    return msgspec.convert(reference.load_words(f"indicators/{name}"), IndicatorSystem, strict=False)


_NONE = ("null", "-", "–")
"""How a pack writes that a level has no baseline."""


def benchmark(audit: Audit, *, after: bool = False) -> BenchmarkResult | None:
    """The benchmark of phase 2, or with the values after implementation; None without a known system."""
    stated = audit.phase("preassessment").benchmark
    if stated is None or stated.system not in indicator_systems(audit):
        return None
    system = indicator_system(audit, stated.system)
    given = audit.phase("implementation").benchmark_after if after else stated.values
    found = {
        item.indicator: derived(audit, item, item.year or stated.year)
        for item in given
        if item.of and (item.year is not None or not after)
    }
    values = {item.indicator: _with_value(item, found.get(item.indicator)) for item in given}
    # Rows that do not fit their system (CPA515) take no part.
    rows = [row for row in system.indicators if len(row.baselines or row.texts) == columns_of(system)]
    results = tuple(_compared(audit, system, row, values.get(row.id), stated.variables) for row in rows)
    results = tuple(_with_origin(audit, result, found.get(result.row.id)) for result in results)
    if system.method == "trial":
        made = _trial(system, results, stated.variables)
    else:
        made = BenchmarkResult(system, results, _index(system, results, stated.variables))
    return msgspec.structs.replace(made, derivations=found)


def _with_value(item: IndicatorValue, found: Derivation | None) -> IndicatorValue:
    """What the audit's own figures give goes before what was typed."""
    if found is None or found.value is None:
        return item
    return msgspec.structs.replace(item, value=found.value)


def _with_origin(audit: Audit, result: IndicatorResult, found: Derivation | None) -> IndicatorResult:
    """A result with how its value was computed, and what its gap means for the plant."""
    if found is None:
        return result
    if found.value is None:
        return msgspec.structs.replace(result, problem=found.problem) if result.value is None else result
    change = outside(audit, found, result.gap, result.row.unit) if result.gap is not None else None
    return msgspec.structs.replace(result, source=found.words, computed=True, outside=change)


def columns_of(system: IndicatorSystem) -> int:
    """How many baselines or texts a row has: one a level, in a trial system one for all."""
    return 1 if system.method == "trial" else len(system.levels)


def _compared(
    audit: Audit,
    system: IndicatorSystem,
    row: IndicatorRow,
    item: IndicatorValue | None,
    variables: Mapping[str, float],
) -> IndicatorResult:
    """A row against what the audit says of it; without baselines that can be computed there is nothing to judge."""
    try:
        baselines = written_baselines(row, variables)
        if row.weight:
            formula(row.weight, variables)  # without its weight a row would drop out in silence
    except FormulaError as error:
        problem = _formula_problem(error) if item is not None else None
        return IndicatorResult(row, problem=problem)
    if item is None:
        return IndicatorResult(row, baselines=baselines)
    if row.texts:
        return _yes_or_no(row, item) if system.method == "trial" else _judged(row, item)
    if item.value is None:
        return IndicatorResult(
            row, baselines=baselines, source=item.source, problem=_("it is judged by its value: give `value:`")
        )
    try:
        value = item.value.to(row.unit, audit.calendar)
    except UnitError as error:
        return IndicatorResult(row, baselines=baselines, source=item.source, problem=error.message)
    if system.method == "trial":
        return _by_ratio(system, row, value, baselines, item.source)
    known = any(each is not None for each in baselines)
    return IndicatorResult(row, value, baselines, levels_met(value, baselines) if known else None, item.source)


def _judged(row: IndicatorRow, item: IndicatorValue) -> IndicatorResult:
    """A row with a text for each level."""
    if item.level is None or not 0 <= item.level <= len(row.texts):
        problem = _("it is judged by texts: give `level:`, 1 to {count}, or 0 for below", count=len(row.texts))
        return IndicatorResult(row, source=item.source, problem=problem)
    texts = tuple(None if words is None else words.zh for words in row.texts)
    if item.level and texts[item.level - 1] is None:
        return IndicatorResult(row, source=item.source, problem=_("the system has no text for this level"))
    return IndicatorResult(row, met=texts_met(item.level - 1 if item.level else None, texts), source=item.source)


def _yes_or_no(row: IndicatorRow, item: IndicatorValue) -> IndicatorResult:
    """A qualitative row of a trial system: F is all of its weight, or nothing."""
    if item.level not in (0, 1):
        problem = _("it is judged by yes or no: give `level: 1` for yes, `level: 0` for no")
        return IndicatorResult(row, source=item.source, problem=problem)
    return IndicatorResult(row, met=(item.level == 1,), source=item.source, ratio=float(item.level))


def _by_ratio(
    system: IndicatorSystem, row: IndicatorRow, value: float, baselines: tuple[Baseline | None, ...], source: str
) -> IndicatorResult:
    """A quantitative row of a trial system: S against its one reference value."""
    problem, rule, reference = reference_problem(row, baselines), trial_rule(system), baselines[0]
    if problem is not None or reference is None:
        return IndicatorResult(row, value, baselines, source=source, problem=problem)
    if value < 0:
        problem = _("a value below zero cannot be related to a reference value")
        return IndicatorResult(row, value, baselines, source=source, problem=problem)
    found = ratio(value, reference.value, row.better)
    if math.isinf(found) and rule is not None and rule.cap is None:
        problem = _("a value of zero gives an S without bound, and the system states no cap: the indicator is left out")
        return IndicatorResult(row, value, baselines, source=source, problem=problem)
    return IndicatorResult(row, value, baselines, levels_met(value, baselines), source, ratio=found)


def written_baselines(row: IndicatorRow, variables: Mapping[str, float]) -> tuple[Baseline | None, ...]:
    """The baselines of a row by level, None where a level has none. Raises FormulaError."""
    return tuple(
        None if text is None or text in _NONE else baseline(text, row.better, variables) for text in row.baselines
    )


def groups_of(system: IndicatorSystem) -> list[Group]:
    """The classes of a system for the weighted index."""
    return [Group(each.id, each.weight, each.bonus, each.incomplete) for each in system.classes]


def _formula_problem(error: FormulaError) -> Message:
    if error.reason == "variable":
        return _("its baselines or its weight need `{name}`: give it under `variables:`", name=error.name)
    return _("`{formula}` cannot be computed", formula=error.name)


def _index(
    system: IndicatorSystem, results: tuple[IndicatorResult, ...], variables: Mapping[str, float]
) -> Index | None:
    if system.method != "guideline" or system.absent is None:
        return None
    if not any(each.weight or each.limiting for each in system.indicators):
        return None  # neither weights nor limiting marks were seen: what is left is the comparison level by level
    try:
        return guideline(
            groups_of(system),
            _graded(results, variables),
            _rules(system),
            len(system.levels),
            absent_indicators=system.absent.indicators,
            absent_groups=system.absent.classes,
        )
    except WeightError:
        return None  # CPA515 says what is wrong with the weights


def _trial(
    system: IndicatorSystem, results: tuple[IndicatorResult, ...], variables: Mapping[str, float]
) -> BenchmarkResult:
    """P of a trial system, or why there is none: a sum over a pack that contradicts itself would be a wrong verdict."""
    weights, rule = trial_weights(system, variables), trial_rule(system)
    wrong = [fault.message for fault in faults(system, weights)]
    names = [row.id for row in system.indicators if row.id not in weights]
    if names:
        wrong.append(_("the weights of {names} cannot be computed", names=listed(names)))
    if wrong or rule is None:
        return BenchmarkResult(system, results, unusable=tuple(wrong))
    groups = groups_of(system)
    known = {group.id for group in groups}
    rows = [
        Row(each.row.id, each.row.group, weights[each.row.id] or 0.0, bool(each.row.texts), each.ratio)
        for each in results
        if each.row.group in known
    ]
    return BenchmarkResult(system, results, trial=trial_index(groups, rows, rule, _rules(system)))


def _graded(results: tuple[IndicatorResult, ...], variables: Mapping[str, float]) -> list[Graded]:
    return [
        Graded(each.row.id, each.row.group, _weight(each.row, variables), each.row.limiting, each.met)
        for each in results
    ]


def _weight(row: IndicatorRow, variables: Mapping[str, float]) -> float | None:
    """The weight of a row; None where it was not seen, or needs a variable that the audit does not give."""
    try:
        return formula(row.weight, variables) if row.weight else None
    except FormulaError:
        return None


def _rules(system: IndicatorSystem) -> list[LevelRule]:
    return [
        LevelRule(
            each.level - 1,
            each.limiting - 1 if each.limiting is not None else None,
            each.others - 1 if each.others is not None else None,
            each.score,
        )
        for each in system.level_rule
        if max(each.level, each.limiting or 1, each.others or 1) <= len(system.levels)
    ]
