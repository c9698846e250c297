"""Indices of water use worked out by hand or published, each case an audit in text: tests/cases/water/*.yaml.

A case holds sections of 2-preassessment and the operating calendar. `expect` gives by year (workshops: `id year`) amounts
in m³ (steam: t), `absent` measures, every share as a fraction, every index by formula as [value, unit], and the gap of
the plant. `source` carries the arithmetic. null: there must be no figure.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cpa.analysis.water import WaterYear, water_years
from cpa.audit import open_audit
from cpa.methods.water import plant_gap, shares

FOLDER = Path(__file__).parent / "cases" / "water"
CASES = {
    case["name"]: case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))
}
HEAD = {"enterprise": {"name": "示例"}, "kind": "voluntary", "baseline_year": 2024, "stage": "preassessment"}


def scopes(case: dict[str, Any], folder: Path) -> dict[str, WaterYear]:
    head = {**HEAD, **({"calendar": case["calendar"]} if "calendar" in case else {})}
    for name, content in (("audit", head), ("2-preassessment", case["phase"])):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    audit = open_audit(folder)
    assert audit.findings == []
    return {f"{one.workshop} {one.year}".strip(): one for one in water_years(audit)}


def near(case: dict[str, Any], value: object) -> object:
    """Something that equals figures as near to `value`, a number or a fraction, as the case asks for."""
    return None if value is None else pytest.approx(float(Fraction(str(value))), rel=case.get("tolerance", 1e-9))


@pytest.mark.parametrize("name", CASES)
def test_indices(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = scopes(case, tmp_path)
    assert list(found) == [str(key) for key in case["expect"]]
    for key, wanted in case["expect"].items():
        scope = found[str(key)]
        for measure, amount in wanted.get("amounts", {}).items():
            assert scope.amounts[measure] == near(case, amount), measure
        assert not set(wanted.get("absent", ())) & set(scope.amounts)
        if "shares" in wanted:
            expected = {share: near(case, value) for share, value in wanted["shares"].items()}
            assert {one.id: one.value for one in scope.shares} == expected
        if "indices" in wanted:
            named = {}
            for one in scope.indices:
                product = next((each for each in ("甲", "乙") if f"({each})" in one.name.to("en")), "")
                named[f"{one.formula} {product}".strip()] = [one.value, one.unit]
            expected_indices = {name: [near(case, value), unit] for name, (value, unit) in wanted["indices"].items()}
            assert named == expected_indices
        if "gap" in wanted:
            assert scope.gap == near(case, wanted["gap"])


AMOUNTS = st.floats(1, 1e7)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_shares_know_no_units_and_stay_between_nothing_and_all(
    new: float, cooled: float, cooling: float, reused: float, factor: float
) -> None:
    amounts = {"new": new, "cooling_recycled": cooled, "cooling_new": cooling, "process_reused": reused}
    found, scaled = shares(amounts), shares({name: amount * factor for name, amount in amounts.items()})
    assert [one.id for one in found] == ["reuse", "cooling"]
    for one, other in zip(found, scaled, strict=True):
        assert one.value is not None
        assert 0 < one.value < 1
        assert other.value == pytest.approx(one.value)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_water_that_is_consumed_drained_or_leaked_closes_the_plant(
    consumed: float, drained: float, leaked: float
) -> None:
    amounts = {"new": consumed + drained + leaked, "consumed": consumed, "drained": drained, "leaked": leaked}
    assert plant_gap(amounts) == pytest.approx(0, abs=1e-9)
    without = {name: amount for name, amount in amounts.items() if name != "leaked"}
    assert plant_gap(without) == pytest.approx(leaked / amounts["new"])
