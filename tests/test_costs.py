"""Material flow cost accounting of a mash tun, worked out by hand."""

import json
from pathlib import Path

import pytest

from cpa.cli import run

AUDIT = """\
enterprise: {name: 某厂}
kind: voluntary
baseline_year: 2024
stage: assessment
prices:
  - {id: malt, name: 麦芽, price: 3000 元/t}
  - {id: water, name: 新鲜水, price: 5 元/t}
  - {id: power, name: 电, price: 1 元/kWh}
  - {id: disposal, name: 麦糟处置, price: 50 元/t}
"""
ASSESSMENT = """\
units:
  - {id: mash, name: 糖化过滤}
balances:
  - {layer: mass}
flows:
  - {id: malt, name: 麦芽, to: mash, kind: input, medium: solid, amount: 10 t/d, price: malt}
  - {id: liquor, name: 酿造水, to: mash, kind: input, medium: water, amount: 40 t/d, price: water}
  - {id: power, name: 用电, to: mash, kind: input, medium: electricity, amount: 100 kWh/d, price: power}
  - {id: wort, name: 麦汁, from: mash, kind: product, medium: liquid, amount: 45 t/d, contains: {water: 85 %}}
  - {id: grains, name: 麦糟, from: mash, kind: waste, medium: solid, amount: 5 t/d, contains: {water: 60 %}, price: disposal}
costs:
  - {unit: mash, kind: system, amount: 500 元/d}
"""


def test_costs_go_by_mass_without_water_and_disposal_to_the_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "audit.yaml").write_text(AUDIT, encoding="utf-8")
    (tmp_path / "3-assessment.yaml").write_text(ASSESSMENT, encoding="utf-8")
    run(["balance", str(tmp_path), "--layer", "cost", "--format", "json"])
    tables = {table["id"]: table for table in json.loads(capsys.readouterr().out)["tables"]}
    mash = tables["costs"]["rows"][0]
    # Dry mass: 45 × 15 % = 6.75 t of wort, 5 × 40 % = 2 t of grains. To share: malt 30,000, water 200, power 100, labour 500.
    shared, wort, grains = 30_000 + 200 + 100 + 500, 6.75, 2.0
    assert mash["material"] == pytest.approx(3.02)  # 万元/d
    assert mash["energy"] == pytest.approx(0.01)
    assert mash["system"] == pytest.approx(0.05)
    assert mash["waste"] == pytest.approx(5 * 50 / 10_000)
    # A millionth of the whole mass is a key too, so that pure water has one.
    assert mash["product"] == pytest.approx(shared * wort / (wort + grains) / 10_000, rel=1e-5)
    assert mash["loss"] == pytest.approx((shared * grains / (wort + grains) + 250) / 10_000, rel=1e-5)
    money = [row["cost"] for row in tables["cost-flows"]["rows"]]
    assert money == sorted(money, reverse=True)
    assert sum(money) == pytest.approx((shared + 250) / 10_000)
