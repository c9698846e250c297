"""Makes an audit of a given size: a chain of units with recycles, options, and a study for every tenth option."""

import random
import sys
from pathlib import Path

CATEGORIES = ("materials", "technology", "equipment", "control", "product", "waste", "management", "staff")
HEAD = "enterprise: {name: 合成企业}\nkind: voluntary\nbaseline_year: 2024\n"
IDENTITY = (
    "calendar: {days_per_year: 330 d, hours_per_day: 24 h}\ncost_classes: {low: 10 万元, medium: 100 万元}\n"
    "economics: {tax_rate: 25 %, discount_rate: 8 %, depreciation_period: 10 a}\n"
    "prices: [{id: water, name: 新水, price: 4.1 元/m³}]\n"
)


def write(folder: Path, flows: int, options: int) -> int:
    """Writes the audit below `folder`; returns the bytes of its YAML."""
    random.seed(7)
    units = max(flows * 2 // 5, 2)
    files = {
        "audit.yaml": HEAD + IDENTITY,
        "3-assessment/units.yaml": _units(units),
        **_flows(units, flows),
        **_options(options),
    }
    files["2-preassessment/inputs.yaml"] = (
        "inputs:\n  - {id: water, name: 新水, kind: water, unit: m³, consumption: {2022: 9000000, 2023: 9000000, 2024: 9000000}}\n"
    )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sum(len(text.encode()) for text in files.values())


def _units(count: int) -> str:
    return "units:\n" + "".join(
        f"  - {{id: u{i}, name: 单元操作 {i}, function: 第 {i} 道工序，加热、混合并输送物料}}\n" for i in range(count)
    )


def _flows(units: int, count: int) -> dict[str, str]:
    """A main line through all units and local recycles, closed but for half a per cent of measuring error."""
    recycles = []
    for _index in range(count - units - 1):
        source = random.randrange(1, units)
        recycles.append((source, random.randrange(max(0, source - 20), source), random.uniform(5, 50)))
    line = [400.0] * (units + 1)  # line[i] enters unit i, line[units] leaves the plant
    for source, target, amount in recycles:
        for step in range(target + 1, source + 1):
            line[step] += amount
    ends = [(f"from: u{i - 1}" if i else "", f"to: u{i}" if i < units else "", line[i]) for i in range(units + 1)]
    ends += [(f"from: u{source}", f"to: u{target}", amount) for source, target, amount in recycles]
    chunks: dict[str, str] = {}
    for index, (start, end, amount) in enumerate(ends):
        name = f"3-assessment/flows-{index // 400}.yaml"
        text = (
            f"  # 物流 {index}：三个周期实测，湿基\n"
            f"  - id: s{index}\n    name: 物流 {index}（实测，三个周期平均）\n"
            + "".join(f"    {part}\n" for part in (start, end) if part)
            + f"    amount: {{value: {random.gauss(amount, amount * 0.005):.2f} t/d ± 1 %, method: metered, meter: FT-{index:04d}, accuracy: 0.5 %, period: 2025-05}}\n"
            "    contains: {water: 60 %, cod: 1800 mg/L}\n"
            "    density: 1.02 t/m³\n    note: 流量计经检定，读数取自 DCS 历史数据，含水率由化验室按日抽样测定\n"
        )  # fmt: skip
        chunks[name] = chunks.get(name, "flows:\n") + text
    chunks["3-assessment/balances.yaml"] = (
        "balances:\n  - {layer: mass, tolerance: 5 %}\n  - {layer: water, tolerance: 5 %}\n"
    )
    return chunks


def _options(count: int) -> dict[str, str]:
    files: dict[str, str] = {}
    for index in range(count):
        name = f"4-options/options-{index // 50}.yaml"
        text = (
            f"  - id: F{index}\n    name: 方案 {index}：节水与余热回收\n    category: {CATEGORIES[index % 8]}\n"
            f"    problem: 冷却水直排，温度偏高，未回用\n    content: 增设换热器与回用水泵，将冷却水用于清洗工序，减少新水消耗并回收热量\n"
            f"    investment: {index % 200}.5 万元\n    operating_cost: 0.5 万元/a\n    benefit: {4.1 * (1000 + index) / 1e4 - 0.5:.4f} 万元/a\n"
            f"    savings:\n      - {{resource: water, amount: {1000 + index} m³/a, price: water}}\n    effect: 年节约新水 {1000 + index} m³\n"
            "    comparison: {technical: true, environmental: true, economic: true, implementable: true}\n"
            "    verdict: later\n    reason: 合成数据\n    owner: 动力车间\n    start: 2025-06-01\n    finish: 2025-09-30\n"
        )  # fmt: skip
        files[name] = files.get(name, "options:\n") + text
    return files


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
