"""CPA6xx of phase 5: options that exclude, require or overlap each other, and packages of options."""

from collections.abc import Iterator
from itertools import combinations

from cpa.analysis import Analysis
from cpa.analysis.specifics import annual_fitted
from cpa.checks.registry import Issue, rule
from cpa.messages import Message, _, listed
from cpa.schema.feasibility import Interaction, Package
from cpa.schema.labels import CATEGORIES, COST_CLASSES

_PAIR = 2


@rule("CPA622", "warning", "feasibility")
def overlap_not_quantified(analysis: Analysis) -> Iterator[Issue]:
    """An overlap does not say how much less is saved.

    What: An interaction of the kind `overlaps` states `reduction`, or `counted: true` where the savings already allow for it; without either, only the larger saving counts.

    Why: The effect of options together is not the sum of their effects.

    Example: - {kind: overlaps, options: [F6, F8]}

    Remedy: Add `reduction: [{resource: gas, amount: 20000 m³/a}]` or `counted: true`; name two options at a time.

    Source: Domain notes §7 (overlap rule).
    """
    for one in analysis.audit.phase("feasibility").interactions:
        if one.kind != "overlaps" or one.reduction or one.counted:
            continue
        savings = [analysis.option_effects[name].amounts for name in one.options if name in analysis.option_effects]
        if not any(min(a[key], b[key]) > 0 for a, b in combinations(savings, _PAIR) for key in a.keys() & b.keys()):
            continue  # they save nothing in common
        yield Issue(
            _("it is not said how much less {options} save together", options=listed(list(one.options))),
            analysis.audit.places.of(one, "options"),
            _("state `reduction`, or `counted: true` where the savings already allow for it"),
        )


@rule("CPA623", "error", "feasibility")
def contradictory_interactions(analysis: Analysis) -> Iterator[Issue]:
    """Interactions between options contradict each other.

    What: An interaction names at least two options; no option requires itself through others, or one that it excludes; a reduction is no more than the options save twice.

    Why: No package could contain such an option.

    Example: F1 requires F2, F2 requires F1

    Remedy: Delete the interaction that is wrong; two options that need each other are one option.

    Source: Docs, options, §2.
    """
    told: set[frozenset[str]] = set()
    needs = _needs(analysis)
    yield from _reductions(analysis)
    for one in analysis.audit.phase("feasibility").interactions:
        message = _contradiction(one, needs, told)
        if message is not None:
            yield Issue(message, analysis.audit.places.of(one, "options"))


def _reductions(analysis: Analysis) -> Iterator[Issue]:
    """Reductions that no overlap can have."""
    for one in analysis.audit.phase("feasibility").interactions:
        place = analysis.audit.places.of(one, "reduction", key=True)
        if one.reduction and (one.kind != "overlaps" or one.counted):
            yield Issue(_("a `reduction` belongs to an overlap that is not `counted`"), place)
            continue
        for index, part in enumerate(one.reduction):
            stock = analysis.stocks.get(part.resource)
            amount = annual_fitted(part.amount, stock.unit, analysis.audit.calendar) if stock is not None else None
            saved = [
                max(analysis.option_effects[name].amounts.get(part.resource, 0.0), 0.0)
                for name in one.options
                if name in analysis.option_effects
            ]
            most = sum(saved) - max(saved, default=0.0)
            if stock is not None and (amount is None or amount > most * _SLACK):
                yield Issue(
                    _(
                        "{options} can save at most {most} {unit}/a of {name} twice, not {amount}",
                        options=listed(list(one.options)),
                        most=f"{most:g}",
                        unit=stock.unit,
                        name=stock.item.name,
                        amount=part.amount.format(),
                    ),
                    analysis.audit.places.of(one, "reduction", index, "amount"),
                )


_SLACK = 1.0001


def _needs(analysis: Analysis) -> dict[str, set[str]]:
    """What each option requires directly."""
    needs: dict[str, set[str]] = {}
    for one in analysis.audit.phase("feasibility").interactions:
        if one.kind == "requires" and one.options:
            needs.setdefault(one.options[0], set()).update(one.options[1:])
    return needs


def _contradiction(one: Interaction, needs: dict[str, set[str]], told: set[frozenset[str]]) -> Message | None:
    """What is wrong with an interaction; a ring of prerequisites is named once."""
    if len(set(one.options)) < _PAIR:
        return _("an interaction is between at least two options")
    first = one.options[0]
    if one.kind == "requires":
        for name in one.options[1:]:
            if first in _reached(name, needs) | ({name} & {first}):
                ring = frozenset(other for other in _reached(first, needs) if first in _reached(other, needs))
                if ring not in told:
                    told.add(ring)
                    others = sorted(ring - {first})
                    if not others:
                        return _("{first} requires itself", first=first)
                    return _("{first} requires itself, through {names}", first=first, names=listed(others))
    if one.kind == "exclusive":
        members = set(one.options)
        for name in sorted(members | needs.keys(), key=lambda each: (len(_reached(each, needs)), each)):
            needed = _reached(name, needs) & (members - {name})
            if name in members and needed:
                return _(
                    "{first} and {name} exclude each other, but {first} requires {name}", first=name, name=min(needed)
                )
            if len(needed) >= _PAIR:
                return _(
                    "{options} exclude each other, but {name} requires them", options=listed(sorted(needed)), name=name
                )
    return None


def _reached(name: str, needs: dict[str, set[str]]) -> set[str]:
    """Everything that an option requires, directly or through others."""
    found: set[str] = set()
    left = list(needs.get(name, ()))
    while left:
        other = left.pop()
        if other not in found:
            found.add(other)
            left += needs.get(other, ())
    return found


@rule("CPA624", "error", "feasibility")
def impossible_package(analysis: Analysis) -> Iterator[Issue]:
    """The conditions of a package contradict each other.

    What: No option is both required and excluded, shares are of cost classes or categories, and no single condition is beyond all options together; `cpa package` says where only the combination cannot be met.

    Why: A package that cannot exist says nothing about the best one.

    Example: include: [F6] beside exclude: [F6]

    Remedy: Correct the condition that the message names, raise the budget, or lower the goal.

    Source: Docs, options, §7.
    """
    needs, told = _needs(analysis), set[frozenset[str]]()
    if any(_contradiction(one, needs, told) for one in analysis.audit.phase("feasibility").interactions):
        return
    for one in analysis.audit.phase("feasibility").packages:
        yield from _package(analysis, one)


def _package(analysis: Analysis, one: Package) -> Iterator[Issue]:
    places = analysis.audit.places
    both = [name for name in one.include if name in one.exclude]
    strange = [name for name in one.shares if name not in (*CATEGORIES, *COST_CLASSES)]
    if both:
        yield Issue(_("{options} must and must not be in the package", options=listed(both)), places.of(one, "exclude"))
    elif strange:
        yield Issue(
            _("{names} is neither a cost class nor a category", names=listed(strange)),
            places.of(one, "shares", strange[0], key=True),
            _(
                "classes: {classes}; categories: {categories}",
                classes=listed(list(COST_CLASSES)),
                categories=listed(list(CATEGORIES)),
            ),
        )
    elif one.most is not None and len(set(one.include)) > one.most:
        count = len(set(one.include))
        yield Issue(
            _("{count} options must be in it, and at most {most} may be", count=count, most=one.most),
            places.of(one, "most"),
        )
    elif any(not goal.resource and not goal.measure for goal in one.goals):
        yield Issue(_("a goal names a `resource` or a `measure`"), places.of(one, "goals", key=True))
    elif sum(share.to("") for share in one.shares.values()) > 1:
        yield Issue(_("the shares add up to more than 100 %"), places.of(one, "shares", key=True))
    elif (found := analysis.programme(one)).problem is not None:
        yield Issue(found.problem, places.of(one, *found.at))


@rule("CPA636", "warning", "implementation")
def prerequisite_later(analysis: Analysis) -> Iterator[Issue]:
    """An option is carried out before the one that it requires.

    What: The options that an option requires are finished before it starts, and are carried out where it is.

    Why: The effect of the option rests on them.

    Example: F26 requires F11; F26 done, F11 proposed

    Remedy: Correct the dates, the status, or the interaction.

    Source: Docs, options, §2.
    """
    options = {option.id: option for option in analysis.audit.phase("options").options}
    begun = ("implementing", "done")
    for one in analysis.audit.phase("feasibility").interactions:
        if one.kind != "requires" or not one.options or one.options[0] not in options:
            continue
        first = options[one.options[0]]
        for other in (options[name] for name in one.options[1:] if name in options):
            if first.status in begun and other.status not in begun:
                yield Issue(
                    _(
                        "{first} is under way or done, but {other}, which it requires, is not",
                        first=first.id,
                        other=other.id,
                    ),
                    analysis.audit.places.of(first, "status"),
                )
            elif first.start is not None and other.finish is not None and first.start < other.finish:
                yield Issue(
                    _("{first} starts before {other}, which it requires, is finished", first=first.id, other=other.id),
                    analysis.audit.places.of(first, "start"),
                )
