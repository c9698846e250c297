"""Speed of the economics as ratios against references of the same run.

    python benchmarks/economics.py

A million Monte-Carlo NPVs against drawing their random numbers, a million IRRs against numpy-financial (a thousand of them,
scaled up), the best of 200 options under 50 constraints against nothing but its seconds, and `cpa appraise` on 300 studies
against reading them. Peak memory is that of this process.
"""

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy_financial

from cpa.methods.cashflow import Part, Plan, WriteOff
from cpa.methods.doubt import Project, Spread, internal_rates_of, simulate, simulated_npvs
from cpa.methods.selection import Limit, Selection, best

_MILLION, _BLOCK = 1_000_000, 1 << 14
_PLAN = Plan(
    200.0,
    (Part("materials", 40.0), Part("energy", 20.0)),
    15,
    WriteOff("straight_line", 10, 0.05),
    0.25,
    working_capital=10.0,
)
_SPREADS = [
    Spread("investment", -0.1, 0.2, "triangular"),
    Spread("materials", -0.2, 0.1, "triangular"),
    Spread("energy", -0.2, 0.2, "normal"),
    Spread("discount_rate", -0.2, 0.2, "uniform"),
]


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median time of some rounds."""
    taken = []
    for _round in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def draw() -> None:
    """The random numbers of a million draws of the four inputs, as the simulation takes them."""
    drawn = np.random.default_rng(1)
    for start in range(0, _MILLION, _BLOCK):
        count = min(_BLOCK, _MILLION - start)
        drawn.triangular(0.9, 1, 1.2, count)
        drawn.triangular(0.8, 1, 1.1, count)
        drawn.normal(1, 0.1, count)
        drawn.uniform(0.8, 1.2, count)


def selection(count: int, constraints: int) -> Selection:
    """Random options with budgets, goals and exclusions that a feasible half of them meets."""
    chance = random.Random(7)
    names = [f"F{index}" for index in range(count)]
    kinds = [f"k{index}" for index in range(constraints - 20)]
    options = {
        name: {"npv": chance.uniform(-50, 300), **{kind: chance.uniform(0, 100) for kind in kinds}} for name in names
    }
    limits = tuple(
        Limit(kind, kind, "most", 0.5 * sum(amounts[kind] for amounts in options.values())) for kind in kinds
    )
    exclusive = tuple(frozenset(chance.sample(names, 3)) for _index in range(20))
    return Selection(options, "npv", limits=limits, exclusive=exclusive)


def write_studies(folder: Path, count: int) -> None:
    """An audit with as many options and studies."""
    (folder / "audit.yaml").write_text(
        "enterprise: {name: 示例}\nkind: voluntary\nbaseline_year: 2024\n"
        "economics: {tax_rate: 25 %, discount_rate: 8 %, depreciation_period: 10 a}\n",
        "utf-8",
    )
    options, studies = ["options:\n"], ["studies:\n"]
    for index in range(count):
        options.append(
            f"  - {{id: F{index}, name: 方案 {index}, category: technology, content: 内容, investment: {100 + index} 万元, "
            f"verdict: feasible, reason: 示例}}\n"
        )
        studies.append(
            f"  - option: F{index}\n    investment:\n      equipment: {80 + index} 万元\n      site: 20 万元\n"
            "    operation:\n      energy: 40 万元/a\n      materials: 5 万元/a\n      maintenance: -3 万元/a\n"
            f"    life: {8 + index % 5} a\n    recommendation: recommended\n"
        )
    (folder / "4-options.yaml").write_text("".join(options), "utf-8")
    (folder / "5-feasibility.yaml").write_text("".join(studies), "utf-8")


def line(name: str, ours: float, theirs: float, wanted: float | None) -> None:
    ratio = ours / theirs
    verdict = "" if wanted is None else f"{'within' if ratio <= wanted else 'OVER':<7}{wanted:g}"
    print(f"{name:<58}{ours * 1000:>9.0f} ms{theirs * 1000:>9.0f} ms{ratio:>8.3f}  {verdict}")


def main() -> None:
    project = Project(_PLAN, 0.1)
    print(f"{'median of rounds':<58}{'cpa':>12}{'reference':>12}{'ratio':>8}  asked for")
    line("1,000,000 NPVs of 15 years / drawing", seconds(lambda: simulated_npvs(project, _SPREADS)), seconds(draw), 2)
    line(
        "the same with payback and IRR / drawing", seconds(lambda: simulate(project, _SPREADS), 3), seconds(draw), None
    )
    print(f"{'peak memory so far':<58}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>9.0f} MB")
    chance = np.random.default_rng(3)
    flows = np.vstack([-chance.uniform(50, 200, _MILLION), chance.uniform(5, 60, (15, _MILLION))])
    some = flows[:, :1000]
    theirs = seconds(lambda: [numpy_financial.irr(some[:, index]) for index in range(1000)], 3) * 1000
    line("1,000,000 IRRs of 15 years / numpy-financial", seconds(lambda: internal_rates_of(flows), 3), theirs, 0.1)
    started = time.perf_counter()
    found = best(selection(200, 50))
    print(
        f"{'best of 200 options under 50 constraints':<58}{(time.perf_counter() - started) * 1000:>9.0f} ms, {len(found[0].options)} chosen"
    )
    with tempfile.TemporaryDirectory() as scratch:
        write_studies(Path(scratch), 300)
        appraise = [sys.executable, "-m", "cpa", "appraise", scratch]
        read = "import sys, pathlib; from cpa.audit import open_audit; open_audit(pathlib.Path(sys.argv[1]))"
        ours = seconds(lambda: subprocess.run(appraise, stdout=subprocess.DEVNULL, check=True), 9)
        theirs = seconds(lambda: subprocess.run([sys.executable, "-c", read, scratch], check=True), 9)
        line("appraise on 300 studies / reading them", ours, theirs, 2)


if __name__ == "__main__":
    main()
