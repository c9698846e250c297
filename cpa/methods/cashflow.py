"""Cash flow of a project year by year, before and after loans (docs/spec-options.md §4).

Year 0 is the start of building, flows fall at the end of a year, amounts share one unit of money at the prices of year 1.
Every amount may also be an array of draws: the arithmetic uses nothing that numbers and arrays do not share, so that a
simulation runs through the very lines that the statement runs through.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from cpa.methods.rates import annuity_factor
from cpa.schema.types import Losses

Amount = Any
"""A number, or an array of draws."""


class Part(msgspec.Struct, frozen=True):
    """A revenue or saving of a full year of operation, its yearly change of price, and whether it bears VAT."""

    name: str
    amount: Amount
    growth: float = 0.0
    taxed: bool = False


class Debt(msgspec.Struct, frozen=True):
    """A loan: amount, rate, years of repayment after `grace` years of interest only."""

    amount: float
    rate: float
    term: float
    repayment: Literal["equal_principal", "equal_payment", "at_end"] = "equal_principal"
    grace: float = 0.0


class WriteOff(msgspec.Struct, frozen=True):
    """Depreciation of the base over `period` years down to the share `residual`."""

    method: Literal["straight_line", "sum_of_years", "declining_balance", "table", "none"]
    period: float
    residual: float = 0.0
    rates: tuple[float, ...] = ()
    rest_deducted: bool = True


class Plan(msgspec.Struct, frozen=True):
    """What a project costs and brings. `outlay` are shares of the construction in year 0, 1, …; `ramp` shares of full
    operation in its first years; `start` the years from year 0 to operation; `salvage` None: sold at the residual share;
    `interest` None: what the debts cost until operation.
    """

    construction: Amount
    parts: tuple[Part, ...]
    life: Amount
    write_off: WriteOff
    tax_rate: Amount
    interest: Amount | None = 0.0
    working_capital: Amount = 0.0
    subsidy: Amount = 0.0
    start: float = 0.0
    outlay: tuple[float, ...] = (1.0,)
    ramp: tuple[float, ...] = ()
    salvage: Amount | None = None
    vat_rate: float = 0.0
    vat_credit: float = 0.0
    surcharge: float = 0.0
    losses: Losses = "lost"
    carry_years: int = 5
    debts: tuple[Debt, ...] = ()


class Year(msgspec.Struct, frozen=True):
    """One year of the statement. flow = saving + credit − surcharges − tax − construction − working_capital + subsidy
    + sale; `depreciation`, `taxable` and `loss_used` explain the tax.
    """

    construction: Amount
    working_capital: Amount
    subsidy: Amount
    saving: Amount
    credit: Amount
    surcharges: Amount
    depreciation: Amount
    taxable: Amount
    loss_used: Amount
    tax: Amount
    sale: Amount
    flow: Amount


class LoanYear(msgspec.Struct, frozen=True):
    """What loans change in a year, and the cash flow on own money."""

    drawn: float
    interest: float
    principal: float
    tax: float
    flow: float


class Statement(msgspec.Struct, frozen=True):
    """The years from 0; `own` only with loans. `interest` is that until operation, as stated or computed."""

    years: tuple[Year, ...]
    own: tuple[LoanYear, ...]
    interest: Amount

    @property
    def flows(self) -> tuple[Amount, ...]:
        return tuple(year.flow for year in self.years)

    @property
    def outlays(self) -> tuple[Amount, ...]:
        """What is invested, less the subsidy."""
        return tuple(year.construction + max(year.working_capital, 0.0) - year.subsidy for year in self.years)


def statement(plan: Plan) -> Statement:
    """The cash flow of `plan`. Raises ValueError where the outlay does not add up to 1, or life or period is not positive."""
    if abs(math.fsum(plan.outlay) - 1) > _SHARES:
        raise ValueError("the shares of the outlay add up to 1")
    capitalised = plan.interest is None
    interest = building_interest(plan) if capitalised else plan.interest
    invested = msgspec.structs.replace(plan, interest=interest)
    years = _project(invested)
    return Statement(years, _own(invested, years, capitalised=capitalised) if plan.debts else (), interest)


_SHARES = 1e-6


def horizon(plan: Plan, life: float) -> int:
    """The last year with operation, or with construction still to be paid."""
    return max(math.ceil(plan.start + life - 1e-9), len(plan.outlay) - 1, 1)


def building_interest(plan: Plan) -> float:
    """Interest until operation starts, on loans drawn with the outlay: Σ A_k ((1 + i)^(s − k) − 1)."""
    return math.fsum(
        debt.amount * share * math.expm1((plan.start - year) * math.log1p(debt.rate))
        for debt in plan.debts
        for year, share in enumerate(plan.outlay)
        if year < plan.start
    )


def _project(plan: Plan) -> tuple[Year, ...]:
    longest = plan.life if isinstance(plan.life, float | int) else float(plan.life.max())
    last, opening = horizon(plan, longest), math.floor(plan.start + 1e-9)
    interest: Amount = plan.interest
    base = plan.construction + interest - plan.subsidy - plan.vat_credit
    groups = _groups(plan)
    book, left = 1.0, plan.vat_credit
    losses: list[Amount] = []
    operated: dict[object, _Operated] = {}
    years = []
    for year, (operating, written) in enumerate(_shares_of_years(plan, last)):
        book = book - written
        ending = _ending(plan, year, last)
        sale, gain = (0.0, None) if isinstance(ending, float) and not ending else _sale(plan, base, book, ending)
        key = _key(plan, operating, written, year)
        found = operated.get(key) if gain is None else None
        if key is not None and gain is None and not operating and not written:
            found = _IDLE
        if found is None:
            found = _operate(plan, groups, operating, base * written, year, left, gain, losses)
            if key is not None:
                operated[key] = found
        losses, left = found.losses, left - found.credit
        construction = plan.construction * plan.outlay[year] if year < len(plan.outlay) else 0.0
        working, subsidy, flow = 0.0, 0.0, found.net
        if year == 0:
            subsidy = plan.subsidy
        if year == opening:
            construction, working = construction + interest, plan.working_capital
        if gain is not None:
            working = working - plan.working_capital * ending
        if year in (0, opening) or gain is not None or year < len(plan.outlay):
            flow = flow - construction - working + subsidy + sale
        years.append(
            Year(
                construction, working, subsidy, found.saving, found.credit, found.surcharges, found.depreciation,
                found.taxable, found.loss_used, found.tax, sale, flow,
            )
        )  # fmt: skip
    return tuple(years)


def _shares_of_years(plan: Plan, last: int) -> Sequence[tuple[Amount, Amount]]:
    """For each year the share of full operation, and the share of the base that is written off."""
    if isinstance(plan.life, float | int):
        return _shares_of(plan.write_off, plan.start, float(plan.life), plan.ramp, last)
    return _computed_shares(plan, last)


@lru_cache(maxsize=256)
def _shares_of(
    write_off: WriteOff, start: float, life: float, ramp: tuple[float, ...], last: int
) -> Sequence[tuple[Amount, Amount]]:
    """They depend on the terms alone, and the same project is computed many times with other amounts."""
    return _computed_shares(Plan(0.0, (), life, write_off, 0.0, start=start, ramp=ramp), last)


def _computed_shares(plan: Plan, last: int) -> list[tuple[Amount, Amount]]:
    schedule = depreciation_shares(plan.write_off)
    return [(_overlap(plan, year) if year else 0.0, _written(plan, schedule, year)) for year in range(last + 1)]


class _Operated(msgspec.Struct, frozen=True):
    """What operation leaves in a year after tax."""

    saving: Amount
    credit: Amount
    surcharges: Amount
    depreciation: Amount
    taxable: Amount
    loss_used: Amount
    tax: Amount
    net: Amount
    losses: list[Amount]


_IDLE = _Operated(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, [])
"""A year without operation, where years do not depend on each other."""


def _key(plan: Plan, operating: Amount, written: Amount, year: int) -> object:
    """Years with the same key are the same; None where a year depends on those before it or is an array of its own."""
    if plan.vat_credit or plan.losses == "carried_forward":
        return None
    if not isinstance(operating, float | int) or not isinstance(written, float | int):
        return None
    return operating, written, year if any(part.growth for part in plan.parts) else None


def _groups(plan: Plan) -> dict[tuple[float, bool], Amount]:
    """The parts that grow alike and are taxed alike, added up."""
    groups: dict[tuple[float, bool], Amount] = {}
    for part in plan.parts:
        place = part.growth, part.taxed and bool(plan.vat_rate)
        groups[place] = groups[place] + part.amount if place in groups else part.amount
    return groups


def _operate(
    plan: Plan,
    groups: dict[tuple[float, bool], Amount],
    operating: Amount,
    depreciation: Amount,
    year: int,
    left: Amount,
    gain: Amount | None,
    losses: list[Amount],
) -> _Operated:
    due, saving = 0.0, 0.0
    for (growth, taxed), full in groups.items():
        amount = full * (operating * (1 + growth) ** (year - 1) if growth and year else operating)
        saving = amount if len(groups) == 1 else saving + amount
        if taxed:
            due = due + plan.vat_rate * amount
    credit = _least(left, _positive(due)) if plan.vat_credit else 0.0
    surcharges = plan.surcharge * (due - credit) if plan.surcharge else 0.0
    taxable = saving - depreciation
    if plan.surcharge:
        taxable = taxable - surcharges
    if gain is not None:
        taxable = taxable + gain
    tax, used, losses = _tax(plan, taxable, losses)
    net = saving - tax
    if plan.vat_rate:
        net = net + credit - surcharges
    return _Operated(saving, credit, surcharges, depreciation, taxable, used, tax, net, losses)


def _overlap(plan: Plan, year: int) -> Amount:
    """How much of a full year of operation falls into `year`, with the ramp of the first operating years."""
    shares, full = plan.ramp, _within(year, plan.start, plan.start + plan.life)
    for index, share in enumerate(shares):
        begin = plan.start + index
        full = full - (1 - share) * _within(year, begin, _least(begin + 1, plan.start + plan.life))
    return full


def _within(year: int, begin: Amount, end: Amount) -> Amount:
    """The part of (year − 1, year] between `begin` and `end`."""
    upper, lower = _least(year, end), -_least(-(year - 1), -begin)
    return _positive(upper - lower)


def depreciation_shares(write_off: WriteOff) -> list[float]:
    """Depreciation by year of use as shares of the base. Raises ValueError for a period that is not positive.

    Sum of years and declining balance take whole years: a broken period counts as the next whole one.
    """
    if write_off.method == "none":
        return []
    if write_off.method == "table":
        return list(write_off.rates)
    if write_off.period <= 0:
        raise ValueError("a depreciation period is positive")
    whole, worth = math.ceil(write_off.period - 1e-9), 1 - write_off.residual
    if write_off.method == "straight_line":
        return [worth * (min(index + 1, write_off.period) - index) / write_off.period for index in range(whole)]
    if write_off.method == "sum_of_years":
        return [worth * (whole - index) / (whole * (whole + 1) / 2) for index in range(whole)]
    shares: list[float] = []
    book = 1.0
    for index in range(whole):
        if whole - index <= 2:
            return [*shares, *[(book - write_off.residual) / (whole - index)] * (whole - index)]
        shares.append(min(book * 2 / whole, book - write_off.residual))
        book -= shares[-1]
    return shares


def _written(plan: Plan, schedule: Sequence[float], year: int) -> Amount:
    """The share of the base written off in a year: years of use that straddle two are shared by time, none after the life."""
    total: Amount = 0.0
    broken = plan.write_off.period if plan.write_off.method == "straight_line" else math.inf
    for index in range(max(math.floor(year - plan.start) - 2, 0), min(math.ceil(year - plan.start), len(schedule))):
        begin, span = plan.start + index, min(1.0, broken - index)
        total = total + schedule[index] / span * _within(year, begin, _least(begin + span, plan.start + plan.life))
    return total


def _ending(plan: Plan, year: int, last: int) -> Amount:
    """1 in the year in which operation ends, else 0; draws of the life end in different years."""
    if isinstance(plan.life, float | int):
        return float(year == last)
    end = plan.start + plan.life
    return 1.0 * (end > year - 1 + _EARLY) * (end <= year + _EARLY)


_EARLY = 1e-9


def _sale(plan: Plan, base: Amount, book: Amount, ending: Amount) -> tuple[Amount, Amount]:
    """Proceeds at the end, and what of them is taxed: above the book value a gain, below it a deduction.

    Where no proceeds are stated, the residual share comes back untaxed, and what a short life leaves above it is deducted.
    """
    nothing = plan.write_off.method == "none"
    residual = 0.0 if nothing else plan.write_off.residual
    proceeds = base * residual if plan.salvage is None else plan.salvage
    worth = base * (0.0 if nothing else book)
    gain = proceeds - worth
    if not plan.write_off.rest_deducted:
        gain = 0.0 * gain if plan.salvage is None else _positive(gain)
    return proceeds * ending, gain * ending


def _tax(plan: Plan, taxable: Amount, losses: list[Amount]) -> tuple[Amount, Amount, list[Amount]]:
    """Tax of a year, the losses of earlier years that lower it, and the losses that remain, oldest first."""
    if plan.losses == "set_off":
        return taxable * plan.tax_rate, 0.0, losses
    if plan.losses == "lost":
        return (taxable + abs(taxable)) * (plan.tax_rate / 2), 0.0, losses
    room, kept = _positive(taxable), []
    used: Amount = 0.0
    for loss in losses[-plan.carry_years :] if plan.carry_years else []:
        part = _least(loss, room)
        room, used = room - part, used + part
        kept.append(loss - part)
    kept.append(_positive(-taxable))
    return room * plan.tax_rate, used, kept


def _own(plan: Plan, years: Sequence[Year], *, capitalised: bool) -> tuple[LoanYear, ...]:
    """The flow on own money: loans come in with the outlay, interest lowers the tax, principal goes out."""
    opening = math.floor(plan.start + 1e-9)
    services = [_service(debt, plan, len(years), capitalised=capitalised) for debt in plan.debts]
    losses: list[Amount] = []
    result = []
    for index, year in enumerate(years):
        share = plan.outlay[index] if index < len(plan.outlay) else 0.0
        drawn = share * math.fsum(debt.amount for debt in plan.debts)
        interest = math.fsum(service[index][0] for service in services)
        principal = math.fsum(service[index][1] for service in services)
        tax, _used, losses = _tax(plan, year.taxable - interest, losses)
        free = plan.interest if capitalised and index == opening else 0.0
        flow = year.flow + year.tax - tax + drawn - interest - principal + free
        result.append(LoanYear(drawn, interest, principal, tax, flow))
    return tuple(result)


def _service(debt: Debt, plan: Plan, count: int, *, capitalised: bool) -> list[tuple[float, float]]:
    """Interest and principal of a loan by year; what is left in the last year is repaid then."""
    opening = math.floor(plan.start + 1e-9)
    owed = debt.amount
    if capitalised:
        owed += building_interest(msgspec.structs.replace(plan, debts=(debt,)))
    grace, term = math.ceil(debt.grace - _EARLY), max(math.ceil(debt.term - _EARLY), 1)
    payments = max(term - grace, 1)
    even = owed / annuity_factor(debt.rate, payments)
    principal_each = owed / payments
    result = []
    for year in range(count):
        number = year - opening
        if number < 1 or owed <= 0:
            result.append((0.0, 0.0))
            continue
        part = 1 - (plan.start - opening) if number == 1 else 1.0
        interest = owed * debt.rate * part
        if number >= term or year == count - 1:
            principal = owed
        elif number <= grace or debt.repayment == "at_end":
            principal = 0.0
        else:
            principal = principal_each if debt.repayment == "equal_principal" else even - owed * debt.rate
        result.append((interest, principal))
        owed -= principal
    return result


def _positive(value: Amount) -> Amount:
    """max(value, 0), for numbers and arrays."""
    return (value + abs(value)) / 2


def _least(one: Amount, other: Amount) -> Amount:
    """The lesser, for numbers and arrays."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return min(one, other)
    return one - _positive(one - other)
