"""What a flow carries in a layer.

What counts in a layer (docs/spec-balance.md has the table):

- mass: amounts of mass; volumes × density (water and condensate 1 t/m³); electricity, heat and fuel never.
- water: water, steam and condensate wholly; other flows by their water content.
- energy: amounts of energy; others by the factor of their carrier, water and steam by enthalpy.
- a substance: amount × content. A flow of known amount that does not name the substance holds none of it;
  a flow that was not measured and states no contents is unknown. An element counts in all substances with a formula.
"""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from cpa import reference
from cpa.analysis.factors import STATES, energy_factor, enthalpy_of
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.steam import ATMOSPHERE, SteamError
from cpa.schema.assessment import Balance, Flow
from cpa.schema.quantity import Quantity, parse_quantity
from cpa.schema.units import Calendar, Unit, UnitError, parse_unit

WATERY = ("water", "steam", "condensate")
LIQUID = ("water", "condensate")
"""Media of 1 t/m³ where no density is stated."""
NOT_MATTER = ("electricity", "heat", "fuel")
MASS, VOLUME, _ENERGY = (("mass", 1),), (("length", 3),), (("energy", 1),)


class LayerAmount(msgspec.Struct, frozen=True):
    """What a flow carries in one layer, in the layer's unit; None with the reason where that is not known."""

    amount: float | None
    missing: Literal["", "amount", "density", "basis", "factor", "content", "state", "not_steam", "dimension"] = ""
    reason: Message | None = None
    hint: Message | None = None


def flows_of(audit: Audit) -> tuple[Flow, ...]:
    """The flows, the first one of every id: CPA202 names the others, and which is meant nobody can say."""
    flows: tuple[Flow, ...] = audit.phase("assessment").flows
    first = {flow.id: flow for flow in reversed(flows)}
    return flows if len(first) == len(flows) else tuple(flow for flow in flows if first[flow.id] is flow)


def flow_amount(audit: Audit, flow: Flow, period: str = "") -> Quantity | None:
    """The flow's own amount, that of a period, or what its measuring points read; None where it was not measured.

    A rate holds in every period, an amount only in those that it is given for. Without a period, the amounts of the
    periods give the mean of a rate and the sum of an amount.
    """
    known = {} if period else {point: audit.readings.get(point) for point in _points(flow)}
    if period:
        own = flow.by_period.get(period) or _read(
            {point: audit.period_readings.get((point, period)) for point in _points(flow)}
        )
        if own is not None:
            return own
        by_period = bool(flow.by_period) or any(point in _points(flow) for point, _period in audit.period_readings)
        whole = None if by_period else flow_amount(audit, flow)
        return whole if whole is not None and ("time", -1) in whole.unit.dimension else None
    if flow.amount is not None:
        return _counted(flow.amount)
    periods = [item.id for item in audit.phase("assessment").periods]
    if flow.by_period:
        if any(audit.spoiled(flow, f"by_period.{name}") for name in periods):
            return None
        return _joined([flow.by_period[name] for name in periods if name in flow.by_period], len(periods))
    read = _read(known) if known else None
    if read is None or ("time", -1) in read.unit.dimension or not audit.period_readings:
        return read
    # An amount, not a rate: the periods add up.
    parts = [_read({point: audit.period_readings.get((point, name)) for point in known}) for name in periods]
    if all(part is None for part in parts):
        return read
    return _joined([part for part in parts if part is not None], len(periods))


def _counted(quantity: Quantity) -> Quantity:
    """A result below the detection limit counts as half of it, with the spread of anything in between (JCGM 100, 4.3.7)."""
    if quantity.sign != "<":
        return quantity
    half = quantity.value / 2
    return msgspec.structs.replace(quantity, value=half, sigma=half / math.sqrt(3), sign="")


def _points(flow: Flow) -> tuple[str, ...]:
    return flow.points or ((flow.point,) if flow.point else ())


def _read(found: dict[str, Quantity | None]) -> Quantity | None:
    """The sum of what the measuring points read; None when one of them has no readings."""
    parts = [quantity for quantity in found.values() if quantity is not None]
    if not parts or len(parts) < len(found):
        return None
    if len(parts) == 1:
        return parts[0]
    return _summed(parts)


def _summed(parts: list[Quantity]) -> Quantity | None:
    unit = parts[0].unit
    try:
        scales = [part.unit.scale(unit) for part in parts]
    except UnitError:
        return None
    sigmas = [part.standard_uncertainty() for part in parts]
    sigma = None
    if all(value is not None for value in sigmas):
        sigma = math.hypot(*(value * scale for value, scale in zip(sigmas, scales, strict=True) if value is not None))
    value = math.fsum(part.value * scale for part, scale in zip(parts, scales, strict=True))
    return Quantity(value, unit, sigma, method=parts[0].method)


def _joined(parts: list[Quantity], periods: int) -> Quantity | None:
    """Amounts of several periods as one: the mean of rates, the sum of amounts where no period lacks its own."""
    total = _summed(parts) if parts else None
    if total is None:
        return None
    if ("time", -1) not in total.unit.dimension:
        return total if len(parts) == periods else None
    count = len(parts)
    sigma = None if total.sigma is None else total.sigma / count
    return msgspec.structs.replace(total, value=total.value / count, sigma=sigma)


def layer_unit(audit: Audit, request: Balance, flows: Iterable[Flow]) -> tuple[Unit, str]:
    """The unit of the layer and its time basis ("" or "/d" …): as asked for, or what most flows are given on."""
    if request.unit:
        try:
            unit = parse_unit(request.unit)
            return unit, _basis(unit)
        except UnitError:
            pass
    counted: Counter[str] = Counter()
    for flow in flows:
        quantity = flow_amount(audit, flow, request.period)
        if quantity is not None:
            counted[_basis(quantity.unit)] += 1
    basis = counted.most_common(1)[0][0] if counted else ""
    return parse_unit(("GJ" if request.layer == "energy" else "t") + basis), basis


def _basis(unit: Unit) -> str:
    for symbol, exponent in unit.calendar:
        if exponent == -1:
            return {"shift": "/班", "batch": "/批"}.get(symbol, f"/{symbol}")
    return "/h" if ("time", -1) in unit.dimension and not unit.calendar else ""


def known_amount(
    audit: Audit, quantity: Quantity, own: str, request: Balance, unit: Unit
) -> tuple[float | None, Message | None]:
    """A known loss or growth of stock of the period `own` ("": of all) in a balance, and why it cannot be counted.

    As with flows: without a period, amounts of the periods add up and rates have their mean; in a period, a rate given
    for all of them holds, an amount does not.
    """
    periods = len(audit.phase("assessment").periods)
    rate = ("time", -1) in quantity.unit.dimension
    if request.period:
        share = 1.0 if own == request.period or (not own and rate) else 0.0
    else:
        share = 1.0 / max(periods, 1) if own and rate else 1.0
    if not share:
        return 0.0, None
    if request.layer == "water":
        amount = water_mass(audit, quantity, unit)
        if amount is not None:
            return amount * share, None
    amount, reason = converted(quantity, unit, audit.calendar)
    return (None if amount is None else amount * share), reason


def converted(quantity: Quantity, unit: Unit, calendar: Calendar) -> tuple[float | None, Message | None]:
    try:
        return quantity.to(unit, calendar), None
    except UnitError as error:
        return None, error.message


def layer_amount(audit: Audit, flow: Flow, request: Balance, unit: Unit, basis: str) -> LayerAmount:
    """What `flow` carries in the layer of `request`, in `unit` on the time `basis`."""
    layer, calendar = request.layer, audit.calendar
    quantity = flow_amount(audit, flow, request.period)
    content = content_of(audit, flow, layer)
    if content is None and audit.spoiled(flow, f"contains.{layer}"):
        return LayerAmount(None, "content", _("its content was not measured"))
    if layer in ("mass", "water") and flow.medium in NOT_MATTER:
        return LayerAmount(0.0)
    if layer == "energy":
        return _energy_amount(audit, flow, quantity, unit)
    whole = layer == "mass" or (layer == "water" and flow.medium in WATERY)
    if quantity is None:
        if content is not None and not whole:
            return LayerAmount(None, "amount", _("its content is given, its amount was not measured"))
        if whole or (not flow.contains and flow.medium not in NOT_MATTER):
            return LayerAmount(None, "amount", _("not measured"))
        return LayerAmount(0.0)
    if not whole and content is None:
        return LayerAmount(0.0)
    dimension = _without_time(quantity.unit)
    if dimension not in (MASS, VOLUME):
        if content is None:
            reason = _("{unit} is neither mass nor volume", unit=quantity.unit.text)
            return LayerAmount(None, "dimension", reason)
        return LayerAmount(None, "content", _("a content needs an amount of mass or volume"))
    if (("time", -1) in quantity.unit.dimension and not basis) or (
        ("time", -1) not in quantity.unit.dimension and basis
    ):
        return LayerAmount(
            None, "basis", _("given in {unit}, the balance is in {other}", unit=quantity.unit.text, other=unit.text)
        )
    density = (
        flow.density.to("t/m³") if flow.density is not None else 1.0 if flow.medium in ("water", "condensate") else None
    )
    try:
        mass, volume = _mass_and_volume(quantity, dimension == MASS, density, basis, calendar)
    except UnitError as error:
        return LayerAmount(None, "basis", error.message, error.hint)
    scale = (
        parse_unit("t" + basis).scale(unit, calendar) if unit.dimension == parse_unit("t" + basis).dimension else None
    )
    if scale is None:
        return LayerAmount(None, "basis", _("the balance is in {unit}, which is no mass", unit=unit.text))
    if whole or content is None or content.unit.dimension == ():
        if mass is None:
            return LayerAmount(None, "density", _NO_DENSITY[flow.density is not None])
        share = 1.0 if whole or content is None else content.to("")
        return LayerAmount(mass * share * scale)
    if volume is None:
        return LayerAmount(None, "density", _("its mass has no density, its content is by volume"))
    try:
        return LayerAmount(content.to("t/m³") * volume * scale)
    except UnitError:
        return LayerAmount(None, "content", _("the content is neither a share nor mass by volume"))


def water_mass(audit: Audit, quantity: Quantity, unit: Unit) -> float | None:
    """An amount of water in a unit of mass or volume, at 1 t/m³ where the two differ; None where neither fits."""
    for power in (0, 1, -1):
        product = quantity.unit.times(parse_unit("t/m³"), power) if power else quantity.unit
        if product.dimension == unit.dimension:
            return Quantity(quantity.value, product).fitted(unit, audit.calendar)
    return None


def _mass_and_volume(
    quantity: Quantity, is_mass: bool, density: float | None, basis: str, calendar: Calendar
) -> tuple[float | None, float | None]:
    """Tonnes and cubic metres on the basis; None for the one that would need a density."""
    if is_mass:
        mass = quantity.to(parse_unit("t" + basis), calendar)
        return mass, mass / density if density else None
    volume = quantity.to(parse_unit("m³" + basis), calendar)
    return volume * density if density else None, volume


def _without_time(unit: Unit) -> tuple[tuple[str, int], ...]:
    return tuple(part for part in unit.dimension if part[0] != "time")


def _energy_amount(audit: Audit, flow: Flow, quantity: Quantity | None, unit: Unit) -> LayerAmount:
    calendar = audit.calendar
    content = flow.contains.get("energy")
    hot = flow.medium in WATERY and not flow.carrier and (flow.temperature is not None or has_pressure(flow))
    carries = flow.medium in (*NOT_MATTER, "steam", "condensate") or content is not None or bool(flow.carrier) or hot
    if not carries:
        return LayerAmount(0.0)
    if quantity is None:
        return LayerAmount(None, "amount", _("not measured"))
    try:
        if _without_time(quantity.unit) == _ENERGY and not _by_own_factor(audit, flow):
            return LayerAmount(quantity.to(unit, calendar))
        factor: Quantity | None = content
        if factor is None and hot:
            factor = steam_enthalpy(audit, flow)
        elif factor is None:
            factor = energy_factor(audit, flow.carrier or ("electricity" if flow.medium == "electricity" else ""))
        if factor is None and flow.medium == "steam" and not flow.carrier:
            return LayerAmount(None, "state", STATES["no_state"])
        if factor is None:
            return LayerAmount(
                None, "factor", _("no energy factor for `{carrier}`", carrier=flow.carrier or flow.medium)
            )
        product = Quantity(quantity.value * factor.value, quantity.unit.times(factor.unit))
        lengths = dict(product.unit.dimension).get("length", 0)
        if lengths in (3, -3):
            density = flow.density or (parse_quantity("1 t/m³") if flow.medium in ("water", "condensate") else None)
            if density is None or not density.value:
                return LayerAmount(None, "density", _NO_DENSITY[density is not None])
            power = 1 if lengths == 3 else -1
            product = Quantity(product.value * density.value**power, product.unit.times(density.unit, power))
        return LayerAmount(product.to(unit, calendar))
    except SteamError as error:
        return LayerAmount(None, "not_steam" if error.reason.startswith("not") else "state", STATES[error.reason])
    except UnitError as error:
        return LayerAmount(None, "basis", error.message, error.hint)


def _by_own_factor(audit: Audit, flow: Flow) -> bool:
    """Whether electricity counts by a factor of the audit's own: by the fuel that it took, say, and not as it is."""
    energy = audit.identity.energy if audit.identity is not None else None
    if energy is None or flow.medium != "electricity":
        return False
    own = any(factor.carrier == (flow.carrier or "electricity") for factor in energy.factors)
    return own or energy.electricity == "equivalent"


_NO_DENSITY = (_("its volume has no density"), _("its density is zero"))


def has_pressure(flow: Flow) -> bool:
    return flow.pressure is not None or flow.gauge_pressure is not None


def steam_enthalpy(audit: Audit, flow: Flow) -> Quantity:
    """Specific enthalpy of a flow of water or steam above the audit's reference temperature. Raises SteamError."""
    pressure = flow.pressure.to("MPa") if flow.pressure is not None else None
    if flow.gauge_pressure is not None:
        pressure = flow.gauge_pressure.to("MPa") + ATMOSPHERE
    temperature = flow.temperature.to("℃") if flow.temperature is not None else None
    phase: Literal["steam", "water"] = "steam" if flow.medium == "steam" else "water"
    return enthalpy_of(audit, phase, temperature, pressure, flow.dryness.to("") if flow.dryness is not None else None)


def content_of(audit: Audit, flow: Flow, layer: str) -> Quantity | None:
    """The content of `layer` in `flow`: what is stated, else for an element what its substances hold of it."""
    stated = flow.contains.get(layer)
    if stated is not None or not flow.contains:
        return None if stated is None else _counted(stated)
    shares = element_shares(audit, layer)
    found = [(flow.contains[name], share) for name, share in shares.items() if name in flow.contains]
    if not found:
        return None
    unit = found[0][0].unit
    value, variance = 0.0, 0.0
    for content, share in found:
        try:
            factor = content.unit.scale(unit) * share
        except UnitError:
            return None
        value += content.value * factor
        variance += (content_uncertainty(audit, content)[0] * content.value * factor) ** 2
    return Quantity(value, unit, math.sqrt(variance) or None, method=found[0][0].method)


def layers_of(audit: Audit) -> tuple[str, ...]:
    """All layers that can be balanced: the general ones, substances that flows name, elements of their formulas."""
    phase = audit.phase("assessment")
    found = dict.fromkeys(
        ("mass", "water", "energy", "cost", *(name for flow in phase.flows for name in flow.contains))
    )
    if phase.substances:
        from cpa.methods.balance.chemistry import FormulaError, parse_formula

        for substance in phase.substances:
            found[substance.id] = None
            try:
                found.update(dict.fromkeys(element.lower() for element in parse_formula(substance.formula)))
            except FormulaError:
                continue
    return tuple(found)


def element_shares(audit: Audit, layer: str) -> dict[str, float]:
    """Mass share of the element `layer` (its symbol in small letters) in every substance whose formula holds it."""
    substances = audit.phase("assessment").substances
    if not substances:
        return {}
    from cpa.methods.balance.chemistry import FormulaError, element_share, parse_formula

    found = {}
    for substance in substances:
        try:
            if layer.capitalize() in parse_formula(substance.formula) and substance.id != layer:
                found[substance.id] = element_share(substance.formula, layer.capitalize())
        except FormulaError:
            continue
    return found


def relative_uncertainty(audit: Audit, quantity: Quantity) -> tuple[float, bool]:
    """Relative standard uncertainty, and whether it is that of the class of method because none was stated."""
    stated = quantity.standard_uncertainty()
    if stated and quantity.value:
        return stated / abs(quantity.value), False
    method = "estimated" if quantity.sign == "~" else quantity.method
    own = audit.identity.uncertainties.get(method) if audit.identity is not None else None
    if own is not None and own.value > 0:
        return own.to(""), True
    share: str = reference.load_words("uncertainty")["shares"][method]
    return float(share.removesuffix("%")) / 100, True


def content_uncertainty(audit: Audit, content: Quantity) -> tuple[float, bool]:
    """Relative standard uncertainty of a content. The default of a share counts for its smaller side.

    So a water content of 80 % is as uncertain as the 20 % of dry matter that were weighed, and 100 % is exact.
    """
    relative, default = relative_uncertainty(audit, content)
    share = content.fitted("")
    if default and share:
        relative *= max(min(share, 1 - share), 0.0) / share
    return relative, default and relative > 0
