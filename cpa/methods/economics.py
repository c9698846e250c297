"""Financial assessment (handbook, step 5.5; domain notes §6.1): the handbook's constant F, or a cash flow year by year.

All amounts share one unit of money; rates are fractions. The investment stands in year 0, flows fall at the end of a year.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from cpa.methods.cashflow import Plan, Statement, statement
from cpa.methods.rates import (
    Roots,
    annual_worth,
    annuity_factor,
    internal_rates,
    interpolated_rate,
    modified_rate,
    payback,
    present_value,
)


class Chain(msgspec.Struct, frozen=True):
    """From P to F: saving P, depreciation D = I/Y, taxable T = P − D, tax = max(T, 0) × rate, profit E = T − tax, F = E + D."""

    saving: float
    depreciation: float
    taxable: float
    tax: float
    profit: float


class Appraisal(msgspec.Struct, frozen=True):
    """The indicators of form 5-3. Letters as in the handbook; None where an indicator does not exist.

    investment I, npv NPV, npvr NPVR (NPV by the present value of the investment), payback N and discounted_payback (years
    from year 0), roots all IRRs, mirr, annual_worth (even amount a year), trial the two rates and NPVs of the handbook's
    interpolation and the rate that it gives. With constant F: cash_flow F, annuity (P/A, i, n), and chain, which is None
    where F was given; otherwise the statement, and own for the cash flow after loans.
    """

    method: Literal["constant", "yearly"]
    investment: float
    saving: float | None
    life: float
    discount_rate: float
    reinvestment_rate: float
    flows: tuple[float, ...]
    payback: float | None
    discounted_payback: float | None
    npv: float
    npvr: float | None
    roots: Roots
    mirr: float | None
    annual_worth: float | None
    trial: tuple[float, float, float, float, float] | None
    tax_rate: float = 0.0
    depreciation_years: float | None = None
    cash_flow: float | None = None
    annuity: float | None = None
    chain: Chain | None = None
    statement: Statement | None = None
    own: "Appraisal | None" = None

    @property
    def irr(self) -> float | None:
        """The IRR where there is exactly one."""
        return self.roots.rate


def appraise(
    *,
    investment: float,
    saving: float | None = None,
    cash_flow: float | None = None,
    depreciation_years: float,
    life: int,
    tax_rate: float,
    discount_rate: float,
    reinvestment_rate: float | None = None,
) -> Appraisal:
    """The handbook's shortcut: F is the same every year, from P (`saving`) or, where the source gives it, directly.

    A loss year pays no tax and is not carried forward. Raises ValueError unless exactly one of `saving` and `cash_flow` is
    given, and for a depreciation period or a life that is not positive.
    """
    if (saving is None) == (cash_flow is None):
        raise ValueError("give either the saving or the cash flow")
    if depreciation_years <= 0 or life <= 0:
        raise ValueError("life and depreciation period are positive")
    chain = None
    if saving is not None:
        depreciation = investment / depreciation_years
        taxable = saving - depreciation
        tax = max(taxable, 0.0) * tax_rate
        chain = Chain(saving, depreciation, taxable, tax, taxable - tax)
        cash_flow = chain.profit + depreciation
    flows = (-investment, *[cash_flow or 0.0] * life)
    found = judged(flows, discount_rate, investment, reinvestment_rate)
    return msgspec.structs.replace(
        found,
        method="constant",
        payback=investment / cash_flow if cash_flow and cash_flow > 0 else None,
        saving=saving,
        life=float(life),
        depreciation_years=depreciation_years,
        tax_rate=tax_rate,
        cash_flow=cash_flow,
        annuity=annuity_factor(discount_rate, life),
        chain=chain,
    )


def appraise_yearly(
    plan: Plan, discount_rate: float, *, investment: float, saving: float | None, reinvestment_rate: float | None = None
) -> Appraisal:
    """The indicators of a plan year by year. Raises ValueError for a plan that cannot be (`cashflow.statement`)."""
    made = statement(plan)
    found = judged(made.flows, discount_rate, present_value(made.outlays, discount_rate), reinvestment_rate)
    own = None
    if made.own:
        flows = tuple(year.flow for year in made.own)
        paid = [max(-flow, 0.0) if index <= plan.start else 0.0 for index, flow in enumerate(flows)]
        own = judged(flows, discount_rate, present_value(paid, discount_rate), reinvestment_rate)
    return msgspec.structs.replace(
        found,
        investment=investment,
        saving=saving,
        life=plan.life,
        depreciation_years=plan.write_off.period,
        tax_rate=plan.tax_rate,
        statement=made,
        own=own,
    )


def judged(
    flows: Sequence[float], discount_rate: float, invested: float, reinvestment_rate: float | None = None
) -> Appraisal:
    """The indicators of any cash flow; `invested` is the present value by which NPVR divides."""
    npv, roots = present_value(flows, discount_rate), internal_rates(flows)
    reinvested = discount_rate if reinvestment_rate is None else reinvestment_rate
    return Appraisal(
        method="yearly",
        investment=invested,
        saving=None,
        life=float(len(flows) - 1),
        discount_rate=discount_rate,
        reinvestment_rate=reinvested,
        flows=tuple(flows),
        payback=payback(flows),
        discounted_payback=payback(flows, discount_rate),
        npv=npv,
        npvr=npv / invested if invested > 0 else None,
        roots=roots,
        mirr=modified_rate(flows, discount_rate, reinvested),
        annual_worth=annual_worth(npv, discount_rate, len(flows) - 1),
        trial=interpolated_rate(flows, roots.rate),
    )
