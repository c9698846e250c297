"""The least fresh water a plant can live on when water leaving one use may enter another: a linear programme.

Flows share one unit (t/h, m³/d), concentrations one unit a contaminant (mg/L, ppm); both may be any consistent ones.

Two kinds of use. With a *fixed flow* (washing, cooling, dissolving: what enters and what leaves is given) the inlet
limit must hold after mixing and the water leaves at its given outlet concentration: M. M. El-Halwagi, F. Gabriel,
D. Harell, Ind. Eng. Chem. Res. 42 (2003) 4319; G. T. Polley, H. L. Polley, Chem. Eng. Prog. 96 (2000) 2, 47;
Z. A. Manan, Y. L. Tan, D. C. Y. Foo, AIChE J. 50 (2004) 3169. With a *fixed load* (the use gives a mass of
contaminant to the water) the flow may fall as long as the load is taken up within the outlet limits: Y. P. Wang,
R. Smith, Chem. Eng. Sci. 49 (1994) 981.

Fixed loads make the problem bilinear (flow × outlet concentration). With one contaminant, outlets at their limits are
as good as any (M. J. Savelski, M. J. Bagajewicz, Chem. Eng. Sci. 55 (2000) 5035), so the programme is exact. With
several contaminants not all outlets of a use reach their limits together: assuming the limits is conservative. The
plan found is therefore improved step by step with outlet concentrations that plans really make. What results can be
built, but a lower target may exist; `Target.proven` says whether, and `Target.lower_bound` how far away at most.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

Reason = Literal["", "fresh_short", "limits_unreachable", "solver"]

_SETTLED = 1e-9
"""Relative change of the target, or of a concentration, below which another round is not worth it."""
_NOTHING = 1e-7
"""Flow, relative to the largest, that is rounding and no pipe."""
_BINDING = 1e-6
"""Relative distance from a limit within which it binds."""
_ROUNDS = 30
_MATCH_LIMIT = 600
"""Possible matches up to which matches that can be left out are sought: beyond, it takes long."""


class Source(msgspec.Struct, frozen=True):
    """Water from outside. `available` None: as much as wanted. A contaminant that is not named is not in it.

    `cost_weight` weighs a unit of it against other sources (a price, or 0 for rain that is free).
    """

    id: str
    available: float | None = None
    concentrations: Mapping[str, float] = {}
    cost_weight: float = 1.0


class WaterUse(msgspec.Struct, frozen=True):
    """A use of water, or only a sink (`returned` 0), or only a source of reusable water (`flow` 0).

    flow: what it takes; with a fixed load, the limiting flow, at which inlet and outlet limits meet. max_in: inlet
    limits; a contaminant that is not named is not limited. max_out: outlet concentrations (fixed flow) or limits
    (fixed load); a contaminant that is not named is unknown there, and the water then cannot enter a use that limits
    it. returned: what leaves as reusable water, None all of it; with a fixed load the same share of a lower flow.
    """

    id: str
    flow: float
    max_in: Mapping[str, float] = {}
    max_out: Mapping[str, float] = {}
    returned: float | None = None
    fixed_flow: bool = True

    @property
    def leaving(self) -> float:
        """What leaves as reusable water at the given flow."""
        return self.flow if self.returned is None else self.returned


class Match(msgspec.Struct, frozen=True):
    """Water from a source or a use to a use."""

    source: str
    target: str
    flow: float
    fresh: bool


class UseResult(msgspec.Struct, frozen=True):
    """What a use gets and gives: flow in, concentrations known at inlet and outlet, water that goes to waste.

    binding_in and binding_out are the contaminants at their limits: they keep the use from dirtier or from less water.
    """

    id: str
    flow: float
    inlet: dict[str, float]
    outlet: dict[str, float]
    waste: float
    binding_in: tuple[str, ...]
    binding_out: tuple[str, ...]


class Target(msgspec.Struct, frozen=True):
    """The target and a plan that reaches it.

    fresh: by source; cost: Σ fresh × weight, what was minimised; lower_bound: no plan can cost less; proven: none can
    cost less than this one. thinned: each match was tried to be left out; False where that would take long. When not
    feasible, reason is "fresh_short" (more of the given sources would do) or "limits_unreachable" (no amount of them
    would), and shortfall is the clean water that each use lacks; with fixed loads of several contaminants "no plan" is
    "none found". saving = today − fresh_total, None when today's consumption is not given.
    """

    feasible: bool
    reason: Reason = ""
    fresh: dict[str, float] = {}
    fresh_total: float = 0.0
    waste_total: float = 0.0
    cost: float = 0.0
    lower_bound: float = 0.0
    proven: bool = False
    matches: tuple[Match, ...] = ()
    thinned: bool = False
    uses: tuple[UseResult, ...] = ()
    shortfall: dict[str, float] = {}
    today: float | None = None
    saving: float | None = None


_Pair = tuple[str, str]
_Outlets = dict[str, dict[str, float]]
_Flows = dict[_Pair, float]


class _Problem(msgspec.Struct, frozen=True):
    sources: tuple[Source, ...]
    uses: tuple[WaterUse, ...]
    contaminants: tuple[str, ...]
    forbidden: frozenset[_Pair]


def target(
    uses: Sequence[WaterUse],
    sources: Sequence[Source],
    *,
    forbidden: Collection[tuple[str, str]] = (),
    today: float | None = None,
) -> Target:
    """The plan with the least fresh water (weighted), among those the least in sum, with few matches.

    forbidden: pairs (from, to) that cannot be matched; a use may take its own water again unless that is forbidden.
    today: fresh water now, for comparison. The order of the input makes no difference. Raises ValueError for an id
    given twice, a negative or non-finite number, and a fixed load whose outlet limit is below its inlet limit, which
    limits a contaminant at one end only, or which returns more than it takes.
    """
    problem = _problem(uses, sources, forbidden)
    outlets, shortfall = _limits(problem), None
    flows = _cheapest(problem, outlets)
    if flows is None:
        outlets, shortfall = _helped(problem)
        flows = _cheapest(problem, outlets)
    if flows is None:
        return Target(feasible=False, reason=_reason(problem, shortfall), shortfall=shortfall or {}, today=today)
    flows, outlets = _refined(problem, flows, outlets)
    flows = _least_in_sum(problem, flows, outlets)
    flows, thinned = _thinned(problem, flows, outlets)
    return _result(problem, flows, _settled(problem, flows, outlets), thinned, today)


# What is checked ------------------------------------------------------------------------------------------------------


def _problem(uses: Sequence[WaterUse], sources: Sequence[Source], forbidden: Collection[_Pair]) -> _Problem:
    for use in uses:
        _check_use(use)
    for source in sources:
        _check_numbers(source.id, (source.available or 0.0, source.cost_weight, *source.concentrations.values()))
    ids = [*(use.id for use in uses), *(source.id for source in sources)]
    if repeated := next((name for name in ids if ids.count(name) > 1), None):
        raise ValueError(f"given twice: {repeated}")
    return _Problem(
        tuple(sorted(sources, key=lambda source: source.id)),
        tuple(sorted(uses, key=lambda use: use.id)),
        tuple(sorted({name for use in uses for name in (*use.max_in, *use.max_out)})),
        frozenset(forbidden),
    )


def _check_numbers(name: str, numbers: Iterable[float]) -> None:
    if not all(0 <= number < math.inf for number in numbers):
        raise ValueError(f"{name}: flows, concentrations and weights are zero or more, and finite")


def _check_use(use: WaterUse) -> None:
    _check_numbers(use.id, (use.flow, use.leaving, *use.max_in.values(), *use.max_out.values()))
    if use.fixed_flow:
        return
    if set(use.max_in) != set(use.max_out):
        raise ValueError(f"{use.id}: a fixed load needs inlet and outlet limit of the same contaminants")
    if any(use.max_out[name] < limit for name, limit in use.max_in.items()):
        raise ValueError(f"{use.id}: outlet limit below inlet limit")
    if use.leaving > use.flow:
        raise ValueError(f"{use.id}: returns more than it takes")


# The linear programme -------------------------------------------------------------------------------------------------


class _Rows:
    """Rows Σ coefficient × variable ≤ or = bound, each scaled to coefficients around one."""

    def __init__(self) -> None:
        self.coefficients: list[dict[int, float]] = []
        self.bounds: list[float] = []

    def add(self, coefficients: dict[int, float], bound: float, scale: float = 0.0) -> None:
        scale = scale or max(map(abs, coefficients.values()), default=0.0) or 1.0
        self.coefficients.append({column: value / scale for column, value in coefficients.items()})
        self.bounds.append(bound / scale)

    def matrix(self, columns: int) -> Any:
        import numpy as np

        matrix = np.zeros((len(self.bounds), columns))
        for row, coefficients in enumerate(self.coefficients):
            for column, value in coefficients.items():
                matrix[row, column] = value
        return matrix


class _Programme:
    """The programme for given outlet concentrations; variables are the matches that can be, in a fixed order.

    Any solution can be built: with outlets assumed at or above what they will be, no true concentration is higher.
    """

    def __init__(self, problem: _Problem, outlets: _Outlets, only: Collection[_Pair] | None = None) -> None:
        self.problem, self.outlets = problem, outlets
        self.scale = _largest(problem) or 1.0
        self.origins: list[tuple[str, Mapping[str, float] | None]] = [
            (source.id, source.concentrations) for source in problem.sources
        ]
        self.origins += [(use.id, None) for use in problem.uses if use.leaving > 0]
        self.pairs = [
            (origin, use.id)
            for use in problem.uses
            if use.flow > 0
            for origin, fresh in self.origins
            if (origin, use.id) not in problem.forbidden
            and (only is None or (origin, use.id) in only)
            and (fresh is not None or all(name in outlets[origin] for name in use.max_in))
        ]
        self.leaving: dict[str, list[int]] = {}
        self.entering: dict[str, list[int]] = {}
        for number, (origin, use_id) in enumerate(self.pairs):
            self.leaving.setdefault(origin, []).append(number)
            self.entering.setdefault(use_id, []).append(number)
        self.in_fresh = {source.id: source.concentrations for source in problem.sources}
        self.at_most, self.equal = _Rows(), _Rows()
        for use in problem.uses:
            self._add_use(use)
        for source in problem.sources:
            if source.available is not None:
                self.at_most.add(dict.fromkeys(self.leaving.get(source.id, []), 1.0), source.available / self.scale)
        weights = {source.id: source.cost_weight for source in problem.sources}
        self.weights = [weights.get(origin, 0.0) for origin, _ in self.pairs]
        self.fresh = [1.0 if origin in weights else 0.0 for origin, _ in self.pairs]

    def concentration(self, origin: str, name: str) -> float:
        """Of what comes from an origin; what a source does not name is not in it."""
        return self.in_fresh[origin].get(name, 0.0) if origin in self.in_fresh else self.outlets[origin][name]

    def _add_use(self, use: WaterUse) -> None:
        entering, leaving = self.entering.get(use.id, []), self.leaving.get(use.id, [])
        flow = use.flow / self.scale
        for name, limit in use.max_in.items():
            excess = {number: self.concentration(self.pairs[number][0], name) - limit for number in entering}
            self.at_most.add(excess, 0.0, limit)
        if use.fixed_flow:
            if flow > 0:
                self.equal.add(dict.fromkeys(entering, 1.0), flow)
            self.at_most.add(dict.fromkeys(leaving, 1.0), use.leaving / self.scale)
            return
        self.at_most.add(dict.fromkeys(entering, 1.0), flow)
        share = use.leaving / use.flow if use.flow > 0 else 0.0
        balance = dict.fromkeys(leaving, 1.0)
        for number in entering:
            balance[number] = balance.get(number, 0.0) - share
        self.at_most.add(balance, 0.0)
        for name, limit in use.max_out.items():
            load = flow * (limit - use.max_in[name])
            outlet = self.outlets[use.id][name]
            rise = {number: self.concentration(self.pairs[number][0], name) - outlet for number in entering}
            self.at_most.add(rise, -load, outlet)

    def solve(self, objective: Sequence[float], ceiling: float | None = None) -> _Flows | None:
        """The flows that make the objective least, at a cost up to `ceiling`; None where there are none."""
        from scipy.optimize import linprog

        if not self.pairs:
            possible = not any(bound > 0 for bound in self.equal.bounds) and all(b >= 0 for b in self.at_most.bounds)
            return {} if possible else None
        at_most = _Rows()
        at_most.coefficients, at_most.bounds = list(self.at_most.coefficients), list(self.at_most.bounds)
        if ceiling is not None:
            at_most.add(dict(enumerate(self.weights)), ceiling / self.scale)
        equal = bool(self.equal.bounds)
        answer = linprog(
            objective,
            A_ub=at_most.matrix(len(self.pairs)),
            b_ub=at_most.bounds,
            A_eq=self.equal.matrix(len(self.pairs)) if equal else None,
            b_eq=self.equal.bounds if equal else None,
            method="highs",
            options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9},
        )
        if not answer.success:
            return None
        return {pair: max(float(x), 0.0) * self.scale for pair, x in zip(self.pairs, answer.x, strict=True)}


def _cheapest(problem: _Problem, outlets: _Outlets) -> _Flows | None:
    programme = _Programme(problem, outlets)
    return programme.solve(programme.weights)


def _cost(problem: _Problem, flows: _Flows) -> float:
    weights = {source.id: source.cost_weight for source in problem.sources}
    return math.fsum(weights.get(origin, 0.0) * flow for (origin, _), flow in flows.items())


def _least_in_sum(problem: _Problem, flows: _Flows, outlets: _Outlets) -> _Flows:
    """Where sources weigh differently, the least sum among the cheapest plans: free water is not poured away either."""
    weights = {source.cost_weight for source in problem.sources}
    if len(weights) == 1 and weights != {0.0}:
        return flows
    programme = _Programme(problem, outlets)
    return programme.solve(programme.fresh, _ceiling(_cost(problem, flows))) or flows


def _ceiling(cost: float) -> float:
    return cost * (1 + _SETTLED) + 1e-300


# Several contaminants with fixed loads --------------------------------------------------------------------------------


def _refined(problem: _Problem, flows: _Flows, outlets: _Outlets) -> tuple[_Flows, _Outlets]:
    """Better plans with outlet concentrations below the limits, as long as there are any.

    A lower concentration lets a use's water go further but asks more water of the use itself, so it is tried for all
    uses whose water is reused, and for each by itself.
    """
    if all(use.fixed_flow for use in problem.uses) or len(problem.contaminants) < 2:
        return flows, outlets
    for _ in range(_ROUNDS):
        cost, better = _cost(problem, flows), None
        for guess in _guesses(problem, flows, outlets):
            found = _cheapest(problem, guess)
            if found is not None and _cost(problem, found) < cost * (1 - _SETTLED):
                cost, better = _cost(problem, found), (found, guess)
        if better is None:
            break
        flows, outlets = better
    return flows, outlets


def _guesses(problem: _Problem, flows: _Flows, outlets: _Outlets) -> list[_Outlets]:
    true, limits = _settled(problem, flows, outlets), _limits(problem)
    givers = {origin for (origin, _), flow in flows.items() if flow > 0}
    reused = [use.id for use in problem.uses if not use.fixed_flow and use.id in givers]
    return [limits | {use: true[use] for use in reused}, *(outlets | {use: true[use]} for use in reused)]


def _limits(problem: _Problem) -> _Outlets:
    return {use.id: dict(use.max_out) for use in problem.uses}


def _settled(problem: _Problem, flows: _Flows, outlets: _Outlets) -> _Outlets:
    """The outlet concentrations that the flows make.

    From above, by repeated mixing: concentrations fall towards the true ones, and each step on the way is a safe
    assumption too, so that stopping early does no harm.
    """
    found = {use: dict(values) for use, values in outlets.items()}
    fresh = {source.id: source.concentrations for source in problem.sources}
    entering: dict[str, list[tuple[str, float]]] = {}
    for (origin, end), flow in flows.items():
        if flow > 0:
            entering.setdefault(end, []).append((origin, flow))
    loaded = [use for use in problem.uses if not use.fixed_flow and use.id in entering]
    for _ in range(1000):
        moved = 0.0
        for use in loaded:
            total = math.fsum(flow for _, flow in entering[use.id])
            for name, limit in use.max_out.items():
                carried = math.fsum(
                    flow * (fresh[origin].get(name, 0.0) if origin in fresh else found[origin][name])
                    for origin, flow in entering[use.id]
                )
                value = (carried + use.flow * (limit - use.max_in[name])) / total
                moved = max(moved, (found[use.id][name] - value) / (limit or 1.0))
                found[use.id][name] = min(value, found[use.id][name])
        if moved < 1e-12:
            break
    return found


def _lower_bound(problem: _Problem, cost: float) -> float:
    """What no plan can undercut.

    Fixed flows alone make an exact programme. Otherwise each contaminant by itself, without forbidden matches, is an
    easier problem that is solved exactly: a plan with an outlet below its limit is as cheap as one that leads some of
    the inlet water past the use to where its outlet goes. The hardest of these is the bound.
    """
    if all(use.fixed_flow for use in problem.uses):
        return cost
    bounds = [0.0]
    for name in problem.contaminants:
        uses = tuple(
            msgspec.structs.replace(use, max_in=_only(use.max_in, name), max_out=_only(use.max_out, name))
            for use in problem.uses
        )
        easier = _Problem(problem.sources, uses, (name,), frozenset())
        flows = _cheapest(easier, _limits(easier))
        bounds.append(_cost(easier, flows) if flows is not None else 0.0)
    return min(max(bounds), cost)


def _only(values: Mapping[str, float], name: str) -> dict[str, float]:
    return {name: values[name]} if name in values else {}


# Few matches ----------------------------------------------------------------------------------------------------------


def _thinned(problem: _Problem, flows: _Flows, outlets: _Outlets) -> tuple[_Flows, bool]:
    """The same target with fewer matches: one after the other, the smallest first, is forbidden, and stays forbidden
    where a plan with fewer is found without it. The flag says whether this was tried to the end.

    Not by mixed-integer programming: the fewest would be certain, but HiGHS writes to standard output of its own there.
    """
    allowed = set(_Programme(problem, outlets).pairs)
    if len(allowed) > _MATCH_LIMIT:
        return flows, False
    tried: set[_Pair] = set()
    limit = _NOTHING * _largest(problem)
    while True:
        used = sorted((flow, pair) for pair, flow in flows.items() if flow > limit)
        pair = next((pair for _, pair in used if pair not in tried), None)
        if pair is None:
            return flows, True
        tried.add(pair)
        found = _held(problem, flows, outlets, allowed - {pair})
        if found is not None and sum(flow > limit for flow in found.values()) < len(used):
            flows = found
            allowed.discard(pair)


def _held(problem: _Problem, flows: _Flows, outlets: _Outlets, allowed: Collection[_Pair]) -> _Flows | None:
    """A plan from the allowed matches that costs no more and takes no more fresh water; None when there is none."""
    programme = _Programme(problem, outlets, allowed)
    found = programme.solve(programme.fresh, _ceiling(_cost(problem, flows)))
    if found is None or _taken(problem, found) > _ceiling(_taken(problem, flows)):
        return None
    return found


def _taken(problem: _Problem, flows: _Flows) -> float:
    names = {source.id for source in problem.sources}
    return math.fsum(flow for (origin, _), flow in flows.items() if origin in names)


def _largest(problem: _Problem) -> float:
    return max((max(use.flow, use.leaving) for use in problem.uses), default=0.0)


# Results --------------------------------------------------------------------------------------------------------------


def _result(problem: _Problem, flows: _Flows, outlets: _Outlets, thinned: bool, today: float | None) -> Target:
    names = {source.id for source in problem.sources}
    limit = _NOTHING * _largest(problem)
    flows = {pair: flow for pair, flow in flows.items() if flow > limit}
    fresh = {
        source.id: math.fsum(flow for (origin, _), flow in flows.items() if origin == source.id)
        for source in problem.sources
    }
    total, cost = math.fsum(fresh.values()), _cost(problem, flows)
    results = tuple(_use_result(problem, use, flows, outlets) for use in problem.uses)
    bound = _lower_bound(problem, cost)
    return Target(
        feasible=True,
        fresh=fresh,
        fresh_total=total,
        waste_total=math.fsum(result.waste for result in results),
        cost=cost,
        lower_bound=bound,
        proven=bound >= cost * (1 - 1e-6),
        matches=tuple(Match(origin, end, flow, origin in names) for (origin, end), flow in flows.items()),
        thinned=thinned,
        uses=results,
        today=today,
        saving=None if today is None else today - total,
    )


def _use_result(problem: _Problem, use: WaterUse, flows: _Flows, outlets: _Outlets) -> UseResult:
    entering = {origin: flow for (origin, end), flow in flows.items() if end == use.id}
    total = math.fsum(entering.values())
    inlet = {
        name: mixed for name in problem.contaminants if (mixed := _mixed(problem, entering, outlets, name)) is not None
    }
    leaving = use.leaving if use.fixed_flow else use.leaving / use.flow * total if use.flow > 0 else 0.0
    waste = leaving - math.fsum(flow for (origin, _), flow in flows.items() if origin == use.id)
    return UseResult(
        id=use.id,
        flow=total,
        inlet=inlet,
        outlet=dict(outlets[use.id]),
        waste=waste if waste > _NOTHING * max(use.leaving, use.flow) else 0.0,
        binding_in=_at_limit(inlet, use.max_in),
        binding_out=() if use.fixed_flow or total == 0 else _at_limit(outlets[use.id], use.max_out),
    )


def _mixed(problem: _Problem, entering: Mapping[str, float], outlets: _Outlets, name: str) -> float | None:
    """The concentration after mixing; None where nothing enters or one part is unknown."""
    fresh = {source.id: source.concentrations.get(name, 0.0) for source in problem.sources}
    parts = [
        (flow, fresh[origin] if origin in fresh else outlets[origin].get(name)) for origin, flow in entering.items()
    ]
    total = math.fsum(entering.values())
    if total <= 0 or any(concentration is None for _, concentration in parts):
        return None
    return math.fsum(flow * concentration for flow, concentration in parts if concentration is not None) / total


def _at_limit(values: Mapping[str, float], limits: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(name for name in sorted(limits) if name in values and values[name] >= limits[name] * (1 - _BINDING))


# Why there is no plan -------------------------------------------------------------------------------------------------

_CLEAN = "\0clean"
"""Clean water that is not there; no id of the caller's."""


def _helped(problem: _Problem) -> tuple[_Outlets, dict[str, float] | None]:
    """Outlets of the plan that needs the least help, and the clean water each use lacks in it; None: no plan even so."""
    idle = tuple(msgspec.structs.replace(source, cost_weight=0.0) for source in problem.sources)
    eased = msgspec.structs.replace(problem, sources=(Source(_CLEAN), *idle))
    flows = _cheapest(eased, _limits(eased))
    if flows is None:
        return _limits(problem), None
    flows, outlets = _refined(eased, flows, _limits(eased))
    limit = _NOTHING * _largest(problem)
    return outlets, {end: flow for (origin, end), flow in flows.items() if origin == _CLEAN and flow > limit}


def _reason(problem: _Problem, shortfall: dict[str, float] | None) -> Reason:
    if shortfall is None:
        return "solver"
    unlimited = tuple(msgspec.structs.replace(source, available=None) for source in problem.sources)
    eased = msgspec.structs.replace(problem, sources=unlimited)
    more_would_do = not unlimited or _cheapest(eased, _limits(eased)) is not None
    return "fresh_short" if more_would_do else "limits_unreachable"
