"""Financial assessment with the handbook's formulas (step 5.5; domain notes §6.1).

All amounts share one unit of money; rates are fractions; years are whole or broken numbers of years.
Cash flow is constant from year 1 to year n, the investment stands in year 0, flows fall at the end of a year.
"""

import math

import msgspec

_LARGEST_EXPONENT = 700.0
"""Beyond it the exponential leaves the range of floating point."""


class Appraisal(msgspec.Struct, frozen=True):
    """The indicators of form 5-3. Letters as in the handbook; None where an indicator does not exist.

    investment I, saving P, depreciation D, taxable T, tax, profit E, cash_flow F (a year), payback N (years),
    npv NPV, npvr NPVR (fraction), irr IRR (fraction). `trial` are the two rates and NPVs of the
    handbook's interpolation and the rate that it gives. `direct` says that F was given, not derived.
    """

    investment: float
    saving: float | None
    depreciation_years: float
    life: float
    tax_rate: float
    discount_rate: float
    depreciation: float | None
    taxable: float | None
    tax: float | None
    profit: float | None
    cash_flow: float
    payback: float | None
    annuity: float
    npv: float
    npvr: float | None
    irr: float | None
    trial: tuple[float, float, float, float, float] | None
    direct: bool


def annuity_factor(rate: float, years: float) -> float:
    """Present value of 1 a year, (P/A, i, n) = ((1+i)^n − 1) / (i (1+i)^n) (handbook, appendix 1).

    Its limit n at rate zero. Raises ValueError for a rate of −100 % or less.
    """
    if rate <= -1:
        raise ValueError("a discount rate is above -100 %")
    if rate == 0:
        return years
    exponent = -years * math.log1p(rate)
    if exponent > _LARGEST_EXPONENT:
        return math.inf
    return -math.expm1(exponent) / rate


def net_present_value(cash_flow: float, investment: float, rate: float, years: float) -> float:
    """NPV = F × (P/A, i, n) − I."""
    return cash_flow * annuity_factor(rate, years) - investment


def internal_rate(cash_flow: float, investment: float, years: float) -> float | None:
    """The rate at which NPV is zero, to machine precision.

    With I > 0 and F > 0 the NPV falls strictly from +∞ to −I over (−1, ∞), so there is exactly one; otherwise None.
    """
    if investment <= 0 or cash_flow <= 0 or years <= 0:
        return None
    low, high = -0.5, 1.0
    while net_present_value(cash_flow, investment, low, years) < 0:
        low = (low - 1) / 2
        if low < -1 + 1e-12:
            return None
    while net_present_value(cash_flow, investment, high, years) > 0:
        high *= 2
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if net_present_value(cash_flow, investment, middle, years) > 0:
            low = middle
        else:
            high = middle


def interpolated_rate(
    cash_flow: float, investment: float, years: float
) -> tuple[float, float, float, float, float] | None:
    """The handbook's IRR: i₁ + (i₂ − i₁) × NPV₁ / (NPV₁ + |NPV₂|) with i₂ = i₁ + 1 %.

    Returns i₁, NPV₁ ≥ 0, i₂, NPV₂ < 0 and the rate; None when the IRR is below zero, where the handbook has no table.
    """
    exact = internal_rate(cash_flow, investment, years)
    if exact is None or exact < 0:
        return None
    first = math.floor(exact * 100 + 1e-9) / 100
    second = first + 0.01
    npv1 = net_present_value(cash_flow, investment, first, years)
    npv2 = net_present_value(cash_flow, investment, second, years)
    return first, npv1, second, npv2, first + (second - first) * npv1 / (npv1 + abs(npv2))


def appraise(
    *,
    investment: float,
    saving: float | None = None,
    cash_flow: float | None = None,
    depreciation_years: float,
    life: float,
    tax_rate: float,
    discount_rate: float,
) -> Appraisal:
    """The indicators of one option, from P (`saving`) or, where the source gives it, from F (`cash_flow`) directly.

    D = I/Y, T = P − D, tax = max(T, 0) × rate, E = T − tax, F = E + D, N = I/F. A loss year pays no tax and is
    not carried forward. Raises ValueError unless exactly one of `saving` and `cash_flow` is given, and for a
    depreciation period or a life of zero.
    """
    if (saving is None) == (cash_flow is None):
        raise ValueError("give either the saving or the cash flow")
    if depreciation_years <= 0 or life <= 0:
        raise ValueError("life and depreciation period are positive")
    depreciation = taxable = tax = profit = None
    if saving is not None:
        depreciation = investment / depreciation_years
        taxable = saving - depreciation
        tax = max(taxable, 0.0) * tax_rate
        profit = taxable - tax
        cash_flow = profit + depreciation
    assert cash_flow is not None  # noqa: S101 -- one of the two was given
    npv = net_present_value(cash_flow, investment, discount_rate, life)
    return Appraisal(
        investment=investment,
        saving=saving,
        depreciation_years=depreciation_years,
        life=life,
        tax_rate=tax_rate,
        discount_rate=discount_rate,
        depreciation=depreciation,
        taxable=taxable,
        tax=tax,
        profit=profit,
        cash_flow=cash_flow,
        payback=investment / cash_flow if cash_flow > 0 else None,
        annuity=annuity_factor(discount_rate, life),
        npv=npv,
        npvr=npv / investment if investment > 0 else None,
        irr=internal_rate(cash_flow, investment, life),
        trial=interpolated_rate(cash_flow, investment, life),
        direct=saving is None,
    )
