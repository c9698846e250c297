"""CPA510 and CPA515: values that cannot be compared with an indicator system, and systems that cannot be used."""

import math
from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.benchmark import columns_of, groups_of, written_baselines
from cpa.analysis.trial import faults, reference_problem, trial_weights
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Span
from cpa.messages import Message, _, fixed, listed
from cpa.methods.benchmark import FormulaError, formula
from cpa.methods.guideline import FULL, Graded, WeightError, convention
from cpa.schema.indicators import IndicatorRow, IndicatorSystem


@rule("CPA510", "error", "preassessment")
def indicator_value(analysis: Analysis) -> Iterator[Issue]:
    """An indicator value cannot be compared.

    What: The indicator is not in the system, its value is in another dimension, a level is missing for a row that has texts, or a figure that baselines are computed from is missing, unknown or impossible.

    Why: The comparison would leave it out.

    Example: {indicator: water, value: 7.1 kWh/kL}

    Remedy: Use an id of the system and its unit.

    Source: Handbook, step 2.3.
    """
    audit = analysis.audit
    stated = audit.phase("preassessment").benchmark
    yield from _variables(analysis)
    for result, given in (
        (analysis.benchmark, stated.values if stated else ()),
        (analysis.benchmark_after, audit.phase("implementation").benchmark_after),
    ):
        if result is None:
            continue
        known = {entry.row.id: entry for entry in result.results}
        seen: set[str] = set()
        for item in given:
            if item.indicator in seen:
                yield Issue(
                    _("the indicator `{id}` is given for the second time", id=item.indicator),
                    audit.places.of(item, "indicator"),
                )
            seen.add(item.indicator)
            place = audit.places.of(item, "indicator")
            entry = known.get(item.indicator)
            if entry is None:
                yield Issue(
                    _("{system} has no indicator `{id}`", system=result.system.document, id=item.indicator),
                    place,
                    _("it has: {names}", names=listed(list(known))),
                )
            elif entry.problem is not None and not item.of:  # CPA528 speaks of what was to be computed
                place = audit.places.of(item, "value") or audit.places.of(item)
                # Where the value itself was read and is the trouble, its unit is not.
                unreadable = item.value is not None and entry.value is None
                unit = entry.row.unit if entry.baselines and unreadable else ""
                yield Issue(entry.problem, place, _("give it in {unit}", unit=unit) if unit else None)


def _variables(analysis: Analysis) -> Iterator[Issue]:
    """Figures for formulas that the system does not know, or that cannot be."""
    stated, result = analysis.audit.phase("preassessment").benchmark, analysis.benchmark
    if stated is None or result is None:
        return
    for name, value in stated.variables.items():
        place = analysis.audit.places.of(stated, "variables", name)
        known = result.system.variables.get(name)
        if known is None:
            names = listed(list(result.system.variables)) if result.system.variables else _("no figures are needed")
            yield Issue(
                _("`{system}` has no figure `{name}`", system=result.system.id, name=name),
                place,
                _("it has: {names}", names=names),
            )
        elif not (known.low or 0.0) <= value <= (math.inf if known.high is None else known.high):
            yield Issue(
                _("`{name}` is {value}; the least is {low}", name=name, value=f"{value:g}", low=f"{known.low or 0:g}"),
                place,
            )


@rule("CPA515", "error", "preassessment")
def unusable_system(analysis: Analysis) -> Iterator[Issue]:
    """An indicator system beside the audit contradicts itself.

    What: In a file of indicators/ a row names no class, has neither baselines nor texts or not one for each level, has baselines without a unit, a formula that cannot be computed, or a baseline that is stricter than that of a better level; or weights follow no convention. In a trial system also: the shares of its parts do not add up to 1, the weights of a part not to 100, a level has no score, a row has more than one reference value or one that is not above zero.

    Why: A level computed from it would stand on a slip of the pen.

    Example: weights of the classes that add up to 0.97

    Remedy: Compare the row with the document.

    Source: Domain notes §10.2, §10.4 and §0.
    """
    for system in analysis.audit.systems.values():
        for row in system.indicators:
            yield from _row(analysis, system, row)
        yield from _repeated(analysis, system)
        if system.method == "guideline":
            yield from _weights(analysis, system)
        if system.method == "trial":
            for fault in faults(system, trial_weights(system, _least(system))):
                yield Issue(fault.message, analysis.audit.places.of(fault.item, fault.field), fault.hint)


def _row(analysis: Analysis, system: IndicatorSystem, row: IndicatorRow) -> Iterator[Issue]:
    place = analysis.audit.places.of
    known = [each.id for each in system.classes]
    if row.group not in known:
        yield Issue(
            _("there is no class `{id}`", id=row.group), place(row, "class"), _("it has: {names}", names=listed(known))
        )
    given = len(row.baselines or row.texts)
    if bool(row.baselines) == bool(row.texts):
        yield Issue(
            _("`{id}` needs either baselines or texts", id=row.id),
            place(row, "id"),
            _("`baselines:` for a figure, `texts:` for a judgement"),
        )
        return
    if given != columns_of(system):
        key = "baselines" if row.baselines else "texts"
        yield _miscounted(system, row, given, place(row, key))
    if row.baselines and not row.unit:
        yield Issue(
            _("`{id}` has baselines and no unit", id=row.id), place(row, "id"), _("add `unit:`, such as kgce/t or %")
        )
    variables = _least(system)
    try:
        if row.weight:
            formula(row.weight, variables)
    except FormulaError as error:
        yield Issue(_formula(error), place(row, "weight"))
    try:
        baselines = written_baselines(row, variables)
    except FormulaError as error:
        yield Issue(_formula(error), place(row, "baselines"))
        return
    if system.method == "trial":
        problem = reference_problem(row, baselines) if len(baselines) == 1 else None
        if problem is not None:
            yield Issue(problem, place(row, "baselines"))
        return
    values = [each.value for each in baselines if each is not None]
    worse = values if row.better == "lower" else [-value for value in values]
    if worse != sorted(worse):
        yield Issue(
            _("`{id}`: a baseline is stricter than that of a better level", id=row.id),
            place(row, "baselines"),
            _("the best level stands first; {better} is better", better=_BETTER[row.better]),
        )


def _miscounted(system: IndicatorSystem, row: IndicatorRow, given: int, span: Span | None) -> Issue:
    """Not one baseline or text for each level; in a trial system not one for all of them."""
    if system.method == "trial":
        return Issue(
            _(
                "`{id}` has {found} reference values or texts, the method `trial` compares with one",
                id=row.id,
                found=given,
            ),
            span,
            _("levels follow from P alone"),
        )
    return Issue(
        _("`{id}` has {found} of {levels} levels", id=row.id, found=given, levels=len(system.levels)),
        span,
        _("write null for a level without one"),
    )


_BETTER = {"lower": _("less^indicator"), "higher": _("more^indicator")}


def _least(system: IndicatorSystem) -> dict[str, float]:
    """The variables at their least values, where formulas are tried."""
    return {name: max(each.low or 0.0, 1.0) for name, each in system.variables.items()}


def _formula(error: FormulaError) -> Message:
    if error.reason == "variable":
        return _("the formula names `{name}`, which is not among the `variables:`", name=error.name)
    return _("`{formula}` cannot be computed", formula=error.name)


def _repeated(analysis: Analysis, system: IndicatorSystem) -> Iterator[Issue]:
    seen: set[str] = set()
    for row in system.indicators:
        if row.id in seen:
            yield Issue(
                _("the indicator `{id}` is given for the second time", id=row.id), analysis.audit.places.of(row, "id")
            )
        seen.add(row.id)


def _weights(analysis: Analysis, system: IndicatorSystem) -> Iterator[Issue]:
    place = analysis.audit.places.of(system, "classes")
    if system.absent is None or not system.level_rule:
        yield Issue(
            _("a system of the method `guideline` states `absent:` and `level_rule:`"),
            analysis.audit.places.of(system, "method"),
            _("both stand in the document; there is no default"),
        )
    for each in system.level_rule:
        if max(each.level, each.limiting or 1, each.others or 1) > len(system.levels):
            yield Issue(
                _("there are only {count} levels", count=len(system.levels)), analysis.audit.places.of(each, "level")
            )
    total = math.fsum(each.weight or 0.0 for each in system.classes if not each.bonus)
    if total and abs(total - 1) > FULL and system.missing is None:
        yield Issue(
            _("the weights of the classes add up to {sum}, not to 1", sum=f"{total:g}"),
            place,
            _("compare them with the document; `missing:` says what was not seen"),
        )
    try:
        graded = [
            Graded(row.id, row.group, formula(row.weight, _least(system)) if row.weight else None, row.limiting, None)
            for row in system.indicators
        ]
        convention(groups_of(system), graded)
    except FormulaError:
        return
    except WeightError as error:
        sums = listed([f"{name} {value:g}" for name, value in error.sums.items()])
        yield Issue(
            _("the weights inside the classes follow no convention: {sums}", sums=sums),
            place,
            _("they add up to 1 in every class, or to the weight of the class in every class"),
        )


@rule("CPA528", "error", "preassessment")
def value_from_figures(analysis: Analysis) -> Iterator[Issue]:
    """An indicator's value does not follow from the figures that it names.

    What: `of` and `per` name figures of the audit that exist in the year; a value typed beside them agrees within 1 %.

    Why: The same figure in two places drifts apart, and the level rests on the wrong one.

    Example: {indicator: water, of: [water], per: beer, value: 6.80 m³/kL} at 7.08 m³/kL

    Remedy: Leave the typed value out, or correct the names.

    Source: Domain notes §12.2 (totals equal in all chapters); cpa, docs/spec-preassessment.md.
    """
    audit = analysis.audit
    stated = audit.phase("preassessment").benchmark
    if stated is None or analysis.benchmark is None:
        return
    units = {result.row.id: result.row.unit for result in analysis.benchmark.results}
    by_text = {result.row.id for result in analysis.benchmark.results if result.row.texts}
    after = analysis.benchmark_after
    computed_after = after.derivations if after is not None else {}
    pairs = [(item, analysis.benchmark.derivations.get(item.indicator)) for item in stated.values]
    pairs += [(item, computed_after.get(item.indicator)) for item in audit.phase("implementation").benchmark_after]
    for item, found in pairs:
        if not item.of:
            continue
        if found is None:
            yield Issue(
                _("the year of the figures is not stated"),
                audit.places.of(item, "of"),
                _("add `year:`, the year after the audit that the figures are of"),
            )
            continue
        if found.problem is not None:
            key = "per" if found.at_divisor else "of"
            place = audit.places.of(item, key) or audit.places.of(item, "of")
            yield Issue(_("{id}: {problem}", id=item.indicator, problem=found.problem), place)
            continue
        if item.indicator in by_text:
            yield Issue(_("it is judged by texts, and not by figures"), audit.places.of(item, "of"), _("give `level:`"))
            continue
        unit = units.get(item.indicator, "")
        if found.value is not None and item.indicator in units and found.value.fitted(unit, audit.calendar) is None:
            yield Issue(
                _("the figures give {unit}, the indicator is in {other}", unit=found.value.unit.text, other=unit),
                audit.places.of(item, "of"),
            )
            continue
        computed = found.value.fitted(unit, audit.calendar) if found.value is not None else None
        typed = item.value.fitted(unit, audit.calendar) if item.value is not None else None
        if computed is not None and typed is not None and abs(computed - typed) > 0.01 * abs(computed):
            yield Issue(
                _(
                    "{typed} {unit} is stated, the audit's figures give {computed} {unit}",
                    typed=fixed(typed),
                    computed=fixed(computed),
                    unit=unit,
                ),
                audit.places.of(item, "value"),
                _("leave the typed value out: it is computed from {figures}", figures=found.words),
            )
