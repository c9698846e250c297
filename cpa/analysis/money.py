"""Money, and durations in years, in the audit's units; and the order of ids."""

import re

from cpa.audit import Audit
from cpa.schema.identity import Economics
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar


def money_unit(audit: Audit) -> str:
    return audit.identity.money_unit if audit.identity is not None else "万元"


def conventions(audit: Audit) -> Economics | None:
    """The conventions of the financial assessment."""
    return audit.identity.economics if audit.identity is not None else None


def prices(audit: Audit) -> dict[str, Quantity]:
    return {price.id: price.price for price in audit.identity.prices} if audit.identity is not None else {}


def money(quantity: Quantity | None, unit: str) -> float | None:
    """An amount of money in `unit`."""
    return None if quantity is None else quantity.to(unit)


def money_a_year(quantity: Quantity | None, unit: str, calendar: Calendar) -> float | None:
    """Money a year in `unit`/a; None too where a rate by day or batch would need a calendar that is not given (CPA312)."""
    return None if quantity is None else quantity.fitted(f"{unit}/a", calendar)


def years_of(quantity: Quantity | None, calendar: Calendar) -> float | None:
    """A duration in years, on the same terms."""
    return None if quantity is None else quantity.fitted("a", calendar)


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key by which F2 stands before F10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", name) if part)
