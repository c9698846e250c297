"""`Analysis`: every result of every method, computed once when it is first asked for.

Checks, tables, reports and status read it and compute nothing themselves.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cpa.analysis import assessment as phase_3
from cpa.analysis import benchmark as indicators
from cpa.analysis import implementation as phase_6
from cpa.analysis import options as phase_4
from cpa.analysis import preassessment as phase_2
from cpa.analysis import progress as steps
from cpa.analysis import specifics as by_product
from cpa.analysis import studies as phase_5
from cpa.analysis import targets as aims
from cpa.analysis.assessment import LayerBalance
from cpa.analysis.money import money_unit
from cpa.audit import Audit
from cpa.methods.ranking import Ranking
from cpa.methods.robustness import Robustness
from cpa.schema.assessment import Balance
from cpa.schema.implementation import Effect

if TYPE_CHECKING:
    from cpa.analysis.approvals import Standing
    from cpa.analysis.compulsory import GroundResult, QuotaVerdict, Step
    from cpa.analysis.costs import CostResult, WaterTarget
    from cpa.analysis.coverage import Coverage
    from cpa.analysis.doubt import DoubtResult
    from cpa.analysis.effects import Effect as OptionEffect
    from cpa.analysis.effects import Lessening, Stock
    from cpa.analysis.energy import EnergyResult
    from cpa.analysis.factors import Basis
    from cpa.analysis.indices import Index, LossShare
    from cpa.analysis.library import Suggested
    from cpa.analysis.packages import Market, PackageResult, Programme
    from cpa.analysis.potential import AspectPotential, StreamPotential
    from cpa.analysis.proposals import Proposal
    from cpa.analysis.reconciliation import FlowIsland, ReconciledLayer
    from cpa.analysis.water import WaterYear
    from cpa.methods.doubt import Simulation
    from cpa.methods.experts import Agreement
    from cpa.schema.feasibility import Package


class Analysis:
    """What follows from an audit."""

    def __init__(self, audit: Audit, balances: Sequence[Balance] | None = None) -> None:
        self.audit = audit
        self._asked = balances
        self._islands: dict[int, tuple[FlowIsland, ...]] = {}
        self._energy: dict[str, EnergyResult | None] = {}
        self._doubts: dict[str, DoubtResult | None] = {}
        self._simulations: dict[tuple[str, int, int], Simulation | None] = {}
        self._reconciled: dict[int, ReconciledLayer] = {}

    @property
    def money_unit(self) -> str:
        return money_unit(self.audit)

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
        from cpa.analysis.effects import rivals

        return aims.deliveries(self.audit, self.targets, self.options, rivals(self.audit, self.options))

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
    def stocks(self) -> "dict[str, Stock]":
        """What savings can name, with its unit and its amount in the baseline year."""
        from cpa.analysis.effects import stocks

        return stocks(self.audit)

    @cached_property
    def option_effects(self) -> "dict[str, OptionEffect]":
        """What each option saves a year, by id."""
        from cpa.analysis.effects import effect_of

        return {result.option.id: effect_of(self.audit, self.stocks, result) for result in self.options}

    @cached_property
    def lessenings(self) -> "tuple[Lessening, ...]":
        from cpa.analysis.effects import lessenings

        return lessenings(self.audit, self.stocks, self.option_effects, self.options)

    def saved_by(self, options: Iterable[str]) -> "OptionEffect":
        """What options save together, their overlaps taken off."""
        from cpa.analysis.effects import together

        return together(self.option_effects, self.lessenings, options)

    @cached_property
    def compatible(self) -> tuple[str, ...]:
        """The kept options that may be carried out together."""
        from cpa.analysis.effects import compatible

        return compatible(self.audit, self.options)

    @cached_property
    def coverage(self) -> "Coverage":
        """What the options answer, and what none does."""
        from cpa.analysis.coverage import coverage, large_losses

        losses = large_losses((result.layer, self.loss_shares(result)) for result in self.balances)
        return coverage(self.audit, self.options, self.option_effects, self.stocks, self.benchmark, tuple(losses))

    @cached_property
    def suggestions(self) -> "tuple[Suggested, ...]":
        """Entries of the option library that the audit should look at."""
        from cpa.analysis.library import suggestions

        return suggestions(self.audit, self.coverage)

    @cached_property
    def screening(self) -> Ranking | None:
        return phase_4.screening_ranking(self.audit)

    @cached_property
    def screening_robustness(self) -> Robustness | None:
        return phase_4.screening_robustness(self.screening) if self.screening is not None else None

    @cached_property
    def screening_totals(self) -> dict[str, list[float]] | None:
        return phase_4.screening_totals(self.audit, self.screening) if self.screening is not None else None

    @cached_property
    def screening_agreement(self) -> "Agreement | None":
        return phase_2.focus_agreement(self.screening_totals) if self.screening_totals is not None else None

    @cached_property
    def cross_checks(self) -> phase_4.CrossChecks | None:
        return phase_4.cross_checks(self.audit, self.screening) if self.screening is not None else None

    @cached_property
    def studies(self) -> tuple[phase_5.StudyResult, ...]:
        return phase_5.study_results(self.audit)

    def doubt(self, result: phase_5.StudyResult) -> "DoubtResult | None":
        """How the NPV of a study moves with its inputs."""
        from cpa.analysis.doubt import doubt_result

        name = result.study.option
        if name not in self._doubts:
            self._doubts[name] = doubt_result(self.audit, result)
        return self._doubts[name]

    def simulation(self, result: phase_5.StudyResult, draws: int, seed: int) -> "Simulation | None":
        """Monte Carlo over the distributions that a study states."""
        from cpa.analysis.doubt import simulation

        place = result.study.option, draws, seed
        if place not in self._simulations:
            self._simulations[place] = simulation(self.audit, result, draws, seed)
        return self._simulations[place]

    @cached_property
    def market(self) -> "Market":
        """What packages are chosen from."""
        from cpa.analysis.packages import market

        return market(self.audit, self.options, self.option_effects, self.lessenings, self.stocks, self.studies)

    @cached_property
    def packages(self) -> "tuple[PackageResult, ...]":
        """The best packages under the conditions that phase 5 states."""
        return tuple(self.package(one) for one in self.audit.phase("feasibility").packages)

    def programme(self, conditions: "Package") -> "Programme":
        """The conditions of a package as a programme, unsolved."""
        from cpa.analysis.packages import programme

        return programme(self.audit, self.market, conditions)

    def package(self, conditions: "Package") -> "PackageResult":
        """The best packages under conditions."""
        from cpa.analysis.packages import package_result

        return package_result(self.market, self.programme(conditions))

    @cached_property
    def effect_results(self) -> tuple[phase_6.EffectResult, ...]:
        return phase_6.effect_results(self.audit, self.stocks)

    @cached_property
    def effects(self) -> tuple[phase_6.ResourceEffect, ...]:
        return phase_6.resource_effects(self.audit, self.effect_results, self.lessenings, self.stocks)

    @cached_property
    def saved(self) -> "OptionEffect":
        """What the options carried out save together: amounts, tce, CO₂."""
        return phase_6.saved_together(self.audit, self.effects, self.stocks)

    @cached_property
    def implementation_rate(self) -> phase_6.Rate:
        recommended = {result.study.option: result.study.recommendation for result in self.studies}
        return phase_6.implementation_rate(self.options, recommended)

    @cached_property
    def verifications(self) -> tuple[phase_6.VerificationResult, ...]:
        return phase_6.verifications(self.audit)

    @cached_property
    def unit_results(self) -> tuple[phase_6.UnitResult, ...]:
        return phase_6.unit_results(self.audit, self.effects, self.stocks)

    @cached_property
    def proposals(self) -> "tuple[Proposal, ...]":
        """What stayed open for the next round."""
        from cpa.analysis.proposals import proposals

        compared = self.benchmark_after or self.benchmark
        return proposals(self.audit, self.options, self.attainments, compared, self.focus)

    @cached_property
    def standings(self) -> "tuple[Standing, ...]":
        """Approved decisions beside the figures of today."""
        from cpa.analysis.approvals import standings

        return standings(self)

    @cached_property
    def money_benefits(self) -> tuple[tuple[Effect, float], ...]:
        return phase_6.money_benefits(self.audit, self.money_unit)

    @cached_property
    def attainments(self) -> tuple[phase_6.AttainmentResult, ...]:
        return phase_6.attainments(self.audit)

    @cached_property
    def progress(self) -> tuple[steps.StepState, ...]:
        return steps.states(self.audit)
