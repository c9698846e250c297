"""Units: names to factors and dimensions, from the pack `reference/units.yaml`.

A dimension is a sorted tuple of (base, exponent); volume is length cubed, power is energy by time.
Years, months, days, shifts and batches are kept apart from hours: they convert through the audit's
operating `Calendar` only, never by 365.25 days.
"""

import math
import re
from functools import cache, lru_cache
from typing import Any

import msgspec

from cpa import reference
from cpa.messages import Message, _, listed

Dimension = tuple[tuple[str, int], ...]

_DERIVED: dict[str, Dimension] = {
    "mass": (("mass", 1),), "length": (("length", 1),), "area": (("length", 2),), "volume": (("length", 3),),
    "energy": (("energy", 1),), "power": (("energy", 1), ("time", -1)), "pressure": (("pressure", 1),),
    "temperature": (("temperature", 1),), "time": (("time", 1),), "money": (("money", 1),), "share": (),
    "noise": (("noise", 1),), "acidity": (("acidity", 1),), "colour": (("colour", 1),),
}  # fmt: skip
_MULTIPLES = {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2}
_SUPERSCRIPTS = str.maketrans({"²": "2", "³": "3", "⁻": "-", "¹": "1", "⁴": "4", "⁰": "0"})
_SPLIT = re.compile(r"([/·*×()])")
_EXPONENT = re.compile(r"(?P<name>.*[^0-9^-])\^?(?P<exponent>-?[1-9])\Z")


class UnitError(ValueError):
    """A unit that cannot be understood or converted; carries what to say and what to do."""

    def __init__(self, message: Message, hint: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class Calendar(msgspec.Struct, frozen=True):
    """The operating time that a year, a day, a shift and a batch mean in one audit; None where it is not said."""

    days_per_year: float | None = None
    hours_per_day: float | None = None
    shifts_per_day: float | None = None
    batches_per_day: float | None = None

    def hours(self, symbol: str) -> float:
        """Operating hours of one `symbol` (a, month, d, shift, batch). Raises UnitError when the audit does not say."""
        day = self._known(self.hours_per_day, "hours_per_day")
        if symbol == "d":
            return day
        if symbol == "shift":
            return day / self._known(self.shifts_per_day, "shifts_per_day")
        if symbol == "batch":
            return day / self._known(self.batches_per_day, "batches_per_day")
        year = day * self._known(self.days_per_year, "days_per_year")
        return year / 12 if symbol == "month" else year

    def days(self, symbol: str) -> float:
        """Operating days of one `symbol`; needs no hours per day."""
        if symbol == "d":
            return 1.0
        if symbol == "shift":
            return 1 / self._known(self.shifts_per_day, "shifts_per_day")
        if symbol == "batch":
            return 1 / self._known(self.batches_per_day, "batches_per_day")
        year = self._known(self.days_per_year, "days_per_year")
        return year / 12 if symbol == "month" else year

    @staticmethod
    def _known(value: float | None, key: str) -> float:
        if not value or value <= 0:
            raise UnitError(
                _("this needs the operating calendar: `{key}` is not given", key=key),
                _("add `calendar: {{{key}: …}}` to audit.yaml", key=key),
            )
        return value


NO_CALENDAR = Calendar()


class Unit(msgspec.Struct, frozen=True):
    """A unit as it was written, its factor to base units, its dimension and its calendar parts.

    `dimension` counts calendar parts as time; `calendar` holds (symbol, exponent) of those parts, whose
    length `factor` does not include.
    """

    text: str
    factor: float
    dimension: Dimension
    calendar: tuple[tuple[str, int], ...] = ()

    @property
    def basis(self) -> str:
        """The time that an amount is of, with the slash: "/d" of "t/d"."""
        _amount, slash, time = self.text.partition("/")
        return slash + time

    def scale(self, other: "Unit", calendar: Calendar = NO_CALENDAR) -> float:
        """What one of this unit is in `other`. Raises UnitError for another dimension or an unknown calendar."""
        if self.dimension != other.dimension:
            raise UnitError(
                _("{one} and {other} do not measure the same thing", one=self.text or "1", other=other.text or "1")
            )
        if self.calendar == other.calendar:
            return self.factor / other.factor
        rest = _merged(self.calendar, other.calendar, -1)
        if sum(exponent for _symbol, exponent in rest) == 0:
            ratio = 1.0
            months = all(symbol in _MONTHS for symbol, _exponent in rest)  # twelve to a year, whatever the calendar
            for symbol, exponent in rest:
                ratio *= (_MONTHS[symbol] if months else calendar.days(symbol)) ** exponent
        else:
            ratio = 1.0
            for symbol, exponent in rest:
                ratio *= calendar.hours(symbol) ** exponent
        return self.factor / other.factor * ratio

    def times(self, other: "Unit", exponent: int = 1) -> "Unit":
        """The product with `other` to a power; its text joins the two, cancelling where names agree."""
        return _product(self.text, other.text, exponent)


_MONTHS = {"month": 1.0, "a": 12.0}

ONE = Unit("", 1.0, ())


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """The unit named `text`, such as `t/d`, `元/(t·a)`, `万m³`. Raises UnitError with the nearest names."""
    return _with_text(_compose(_terms(text)), text.strip())


@lru_cache(maxsize=4096)
def _product(one: str, other: str, exponent: int) -> Unit:
    return _compose([*_terms(one), *((name, power * exponent) for name, power in _terms(other))])


def dimension_of(name: str) -> Dimension:
    """The dimension called `name` (mass, volume, energy, money, time, share …) or a unit's, such as `money/time`."""
    parts = name.split("/")
    dimension = _DERIVED[parts[0]]
    for part in parts[1:]:
        dimension = _merged(dimension, _DERIVED[part], -1)
    return dimension


@cache
def _table() -> dict[str, tuple[float, Dimension, tuple[tuple[str, int], ...]]]:
    table: dict[str, tuple[float, Dimension, tuple[tuple[str, int], ...]]] = {}
    for group, units in reference.load_words("units").items():
        for names, value in units.items():
            for name in names.split("|"):
                if group == "calendar":
                    table[name] = (1.0, _DERIVED["time"], ((value, 1),))
                elif group == "counts":
                    table[name] = (1.0, ((value, 1),), ())
                else:
                    table[name] = (float(value), _DERIVED[group], ())
    return table


def _terms(text: str) -> list[tuple[str, int]]:
    """Unit text to (name, exponent) in order. `/` binds to the one factor or bracket behind it."""
    text = text.strip().translate(_SUPERSCRIPTS)
    if not text:
        return []
    table = _table()
    if text in table:
        return [(text, 1)]
    text = text.replace("dB(A)", "dBA").replace("kW·h", "kWh").replace("kW*h", "kWh")
    tokens = [token for token in (part.strip() for part in _SPLIT.split(text)) if token]
    terms: list[tuple[str, int]] = []
    signs = [1]
    sign = 1
    expect = True
    for token in tokens:
        if token == "(":
            if not expect or len(signs) > 8:
                raise _unknown(text)
            signs.append(signs[-1] * sign)
            sign, expect = 1, True
        elif token == ")":
            if expect or len(signs) == 1:
                raise _unknown(text)
            signs.pop()
            sign, expect = 1, False
        elif token in "/·*×":
            if expect and not (token == "/" and not terms):
                raise _unknown(text)
            sign, expect = (-1 if token == "/" else 1), True
        else:
            if not expect:
                raise _unknown(text)
            name, exponent = _factor(token, table)
            terms.append((name, exponent * sign * signs[-1]))
            sign, expect = 1, False
    if expect or len(signs) > 1:
        raise _unknown(text)
    return terms


def _factor(token: str, table: dict[str, Any]) -> tuple[str, int]:
    if _known(token, table):
        return token, 1
    match = _EXPONENT.match(token)
    if match and _known(match["name"], table):
        return match["name"], int(match["exponent"])
    raise _unknown(token)


def _known(name: str, table: dict[str, Any]) -> bool:
    return name in table or (
        name[:1] in _MULTIPLES and (name[1:] in table or len(name) == 1 or name[1:] in ("m3", "m2"))
    )


def _compose(terms: list[tuple[str, int]]) -> Unit:
    factor, dimension, calendar = 1.0, (), ()  # type: tuple[float, Dimension, tuple[tuple[str, int], ...]]
    powers: dict[str, int] = {}
    table = _table()
    for name, exponent in terms:
        powers[name] = powers.get(name, 0) + exponent
        multiple = 1.0
        if name not in table:
            multiple, name = _MULTIPLES[name[0]], name[1:]
            if name in ("m3", "m2"):
                multiple, inner = multiple, int(name[1])
                dimension = _merged(dimension, (("length", inner),), exponent)
                factor *= multiple**exponent
                continue
        own, own_dimension, own_calendar = table[name] if name else (1.0, (), ())
        factor *= (multiple * own) ** exponent
        dimension = _merged(dimension, own_dimension, exponent)
        calendar = _merged(calendar, own_calendar, exponent)
    if not 0 < factor < math.inf:
        raise UnitError(_("the unit is beyond what can be computed"))
    over = [_power(name, power) for name, power in powers.items() if power > 0]
    under = [_power(name, -power) for name, power in powers.items() if power < 0]
    text = "·".join(over)
    if under:
        text = f"{text}/{under[0]}" if len(under) == 1 else f"{text}/({'·'.join(under)})"
    return Unit(text, factor, dimension, calendar)


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}{'²' if power == 2 else '³' if power == 3 else f'^{power}'}"


def _with_text(unit: Unit, text: str) -> Unit:
    return Unit(text, unit.factor, unit.dimension, unit.calendar)


def _merged(
    one: tuple[tuple[str, int], ...], other: tuple[tuple[str, int], ...], exponent: int
) -> tuple[tuple[str, int], ...]:
    if not other:
        return one
    powers = dict(one)
    for base, power in other:
        powers[base] = powers.get(base, 0) + power * exponent
    return tuple(sorted((base, power) for base, power in powers.items() if power))


def _unknown(text: str) -> UnitError:
    import difflib

    if any(name in text for name in reference.load("currencies")["names"]):
        return UnitError(
            _("`{unit}` is another currency; all money of an audit is in 元", unit=text[:40]),
            _("convert it, and note the rate and its day"),
        )
    near = difflib.get_close_matches(text, _table(), n=3, cutoff=0.5)
    hint = (
        _("did you mean {units}?", units=listed(near)) if near else _("units look like t/d, kWh, m³/kL, 万元/a, mg/L")
    )
    return UnitError(_("the unit `{unit}` is unknown", unit=text[:40]), hint)
