"""Phase 2, step 2.3: the enterprise's values against an indicator system."""

from collections.abc import Mapping
from functools import cache

import msgspec

from cpa import reference
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.benchmark import Baseline, FormulaError, baseline, best, formula, levels_met, texts_met
from cpa.methods.guideline import Graded, Group, Index, LevelRule, WeightError, guideline, to_reach
from cpa.schema.indicators import IndicatorRow, IndicatorSystem
from cpa.schema.preassessment import IndicatorValue
from cpa.schema.units import UnitError


class IndicatorResult(msgspec.Struct, frozen=True):
    """One indicator compared; levels count from 0.

    `value` in the unit of the row, `baselines` computed with the audit's variables, `level` the best one reached, None
    below the last; `met` None where there is nothing to judge. `gap` is what `value` has to change by for the next level.
    """

    row: IndicatorRow
    value: float | None = None
    baselines: tuple[Baseline | None, ...] = ()
    met: tuple[bool, ...] | None = None
    source: str = ""
    problem: Message | None = None

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
    """The comparison with an indicator system; `index` with its weighted sums, None where the method has none."""

    system: IndicatorSystem
    results: tuple[IndicatorResult, ...]
    index: Index | None = None

    @property
    def counts(self) -> tuple[int, ...]:
        """How many indicators reach each level, and last how many stay below."""
        levels = len(self.system.levels)
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
        if self.index is None:
            return tuple(one.row.id for one in self.results if one.met is not None and not one.met[wanted])
        rule = next((rule for rule in _rules(self.system) if rule.level == wanted), None)
        return to_reach(self.index, _graded(self.results, {}), rule) if rule is not None else None


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
    values = {item.indicator: item for item in given}
    # Rows that do not fit their system (CPA515) take no part.
    rows = [row for row in system.indicators if len(row.baselines or row.texts) == len(system.levels)]
    results = tuple(_compared(audit, row, values.get(row.id), stated.variables) for row in rows)
    return BenchmarkResult(system, results, _index(system, results, stated.variables))


def _compared(
    audit: Audit, row: IndicatorRow, item: IndicatorValue | None, variables: Mapping[str, float]
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
        if item.level is None or not 0 <= item.level <= len(row.texts):
            problem = _("it is judged by texts: give `level:`, 1 to {count}, or 0 for below", count=len(row.texts))
            return IndicatorResult(row, source=item.source, problem=problem)
        texts = tuple(None if words is None else words.zh for words in row.texts)
        if item.level and texts[item.level - 1] is None:
            return IndicatorResult(row, source=item.source, problem=_("the system has no text for this level"))
        return IndicatorResult(row, met=texts_met(item.level - 1 if item.level else None, texts), source=item.source)
    if item.value is None:
        return IndicatorResult(
            row, baselines=baselines, source=item.source, problem=_("it is judged by its value: give `value:`")
        )
    try:
        value = item.value.to(row.unit, audit.calendar)
    except UnitError as error:
        return IndicatorResult(row, baselines=baselines, source=item.source, problem=error.message)
    known = any(each is not None for each in baselines)
    return IndicatorResult(row, value, baselines, levels_met(value, baselines) if known else None, item.source)


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
