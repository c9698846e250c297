"""Phase 3: reconciled balances, what can be known of each flow, and what the tests for gross errors say, by name."""

import math
from typing import Literal

import msgspec

from cpa.analysis.assessment import LayerBalance
from cpa.analysis.coupled import LINEAR, coupled_network
from cpa.analysis.layers import flows_of
from cpa.analysis.network import Network, linear_network
from cpa.audit import Audit
from cpa.methods.balance.bilinear import Coupled, Products
from cpa.methods.balance.gross_errors import Tests, examined
from cpa.methods.balance.problem import Problem, Status
from cpa.methods.balance.reconcile import Reconciliation
from cpa.methods.balance.structure import classify, islands
from cpa.methods.balance.system import sound_correlations

COVERAGE = 1.959963984540054
"""Standard uncertainties on each side of a 95 % interval of a normal distribution."""


class Estimate(msgspec.Struct, frozen=True):
    """What a flow, known loss or stock carries in a layer, before and after, in the layer's unit.

    `sigma` and `uncertainty` are standard uncertainties of the measured and of the reconciled value; `default`: σ is that
    of the class of method. `value` is None where nothing determines it. `held`: non-negativity keeps it at zero.
    """

    id: str
    kind: Literal["flow", "loss", "stock", "mass"]
    measured: float | None
    sigma: float | None
    default: bool
    value: float | None
    uncertainty: float | None
    status: Status
    held: bool = False
    z: float | None = None
    """Statistic of the measurement test; of the amount or the content, whichever is larger."""

    @property
    def adjustment(self) -> float | None:
        return None if self.measured is None or self.value is None else self.value - self.measured

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval; amounts end at zero."""
        if self.value is None or self.uncertainty is None:
            return None
        low = self.value - COVERAGE * self.uncertainty
        return (low if self.kind == "stock" else max(low, 0.0), self.value + COVERAGE * self.uncertainty)


class SuspectMember(msgspec.Struct, frozen=True):
    """A reading that may be wrong, or a unit that may leak.

    `part` says whether the amount or the content of a flow is meant. `size` is the error with standard uncertainty
    `sigma`; `measured` what was read, `needed` what it would have to be, both in the layer's unit, a content as a share.
    """

    kind: Literal["bias", "leak"]
    part: Literal["amount", "content", "loss", "stock", "relation", "unit"]
    id: str
    size: float
    sigma: float
    measured: float | None = None
    needed: float | None = None
    layer: str = ""
    own_sigma: float = 0.0
    """Standard uncertainty of the reading itself."""


class SuspectGroup(msgspec.Struct, frozen=True):
    """Suspects that no test can tell apart."""

    members: tuple[SuspectMember, ...]
    significant: bool
    statistic: float
    remaining: float
    remaining_degrees: int


class FlowIsland(msgspec.Struct, frozen=True):
    """Flows that cannot be determined, and the smallest sets of measurements that would determine them all."""

    flows: tuple[str, ...]
    needed: int
    sets: tuple[tuple[str, ...], ...]
    complete: bool


class ReconciledLayer(msgspec.Struct, frozen=True):
    """A layer with data reconciliation. `converged` is False where no solution was reached."""

    raw: LayerBalance
    flows: dict[str, Estimate]
    others: tuple[Estimate, ...]
    """Known losses, changes of stock, and masses that the contents of a substance determine."""
    tests: Tests
    suspects: tuple[SuspectGroup, ...]
    islands: tuple[FlowIsland, ...]
    unbalanced: tuple[str, ...]
    converged: bool
    bad_correlations: bool
    steps: int
    closure: float
    nodal: dict[str, float] = {}
    """Statistic of the nodal test, by unit operation, for units whose balance stands alone."""
    forced: tuple[str, ...] = ()
    """Measured flows that relations and balances allow no other value than zero."""

    @property
    def unit(self) -> str:
        return self.raw.unit


def classified(audit: Audit, result: LayerBalance) -> tuple[FlowIsland, ...]:
    """What cannot be determined in a layer, without solving anything; amounts × contents count as amounts."""
    network = linear_network(audit, result)
    return _islands(network, network.problem, result.layer)


def _islands(network: Network, problem: Problem, layer: str) -> tuple[FlowIsland, ...]:
    found = list(islands(problem, classify(problem)))
    names = [column.id for column in network.columns]
    # An amount that no constraint holds is not asked about where contents are balanced and masses are not.
    held = {*map(int, problem.columns), *(column for term in network.products for column in term[2:])}
    found = [
        island
        for island in found
        if held & set(island.columns) or all(network.columns[c].layer == layer for c in island.columns)
    ]
    return tuple(
        FlowIsland(
            tuple(dict.fromkeys(names[column] for column in island.columns)),
            island.needed,
            tuple(tuple(names[column] for column in chosen) for chosen in island.sets),
            island.complete,
        )
        for island in found
    )


def reconciled(audit: Audit, result: LayerBalance) -> ReconciledLayer:
    """The data reconciliation of a balance: linear for amounts, jointly with contents for substances."""
    coupled = result.layer not in LINEAR
    sizes: dict[int, float] = {}
    for _pass in range(2):
        built = coupled_network(audit, result, sizes) if coupled else linear_network(audit, result, sizes)
        network, dropped = _sound(built)
        if network.products:
            products = Products(*(list(part) for part in zip(*network.products, strict=True)))
            joint = Coupled(network.problem, products)
            solution, converged, steps = joint.linear, joint.converged, joint.steps
        else:
            solution = Reconciliation(network.problem)
            converged, steps = solution.settled, 1
        if not any(column.kind == "slack" for column in network.columns):
            break
        # The uncertainty of a ratio counts by the size of what it is taken of, which is known better now.
        sizes = dict(enumerate(solution.values.tolist()))
    tests = examined(solution, network.unit_rows)
    flows = _flow_estimates(network, solution, tests, result, audit)
    forced = tuple(
        name
        for name, flow in flows.items()
        if flow.measured and flow.value is not None and not flow.held and abs(flow.value) < 1e-9 * flow.measured
    )
    return ReconciledLayer(
        result,
        flows,
        tuple(
            _single(network, solution, tests, index, _KINDS[column.kind])
            for index, column in enumerate(network.columns)
            if (column.kind in ("loss", "stock") and column.layer == result.layer)
            or (
                coupled
                and column.kind == "flow"
                and network.problem.measured[index] is None
                and solution.statuses[index] == "observable"
            )
        ),
        tests,
        tuple(_suspects(network, tests)),
        _islands(network, solution.problem, result.layer),
        network.unbalanced,
        converged and not forced,
        dropped,
        steps,
        solution.closure,
        {network.units[row][0]: z for row, z in tests.nodal.items() if network.units[row][1] == result.layer},
        forced,
    )


def _sound(network: Network) -> tuple[Network, bool]:
    """The network, without its correlations where they contradict each other."""
    if not network.problem.correlations or sound_correlations(network.problem):
        return network, False
    return msgspec.structs.replace(network, problem=msgspec.structs.replace(network.problem, correlations=())), True


def _flow_estimates(
    network: Network, solution: Reconciliation, tests: Tests, result: LayerBalance, audit: Audit
) -> dict[str, Estimate]:
    """Every flow of the layer, in the order of the files."""
    place = {(column.kind, column.id, column.layer): index for index, column in enumerate(network.columns)}
    linear = result.layer in LINEAR
    found = {}
    for flow in flows_of(audit):
        single = place.get(("flow" if linear else "substance", flow.id, result.layer))
        content = place.get(("content", flow.id, result.layer))
        if single is not None:
            found[flow.id] = _single(network, solution, tests, single, "flow")
        elif content is not None:
            found[flow.id] = _product(network, solution, tests, place["flow", flow.id, "mass"], content)
    return found


def _single(
    network: Network, solution: Reconciliation, tests: Tests, index: int, kind: Literal["flow", "loss", "stock", "mass"]
) -> Estimate:
    status = solution.statuses[index]
    measured = network.problem.measured[index]
    return Estimate(
        network.columns[index].id,
        kind,
        measured,
        network.problem.sigmas[index] if measured is not None else None,
        index in network.defaults,
        None if status == "unobservable" else float(solution.values[index]),
        None if status == "unobservable" else solution.uncertainties([index])[0],
        status,
        index in solution.held,
        tests.measurement.get(index),
    )


_KINDS: dict[str, Literal["loss", "stock", "mass"]] = {"loss": "loss", "stock": "stock", "flow": "mass"}


def _product(network: Network, solution: Reconciliation, tests: Tests, amount: int, content: int) -> Estimate:
    """A flow's amount of a substance as amount × content."""
    y, w = network.problem.measured[amount], network.problem.measured[content]
    both = (solution.statuses[amount], solution.statuses[content])
    status: Status = (
        both[0] if both[0] in ("unobservable", "observable") else "redundant" if "redundant" in both else "determined"
    )
    measured = y * w if y is not None and w is not None else None
    sigma = None
    if y is not None and w is not None:
        sigma = math.hypot(network.problem.sigmas[amount] * w, network.problem.sigmas[content] * y)
    value = uncertainty = None
    if status != "unobservable":
        value = float(solution.values[amount] * solution.values[content])
        uncertainty = solution.product_uncertainty(amount, content)
    z = max((tests.measurement.get(index) for index in (amount, content)), key=lambda one: abs(one or 0.0))
    held = amount in solution.held or content in solution.held
    default = amount in network.defaults or content in network.defaults
    return Estimate(network.columns[content].id, "flow", measured, sigma, default, value, uncertainty, status, held, z)


_PARTS: dict[str, Literal["amount", "content", "loss", "stock", "relation"]] = {
    "flow": "amount", "substance": "amount", "content": "content", "loss": "loss", "stock": "stock", "slack": "relation",
}  # fmt: skip


def _suspects(network: Network, tests: Tests) -> list[SuspectGroup]:
    found = []
    for suspect in tests.suspects:
        members = []
        for candidate in suspect.members:
            if candidate.kind == "leak":
                unit, layer = network.units[candidate.index]
                members.append(SuspectMember("leak", "unit", unit, candidate.size, candidate.sigma, layer=layer))
            else:
                column = network.columns[candidate.index]
                measured = network.problem.measured[candidate.index] or 0.0
                members.append(
                    SuspectMember(
                        "bias",
                        _PARTS[column.kind],
                        column.id,
                        candidate.size,
                        candidate.sigma,
                        measured,
                        measured - candidate.size,
                        column.layer,
                        network.problem.sigmas[candidate.index],
                    )
                )
        found.append(
            SuspectGroup(
                _plausible_first(members),
                suspect.significant,
                suspect.statistic,
                suspect.remaining,
                suspect.remaining_degrees,
            )
        )
    return found


def _plausible_first(members: list[SuspectMember]) -> tuple[SuspectMember, ...]:
    """Readings before leaks, those first whose own uncertainty explains most.

    Without readings that would be negative, and contents that would be more than the whole.
    """
    possible = [
        member
        for member in members
        if member.part in ("stock", "relation")
        or member.needed is None
        or 0 <= member.needed <= (1 if member.part == "content" else math.inf)
    ]
    return tuple(
        sorted(possible or members, key=lambda one: (one.kind == "leak", abs(one.size) / (one.own_sigma or 1.0)))
    )
