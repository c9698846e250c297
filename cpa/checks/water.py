"""CPA425 and CPA426: water uses and states of water that cannot be."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.layers import water_mass
from cpa.checks.registry import Issue, rule
from cpa.messages import _, listed
from cpa.schema.labels import layer_name
from cpa.schema.quantity import Quantity
from cpa.schema.types import Item


@rule("CPA425", "error", "assessment")
def impossible_water_use(analysis: Analysis) -> Iterator[Issue]:
    """A water use cannot be targeted.

    What: A use by load gives water no dirtier than it may take, or a use limits a substance whose content in other water is nowhere stated.

    Why: Water of unknown quality cannot be reused, so the potential would look smaller than it is.

    Example: limits_in: {cod: 50 mg/L} while no use states contents_out for cod

    Remedy: Give `contents_out` of each use for every substance that another use limits.

    Source: El-Halwagi 2003; Wang and Smith 1994.
    """
    audit = analysis.audit
    uses = audit.phase("assessment").water_uses
    yield from _no_water(analysis)
    for use in uses:
        lone = sorted(use.limits_in.keys() ^ use.contents_out.keys()) if use.by_load else []
        if lone:
            key = "limits_in" if lone[0] in use.limits_in else "contents_out"
            yield Issue(
                _(
                    "{use} is a use by load: `limits_in` and `contents_out` name the same substances, and {names} stands in one only",
                    use=use.name,
                    names=listed([layer_name(name) for name in lone]),
                ),
                audit.places.of(use, key, lone[0]),
                _("add the limit of {name} to `limits_in`, or leave `by_load` out", name=lone[0])
                if key == "contents_out"
                else _("add {name} to `contents_out`, or leave `by_load` out", name=lone[0]),
            )
        for name, limit in use.limits_in.items():
            stated = [other for other in uses if other.id != use.id and name in other.contents_out]
            if len(uses) > 1 and not stated:
                yield Issue(
                    _(
                        "{use} limits {name}, and no other use states how much of it it gives",
                        use=use.name,
                        name=layer_name(name),
                    ),
                    audit.places.of(use, "limits_in", name),
                    _("add `contents_out: {{{name}: …}}` to the others", name=name),
                )
            out = use.contents_out.get(name)
            if (
                use.by_load
                and out is not None
                and (difference := _difference(out, limit)) is not None
                and difference <= 0
            ):
                yield Issue(
                    _(
                        "{use} takes up no {name}: it gives water as clean as it may take",
                        use=use.name,
                        name=layer_name(name),
                    ),
                    audit.places.of(use, "contents_out", name),
                    _("state what it gives, or leave `by_load` out"),
                )


def _no_water(analysis: Analysis) -> Iterator[Issue]:
    """Amounts that are none of water, and contents that are no concentration."""
    audit = analysis.audit
    phase = audit.phase("assessment")
    first = phase.water_uses[0].flow.unit if phase.water_uses else None
    figures: list[tuple[Item, str, str, Quantity | None]] = [
        (item, item.name, key, getattr(item, key)) for item in phase.water_uses for key in ("flow", "gives", "fresh")
    ]
    figures += [(item, item.name, "available", item.available) for item in phase.fresh_waters]
    figures += [(item, item.name, "amount", item.amount) for item in phase.circulations]
    for item, name, key, quantity in figures:
        if quantity is None:
            continue
        if all(base not in ("mass", "length") for base, _power in quantity.unit.dimension):
            yield Issue(
                _("{name}: {unit} is no amount of water", name=name, unit=quantity.unit.text or "1"),
                audit.places.of(item, key),
                _("give it in m³/d or t/d"),
            )
        elif first is not None and item not in phase.circulations and water_mass(audit, quantity, first) is None:
            yield Issue(
                _(
                    "{name}: given in {unit}, other water uses in {other}",
                    name=name,
                    unit=quantity.unit.text,
                    other=first.text,
                ),
                audit.places.of(item, key),
                _("give all of them on one basis"),
            )


def _difference(one: Quantity, other: Quantity) -> float | None:
    value = other.fitted(one.unit)
    return None if value is None else one.value - value


@rule("CPA426", "error", "assessment")
def steam_state(analysis: Analysis) -> Iterator[Issue]:
    """The state of water or steam is given twice.

    What: A flow states an absolute and a gauge pressure, or a dryness together with a temperature and a pressure.

    Why: Two of them decide the enthalpy; the third contradicts or is ignored.

    Example: pressure: 0.8 MPa, gauge_pressure: 0.7 MPa

    Remedy: Keep one pressure; wet steam has a pressure and a dryness.

    Source: IAPWS R7-97(2012).
    """
    for flow in analysis.audit.phase("assessment").flows:
        if flow.pressure is not None and flow.gauge_pressure is not None:
            yield Issue(
                _("{flow} has an absolute and a gauge pressure", flow=flow.name),
                analysis.audit.places.of(flow, "gauge_pressure"),
                _("keep one of them"),
            )
        elif (
            flow.dryness is not None
            and flow.temperature is not None
            and (flow.pressure is not None or flow.gauge_pressure is not None)
        ):
            yield Issue(
                _("{flow} has a dryness, a temperature and a pressure", flow=flow.name),
                analysis.audit.places.of(flow, "dryness"),
                _("wet steam has a pressure and a dryness; leave the temperature out"),
            )
