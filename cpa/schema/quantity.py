"""Quantities as people write them: number, unit, standard uncertainty, and how they were obtained.

Grammar (`docs/audit-format.md`, "Quantities"):

    quantity   = ["~" | "<" | ">"] product
    product    = term { (" * " | " / ") term }            operators stand between spaces
    term       = number [unit] ["±" number ("%" | [unit])] | "[" number {"," number} "]" unit ["±" …]
    number     = digits with "," every three places, decimal point, exponent

`±` gives the standard uncertainty (JCGM 100:2008, 2.3.1). Full-width digits and signs are understood.
"""

import math
import re
from typing import Literal

import msgspec

from cpa.messages import Message, _
from cpa.schema.units import NO_CALENDAR, ONE, Calendar, Unit, UnitError, parse_unit

Method = Literal[
    "metered", "weighed", "invoiced", "sampled", "estimated", "design", "literature", "computed", "unrecorded"
]

_WIDE = str.maketrans("０１２３４５６７８９．，％＋－＊／（）［］～＜＞　±", "0123456789.,%+-*/()[]~<> ±")
_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_TERM = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<rest>.*)\Z", re.DOTALL)
_LIST = re.compile(r"\[(?P<items>[^\[\]]*)\]\s*(?P<rest>.*)\Z", re.DOTALL)
_FULL_NUMBER = re.compile(rf"{_NUMBER}\Z")
_OPERATOR = re.compile(r"\s+([*×/÷])\s+")
_SIMPLE = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,15})?) ?([%A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff²³/]*)\Z")
_MAX_LENGTH = 2000


class QuantityError(ValueError):
    """A text that is not a quantity; carries what to say and what to do."""

    def __init__(self, message: Message, hint: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class Quantity(msgspec.Struct, frozen=True):
    """A measured or stated amount.

    `sigma` is the stated standard uncertainty in the quantity's own unit, None where none was stated;
    `readings` are the repeated readings whose mean is `value`. `sign` is "~" for an estimate, "<" or ">"
    for a result beyond the range of the method. `accuracy` is the half-width of the instrument's error
    limits in the quantity's own unit.
    """

    value: float
    unit: Unit = ONE
    sigma: float | None = None
    sign: Literal["", "~", "<", ">"] = ""
    readings: tuple[float, ...] = ()
    method: Method = "unrecorded"
    meter: str = ""
    accuracy: float | None = None
    period: str = ""
    document: str = ""
    page: str = ""
    note: str = ""

    def to(self, unit: Unit | str, calendar: Calendar = NO_CALENDAR) -> float:
        """The value in `unit`. Raises UnitError for another dimension or a calendar that is not known."""
        target = parse_unit(unit) if isinstance(unit, str) else unit
        return self.value * self.unit.scale(target, calendar)

    def fitted(self, unit: Unit | str, calendar: Calendar = NO_CALENDAR) -> float | None:
        """`to`, with None instead of an error: for results that are simply absent where units do not fit."""
        try:
            return self.to(unit, calendar)
        except UnitError:
            return None

    def standard_uncertainty(self) -> float | None:
        """Standard uncertainty in the quantity's own unit, None where nothing is known of it.

        Stated σ, error limits a as a/√3 (JCGM 100:2008, 4.3.7) and the standard error s/√n of repeated
        readings (4.2.3) join as the root of the sum of squares.
        """
        parts = []
        if self.sigma is not None:
            parts.append(self.sigma)
        if self.accuracy is not None:
            parts.append(self.accuracy / math.sqrt(3))
        if len(self.readings) > 1:
            n = len(self.readings)
            parts.append(math.sqrt(sum((reading - self.value) ** 2 for reading in self.readings) / (n - 1) / n))
        return math.hypot(*parts) if parts else None

    def format(self) -> str:
        """Canonical text; `parse` gives an equal quantity back (what the long form adds aside)."""
        if self.readings:
            number = f"[{', '.join(map(format_number, self.readings))}]"
        else:
            number = format_number(self.value)
        text = f"{self.sign} {number}" if self.sign else number
        if self.unit.text:
            text += f" {self.unit.text}"
        if self.sigma is not None:
            text += f" ± {format_number(self.sigma)} {self.unit.text}".rstrip()
        return text


def format_number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def parse_quantity(text: str | float | int, default_unit: str = "") -> Quantity:
    """Reads one quantity; a bare number takes `default_unit`.

    Raises QuantityError for anything that is not a quantity, whatever the text.
    """
    if isinstance(text, bool):
        raise _not_a_quantity(str(text).lower())
    if isinstance(text, int | float):
        return _finite(Quantity(float(text), _unit(default_unit)))
    simple = _SIMPLE.match(text)
    if simple is not None:
        # Nine of ten quantities are a number and a unit; they need none of what follows.
        return Quantity(float(simple[1]), _unit(simple[2]))
    if len(text) > _MAX_LENGTH:
        raise _not_a_quantity(text)
    plain = text.translate(_WIDE).strip()
    sign: Literal["", "~", "<", ">"] = ""
    for mark, meaning in (("~", "~"), ("≈", "~"), ("约", "~"), ("<", "<"), (">", ">")):
        if plain.startswith(mark):
            sign, plain = meaning, plain[1:].lstrip()  # type: ignore[assignment]
            break
    if plain in ("?", "？"):
        raise QuantityError(_("`?` means that it was not measured"), _("leave the key out"))
    if plain.startswith("?"):
        raise QuantityError(
            _("`{text}` is not measured, and what was not measured has no uncertainty", text=text[:60]),
            _("leave the key out, or give an estimate: ~ 120 t ± 30 t"),
        )
    parts = _OPERATOR.split(plain)
    result = _term(parts[0], text, default_unit if len(parts) == 1 else "")
    for operator, part in zip(parts[1::2], parts[2::2], strict=True):
        result = _combined(result, part, operator in "*×", text)
    return _finite(msgspec.structs.replace(result, sign=sign))


def _finite(quantity: Quantity) -> Quantity:
    if math.isnan(quantity.value):
        raise QuantityError(_("`nan` is not a number"), _("leave the key out if it was not measured"))
    if not math.isfinite(quantity.value) or (quantity.sigma is not None and not math.isfinite(quantity.sigma)):
        raise QuantityError(_("the number is too large"))
    return quantity


def _term(part: str, text: str, default_unit: str) -> Quantity:
    match = _LIST.match(part)
    readings: tuple[float, ...] = ()
    if match:
        items = [item.strip() for item in match["items"].split(",")]
        if not all(_FULL_NUMBER.match(item) for item in items):
            raise QuantityError(
                _("the readings in [ ] must be numbers with commas between"), _("write [42.1, 42.9, 42.8] t")
            )
        readings = tuple(_number(item) for item in items)
        value = math.fsum(readings) / len(readings)
    else:
        match = _TERM.match(part)
        if not match:
            raise _not_a_quantity(text)
        value = _number(match["number"])
    if _RANGE.match(part):
        raise QuantityError(_("a range is not one quantity"), _("write its middle and half its width: 42.5 ± 2.5 t/d"))
    before, plus_minus, after = match["rest"].replace("+/-", "±").replace("+-", "±").partition("±")
    unit_text, sigma = before.strip(), None
    if plus_minus:
        unit_text, sigma = _uncertainty(after.strip(), unit_text, value)
    return Quantity(value, _unit(unit_text or default_unit), sigma, readings=readings)


def _uncertainty(after: str, unit_text: str, value: float) -> tuple[str, float]:
    """Unit text and absolute σ for `after`, what stands behind ±.

    `42.6 t ± 1 %` is relative; a value that is itself in per cent takes points: `5 % ± 0.2 %`.
    """
    match = _TERM.match(after)
    if not match or match["number"].startswith(("-", "+")):
        raise QuantityError(_("behind ± stands a positive number"), _("write 42.6 ± 0.4 t or 42.6 t ± 1 %"))
    number, behind = _number(match["number"]), match["rest"].strip()
    if behind == "%" and unit_text not in ("", "%"):
        return unit_text, abs(value) * number / 100
    if not unit_text:
        return behind, number
    if not behind:
        return unit_text, number
    try:
        return unit_text, number * parse_unit(behind).scale(parse_unit(unit_text))
    except UnitError as error:
        raise QuantityError(error.message, error.hint) from None


def _combined(left: Quantity, part: str, multiply: bool, text: str) -> Quantity:
    if not part[:1].isdigit() and part[:1] not in "+-.[":
        part = f"1 {part}"
    right = _term(part, text, "")
    if not multiply and right.value == 0:
        raise QuantityError(_("this divides by zero"))
    value = left.value * right.value if multiply else left.value / right.value
    relative = [q.sigma / abs(q.value) for q in (left, right) if q.sigma is not None and q.value]
    try:
        unit = left.unit.times(right.unit, 1 if multiply else -1)
    except UnitError as error:
        raise QuantityError(error.message, error.hint) from None
    return Quantity(value, unit, abs(value) * math.hypot(*relative) if relative else None)


def _number(text: str) -> float:
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        raise QuantityError(_("the number is too large"))
    return value


def _unit(text: str) -> Unit:
    if not text:
        return ONE
    try:
        return parse_unit(text)
    except UnitError as error:
        raise QuantityError(error.message, error.hint) from None


_RANGE = re.compile(rf"{_NUMBER}\s*[-–—~]\s*\d")


def _not_a_quantity(text: str) -> QuantityError:
    return QuantityError(
        _("`{text}` is not a quantity", text=text[:60]),
        _("write a number and a unit: 42.6 t/d, 12,500 kWh, 3.6 万m³, 42.6 ± 0.4 t"),
    )
