"""Values of indicators computed from the audit's own figures: `of` over `per` (docs/spec-preassessment.md)."""

import math
from collections.abc import Sequence

import msgspec

from cpa.analysis.energy import UNIT, energy
from cpa.analysis.factors import conventions
from cpa.analysis.money import money_unit
from cpa.analysis.specifics import amount_unit, annual_fitted, sharing
from cpa.analysis.water import output_value, water_years
from cpa.audit import Audit
from cpa.messages import Message, _, fixed, listed, plain
from cpa.schema.preassessment import IndicatorValue, Input, Product, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import ONE, UnitError, parse_unit

RATES = {
    "reuse_rate": "reuse",
    "cooling_rate": "cooling",
    "process_rate": "process",
    "condensate_rate": "condensate",
    "leak_rate": "leak",
}
WORDS = ("energy", "co2", "output_value", *RATES)
"""What `of` and `per` may name besides items of the audit; an item of that id goes first."""

_SERIES: dict[str, tuple[str, Message]] = {
    "consumption": ("consumption", _("consumption")),
    "generation": ("generation", _("generation^waste")),
    "discharge": ("discharge", _("discharge")),
    "output": ("output", _("output")),
    "value": ("value", _("output value")),
}


class Derivation(msgspec.Struct, frozen=True):
    """A value with the words that say how it came about, or why there is none.

    `outside` is the amount of `per` in the year, by which a change of the indicator becomes one of the plant, in `unit`;
    `inputs` are the inputs that were summed with their amounts, for their prices.
    """

    value: Quantity | None = None
    words: Message = plain("")
    problem: Message | None = None
    at_divisor: bool = False
    outside: Quantity | None = None
    unit: str = ""
    inputs: tuple[tuple[Input, float], ...] = ()


class _Term(msgspec.Struct, frozen=True):
    quantity: Quantity
    words: Message


def derived(audit: Audit, item: IndicatorValue, year: int) -> Derivation:
    """The value of an indicator in a year from the figures that its `of` and `per` name."""
    names = list(item.of)
    if len(names) == 1 and names[0] in RATES and _item(audit, names[0]) is None:
        return _rate(audit, names[0], year)
    per = item.per or _common_product(audit, names)
    if not per:
        return Derivation(problem=_("say by what it is divided: `per:` with a product or another figure"))
    divisor = _term(audit, per, year, "")
    if isinstance(divisor, Message):
        return Derivation(problem=divisor, at_divisor=True)
    divided_by = _item(audit, per)
    product = divided_by.id if isinstance(divided_by, Product) else ""
    terms = [_term(audit, name, year, product) for name in names]
    problem = next((term for term in terms if isinstance(term, Message)), None)
    if problem is not None:
        return Derivation(problem=problem)
    found = [term for term in terms if isinstance(term, _Term)]
    try:
        total, words = _summed(audit, found)
        if not divisor.quantity.value:
            return Derivation(problem=_("`{name}` is zero in {year}", name=per, year=year), at_divisor=True)
        value = Quantity(total.value / divisor.quantity.value, total.unit.times(divisor.quantity.unit, -1))
    except UnitError as error:
        return Derivation(problem=error.message)
    said = _("{sum} ÷ {divisor}, {year}", sum=words, divisor=divisor.words, year=year)
    inputs = tuple(
        (each, term.quantity.to(total.unit, audit.calendar))
        for name, term in zip(names, found, strict=True)
        if isinstance(each := _item(audit, name), Input)
    )
    return Derivation(
        value,
        said,
        outside=divisor.quantity,
        unit=total.unit.text,
        inputs=inputs if len(inputs) == len(names) else (),
    )


class Outside(msgspec.Struct, frozen=True):
    """What the gap of an indicator means for the plant in a year: an amount, and money where its inputs have prices."""

    amount: float
    unit: str
    money: float | None


def outside(audit: Audit, derivation: Derivation, gap: float, unit: str) -> Outside | None:
    """The gap of an indicator (in `unit`) times what it is divided by; money at the mean price of what was summed."""
    if derivation.outside is None:
        return None
    try:
        change = Quantity(gap * derivation.outside.value, parse_unit(unit).times(derivation.outside.unit))
        amount = change.to(derivation.unit, audit.calendar)
    except UnitError:
        return None
    return Outside(amount, derivation.unit, _money(audit, derivation, amount))


def _money(audit: Audit, derivation: Derivation, amount: float) -> float | None:
    whole = math.fsum(part for _input, part in derivation.inputs)
    if not whole:
        return None
    costs = []
    for item, part in derivation.inputs:
        if item.price is None:
            return None
        share = Quantity(amount * part / whole * item.price.value, parse_unit(derivation.unit).times(item.price.unit))
        cost = annual_fitted(share, money_unit(audit), audit.calendar)
        if cost is None:
            return None
        costs.append(cost)
    return math.fsum(costs)


def _item(audit: Audit, name: str) -> Input | Waste | Product | None:
    phase = audit.phase("preassessment")
    stem = name.partition(".")[0]
    every: tuple[Input | Waste | Product, ...] = (*phase.inputs, *phase.wastes, *phase.products)
    return next((each for each in every if each.id == name), None) or next(
        (each for each in every if each.id == stem), None
    )


def _common_product(audit: Audit, names: Sequence[str]) -> str:
    """The product that all items belong to wholly; the only product for the words."""
    made = [product.id for product in audit.phase("preassessment").products if not product.carrier]
    found: set[str] = set()
    for name in names:
        each = _item(audit, name)
        if isinstance(each, Input | Waste):
            found.update(sharing(audit, each))
        elif len(made) == 1:
            found.update(made)
        else:
            return ""
    return found.pop() if len(found) == 1 else ""


def _rate(audit: Audit, name: str, year: int) -> Derivation:
    plant = next((one for one in water_years(audit) if one.year == year and not one.workshop), None)
    share = next((one for one in plant.shares if one.id == RATES[name]), None) if plant is not None else None
    if share is None or share.value is None:
        return Derivation(problem=_("the water meters do not give `{name}` for {year}", name=name, year=year))
    terms = listed([_("{symbol} = {value}", symbol=symbol, value=fixed(value)) for symbol, value in share.terms])
    said = _("{formula}, {terms}, {year}", formula=share.formula, terms=terms, year=year)
    return Derivation(Quantity(share.value, ONE), said)


def _term(audit: Audit, name: str, year: int, product: str) -> _Term | Message:
    """A figure of the year, with the part that belongs to `product`; or why there is none."""
    each = _item(audit, name)
    if each is None:
        return _word(audit, name, year, product) if name in WORDS else _flow(audit, name)
    series = name[len(each.id) + 1 :]
    if not series:
        series = "output" if isinstance(each, Product) else "consumption" if isinstance(each, Input) else ""
        if isinstance(each, Waste):
            series = "generation" if year in each.generation else "discharge"
    if series == "energy" and isinstance(each, Input):
        return _in_coal(audit, each, year, product)
    if series not in _SERIES or not hasattr(each, series):
        return _("`{name}`: {id} has no series of that name", name=name, id=each.id)
    amount: Quantity | None = getattr(each, series).get(year)
    if amount is None:
        return _("{name} has no figure for {year}", name=each.name, year=year)
    share = 1.0
    if product and not isinstance(each, Product):
        share = sharing(audit, each).get(product, {}).get(year, 0.0)
        if not share:
            return _("{name} has no share in `{product}`", name=each.name, product=product)
    unit = amount_unit(amount)
    value = annual_fitted(amount, unit, audit.calendar)
    if value is None:
        return _("{name} has no figure for {year}", name=each.name, year=year)
    quantity = Quantity(value * share, parse_unit(unit))
    what: Message | str = each.name
    if not (isinstance(each, Product) and series == "output"):
        what = _("{name} {series}", name=each.name, series=_SERIES[series][1])
    return _Term(quantity, _("{name} {value} {unit}", name=what, value=_exact(quantity.value), unit=unit))


def _in_coal(audit: Audit, item: Input, year: int, product: str) -> _Term | Message:
    """An energy carrier in tce, its use as raw material off as in the total, with the part that belongs to `product`."""
    result = energy(audit, conventions(audit).electricity)
    scope = result.of_year(year) if result is not None else None
    use = next((one.use for one in scope.uses if one.item is item), None) if scope is not None else None
    if use is None or use.gross is None:
        return _("{name} cannot be counted in coal equivalent in {year}", name=item.name, year=year)
    share = sharing(audit, item).get(product, {}).get(year, 0.0) if product else 1.0
    if not share:
        return _("{name} has no share in `{product}`", name=item.name, product=product)
    feedstock = 0.0 if conventions(audit).feedstock == "included" else use.excluded or 0.0
    return _said(plain(item.name), (use.gross - feedstock) * share, UNIT)


def _exact(value: float) -> str:
    return f"{value:,.8g}" if abs(value) < 1e8 else f"{value:,.0f}"


def _word(audit: Audit, name: str, year: int, product: str) -> _Term | Message:
    if name == "output_value":
        value, unit = output_value(audit, year), money_unit(audit)
        return _said(_("output value"), value, unit) if value else _("no output value in {year}", year=year)
    if name not in ("energy", "co2"):
        return _("`{name}` is a rate and stands alone, without `per`", name=name)
    result = energy(audit, conventions(audit).electricity)
    scope = result.of_year(year) if result is not None else None
    if result is None or scope is None:
        return _("there is no energy among the inputs of {year}", year=year)
    whole, unit = (scope.total.net, UNIT) if name == "energy" else (scope.co2, "t")
    if product:
        one, output = result.of_product(product, year), _term(audit, product, year, "")
        specific = None if one is None else one.value if name == "energy" else one.co2
        if one is None or isinstance(output, Message):
            return _("`{product}` has no part in the energy of {year}", product=product, year=year)
        if specific is None:
            return _("energy of `{product}` in {year} is incomplete", product=product, year=year)
        per_unit = one.unit if name == "energy" else one.co2_unit
        whole = Quantity(specific * output.quantity.value, parse_unit(per_unit).times(output.quantity.unit)).to(unit)
    if whole is None:
        return _("energy or its CO₂ is incomplete in {year}: `cpa table energy` says why", year=year)
    return _said(_("comprehensive energy consumption") if name == "energy" else _("carbon dioxide"), whole, unit)


def _said(name: Message, value: float, unit: str) -> _Term:
    return _Term(
        Quantity(value, parse_unit(unit)), _("{name} {value} {unit}", name=name, value=fixed(value, 5), unit=unit)
    )


def _flow(audit: Audit, name: str) -> _Term | Message:
    """A year's amount of a flow of phase 3."""
    from cpa.analysis.layers import flow_amount, flows_of

    flow = next((flow for flow in flows_of(audit) if flow.id == name), None)
    amount = flow_amount(audit, flow) if flow is not None else None
    if flow is None or amount is None:
        return _("`{name}` is no input, waste, product or measured flow", name=name)
    unit = parse_unit(amount.unit.text.partition("/")[0])
    value = annual_fitted(amount, unit, audit.calendar)
    if value is None:
        return _("the amount of `{name}` cannot be made annual", name=name)
    return _said(plain(flow.name), value, unit.text)


def _summed(audit: Audit, terms: Sequence[_Term]) -> tuple[Quantity, Message]:
    unit = terms[0].quantity.unit
    total = math.fsum(term.quantity.to(unit, audit.calendar) for term in terms)
    return Quantity(total, unit), listed([term.words for term in terms], " + ")


def needs_flows(audit: Audit) -> bool:
    """Whether a value of the benchmark names a figure that only phase 3 can have."""
    phase = audit.phase("preassessment")
    values = (
        *(phase.benchmark.values if phase.benchmark is not None else ()),
        *audit.phase("implementation").benchmark_after,
    )
    names = [name for value in values for name in (*value.of, value.per) if name]
    return any(_item(audit, name) is None and name not in WORDS for name in names)
