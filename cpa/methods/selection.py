"""The best set of options under constraints: a mixed-integer programme, solved to proven optimality by HiGHS
(docs/spec-options.md §7).

Binary x for every option; z = 1 when all options of an overlap are chosen. Everything is linear in x and z.
"""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

_WHOLE = 1e-6


class Overlap(msgspec.Struct, frozen=True):
    """With all of `options` chosen, and one of `any_of` where it names some, each quantity is lower by its amount."""

    options: frozenset[str]
    amounts: dict[str, float]
    any_of: frozenset[str] = frozenset()

    def holds(self, chosen: frozenset[str]) -> bool:
        return self.options <= chosen and (not self.any_of or bool(self.any_of & chosen))


class Limit(msgspec.Struct, frozen=True):
    """Σ of a quantity over the chosen options is at least or at most `bound`; `label` names the constraint."""

    label: str
    quantity: str
    sense: Literal["least", "most"]
    bound: float


class Selection(msgspec.Struct, frozen=True):
    """Options with their amounts of named quantities, and what holds between them.

    `objective` is the quantity to make as large as can be, or as small with `minimise`. `shares` are least shares of one
    quantity that a group of options must have: (label, quantity, options, share).
    """

    options: dict[str, dict[str, float]]
    objective: str
    minimise: bool = False
    limits: tuple[Limit, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    exclusive: tuple[frozenset[str], ...] = ()
    requires: tuple[tuple[str, frozenset[str]], ...] = ()
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    shares: tuple[tuple[str, str, frozenset[str], float], ...] = ()
    most: int | None = None
    tie: str = ""
    """Among sets with the same objective the one with the most of this quantity is taken."""


class Choice(msgspec.Struct, frozen=True):
    """A set of options and the value of the objective; what the set brings of every quantity."""

    options: frozenset[str]
    value: float
    totals: dict[str, float]


class Priced(msgspec.Struct, frozen=True):
    """What a constraint costs: the objective without it less the objective with it, as a gain."""

    label: str
    gain: float


def totals(selection: Selection, chosen: frozenset[str]) -> dict[str, float]:
    """The quantities of a set of options: the sum of its members less the overlaps that lie wholly in it."""
    names = dict.fromkeys(name for amounts in selection.options.values() for name in amounts)
    found = {}
    for name in names:
        parts = [selection.options[option].get(name, 0.0) for option in selection.options if option in chosen]
        parts += [-one.amounts.get(name, 0.0) for one in selection.overlaps if one.holds(chosen)]
        found[name] = math.fsum(parts)
    return found


def best(selection: Selection, count: int = 1) -> list[Choice]:
    """The best set of options and the next best ones, the best first; empty where no set meets the constraints.

    Each solution is proven optimal among those not found before it. Sets of equal value may come in any order.
    """
    found: list[Choice] = []
    while selection.options and len(found) < count:
        known = [choice.options for choice in found]
        chosen = _solved(selection, known)
        if chosen is None:
            break
        if selection.tie:
            chosen = _solved(_tied(selection, chosen), known) or chosen
        amounts = totals(selection, chosen)
        found.append(Choice(chosen, amounts.get(selection.objective, 0.0), amounts))
    return found


def _tied(selection: Selection, chosen: frozenset[str]) -> Selection:
    """The programme that takes the most of `tie` without giving up anything of the objective."""
    value = totals(selection, chosen)[selection.objective]
    bound = Limit("tie", selection.objective, "most" if selection.minimise else "least", value)
    return msgspec.structs.replace(
        selection, objective=selection.tie, minimise=False, tie="", limits=(*selection.limits, bound)
    )


def prices(selection: Selection, value: float) -> list[Priced]:
    """The price of each constraint in units of the objective: what would be gained without it."""
    found = []
    for label, relaxed in _relaxations(selection):
        better = best(relaxed)
        if better:
            gain = better[0].value - value
            found.append(Priced(label, -gain if selection.minimise else gain))
    return found


class Turned(msgspec.Struct, frozen=True):
    """What the objective loses when an option is left out of the best set that has it, or put into the one that has not;
    None: no set meets the constraints then.
    """

    option: str
    chosen: bool
    loss: float | None


def turned(selection: Selection, choice: Choice) -> list[Turned]:
    """Why each option is, or is not, in the best set: the loss of the objective were it the other way."""
    found = []
    for name in selection.options:
        chosen = name in choice.options
        if chosen:
            other = msgspec.structs.replace(selection, exclude=selection.exclude | {name})
        else:
            other = msgspec.structs.replace(selection, include=selection.include | {name})
        better = best(other)
        loss = None if not better else choice.value - better[0].value
        found.append(Turned(name, chosen, -loss if loss is not None and selection.minimise else loss))
    return found


def _relaxations(selection: Selection) -> list[tuple[str, Selection]]:
    def without(**changes: object) -> Selection:
        return msgspec.structs.replace(selection, **changes)

    found = [
        (limit.label, without(limits=tuple(other for other in selection.limits if other is not limit)))
        for limit in selection.limits
    ]
    found += [
        (share[0], without(shares=tuple(other for other in selection.shares if other is not share)))
        for share in selection.shares
    ]
    found += [(f"+{name}", without(include=selection.include - {name})) for name in sorted(selection.include)]
    found += [(f"-{name}", without(exclude=selection.exclude - {name})) for name in sorted(selection.exclude)]
    if selection.most is not None:
        found.append(("most", without(most=None)))
    return found


def _solved(selection: Selection, known: Sequence[frozenset[str]]) -> frozenset[str] | None:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = list(selection.options)
    overlaps = [
        one
        for one in selection.overlaps
        if one.options <= selection.options.keys() and (not one.any_of or one.any_of & selection.options.keys())
    ]
    place = {name: index for index, name in enumerate(names)}
    size = len(names) + len(overlaps)
    rows: list[tuple[dict[int, float], float, float]] = []

    def quantity(name: str) -> dict[int, float]:
        row = {place[option]: amounts[name] for option, amounts in selection.options.items() if amounts.get(name)}
        for index, overlap in enumerate(overlaps, len(names)):
            if overlap.amounts.get(name):
                row[index] = -overlap.amounts[name]
        return row

    for limit in selection.limits:
        row = quantity(limit.quantity)
        bounds = (limit.bound, np.inf) if limit.sense == "least" else (-np.inf, limit.bound)
        scale = max((abs(value) for value in row.values()), default=1.0) or 1.0
        rows.append(({key: value / scale for key, value in row.items()}, bounds[0] / scale, bounds[1] / scale))
    for group in selection.exclusive:
        rows.append(({place[name]: 1.0 for name in group if name in place}, -np.inf, 1))
    for first, needs in selection.requires:
        if first in place:
            for other in needs:
                row = {place[first]: -1.0, **({place[other]: 1.0} if other in place else {})}
                rows.append((row, 0, np.inf))
    for index, overlap in enumerate(overlaps, len(names)):
        members = [place[name] for name in overlap.options]
        others = [place[name] for name in overlap.any_of if name in place]
        for needed in [[*members, one] for one in others] or [members]:
            rows.append(({index: 1.0, **dict.fromkeys(needed, -1.0)}, 1 - len(needed), np.inf))
        rows += [({index: 1.0, member: -1.0}, -np.inf, 0) for member in members]
        if others:
            rows.append(({index: 1.0, **dict.fromkeys(others, -1.0)}, -np.inf, 0))
    for _label, name, group, share in selection.shares:
        row = {
            place[option]: amounts.get(name, 0.0) * ((option in group) - share)
            for option, amounts in selection.options.items()
        }
        scale = max((abs(value) for value in row.values()), default=1.0) or 1.0
        rows.append(({key: value / scale for key, value in row.items()}, 0, np.inf))
    if selection.most is not None:
        rows.append((dict.fromkeys(place.values(), 1.0), -np.inf, selection.most))
    for chosen in known:
        cut = {place[name]: -1.0 if name in chosen else 1.0 for name in names}
        rows.append((cut, 1 - len(chosen), np.inf))
    low, high = np.zeros(size), np.ones(size)
    for name in selection.include:
        if name not in place:
            return None
        low[place[name]] = 1
    for name in selection.exclude & place.keys():
        high[place[name]] = 0
    if (low > high).any():
        return None
    cost = np.zeros(size)
    for index, value in quantity(selection.objective).items():
        cost[index] = value if selection.minimise else -value
    constraints = []
    if rows:
        from scipy.sparse import coo_array

        entries = [(line, key, value) for line, (row, _low, _high) in enumerate(rows) for key, value in row.items()]
        lines, keys, values = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = coo_array((values, (lines, keys)), shape=(len(rows), size)).tocsr()
        constraints = [LinearConstraint(matrix, [row[1] for row in rows], [row[2] for row in rows])]
    scale = float(np.abs(cost).max()) or 1.0
    result = milp(
        cost / scale, constraints=constraints, integrality=np.ones(size), bounds=Bounds(low, high),
        options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    if result.x is None or result.status != 0:
        return None
    return frozenset(name for name, value in zip(names, result.x, strict=False) if value > 1 - _SURE)


_SURE = 0.5
