"""`Analysis`: every result of every method, computed once when it is first asked for.

Checks, tables, reports and status read it and compute nothing themselves.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cpa.analysis import assessment as phase_3
from cpa.analysis import benchmark as indicators
from cpa.analysis import implementation as phase_6
from cpa.analysis import options as phase_4
from cpa.analysis import preassessment as phase_2
from cpa.analysis import progress as steps
from cpa.analysis import specifics as by_product
from cpa.analysis import targets as aims
from cpa.analysis.assessment import LayerBalance
from cpa.audit import Audit
from cpa.methods.ranking import Ranking
from cpa.methods.robustness import Robustness
from cpa.schema.assessment import Balance
from cpa.schema.implementation import Effect

if TYPE_CHECKING:
    from cpa.analysis.compulsory import GroundResult, QuotaVerdict, Step
    from cpa.analysis.costs import CostResult, WaterTarget
    from cpa.analysis.energy import EnergyResult
    from cpa.analysis.factors import Basis
    from cpa.analysis.indices import Index, LossShare
    from cpa.analysis.potential import AspectPotential, StreamPotential
    from cpa.analysis.reconciliation import FlowIsland, ReconciledLayer
    from cpa.analysis.water import WaterYear
    from cpa.methods.experts import Agreement


class Analysis:
    """What follows from an audit."""

    def __init__(self, audit: Audit, balances: Sequence[Balance] | None = None) -> None:
        self.audit = audit
        self._asked = balances
        self._islands: dict[int, tuple[FlowIsland, ...]] = {}
        self._energy: dict[str, EnergyResult | None] = {}
        self._reconciled: dict[int, ReconciledLayer] = {}

    @property
    def money_unit(self) -> str:
        return phase_4.money_unit(self.audit)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years with figures, up to the baseline year where it is one of them."""
        found = by_product.years(self.audit)
        baseline = self.audit.identity.baseline_year if self.audit.identity is not None else 0
        return tuple(year for year in found if year <= baseline) if baseline in found else found

    @cached_property
    def specifics(self) -> tuple[by_product.Specific, ...]:
        return by_product.specifics(self.audit)

    @cached_property
    def trends(self) -> "tuple[by_product.Trend, ...]":
        return tuple(by_product.trends(self.audit, self.specifics))

    @cached_property
    def compliance(self) -> tuple[phase_2.Verdict, ...]:
        return phase_2.compliance(self.audit)

    @cached_property
    def energy(self) -> "EnergyResult | None":
        """Energy on the audit's own basis of electricity."""
        from cpa.analysis.factors import conventions

        return self.energy_on(conventions(self.audit).electricity)

    def energy_on(self, basis: "Basis") -> "EnergyResult | None":
        from cpa.analysis.energy import energy

        if basis not in self._energy:
            self._energy[basis] = energy(self.audit, basis)
        return self._energy[basis]

    @cached_property
    def water(self) -> "tuple[WaterYear, ...]":
        from cpa.analysis.water import water_years

        return water_years(self.audit)

    @cached_property
    def quotas(self) -> "tuple[QuotaVerdict, ...]":
        from cpa.analysis.compulsory import quota_verdicts

        return quota_verdicts(self.audit, self.energy)

    @cached_property
    def grounds(self) -> "tuple[GroundResult, ...]":
        from cpa.analysis.compulsory import grounds

        return grounds(self.audit, self.compliance, self.quotas)

    @cached_property
    def timeline(self) -> "tuple[Step, ...]":
        from cpa.analysis.compulsory import timeline

        return timeline(self.audit)

    @cached_property
    def stream_potentials(self) -> "tuple[StreamPotential, ...]":
        from cpa.analysis.potential import stream_potentials

        return stream_potentials(self.audit, self.specifics, self.benchmark)

    @cached_property
    def aspect_potentials(self) -> "tuple[AspectPotential, ...]":
        from cpa.analysis.potential import aspect_potentials

        return aspect_potentials(self.audit, self.specifics)

    @cached_property
    def benchmark(self) -> indicators.BenchmarkResult | None:
        return indicators.benchmark(self.audit)

    @cached_property
    def benchmark_after(self) -> indicators.BenchmarkResult | None:
        return indicators.benchmark(self.audit, after=True)

    @cached_property
    def focus(self) -> Ranking | None:
        return phase_2.focus_ranking(self.audit)

    @cached_property
    def focus_robustness(self) -> Robustness | None:
        """How firmly the first candidate stands; None without a ranking, or where several come first."""
        return phase_2.focus_robustness(self.focus) if self.focus is not None else None

    @cached_property
    def agreement(self) -> "Agreement | None":
        """How far the experts agree on the candidates; None where there are not several."""
        return phase_2.focus_agreement(self.expert_totals) if self.expert_totals is not None else None

    @cached_property
    def expert_totals(self) -> dict[str, list[float]] | None:
        return phase_2.expert_totals(self.audit, self.focus) if self.focus is not None else None

    @cached_property
    def targets(self) -> tuple[aims.TargetResult, ...]:
        return aims.targets(self.audit)

    @cached_property
    def deliveries(self) -> tuple[aims.Delivery, ...]:
        """What the feasible options bring of what each target asks for."""
        return aims.deliveries(self.audit, self.targets, self.options)

    @cached_property
    def balances(self) -> tuple[LayerBalance, ...]:
        """The balances that the audit asks for, or those given instead of them."""
        return tuple(phase_3.layer_balance(self.audit, request) for request in self.asked if request.layer != "cost")

    @property
    def asked(self) -> Sequence[Balance]:
        """The requests behind the balances, and those for costs."""
        stated: Sequence[Balance] = self.audit.phase("assessment").balances
        return stated if self._asked is None else self._asked

    def balance(self, request: Balance) -> LayerBalance:
        """A balance that the audit does not ask for itself."""
        return phase_3.layer_balance(self.audit, request)

    def islands(self, result: LayerBalance) -> "tuple[FlowIsland, ...]":
        """What the flows that were measured leave open in a layer; reactions tie layers, which only solving shows."""
        if result.request.reconcile:
            return self.reconciled(result.request).islands
        if result.conversions or not any(flow.missing == "amount" for flow in result.flows.values()):
            return ()
        if id(result) not in self._islands:
            from cpa.analysis.reconciliation import classified

            self._islands[id(result)] = classified(self.audit, result)
        return self._islands[id(result)]

    def indices(self, result: LayerBalance) -> "tuple[Index, ...]":
        from cpa.analysis import indices

        return indices.indices(self.audit, result)

    def loss_shares(self, result: LayerBalance) -> "tuple[LossShare, ...]":
        """Where a layer leaves the scope as waste or loss; with money where the audit gives prices."""
        from cpa.analysis import indices

        priced = any(flow.price for flow in self.audit.phase("assessment").flows)
        costs = self.costs(result.request.scope, result.request.period) if priced and result.layer == "mass" else None
        money = {item.id: item.costs.total for item in costs.account.flows} if costs is not None else None
        return indices.loss_shares(self.audit, result, money)

    def costs(self, scope: tuple[str, ...] = (), period: str = "") -> "CostResult":
        """Material flow cost accounting (ISO 14051)."""
        from cpa.analysis.costs import flow_costs

        return flow_costs(self.audit, scope, period)

    @cached_property
    def water_target(self) -> "WaterTarget | None":
        from cpa.analysis.costs import water_target

        return water_target(self.audit)

    def reconciled(self, request: Balance) -> "ReconciledLayer":
        """The data reconciliation of a balance; its modules are imported only now."""
        if id(request) not in self._reconciled:
            from cpa.analysis.reconciliation import reconciled

            result = next((item for item in self.balances if item.request is request), None) or self.balance(request)
            self._reconciled[id(request)] = reconciled(self.audit, result)
        return self._reconciled[id(request)]

    @cached_property
    def options(self) -> tuple[phase_4.OptionResult, ...]:
        return phase_4.option_results(self.audit)

    @cached_property
    def screening(self) -> Ranking | None:
        return phase_4.screening_ranking(self.audit)

    @cached_property
    def studies(self) -> tuple[phase_4.StudyResult, ...]:
        return phase_4.study_results(self.audit)

    @cached_property
    def effects(self) -> tuple[phase_6.ResourceEffect, ...]:
        return phase_6.resource_effects(self.audit)

    @cached_property
    def money_benefits(self) -> tuple[tuple[Effect, float], ...]:
        return phase_6.money_benefits(self.audit, self.money_unit)

    @cached_property
    def attainments(self) -> tuple[phase_6.AttainmentResult, ...]:
        return phase_6.attainments(self.audit)

    @cached_property
    def progress(self) -> tuple[steps.StepState, ...]:
        return steps.states(self.audit)
