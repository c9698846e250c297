"""Comprehensive energy and CO₂ worked out by hand, each case an audit in text: tests/cases/energy/*.yaml.

A case holds `energy` of audit.yaml and sections of 2-preassessment. `expect` gives, by basis of electricity, the plant by
year (tce: E, with its parts gross, feedstock, sold, the ids that are unknown, and CO₂ in t), workshops, what workshops
leave over, products as [energy, unit, kg CO₂], and the year of the grid's factor. `source` carries the arithmetic;
`tolerance` is relative, 1e-8 without it. null: there must be no figure.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cpa.analysis import Analysis
from cpa.analysis.energy import EnergyResult, Scope
from cpa.analysis.factors import BASES
from cpa.audit import open_audit
from cpa.cli import run

FOLDER = Path(__file__).parent / "cases" / "energy"
CASES = {
    f"{path.stem}: {case['name']}": case
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
}
ON = [(name, basis) for name, case in CASES.items() for basis in case["expect"]]
HEAD = {"enterprise": {"name": "示例"}, "kind": "voluntary", "baseline_year": 2024, "stage": "preassessment"}


def audit_of(case: dict[str, Any], folder: Path) -> Analysis:
    head = {**HEAD, **{key: case[key] for key in ("energy", "calendar") if key in case}}
    for name, content in (("audit", head), ("2-preassessment", case["phase"])):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return Analysis(open_audit(folder))


def near(case: dict[str, Any], value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=case.get("tolerance", 1e-8), abs=1e-9)


def figures(scope: Scope | None, wanted: dict[str, Any]) -> dict[str, Any]:
    """What a scope says of the things that are asked for."""
    assert scope is not None
    every = {
        "tce": scope.total.net,
        "gross": scope.total.gross,
        "feedstock": scope.total.feedstock,
        "sold": scope.total.sold,
        "unknown": list(scope.total.unknown),
        "co2": scope.co2,
    }
    return {key: every[key] for key in wanted}


def result_on(analysis: Analysis, basis: Any) -> EnergyResult:
    result = analysis.energy_on(basis)
    assert result is not None
    assert result.basis == basis
    return result


def test_no_audit_here_is_broken(tmp_path: Path) -> None:
    for name, case in CASES.items():
        assert audit_of(case, tmp_path).audit.findings == [], name
        assert set(case["expect"]) <= set(BASES), name


@pytest.mark.parametrize(("name", "basis"), ON)
def test_scopes(name: str, basis: str, tmp_path: Path) -> None:
    case = CASES[name]
    result, expect = result_on(audit_of(case, tmp_path), basis), case["expect"][basis]
    wanted = {("", year): of_year for year, of_year in expect.get("plant", {}).items()}
    for workshop, by_year in expect.get("workshops", {}).items():
        wanted |= {(workshop, year): of_year for year, of_year in by_year.items()}
    scopes = {(scope.workshop, scope.year): scope for scope in (*result.plant, *result.workshops)}
    for key, of_year in wanted.items():
        figure = {name: value if name == "unknown" else near(case, value) for name, value in of_year.items()}
        assert figures(scopes.get(key), of_year) == figure, key
    if "workshops" in expect:
        assert {key for key in scopes if key[0]} == {key for key in wanted if key[0]}
    for year, wanted_year in expect.get("grid", {}).items():
        (use,) = next(scope for scope in result.plant if scope.year == year).uses
        found = "none" if use.carbon is None else use.carbon.year or "own"
        assert (found, (use.carbon is None) == (use.carbon_problem is not None)) == (wanted_year, True)


@pytest.mark.parametrize(("name", "basis"), [one for one in ON if "products" in CASES[one[0]]["expect"][one[1]]])
def test_products(name: str, basis: str, tmp_path: Path) -> None:
    """[energy, unit, CO₂] of each; null in place of the list where a product is no product in this sense."""
    case = CASES[name]
    result = result_on(audit_of(case, tmp_path), basis)
    for product, by_year in case["expect"][basis]["products"].items():
        for year, wanted in by_year.items():
            found = result.of_product(product, year)
            if wanted is None or found is None:
                assert (wanted in (None, [None]), found) == (True, None), product
                continue
            assert found.value == near(case, wanted[0]), product
            assert wanted[1:2] in ([], [found.unit])
            assert wanted[2:] in ([], [near(case, found.co2)])


@pytest.mark.parametrize("name", [name for name, basis in ON if "rest" in CASES[name]["expect"][basis]])
def test_what_no_workshop_is_charged_with(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit_of(CASES[name], tmp_path)
    run(["table", "energy-workshops", str(tmp_path), "--lang", "en", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["tables"][0]["rows"]
    for year, value in CASES[name]["expect"]["calorific"]["rest"].items():
        assert rows[-1][f"e{year}"] == near(CASES[name], value)


def test_products_share_all_of_the_plant(tmp_path: Path) -> None:
    """Where every carrier is shared out, the products' energy adds up to the plant's, sold energy taken off."""
    case = CASES["products: shares as stated, and energy sold in proportion"]
    result = result_on(audit_of(case, tmp_path), "calorific")
    parts = [result.of_product(name, 2024) for name in ("a", "b")]
    outputs = (20000, 500)
    assert sum(
        part.value * output / 1000 for part, output in zip(parts, outputs, strict=True) if part and part.value
    ) == (pytest.approx(1713.25))


def test_steam_against_the_scientific_formulation(tmp_path: Path) -> None:
    """IAPWS-95 shares no equation with the industrial IF97; the two differ by far less than a meter shows."""
    iapws = pytest.importorskip("iapws")
    case = {
        "energy": {"electricity": "calorific", "reference_temperature": "20 ℃"},
        "phase": {
            "inputs": [
                {"id": "steam", "name": "蒸汽", "kind": "energy", "consumption": {2024: "1000 t"}}
                | {"temperature": "250 ℃", "pressure": "1.6 MPa"}
            ]
        },
    }
    scope = result_on(audit_of(case, tmp_path), "calorific").of_year(2024)
    assert scope is not None
    rise = iapws.IAPWS95(T=523.15, P=1.6).h - iapws.IAPWS95(T=293.15, P=0.101325).h
    assert scope.total.net == pytest.approx(1000 * rise / 29307.6, rel=2e-4)
