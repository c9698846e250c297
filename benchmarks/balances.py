"""The balance engine against references of the same run: ratios, memory, and whether the results are right.

    python benchmarks/balances.py [--rounds 15] [--only linear bilinear memory]

Every ratio is the median over rounds in which the engine and its reference take turns, in one process with one thread.
The engine's time is that of `Reconciliation` (classification, solution, bounds where asked for), of the statuses of all
flows, and of the standard uncertainties of ten of them, from the lists of a fresh problem. The reference's matrix
A·V·Aᵀ is that of the whole network with all flows measured, and is given: its time is that of factorising and solving.
Oracles: Clarabel for linear problems; for products IPOPT where casadi is installed, else successive Clarabel.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import networks
import numpy as np

from cpa.methods.balance.bilinear import Coupled
from cpa.methods.balance.problem import Problem
from cpa.methods.balance.reconcile import Reconciliation

ASKED = 10
HARD = 0.1
FREE, BOUND = 3.0, 8.0


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(
    name: str, ours: Callable[[], object], reference: Callable[[], object], wanted: float | None, rounds: int
) -> None:
    """One line of the table; without `wanted` the ratio is for information."""
    ours(), reference()
    pairs = [(seconds(ours), seconds(reference)) for _round in range(rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    verdict = "" if wanted is None else f"{'within' if ratio <= wanted else 'OVER':<7}{wanted:g}"
    print(f"{name:<66}{mine * 1000:>10.2f} ms{theirs * 1000:>10.2f} ms{ratio:>8.2f}  {verdict}", flush=True)


def check(name: str, found: str, good: bool) -> None:
    print(f"    {name}: {found}  {'ok' if good else 'WRONG'}", flush=True)


def asked(problem: Problem) -> list[int]:
    return np.linspace(0, len(problem.measured) - 1, ASKED).astype(int).tolist()


def solved(problem: Problem, *, bounded: bool) -> Reconciliation:
    """What is timed; a copy has no arrays yet."""
    found = Reconciliation(msgspec.structs.replace(problem), bounded=bounded)
    assert len(found.values) == len(found.statuses)
    found.uncertainties(asked(problem))
    return found


# Linear


def linear_checks(problem: Problem, *, oracle: bool = True) -> None:
    for bounded in (False, True):
        found = solved(problem, bounded=bounded)
        what = "with bounds" if bounded else "without"
        check(
            f"{what}: closure, negative",
            f"{found.closure:.1e}, {int(np.sum(found.values < 0))}"
            + (f"; {len(found.held)} flows held at zero, settled: {found.settled}" if bounded else ""),
            found.closure < 1e-11 and found.settled and (not bounded or found.values.min() > -1e-6),
        )
        if bounded and oracle:
            theirs = networks.linear_oracle(problem)
            apart = abs(found.objective - theirs) / (1 + abs(theirs))
            check("with bounds: objective, Clarabel's", f"{found.objective:.8g}, {theirs:.8g}", apart < 1e-6)


def linear(rounds: int) -> None:
    small = networks.plant(30).problem
    reference = networks.dense_reconciliation(small, asked(small))
    free = solved(small, bounded=False)
    ours = np.array(free.uncertainties(asked(small)))
    seen = ~np.isnan(ours)
    check(
        "30 flows against dense numpy: values, σ, unobservable",
        f"{np.abs(free.values - reference[0])[free.problem.known].max():.1e}, {np.abs(ours - reference[1])[seen].max():.1e}, "
        f"{len(free.structure.unobservable)}",
        bool(np.allclose(ours[seen], reference[1][seen]))
        and set(reference[2].tolist()) == set(free.structure.unobservable),
    )
    linear_checks(small)
    for bounded, wanted in ((False, FREE), (True, BOUND)):
        compare(
            f"30 flows, {'bounds' if bounded else 'no bounds'} / textbook (SVD, inverse), numpy dense",
            lambda bounded=bounded: solved(small, bounded=bounded),
            lambda: networks.dense_reconciliation(small, asked(small)),
            wanted,
            4 * rounds,
        )
    matrix = networks.scaled(small).toarray()
    normal, right = matrix @ matrix.T, matrix.sum(axis=1)
    compare(
        "30 flows, no bounds / bare numpy.linalg.solve of A·V·Aᵀ",
        lambda: solved(small, bounded=False),
        lambda: np.linalg.solve(normal, right),
        None,
        4 * rounds,
    )
    for flows, far in ((3000, 0.02), (3000, HARD), (100_000, 0.02), (100_000, HARD)):
        _linear_sparse(flows, far, rounds if flows < 10_000 else max(rounds // 5, 3))


def _linear_sparse(flows: int, far: float, rounds: int) -> None:
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import cg

    # How many rounds bounds take is a matter of luck, so small networks are timed five at once.
    problems = [networks.plant(flows, far=far, seed=seed).problem for seed in range(1, 6 if flows < 10_000 else 2)]
    hard = far == HARD
    systems = []
    for problem in problems:
        matrix = networks.scaled(problem)
        normal = (matrix @ matrix.T).tocsc()
        systems.append((normal, matrix @ np.random.default_rng(1).standard_normal(matrix.shape[1])))
    iterated = [(normal.tocsr(), right, diags_array(1.0 / normal.diagonal())) for normal, right in systems]

    def factors() -> None:
        for normal, right in systems:
            networks.factorised(normal).solve(right)

    def iteration() -> None:
        for normal, right, jacobi in iterated:
            _found, left = cg(normal, right, rtol=1e-12, maxiter=20_000, M=jacobi)
            assert left == 0

    def ours(bounded: bool) -> None:
        for problem in problems:
            solved(problem, bounded=bounded)

    for problem in problems:
        linear_checks(problem, oracle=flows < 10_000 or not hard)
    name = f"{flows:,} flows" + (", 10 % long-range" if hard else "")
    for bounded, wanted in ((False, FREE), (True, BOUND)):
        compare(
            f"{name}, {'bounds' if bounded else 'no bounds'} / {'CG + Jacobi' if hard else 'splu'}"
            + (f", {len(problems)} networks" if len(problems) > 1 else ""),
            lambda bounded=bounded: ours(bounded),
            iteration if hard else factors,
            wanted,
            rounds,
        )


# Products


def bilinear(rounds: int) -> None:
    for flows, substances, missing in ((30, 3, 0), (3000, 5, 0), (3000, 5, 3000)):
        problem, products, _truth = networks.solution(flows, substances, unmeasured=missing)

        def coupled(*, bounded: bool, problem: Problem = problem, products: Any = products) -> Coupled:
            return Coupled(msgspec.structs.replace(problem), products, bounded=bounded)

        name = f"{flows:,} flows × {substances} substances" + (f", {missing:,} unmeasured" if missing else "")
        for bounded in (False, True):
            found = coupled(bounded=bounded)
            check(
                f"{name}, {'bounds' if bounded else 'no bounds'}: steps, closure, negative, held",
                f"{found.steps}, {found.linear.closure:.1e}, {int(np.sum(found.values < 0))}, {len(found.linear.held)}",
                found.converged and found.linear.closure < 1e-10,
            )
        label, objective, taken = networks.bilinear_oracle(problem, products, found.values)
        apart = abs(found.objective - objective) / (1 + abs(objective))
        check(f"bounded objective; {label}, {taken:.1f} s", f"{found.objective:.8g}, {objective:.8g}", apart < 1e-5)
        few = rounds if flows < 1000 else max(rounds // 3, 3)
        if not missing:
            values, steps = networks.plain_linearisation(problem, products)
            apart = np.max(np.abs(values - coupled(bounded=False).values) / np.asarray(problem.sigmas))
            check(f"{name}: against plain linearisation ({steps} steps), in σ", f"{apart:.1e}", bool(apart < 1e-6))
            compare(
                f"{name}, no bounds / plain linearisation by splu",
                lambda: coupled(bounded=False),
                lambda problem=problem, products=products: networks.plain_linearisation(problem, products),
                None,
                few,
            )
        compare(
            f"{name}, bounds / no bounds",
            lambda: coupled(bounded=True),
            lambda: coupled(bounded=False),
            3.0,
            few,
        )


# Memory and imports, in processes of their own


def child(kind: str, flows: int, far: float) -> None:
    """Peak memory of one process in MiB, and whether it has imported scipy."""

    problem = networks.plant(flows, far=far).problem
    if kind == "build":
        assert len(problem.amounts) == len(problem.known)
    else:
        solved(problem, bounded=True)
    # Not ru_maxrss, which a child inherits from the process that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024
    print(peak, "scipy" in sys.modules)


def _child(kind: str, flows: int, far: float) -> tuple[float, bool]:
    command = [sys.executable, __file__, "--child", kind, str(flows), str(far)]
    peak, scipy = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(peak), scipy == "True"


def memory() -> None:
    for far in (0.02, HARD):
        own = {}
        for flows in (10_000, 30_000, 100_000):
            whole, base = _child("solve", flows, far)[0], _child("build", flows, far)[0]
            own[flows] = whole - base
            print(
                f"{flows:>9,} flows, {far:.0%} long-range, bounds: peak {whole:7.0f} MiB, without solving {base:6.0f} MiB, "
                f"{1024 * own[flows] / flows:.2f} KiB a flow",
                flush=True,
            )
        # A line through the three: what grows from 30,000 on must grow no faster than flows do.
        check(
            "memory from 10,000 to 100,000 flows, as a power of flows",
            f"{np.log10(own[100_000] / own[10_000]):.2f}",
            bool(np.log10(own[100_000] / own[10_000]) < 1.1) and whole < 1024,
        )
    for flows in (30, 900):
        check(
            f"{flows} flows: scipy imported", str(_child("solve", flows, 0.02)[1]), not _child("solve", flows, 0.02)[1]
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=["linear", "bilinear", "memory"])
    parser.add_argument("--child", nargs=3, metavar=("KIND", "FLOWS", "FAR"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        kind, flows, far = options.child
        child(kind, int(flows), float(far))
        return
    print(f"{'medians':<66}{'cpa':>13}{'reference':>13}{'ratio':>8}  asked for")
    if "linear" in options.only:
        linear(options.rounds)
    if "bilinear" in options.only:
        bilinear(options.rounds)
    if "memory" in options.only:
        memory()


if __name__ == "__main__":
    main()
