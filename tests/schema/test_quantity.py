"""Quantities: grammar, units, calendar; pint is the oracle for factors."""

import math
from typing import Any

import pint
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cpa.schema.quantity import Quantity, QuantityError, parse_quantity
from cpa.schema.units import ONE, Calendar, UnitError, parse_unit

BOUNDED = settings(max_examples=250, deadline=None, derandomize=True)

# --- the table of the audit format ----------------------------------------------------------------------------------

T, KWH = 1000.0, 3.6  # base units are kg and MJ


@pytest.mark.parametrize(
    ("written", "value", "unit", "sigma"),
    [
        ("42.6 t/d", 42.6, "t/d", None),
        ("42.6 ± 0.4 t", 42.6, "t", 0.4),
        ("42.6 t ± 1 %", 42.6, "t", 0.426),
        ("12,500 kWh", 12500.0, "kWh", None),
        ("1.25 万kWh", 12500.0, "kWh", None),
        ("3.6 万m³", 36000.0, "m³", None),
        ("3.2 t/d * 330 d/a", 1056.0, "t/a", None),
        ("[42.1, 42.9, 42.8] t", 42.6, "t", None),
        ("< 0.5 mg/L", 0.5, "mg/L", None),
        ("~ 120 t", 120.0, "t", None),
    ],
)
def test_every_example_of_the_audit_format(written: str, value: float, unit: str, sigma: float | None) -> None:
    quantity = parse_quantity(written)
    assert quantity.to(unit) == pytest.approx(value, rel=1e-12)
    if sigma is None:
        assert quantity.sigma is None
    else:
        assert quantity.sigma is not None
        assert quantity.sigma == pytest.approx(sigma, rel=1e-12)
    assert quantity.sign == (written[0] if written[0] in "<~" else "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("１２．５ t", "12.5 t"), ("3 m3", "3 m³"), ("3 立方米", "3 m³"), ("5 吨", "5 t"), ("7 度", "7 kWh"),
        ("2 万元", "20000 元"), ("2 亿元", "20000 万元"), ("1 千克", "1 kg"), ("42.6 ± 0.4 t", "42.6 t ± 0.4 t"),
        ("42.6 t +/- 0.4", "42.6 ± 0.4 t"), ("5 ％", "5 %"), ("约 120 t", "~ 120 t"), ("≈120 t", "~120 t"),
        ("1 kW·h", "1 kWh"), ("＜0.5 mg/L", "< 0.5 mg/L"), ("1，250 t", "1,250 t"), ("4 元/（t·a）", "4 元/(t·a)"),
        ("4 元/t/a", "4 元/(t·a)"), ("1 kL", "1000 L"), ("1 MJ", "1000 kJ"),
    ],
)  # fmt: skip
def test_two_ways_to_write_one_amount(one: str, other: str) -> None:
    left, right = parse_quantity(one), parse_quantity(other)
    assert left.unit.dimension == right.unit.dimension
    assert left.value * left.unit.factor == pytest.approx(right.value * right.unit.factor, rel=1e-12)
    assert (left.sigma, left.sign) == (right.sigma, right.sign)


def test_five_per_cent_plus_minus_points() -> None:
    assert parse_quantity("5 % ± 0.2 %").sigma == pytest.approx(0.2)
    assert parse_quantity("40 t ± 200 kg").sigma == pytest.approx(0.2)


def test_standard_error_of_readings() -> None:
    """42.1, 42.9, 42.8: mean 42.6, squares 0.25 + 0.09 + 0.04 = 0.38, s² = 0.19, s/√3 = √(0.19/3)."""
    quantity = parse_quantity("[42.1, 42.9, 42.8] t")
    assert quantity.readings == (42.1, 42.9, 42.8)
    assert quantity.standard_uncertainty() == pytest.approx(math.sqrt(0.19 / 3))
    assert parse_quantity("[42.1] t").standard_uncertainty() is None
    assert parse_quantity("42.1 t").standard_uncertainty() is None


def test_uncertainty_of_a_product() -> None:
    """Relative uncertainties join as the root of the sum of squares: 3 % and 4 % make 5 %."""
    quantity = parse_quantity("100 t/d ± 3 % * 10 d/a ± 4 %")
    assert quantity.value == pytest.approx(1000)
    assert quantity.sigma == pytest.approx(50)


def test_error_limits_are_a_rectangle() -> None:
    """JCGM 100:2008, 4.3.7: half-width 0.3 gives 0.3/√3; with σ = 0.4 together √(0.16 + 0.03)."""
    assert Quantity(10, parse_unit("t"), accuracy=0.3).standard_uncertainty() == pytest.approx(0.3 / math.sqrt(3))
    assert Quantity(10, parse_unit("t"), 0.4, accuracy=0.3).standard_uncertainty() == pytest.approx(math.sqrt(0.19))


def test_a_bare_number_takes_the_unit_of_its_section() -> None:
    assert parse_quantity("42", "t").to("kg") == 42000
    assert parse_quantity(42, "t").to("kg") == 42000
    assert parse_quantity(4.5).unit is ONE
    assert parse_quantity("42 kg", "t").to("kg") == 42


# --- there and back -------------------------------------------------------------------------------------------------

UNIT_TEXTS = [
    "", "t", "kg", "mg/L", "t/d", "t/a", "万元", "元/(t·a)", "万m³", "m³/kL", "kWh/kL", "tce", "kgce/kL", "%", "‰", "°P",
    "GJ/t", "人", "瓶/h", "dB(A)", "pH", "倍", "℃", "t/shift", "kL/班", "MPa", "m²", "亿元/a", "kWh", "kW", "d/a", "批/d",
    "吨/天", "万kWh", "元/m3", "g/(kW·h)", "ppm", "标立方米", "箱", "μg", "h", "万元/a", "亩", "m^4",
]  # fmt: skip
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300),
    st.integers(-(10**15), 10**15).map(float),
    st.decimals(-10000, 10000, places=3).map(float),
)
UNCERTAINTIES = st.none() | st.floats(min_value=0, max_value=1e300)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    readings: tuple[float, ...] = ()
    value = draw(NUMBERS)
    if draw(st.booleans()):
        readings = tuple(draw(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=5)))
        value = math.fsum(readings) / len(readings)
    sign = draw(st.sampled_from(["", "~", "<", ">"]))
    return Quantity(value, parse_unit(draw(st.sampled_from(UNIT_TEXTS))), draw(UNCERTAINTIES), sign, readings)


@given(quantities())
@BOUNDED
def test_parse_gives_back_what_format_wrote(quantity: Quantity) -> None:
    assert parse_quantity(quantity.format()) == quantity


PRODUCT_PARTS = st.tuples(
    st.sampled_from([" * ", " / ", " × ", " ÷ "]),
    st.floats(0.001, 1000).map(lambda number: repr(round(number, 3) or 1.0)),
    st.sampled_from(["t", "d/a", "kWh/t", "元/m³", "万元", "kL", "", "h/d", "GJ", "%"]),
)


@given(st.sampled_from(UNIT_TEXTS[1:30]), st.lists(PRODUCT_PARTS, min_size=1, max_size=3))
@BOUNDED
def test_products_survive_format_and_parse(unit: str, parts: list[tuple[str, str, str]]) -> None:
    quantity = parse_quantity(f"3.5 {unit}" + "".join(f"{sign}{number} {of}".rstrip() for sign, number, of in parts))
    again = parse_quantity(quantity.format())
    assert (again.value, again.unit.text, again.unit.dimension, again.unit.calendar) == (
        quantity.value, quantity.unit.text, quantity.unit.dimension, quantity.unit.calendar,
    )  # fmt: skip
    assert again.unit.factor == pytest.approx(quantity.unit.factor, rel=1e-12)


@given(st.sampled_from([text for text in UNIT_TEXTS if text]), st.floats(1e-6, 1e9))
@BOUNDED
def test_a_unit_times_its_inverse_is_one(text: str, value: float) -> None:
    quantity = parse_quantity(f"{value!r} {text} / 1 {text}")
    assert quantity.value == value
    assert quantity.unit.dimension == ()
    assert quantity.unit.text == ""


# --- pint -----------------------------------------------------------------------------------------------------------


def registry() -> Any:
    ureg = pint.UnitRegistry()
    ureg.define("yuan = [currency]")
    ureg.define("tce = 29307.6 megajoule")
    ureg.define("kgce = 29.3076 megajoule")
    ureg.define("kcal_it = 4186.8 joule")
    ureg.define("mu_area = 10000 / 15 * meter ** 2")
    ureg.define("jin = 0.5 kilogram")
    ureg.define("wan = 1e4")
    ureg.define("yi = 1e8")
    return ureg


GROUPS: list[dict[str, str]] = [
    {
        "t": "tonne", "kg": "kilogram", "g": "gram", "mg": "milligram", "μg": "microgram", "斤": "jin", "吨": "tonne",
        "万t": "wan * tonne", "kt": "kilotonne", "千克": "kilogram",
    },
    {
        "m³": "meter ** 3", "L": "liter", "kL": "kiloliter", "mL": "milliliter", "hL": "hectoliter",
        "万m³": "wan * meter ** 3", "亿m3": "yi * meter ** 3", "立方米": "meter ** 3", "cm³": "centimeter ** 3",
    },
    {
        "MJ": "megajoule", "kJ": "kilojoule", "GJ": "gigajoule", "kWh": "kilowatt_hour", "万kWh": "wan * kilowatt_hour",
        "MWh": "megawatt_hour", "kcal": "kcal_it", "tce": "tce", "kgce": "kgce", "J": "joule", "度": "kilowatt_hour",
        "kW·h": "kilowatt * hour", "MW·h": "megawatt * hour", "TJ": "terajoule",
    },
    {"元": "yuan", "万元": "wan * yuan", "亿元": "yi * yuan"},
    {"m": "meter", "km": "kilometer", "mm": "millimeter", "cm": "centimeter"},
    {"m²": "meter ** 2", "ha": "hectare", "亩": "mu_area", "km²": "kilometer ** 2", "万m²": "wan * meter ** 2"},
    {"h": "hour", "min": "minute", "s": "second", "小时": "hour"},
    {"MPa": "megapascal", "kPa": "kilopascal", "bar": "bar", "Pa": "pascal"},
    {"kW": "kilowatt", "W": "watt", "MW": "megawatt", "MJ/h": "megajoule / hour", "kWh/h": "kilowatt_hour / hour"},
    {"%": "percent", "‰": "permille", "ppm": "ppm"},
]  # fmt: skip

UREG = registry()


@st.composite
def comparable(draw: st.DrawFn) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two units of one dimension, each as (ours, pint's)."""
    ours, theirs = ["", ""], ["1", "1"]
    for index, group in enumerate(draw(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3))):
        power = draw(st.sampled_from(["", "", "²"])) if group is GROUPS[0] else ""
        for side in (0, 1):
            name = draw(st.sampled_from(sorted(group)))
            bare = f"({name})" if "/" in name or "·" in name else name
            ours[side] += ("" if not index else "/" if index == 1 else "·") + (bare if not power else f"{name}{power}")
            exponent = "** 2" if power else "** 1"
            theirs[side] += f" {'/' if index == 1 else '*'} ({group[name]}) {exponent}"
    return (ours[0], theirs[0]), (ours[1], theirs[1])


@given(comparable())
@BOUNDED
def test_factors_agree_with_pint(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    (one, pint_one), (other, pint_other) = pair
    expected = (UREG.parse_expression(pint_one) / UREG.parse_expression(pint_other)).to("dimensionless").magnitude
    assert parse_unit(one).scale(parse_unit(other)) == pytest.approx(expected, rel=1e-12)
    assert Quantity(7.0, parse_unit(one)).to(other) * parse_unit(other).scale(parse_unit(one)) == pytest.approx(
        7.0, rel=1e-12
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t", "m³"),
        ("kWh", "kW"),
        ("元", "t"),
        ("t/d", "t"),
        ("t", "t²"),
        ("人", "头"),
        ("m", "m²"),
        ("%", "kg"),
        ("℃", "%"),
    ],
)
def test_another_dimension_is_refused(one: str, other: str) -> None:
    with pytest.raises(UnitError):
        parse_quantity(f"5 {one}").to(other)


# --- calendar -------------------------------------------------------------------------------------------------------

PLANT = Calendar(days_per_year=330, hours_per_day=24, shifts_per_day=3, batches_per_day=8)


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("3.2 t/d", "t/a", 1056.0),           # 3.2 × 330
        ("1056 t/a", "t/d", 3.2),
        ("1 t/h", "t/a", 7920.0),             # 330 × 24
        ("1 t/shift", "t/d", 3.0),
        ("2 t/班", "t/a", 1980.0),            # 2 × 3 × 330
        ("1 t/批", "t/d", 8.0),
        ("6 t/批", "t/h", 2.0),               # 6 × 8 / 24
        ("12 t/月", "t/a", 144.0),
        ("1 t/month", "t/a", 12.0),
        ("1 t/month", "t/d", 12 / 330),
        ("7920 kWh/a", "kW", 1.0),
        ("1 kW", "kWh/a", 7920.0),
        ("33 万元/a", "元/d", 1000.0),
        ("10 a", "month", 120.0),
        ("2 a", "d", 660.0),
        ("1 shift", "h", 8.0),
        ("1 a", "h", 7920.0),
        ("48 h", "d", 2.0),
        ("100 m³/d", "L/min", 100_000 / 1440),
    ],
)  # fmt: skip
def test_time_means_the_plants_own_calendar(written: str, unit: str, value: float) -> None:
    assert parse_quantity(written).to(unit, PLANT) == pytest.approx(value, rel=1e-12)


def test_a_day_of_sixteen_hours() -> None:
    two_shifts = Calendar(days_per_year=250, hours_per_day=16, shifts_per_day=2)
    assert parse_quantity("1 t/h").to("t/d", two_shifts) == pytest.approx(16)
    assert parse_quantity("1 t/shift").to("t/h", two_shifts) == pytest.approx(1 / 8)
    assert parse_quantity("1 a").to("h", two_shifts) == pytest.approx(4000)


def test_only_what_is_needed_must_be_known() -> None:
    days_only = Calendar(days_per_year=330)
    assert parse_quantity("1 t/d").to("t/a", days_only) == pytest.approx(330)
    for unit in ("t/h", "t/shift", "t/batch"):
        with pytest.raises(UnitError, match="calendar"):
            parse_quantity(f"1 {unit}").to("t/a", days_only)
    with pytest.raises(UnitError, match="calendar"):
        parse_quantity("1 t/d").to("t/a")
    assert parse_quantity("1 t/d").to("kg/d") == 1000
    for wrong in (0, -1):
        with pytest.raises(UnitError):
            parse_quantity("1 t/d").to("t/a", Calendar(days_per_year=wrong))


@given(
    st.sampled_from(["t/a", "t/d", "t/h", "t/month", "t/shift", "t/batch", "kg/s"]),
    st.sampled_from(["t/a", "kg/d", "t/min", "万t/month", "t/shift", "t/batch"]),
    st.floats(1, 366), st.floats(1, 24), st.floats(1, 4), st.floats(0.1, 50),
)  # fmt: skip
@BOUNDED
def test_calendar_there_and_back(
    one: str, other: str, days: float, hours: float, shifts: float, batches: float
) -> None:
    calendar = Calendar(days, hours, shifts, batches)
    there = Quantity(7.0, parse_unit(one)).to(other, calendar)
    assert Quantity(there, parse_unit(other)).to(one, calendar) == pytest.approx(7.0, rel=1e-12)


# --- what is no quantity --------------------------------------------------------------------------------------------

WRONG = [
    "", " ", "t", "abc", "5 t * * 3", "5 t *", "* 5 t", "5 t * 3 t *", "5 / 0", "5 t / 0 d", "1e999", "1e999 t", "9" * 400,
    "1e308 t * 1e308", "--5 t", "5 tt", "5 t//d", "5 t/", "5 (t", "5 t)", "5 ()", "5 t ± ", "5 ± -1 t", "5 ± t",
    "5 t ± 1 kWh", "[ ] t", "[1 2] t", "[1, ] t", "[1, x] t", "[[1]] t", "[1, 2 t", "1,23 t", "1,2345 t", "12,34,567 t",
    "1.2.3 t", "1_000 t", "0x10 t", "nan t", "inf", "∞ t", "5 ²", "5 t^0", "5 t^^2", "5 ^2", "½ t", "5 @ 3", "5 t; 3",
    "__import__('os').system('ls')", "5 * __import__", "lambda: 5", "5 t if 1 else 2", "5 t\x00", "5 麦芽x", "5 t 3 d",
    "5 t = 3", "5 万万元", "1 t - 2 t", "1 t + 2 t", "<", "~", "< > 5 t",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text)
    assert str(caught.value.message)
    assert caught.value.message.to("zh")


LONG = [
    "5 " + "(" * 5000 + "t" + ")" * 5000,
    "5 " + "(" * 900 + "t" + ")" * 900,
    "5 " + "t·" * 900 + "t",
    "5 t" + " * 3" * 400,
    "1" + ",000" * 490 + " t",
    "[" + "1, " * 600 + "1] t",
    "1 " * 900,
    "1." * 900,
    "±" * 900,
    "5 " + "万" * 900 + "t",
    "5 t^" + "9" * 900,
    "5 t" + "²" * 900,
    "x" * 1_000_000,
    "5 " + "/".join(["t^9"] * 400),
    "5 ug^9·ug^9·ug^9·ug^9·ug^9 ± 1 ug^9·ug^9·ug^9·ug^9·ug^9",
    "5 Mt^9·Mt^9·Mt^9·Mt^9 ± 1 Mt^9·Mt^9·Mt^9·Mt^9",
    "5 万Mt^9 * 5 万Mt^9 * 5 万Mt^9 * 5 万Mt^9",
    "1 t ± 1e308 万%",
    "0 ± 5 t * 0 ± 5 t",
    "1e-300 t / 1e300 t / 1e300 t * 1",
    "٤٢ t", "४२ t", "4² t", "⁴ t", "Ⅳ t", "5 t٢", "四十二 t", "１２３，４５６ ｔ", "5\u2028t", "5\u00a0t", "5\tt", "5\nt",
]  # fmt: skip


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_hostile_text_gives_a_quantity_or_our_error(text: str) -> None:
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        return
    assert math.isfinite(quantity.value)
    assert quantity.sigma is None or quantity.sigma >= 0


HOSTILE_TEXT = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.,+-*/()[]±%~<>^ tdkWh万元m³e²_×÷", max_size=30),
    st.lists(st.sampled_from(["5", "1e300", "t", "万", "kWh", " * ", " / ", "/", "·", "(", ")", "[", "]", ",", "±", "%",
                              " ", "-", "^", "9", "ug", "²", "d", "a", "班", "0", "元", "<", "~", "e", "."]),
             max_size=16).map("".join),
)  # fmt: skip


@given(HOSTILE_TEXT, st.sampled_from(["", "t", "t/d", "no-unit", "("]))
@settings(parent=BOUNDED, max_examples=1200)
@example("5 t ± 1", "")
def test_any_text_gives_a_quantity_or_our_error(text: str, default: str) -> None:
    try:
        quantity = parse_quantity(text, default)
    except QuantityError:
        return
    assert math.isfinite(quantity.value)


@given(HOSTILE_TEXT)
@settings(parent=BOUNDED, max_examples=600)
def test_any_text_gives_a_unit_or_our_error(text: str) -> None:
    try:
        unit = parse_unit(text)
    except UnitError:
        return
    assert unit.factor >= 0


@pytest.mark.parametrize("value", [True, False, math.nan, math.inf, -math.inf])
def test_numbers_that_are_no_amounts(value: float) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(value, "t")


def test_the_nearest_unit_is_named() -> None:
    with pytest.raises(UnitError) as caught:
        parse_unit("kwh")
    assert "kWh" in str(caught.value.hint)
