"""Monitoring results against the stricter of several limits, loads by concentration × flow, and quotas; numbers by hand."""

import math
from collections.abc import Callable

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.analysis.preassessment import Verdict
from cpa.audit import open_audit

AUDIT = """\
enterprise: {name: x}
kind: compulsory
grounds: [over_limit]
baseline_year: 2024
calendar: {days_per_year: 300 d/a, hours_per_day: 24 h/d}
"""
WASTES = "wastes: [{id: ww, name: 废水, category: wastewater, discharge: {2023: 8 万m³, 2024: 10 万m³}}, {id: gas, name: 废气, category: waste_gas, discharge: {2024: 500 万m³}}]\n"
Judge = Callable[[str], Verdict]


@pytest.fixture
def judge(tree: Tree) -> Judge:
    def verdict(fields: str) -> Verdict:
        stated = "monitoring: [{id: m, point: 总排口, pollutant: COD, year: 2024, " + fields + "}]\n"
        audit = open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": WASTES + stated}))
        assert audit.findings == []
        (found,) = Analysis(audit).compliance
        return found

    return verdict


@pytest.mark.parametrize(
    ("value", "limits", "standard", "ratio", "within"),
    [
        ("70 mg/L", "limit: 80 mg/L", "A", 70 / 80, True),
        ("70 mg/L", "limit: 80 mg/L, further: [{standard: B, limit: 60 mg/L}]", "B", 70 / 60, False),
        ("70 mg/L", "limit: 60 mg/L, further: [{standard: B, limit: 80 mg/L}]", "A", 70 / 60, False),
        # 0.06 g/L are 60 mg/L, and 0.07 kg/m³ are 70: limits in other units are compared as amounts
        ("70 mg/L", "limit: 80 mg/L, further: [{standard: B, limit: 0.06 g/L}]", "B", 70 / 60, False),
        ("0.07 kg/m³", "limit: 80 mg/L, further: [{standard: B, limit: 75 mg/L}, {standard: C, limit: 90 mg/L}]", "B", 70 / 75, True),
        ("70 mg/L", "further: [{standard: B, limit: 70 mg/L}]", "B", 1, True),  # at the limit is within it
        ("< 4 mg/L", "limit: 5 mg/L", "A", 4 / 5, True),
        ("< 0.5 mg/L", "limit: 0 mg/L", "A", 0, True),  # not found where nothing may be
        ("0.5 mg/L", "limit: 0 mg/L", "A", math.inf, False),
        ("0 mg/L", "limit: 0 mg/L", "A", 0, True),
    ],
)  # fmt: skip
def test_the_stricter_upper_limit(
    judge: Judge, value: str, limits: str, standard: str, ratio: float, within: bool
) -> None:
    found = judge(f"value: {value}, standard: A, {limits}")
    assert (found.standard, found.within_limit, found.complies) == (standard, within, within)
    assert found.limit_ratio == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("value", "limits", "standards", "within"),
    [
        # pH 6 to 9 and 6.5 to 8.5: the higher lower and the lower upper limit count, each from where it stands
        ("6.2 pH", "low_limit: 6 pH, limit: 9 pH", ("A", "A"), True),
        ("6.2 pH", "low_limit: 6 pH, limit: 9 pH, further: [{standard: B, low_limit: 6.5 pH, limit: 9.5 pH}]", ("A", "B"), False),
        ("8.8 pH", "low_limit: 6 pH, limit: 9 pH, further: [{standard: B, low_limit: 5.5 pH, limit: 8.5 pH}]", ("B", "A"), False),
        ("6.5 pH", "low_limit: 6 pH, limit: 9 pH, further: [{standard: B, low_limit: 6.5 pH}]", ("A", "B"), True),
        ("5 pH", "low_limit: 6 pH", ("", "A"), False),
    ],
)  # fmt: skip
def test_the_stricter_of_both_sides(
    judge: Judge, value: str, limits: str, standards: tuple[str, str], within: bool
) -> None:
    found = judge(f"value: {value}, standard: A, {limits}")
    assert ((found.standard, found.low_standard), found.within_limit) == (standards, within)


def test_without_limit_and_cap_nothing_is_judged(judge: Judge) -> None:
    found = judge("value: 70 mg/L, standard: A")
    assert (found.within_limit, found.within_cap, found.complies, found.load) == (None, None, None, None)


@pytest.mark.parametrize(
    ("fields", "load", "unit", "sign"),
    [
        # 10 万m³ of 2024, not 8 of 2023: 92 g/m³ × 100000 m³ = 9.2 t
        ("value: 92 mg/L, standard: A, carried_by: ww", 9.2, "t/a", ""),
        ("value: 92 mg/L, standard: A, carried_by: ww, annual_load: 9000 kg/a", 9200, "kg/a", ""),
        # 50 mg/m³ × 5 000 000 m³ = 250 kg
        ("value: 50 mg/m³, standard: A, carried_by: gas, annual_load: 0.2 t/a", 0.25, "t/a", ""),
        # below 4 mg/L: below 0.4 t a year
        ("value: < 4 mg/L, standard: A, carried_by: ww", 0.4, "t/a", "<"),
    ],
)
def test_load_is_concentration_times_flow(judge: Judge, fields: str, load: float, unit: str, sign: str) -> None:
    found = judge(fields).load
    assert found is not None
    assert (found.value, found.unit.text, found.sign) == (pytest.approx(load), unit, sign)


def test_noise_has_no_load(judge: Judge) -> None:
    assert judge("value: 55 dB, standard: A, limit: 60 dB, carried_by: ww").load is None


@pytest.mark.parametrize(
    ("fields", "ratio", "within"),
    [
        ("value: 92 mg/L, carried_by: ww, cap: 10 t/a", 0.92, True),  # the computed load of 9.2 t
        ("value: 92 mg/L, carried_by: ww, cap: 9000 kg/a", 9.2 / 9, False),
        (
            "value: 92 mg/L, carried_by: ww, annual_load: 9.5 t/a, cap: 9.4 t/a",
            9.5 / 9.4,
            False,
        ),  # what is stated first
        ("value: 92 mg/L, annual_load: 30 kg/d, cap: 9 t/a", 1, True),  # 30 kg × 300 d
        ("value: 92 mg/L, carried_by: ww, cap: 4.6 t", 2, False),  # 92 g × 10 万m³ = 9.2 t a year; the cap without /a
    ],
)
def test_the_cap_of_the_year(judge: Judge, fields: str, ratio: float, within: bool) -> None:
    found = judge(f"{fields}, standard: A")
    assert found.cap_ratio == pytest.approx(ratio)
    assert (found.within_cap, found.complies) == (within, within)


def test_either_limit_or_cap_may_fail(judge: Judge) -> None:
    found = judge("value: 70 mg/L, standard: A, limit: 80 mg/L, carried_by: ww, cap: 6 t/a")
    assert (found.within_limit, found.within_cap, found.complies) == (True, False, False)


QUOTAS = """\
products: [{id: beer, name: 啤酒, output: {2024: 1 万kL}}, {id: soda, name: 汽水, output: {2024: 100 kL}}]
inputs:
  - {id: power, name: 电, kind: energy, carrier: electricity, product: beer, consumption: {2024: 400 万kWh}}
  - {id: straw, name: 秸秆, kind: energy, carrier: straw, product: soda, consumption: {%s: 10 t}}
energy_quotas:
  - {product: beer, quota: 0.049 tce/kL, standard: A}
  - {product: beer, quota: 50 kgce/kL, standard: B}
"""


def test_quotas_in_the_unit_of_the_limit(tree: Tree) -> None:
    """400 万kWh × 0.1229 = 491.6 tce over 10000 kL = 0.04916 tce/kL: over 0.049, within 50 kgce/kL."""
    root = tree({"audit.yaml": AUDIT, "2-preassessment.yaml": QUOTAS % 2025})
    analysis = Analysis(open_audit(root))
    assert [(one.value, one.exceeded) for one in analysis.quotas] == [
        (pytest.approx(0.04916), True),
        (pytest.approx(49.16), False),
    ]
    grounds = {one.ground: (len(one.evidence), one.firm, one.stated) for one in analysis.grounds}
    assert grounds["over_quota"] == (1, True, False)
    assert grounds["over_limit"] == (0, False, True)


def test_incomplete_energy_is_not_held_against_a_quota(tree: Tree) -> None:
    root = tree({"audit.yaml": AUDIT, "2-preassessment.yaml": QUOTAS % 2024})
    assert [(one.value, one.exceeded) for one in Analysis(open_audit(root)).quotas] == [(None, None), (None, None)]
