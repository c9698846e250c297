"""The cash flow year by year: what it shares with the handbook's shortcut, what adds up, and rules by hand."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpa.methods.cashflow import (
    Debt,
    LoanYear,
    Part,
    Plan,
    Statement,
    WriteOff,
    Year,
    building_interest,
    depreciation_shares,
    horizon,
    statement,
)
from cpa.methods.economics import appraise, appraise_yearly
from cpa.methods.rates import annuity_factor, internal_rates, payback, present_value

BOUNDED = settings(max_examples=150, deadline=None, derandomize=True)
STRAIGHT = WriteOff("straight_line", 5)
AMOUNTS = st.floats(1, 1e4)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 0.8])
LOSSES = st.sampled_from(["lost", "carried_forward", "set_off"])


def plan(**changes: Any) -> Plan:
    """100 over five years, straight line, saving 40 a year, tax 25 %: D = 20, F = 35."""
    given_keys: dict[str, Any] = {
        "construction": 100.0, "parts": (Part("saving", 40.0),), "life": 5.0, "write_off": STRAIGHT, "tax_rate": 0.25,
    }  # fmt: skip
    return Plan(**{**given_keys, **changes})


def column(made: Statement, name: str) -> list[float]:
    return [getattr(year, name) for year in made.years]


def total(made: Statement, name: str) -> float:
    return math.fsum(column(made, name))


@st.composite
def write_offs(draw: st.DrawFn) -> WriteOff:
    method = draw(st.sampled_from(["straight_line", "sum_of_years", "declining_balance"]))
    period = draw(st.integers(1, 15))
    # A residual share above what declining balance leaves anyway has no meaning.
    return WriteOff(method, float(period), draw(st.sampled_from([0.0, 0.03, 0.05])))  # type: ignore[arg-type]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans with everything but VAT and loans."""
    parts = [
        Part(f"part {index}", draw(st.integers(-20000, 50000)) / 100, draw(st.sampled_from([0.0, 0.0, 0.02, -0.01])))
        for index in range(draw(st.integers(1, 3)))
    ]
    construction = draw(AMOUNTS)
    outlay = draw(st.sampled_from([(1.0,), (0.5, 0.5), (0.2, 0.5, 0.3)]))
    return Plan(
        construction=construction,
        parts=tuple(parts),
        life=float(draw(st.integers(1, 15))) + draw(SHARES),
        write_off=draw(write_offs()),
        tax_rate=draw(st.sampled_from([0.0, 0.15, 0.25])),
        interest=draw(st.sampled_from([0.0, 30.0])),
        working_capital=draw(st.sampled_from([0.0, 50.0])),
        subsidy=draw(st.sampled_from([0.0, 0.3])) * construction,
        start=float(len(outlay) - 1) + draw(SHARES),
        outlay=outlay,
        ramp=draw(st.sampled_from([(), (0.5,), (0.3, 0.8)])),
        salvage=draw(st.sampled_from([None, 0.0, 40.0])),
        losses=draw(LOSSES),  # type: ignore[arg-type]
        carry_years=draw(st.integers(1, 5)),
    )


# --- what adds up ---------------------------------------------------------------------------------------------------


@given(AMOUNTS, AMOUNTS, st.integers(1, 20), st.sampled_from([0.0, 0.15, 0.25]), st.floats(0, 0.3))
@BOUNDED
def test_nothing_special_is_the_handbooks_shortcut(
    investment: float, saving: float, years: int, tax: float, rate: float
) -> None:
    constant = appraise(
        investment=investment, saving=saving, depreciation_years=years, life=years, tax_rate=tax, discount_rate=rate
    )
    one = Plan(investment, (Part("saving", saving),), float(years), WriteOff("straight_line", float(years)), tax)
    yearly = appraise_yearly(one, rate, investment=investment, saving=saving)
    margin = 1e-9 * max(investment, saving)
    assert yearly.flows == pytest.approx(constant.flows, abs=margin)
    assert yearly.npv == pytest.approx(constant.npv, abs=years * margin)
    assert yearly.npvr == pytest.approx(constant.npvr, abs=years * 1e-9 * max(1, saving / investment))
    assert len(yearly.roots.rates) == len(constant.roots.rates)
    made = statement(one)
    assert column(made, "depreciation")[1:] == pytest.approx([investment / years] * years)
    assert (made.own, made.interest) == ((), 0.0)


@given(plans())
@settings(parent=BOUNDED, max_examples=200)
def test_a_year_adds_up(one: Plan) -> None:
    """Flow and taxable profit as the years say them; nothing is lost between the investment and its depreciation."""
    made = statement(one)
    base = one.construction + made.interest - one.subsidy
    margin = 1e-9 * max(one.construction, 1000)
    for year in made.years:
        flow = (
            year.saving + year.credit - year.surcharges - year.tax
            - year.construction - year.working_capital + year.subsidy + year.sale
        )  # fmt: skip
        assert year.flow == pytest.approx(flow, abs=margin)
    for year in made.years[:-1]:
        assert year.taxable == pytest.approx(year.saving - year.depreciation - year.surcharges, abs=margin)
    # The book value goes into the taxable profit whole: as depreciation, or against the sale.
    taxed = total(made, "saving") - base + made.years[-1].sale
    assert total(made, "taxable") == pytest.approx(taxed, abs=20 * margin)
    assert total(made, "construction") == pytest.approx(one.construction + made.interest, abs=margin)
    assert total(made, "working_capital") == pytest.approx(0, abs=margin)
    assert total(made, "subsidy") == one.subsidy
    assert len(made.years) == horizon(one, one.life) + 1
    assert made.flows == tuple(column(made, "flow"))


@given(plans())
@settings(parent=BOUNDED, max_examples=200)
def test_depreciation_and_book_value(one: Plan) -> None:
    """Over a life that is long enough everything above the residual share is written off, whatever the start."""
    long = msgspec.structs.replace(one, life=one.write_off.period + 1)
    base = one.construction + one.interest - one.subsidy
    assert total(statement(long), "depreciation") == pytest.approx(base * (1 - one.write_off.residual))
    # A shorter one stops in between, and never writes off more.
    assert total(statement(one), "depreciation") <= base * (1 - one.write_off.residual) * (1 + 1e-9) + 1e-9
    assert min(column(statement(one), "depreciation")) >= 0


@given(write_offs())
@BOUNDED
def test_shares_of_depreciation(rule: WriteOff) -> None:
    shares = depreciation_shares(rule)
    assert math.fsum(shares) == pytest.approx(1 - rule.residual)
    assert len(shares) == rule.period
    assert min(shares) >= 0
    # Equal, or falling; of declining balance the last two years, half of the rest each, may be above those before.
    falling = shares[:-2] if rule.method == "declining_balance" else shares
    assert falling == pytest.approx(sorted(falling, reverse=True))


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        (WriteOff("straight_line", 4), [0.25] * 4),
        (WriteOff("straight_line", 2.5), [0.4, 0.4, 0.2]),
        (WriteOff("straight_line", 4, 0.2), [0.2] * 4),
        (WriteOff("sum_of_years", 3), [3 / 6, 2 / 6, 1 / 6]),
        (WriteOff("sum_of_years", 2.4), [3 / 6, 2 / 6, 1 / 6]),  # a broken period counts as the next whole one
        (WriteOff("declining_balance", 1), [1]),
        (WriteOff("declining_balance", 2, 0.1), [0.45, 0.45]),
        (WriteOff("declining_balance", 4), [1 / 2, 1 / 4, 1 / 8, 1 / 8]),
        (WriteOff("table", 3, 0.0, (0.5, 0.3, 0.1)), [0.5, 0.3, 0.1]),
        (WriteOff("none", 3), []),
    ],
)
def test_shares_by_hand(rule: WriteOff, shares: list[float]) -> None:
    assert depreciation_shares(rule) == pytest.approx(shares)


@pytest.mark.parametrize("start", [0.25, 0.5, 1.5])
def test_start_within_a_year_shares_the_first_and_last(start: float) -> None:
    """Saving 40 and depreciation 20 a year, from `start` on for five years."""
    made = statement(plan(start=start))
    opening, part = math.floor(start), 1 - start % 1
    weights = [0.0] * (opening + 1) + [part, 1, 1, 1, 1, 1 - part]
    assert column(made, "saving") == pytest.approx([40 * weight for weight in weights])
    assert column(made, "depreciation") == pytest.approx([20 * weight for weight in weights])
    assert total(made, "tax") == pytest.approx(0.25 * 100)


# --- tax ------------------------------------------------------------------------------------------------------------


@given(plans(), st.integers(1, 5))
@settings(parent=BOUNDED, max_examples=200)
def test_what_becomes_of_losses(one: Plan, carry_years: int) -> None:
    lost, carried, carried_long, set_off = (
        statement(msgspec.structs.replace(one, losses=losses, carry_years=years))
        for losses, years in (("lost", 0), ("carried_forward", carry_years), ("carried_forward", 99), ("set_off", 0))
    )
    margin = 1e-7 * max(one.construction, 1000)
    profits = column(lost, "taxable")
    assert column(carried, "taxable") == column(set_off, "taxable") == profits
    assert total(set_off, "tax") == pytest.approx(one.tax_rate * math.fsum(profits), abs=margin)
    assert column(lost, "tax") == pytest.approx([one.tax_rate * max(profit, 0) for profit in profits], abs=margin)
    assert total(set_off, "tax") - margin <= total(carried_long, "tax") <= total(carried, "tax") + margin
    assert total(carried, "tax") <= total(lost, "tax") + margin
    assert all(
        0 <= one_ <= other + margin for one_, other in zip(column(carried, "tax"), column(lost, "tax"), strict=True)
    )
    # Every loss that is used lowers the tax by the rate, and none is used twice.
    saved = total(lost, "tax") - total(carried, "tax")
    assert saved == pytest.approx(one.tax_rate * total(carried, "loss_used"), abs=margin)
    assert total(carried, "loss_used") <= -math.fsum(min(profit, 0) for profit in profits) + margin
    for year, used in enumerate(column(carried, "loss_used")):
        assert used <= -math.fsum(min(profit, 0) for profit in profits[max(year - carry_years, 0) : year]) + margin


def test_losses_expire_oldest_first() -> None:
    """Profits −30, −10, 5, 10, 40 over two years: year 3 uses 5 of the first loss, whose other 25 are gone in year 4,
    which uses the second loss; the fifth year has none left."""
    made = statement(
        plan(
            construction=0.0,
            parts=(Part("profit", 1.0),),
            ramp=(-30.0, -10.0, 5.0, 10.0, 40.0),
            losses="carried_forward",
            carry_years=2,
        )
    )
    assert column(made, "loss_used") == pytest.approx([0, 0, 0, 5, 10, 0])
    assert column(made, "tax") == pytest.approx([0, 0, 0, 0, 0, 10])


# --- growth, ramp, end ----------------------------------------------------------------------------------------------


def test_growth_starts_after_year_1() -> None:
    """Prices are of year 1; a part that starts in year 2 has grown once by then."""
    parts = (Part("water", 100.0, 0.1), Part("labour", -20.0, 0.0), Part("power", 10.0, 0.1))
    made = statement(plan(parts=parts, life=3.0))
    assert column(made, "saving") == pytest.approx([0, 90, 101, 110 * 1.1**2 - 20])
    later = statement(plan(parts=parts, life=2.0, start=1.0))
    assert column(later, "saving") == pytest.approx([0, 0, 101, 110 * 1.1**2 - 20])


@pytest.mark.parametrize(
    ("start", "weights"),
    [
        (0.0, [0.4, 0.8, 1, 1, 1]),
        # By halves: of the first operating year ½ × 0.4, then ½ × 0.4 + ½ × 0.8, then ½ × 0.8 + ½ × 1, …
        (0.5, [0.2, 0.6, 0.9, 1, 1, 0.5]),
    ],
)
def test_ramp_is_of_operating_years(start: float, weights: list[float]) -> None:
    made = statement(plan(start=start, ramp=(0.4, 0.8)))
    assert column(made, "saving") == pytest.approx([0, *(40 * weight for weight in weights)])
    # Wear does not wait for full operation.
    assert total(made, "depreciation") == pytest.approx(100)


def test_a_ramp_longer_than_the_life() -> None:
    assert column(statement(plan(life=1.5, ramp=(0.5, 0.8, 0.9))), "saving") == pytest.approx([0, 20, 16])


@pytest.mark.parametrize(
    ("changes", "sale", "last_taxable"),
    [
        # Three of five years: book value 40 against D = 20 and P = 40 in the last year.
        ({"life": 3.0}, 0, 40 - 20 - 40),
        ({"life": 3.0, "salvage": 40.0}, 40, 40 - 20),
        ({"life": 3.0, "salvage": 50.0}, 50, 40 - 20 + 10),
        ({"life": 3.0, "salvage": 0.0}, 0, 40 - 20 - 40),
        # Residual share of 10 % over five years: D = 18, sold at it unless stated otherwise.
        ({"write_off": WriteOff("straight_line", 5, 0.1)}, 10, 40 - 18),
        ({"write_off": WriteOff("straight_line", 5, 0.1), "salvage": 4.0}, 4, 40 - 18 - 6),
        ({"write_off": WriteOff("straight_line", 5, 0.1), "life": 3.0}, 10, 40 - 18 - 36),
        # Nothing is deducted at the end where that is not wanted; a gain is taxed all the same.
        ({"life": 3.0, "write_off": WriteOff("straight_line", 5, rest_deducted=False)}, 0, 40 - 20),
        ({"life": 3.0, "write_off": WriteOff("straight_line", 5, rest_deducted=False), "salvage": 50.0}, 50, 30),
        # Without any depreciation proceeds are income, and the investment no cost.
        ({"write_off": WriteOff("none", 5), "salvage": 15.0}, 15, 40 + 15),
        ({"write_off": WriteOff("none", 5)}, 0, 40),
    ],
)
def test_the_end(changes: dict[str, Any], sale: float, last_taxable: float) -> None:
    last = statement(plan(**changes, losses="set_off")).years[-1]
    assert (last.sale, last.taxable) == (pytest.approx(sale), pytest.approx(last_taxable))
    assert last.flow == pytest.approx(40 + sale - 0.25 * last_taxable)


def test_working_capital_and_subsidy() -> None:
    """Building for 1.5 years: working capital and interest in year 1, working capital back in year 7; base 100 + 8 − 20."""
    made = statement(plan(start=1.5, working_capital=12.0, interest=8.0, subsidy=20.0, outlay=(0.6, 0.4)))
    assert column(made, "construction") == pytest.approx([60, 40 + 8, 0, 0, 0, 0, 0, 0])
    assert column(made, "working_capital") == pytest.approx([0, 12, 0, 0, 0, 0, 0, -12])
    assert column(made, "subsidy") == pytest.approx([20, 0, 0, 0, 0, 0, 0, 0])
    assert made.outlays == pytest.approx((40, 60, 0, 0, 0, 0, 0, 0))
    assert total(made, "depreciation") == pytest.approx(88)


@given(plans(), st.sampled_from([1e-4, 0.5, 1e4]))
@BOUNDED
def test_the_unit_of_money_changes_no_ratio(one: Plan, unit: float) -> None:
    scaled = msgspec.structs.replace(
        one,
        construction=one.construction * unit,
        interest=one.interest * unit,
        working_capital=one.working_capital * unit,
        subsidy=one.subsidy * unit,
        salvage=None if one.salvage is None else one.salvage * unit,
        parts=tuple(msgspec.structs.replace(part, amount=part.amount * unit) for part in one.parts),
    )
    flows, other = statement(one).flows, statement(scaled).flows
    size = max(map(abs, flows))
    assert other == pytest.approx([flow * unit for flow in flows], rel=1e-9, abs=1e-9 * size * unit)
    rates, others = internal_rates(flows), internal_rates(other)
    if rates.conventional and others.conventional:  # flows that are nothing but rounding may count as either sign
        assert 1 + others.rates[0] == pytest.approx(1 + rates.rates[0], rel=1e-6)


@given(plans(), st.sampled_from([0.0, 0.1, 0.5]))
@BOUNDED
def test_a_part_in_two_is_the_same_part(one: Plan, share: float) -> None:
    halves = [
        msgspec.structs.replace(part, amount=part.amount * portion)
        for part in one.parts
        for portion in (share, 1 - share)
    ]
    divided = statement(msgspec.structs.replace(one, parts=tuple(halves)))
    whole = statement(one).flows
    assert divided.flows == pytest.approx(whole, abs=1e-9 * max(map(abs, whole)))


# --- VAT ------------------------------------------------------------------------------------------------------------


def test_vat_credit_comes_back_as_vat_arises() -> None:
    """VAT 13 % on 40 a year is 5.2; a credit of 13 comes back as 5.2, 5.2, 2.6. Base 113 − 13 = 100."""
    made = statement(
        plan(
            construction=113.0, parts=(Part("saving", 40.0, taxed=True),), vat_rate=0.13, vat_credit=13.0, surcharge=0.1
        )
    )
    assert column(made, "credit") == pytest.approx([0, 5.2, 5.2, 2.6, 0, 0])
    assert column(made, "surcharges") == pytest.approx([0, 0, 0, 0.26, 0.52, 0.52])
    assert column(made, "depreciation") == pytest.approx([0, *[20] * 5])
    assert column(made, "tax") == pytest.approx([0, 5, 5, 0.25 * 19.74, 0.25 * 19.48, 0.25 * 19.48])
    assert made.years[3].flow == pytest.approx(40 + 2.6 - 0.26 - 0.25 * 19.74)


@given(plans(), st.floats(0, 100), st.sampled_from([0.06, 0.13]), st.sampled_from([0.0, 0.12]))
@BOUNDED
def test_the_credit_comes_back_whole_where_there_is_vat_enough(
    one: Plan, credit: float, rate: float, surcharge: float
) -> None:
    taxed = tuple(msgspec.structs.replace(part, taxed=index == 0) for index, part in enumerate(one.parts))
    made = statement(
        msgspec.structs.replace(one, parts=taxed, vat_rate=rate, vat_credit=credit, surcharge=surcharge, subsidy=0.0)
    )
    alone = statement(msgspec.structs.replace(one, parts=taxed[:1]))
    due = [rate * max(saving, 0) for saving in column(alone, "saving")]
    returned = column(made, "credit")
    assert math.fsum(returned) == pytest.approx(min(credit, math.fsum(due)), abs=1e-7)
    assert all(-1e-9 <= part <= whole + 1e-7 for part, whole in zip(returned, due, strict=True))
    if taxed[0].amount >= 0:
        expected = [surcharge * (whole - part) for part, whole in zip(returned, due, strict=True)]
        assert column(made, "surcharges") == pytest.approx(expected, abs=1e-7)


def test_without_a_rate_nothing_bears_vat() -> None:
    made = statement(plan(parts=(Part("saving", 40.0, taxed=True),), surcharge=0.1))
    assert made.flows == statement(plan()).flows


# --- loans ----------------------------------------------------------------------------------------------------------


@st.composite
def debts(draw: st.DrawFn) -> Debt:
    term = draw(st.integers(1, 12))
    return Debt(
        draw(st.floats(1, 1000)),
        draw(st.sampled_from([0.0, 0.03, 0.05, 0.1])),
        float(term),
        draw(st.sampled_from(["equal_principal", "equal_payment", "at_end"])),  # type: ignore[arg-type]
        float(draw(st.integers(0, max(term - 1, 0)))),
    )


@given(plans(), st.lists(debts(), min_size=1, max_size=3))
@settings(parent=BOUNDED, max_examples=200)
def test_loans_are_repaid(one: Plan, loans: list[Debt]) -> None:
    """Principal is what was drawn, with the interest of the time of building where no other is stated."""
    made = statement(msgspec.structs.replace(one, debts=tuple(loans)))
    amount = math.fsum(loan.amount for loan in loans)
    assert math.fsum(year.drawn for year in made.own) == pytest.approx(amount)
    assert math.fsum(year.principal for year in made.own) == pytest.approx(amount)
    assert made.interest == one.interest
    capitalised = statement(msgspec.structs.replace(one, debts=tuple(loans), interest=None))
    grown = math.fsum(
        loan.amount * share * ((1 + loan.rate) ** max(one.start - year, 0) - 1)
        for loan in loans
        for year, share in enumerate(one.outlay)
    )
    assert capitalised.interest == pytest.approx(grown, abs=1e-9)
    assert math.fsum(year.principal for year in capitalised.own) == pytest.approx(amount + grown)
    # Interest of each year is on what is owed: nothing before operation, nothing once all is repaid.
    opening = math.floor(one.start)
    assert all(year.interest == year.principal == 0 for year in capitalised.own[: opening + 1])
    assert all(year.interest >= -1e-9 and year.principal >= -1e-9 for year in capitalised.own)


@given(plans(), debts(), st.booleans())
@settings(parent=BOUNDED, max_examples=200)
def test_a_loan_at_the_discount_rate_is_worth_nothing(one: Plan, loan: Debt, building: bool) -> None:
    """Without tax, own money and project have the same NPV at the rate of the loan. Interest while building is part of
    the investment of the project; on own money nothing is paid for it before the loan, to which it is added, is repaid.
    """
    start = 2.0 if building else 0.0
    free = msgspec.structs.replace(
        one,
        tax_rate=0.0,
        start=start,
        outlay=(0.5, 0.3, 0.2) if building else (1.0,),
        interest=None,
        debts=(loan,),
    )
    made = statement(free)
    own = present_value([year.flow for year in made.own], loan.rate)
    project = present_value(made.flows, loan.rate)
    assert (made.interest > 0) == (building and loan.rate > 0)
    interest = made.interest / (1 + loan.rate) ** start
    assert own == pytest.approx(project + interest, abs=1e-9 * max(one.construction, loan.amount, 1000))


@given(debts())
@BOUNDED
def test_repayment_as_agreed(loan: Debt) -> None:
    made = statement(plan(life=15.0, debts=(loan,))).own
    term, grace = int(loan.term), int(loan.grace)
    owed = loan.amount
    paid = []
    for year in made[1:]:
        assert year.interest == pytest.approx(owed * loan.rate, abs=1e-9)
        owed -= year.principal
        paid.append(year.principal + year.interest)
    principals = [year.principal for year in made[1:]]
    assert principals[term:] == [0.0] * (15 - term)
    if loan.repayment == "at_end":
        assert principals[: term - 1] == [0.0] * (term - 1)
        return
    assert principals[:grace] == [0.0] * grace
    if loan.repayment == "equal_principal":
        assert principals[grace:term] == pytest.approx([loan.amount / (term - grace)] * (term - grace))
    else:
        even = loan.amount / annuity_factor(loan.rate, term - grace)
        assert paid[grace:term] == pytest.approx([even] * (term - grace))


@given(plans(), debts())
@BOUNDED
def test_two_half_loans_are_one(one: Plan, loan: Debt) -> None:
    half = msgspec.structs.replace(loan, amount=loan.amount / 2)
    whole, halves = (
        statement(msgspec.structs.replace(one, debts=loans, interest=None)) for loans in ((loan,), (half, half))
    )
    margin = 1e-9 * max(one.construction, 1000)
    assert [year.flow for year in halves.own] == pytest.approx([year.flow for year in whole.own], abs=margin)
    assert halves.interest == pytest.approx(whole.interest)


def test_interest_lowers_the_tax() -> None:
    """A loan of 60 at 10 %, 30 a year: interest 6 and 3; tax on 20 − 6 and 20 − 3 at 25 %."""
    own = statement(plan(debts=(Debt(60, 0.1, 2),))).own
    assert own[0] == LoanYear(60, 0, 0, 0, -40)
    assert [year.tax for year in own] == pytest.approx([0, 3.5, 4.25, 5, 5, 5])
    assert [year.flow for year in own] == pytest.approx([-40, 40 - 3.5 - 36, 40 - 4.25 - 33, 35, 35, 35])


def test_interest_while_building_by_hand() -> None:
    """100 at 10 %, by halves at years 0 and 1, operation from year 2: 50 × 0.21 + 50 × 0.1 = 15.5, in at year 2."""
    one = plan(start=2.0, outlay=(0.5, 0.5), interest=None, debts=(Debt(100, 0.1, 5, "at_end"),))
    made = statement(one)
    assert building_interest(one) == pytest.approx(15.5)
    assert made.interest == pytest.approx(15.5)
    assert column(made, "construction")[:3] == pytest.approx([50, 50, 15.5])
    assert [year.flow for year in made.own][:3] == pytest.approx([0, 0, 0])
    assert [year.principal for year in made.own] == pytest.approx([0, 0, 0, 0, 0, 0, 0, 115.5])
    assert total(made, "depreciation") == pytest.approx(115.5)


def test_a_loan_that_outlives_the_project_is_repaid_at_its_end() -> None:
    own = statement(plan(debts=(Debt(100, 0.1, 20),))).own
    assert [year.principal for year in own] == pytest.approx([0, 5, 5, 5, 5, 80])


# --- draws ----------------------------------------------------------------------------------------------------------


def one_by_one(one: Plan, draws: dict[str, Any], index: int) -> list[float]:
    """The flows of the plan with the `index`th draw of everything."""
    amounts = {name: values[index].item() for name, values in draws.items()}
    parts = tuple(msgspec.structs.replace(part, amount=amounts.pop(part.name, part.amount)) for part in one.parts)
    return list(statement(msgspec.structs.replace(one, parts=parts, **amounts)).flows)


@given(
    plans(), st.sets(st.sampled_from(["construction", "part 0", "tax_rate", "working_capital", "salvage"]), min_size=1)
)
@settings(parent=BOUNDED, max_examples=200)
def test_draws_are_the_numbers_one_by_one(one: Plan, names: set[str]) -> None:
    random = np.random.default_rng(3)
    assume("salvage" not in names or one.salvage is not None)
    stated = {**{part.name: part.amount for part in one.parts}, **msgspec.structs.asdict(one)}
    draws = {name: stated[name] * random.uniform(0.5, 1.5, 7) for name in sorted(names)}
    parts = tuple(msgspec.structs.replace(part, amount=draws.get(part.name, part.amount)) for part in one.parts)
    others = {name: values for name, values in draws.items() if name != "part 0"}
    flows = statement(msgspec.structs.replace(one, parts=parts, **others)).flows
    for index in range(7):
        found = [float(np.broadcast_to(flow, 7)[index]) for flow in flows]
        wanted = one_by_one(one, draws, index)
        assert found == pytest.approx(wanted, abs=1e-9 * max(map(abs, wanted)))


def test_draws_of_a_sale_without_depreciation() -> None:
    """A net cash flow, stated as it is, with a sale at its end."""
    one = plan(write_off=WriteOff("none", 5), tax_rate=0.0, salvage=np.array([10.0, 20.0]))
    assert [float(value) for value in statement(one).flows[-1]] == [50, 60]


def by_life(one: Plan, lives: list[float]) -> None:
    """Flows of draws of life against those one by one, years after the end being empty."""
    flows = statement(msgspec.structs.replace(one, life=np.array(lives))).flows
    for index, life in enumerate(lives):
        wanted = list(statement(msgspec.structs.replace(one, life=life)).flows)
        found = [float(np.broadcast_to(flow, len(lives))[index]) for flow in flows]
        assert found == pytest.approx(wanted + [0.0] * (len(found) - len(wanted)), abs=1e-9 * max(map(abs, wanted)))


@given(plans(), st.lists(st.floats(6, 20), min_size=1, max_size=5))
@BOUNDED
def test_draws_of_life_that_leave_nothing_at_the_end(one: Plan, lives: list[float]) -> None:
    """Written off to nothing within every life, without working capital or sale."""
    rule = msgspec.structs.replace(one.write_off, period=5.0, residual=0.0)
    by_life(msgspec.structs.replace(one, write_off=rule, working_capital=0.0, salvage=None), lives)


@pytest.mark.parametrize(
    "changes",
    [
        {"working_capital": 12.0},
        {"salvage": 30.0},
        {"write_off": WriteOff("straight_line", 5, 0.1)},
        {"write_off": WriteOff("straight_line", 10)},  # the rest is deducted in the last year of each
    ],
    ids=["working capital", "sale", "residual share", "rest of the book value"],
)
def test_draws_of_life_end_each_in_its_own_year(changes: dict[str, Any]) -> None:
    by_life(plan(**changes, losses="set_off"), [5.0, 6.5, 8.0])


# --- what cannot be -------------------------------------------------------------------------------------------------


def test_wrong_plans() -> None:
    with pytest.raises(ValueError, match="outlay"):
        statement(plan(outlay=(0.5, 0.4)))
    with pytest.raises(ValueError, match="period"):
        statement(plan(write_off=WriteOff("straight_line", 0)))


def test_construction_may_outlast_the_life() -> None:
    """What is still to be paid is paid, in years without operation."""
    made = statement(plan(life=1.0, outlay=(0.25, 0.25, 0.5)))
    assert column(made, "construction") == pytest.approx([25, 25, 50])
    assert column(made, "saving") == pytest.approx([0, 40, 0])
    assert isinstance(made.years[0], Year)
    assert payback(made.flows) is None or payback(made.flows) == pytest.approx(25 / made.years[1].flow)
