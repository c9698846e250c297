"""Published worked examples of investment appraisal against our methods: tests/cases/economics/*.yaml.

The head of each file says what its keys mean. A figure may differ by `tolerance`, which is half a unit of the last digit that
its source prints; without one it is exact. null is not compared in a list by year, and says that there is no such figure elsewhere.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from cpa.methods.cashflow import Debt, Part, Plan, WriteOff, depreciation_shares, statement
from cpa.methods.economics import Appraisal, appraise, judged
from cpa.methods.rates import present_value

FOLDER = Path(__file__).parent / "cases" / "economics"
CASES = {
    section: {case["name"]: case for case in cases}
    for path in sorted(FOLDER.glob("*.yaml"))
    for section, cases in yaml.safe_load(path.read_text("utf-8")).items()
}
EXACT = 1e-9


def compared(found: Any, wanted: Any, tolerance: float, what: str) -> int:
    """How many figures were compared; fails at the first that differs."""
    if isinstance(wanted, list):
        assert len(found) == len(wanted), (what, found)
        if not wanted:
            return 1  # that there is no rate is a figure, too
        return sum(
            0 if two is None else compared(one, two, tolerance, f"{what} {index}")
            for index, (one, two) in enumerate(zip(found, wanted, strict=True))
        )
    if wanted is None:
        assert found is None, what
    else:
        assert found == pytest.approx(wanted, rel=0, abs=tolerance), what
    return 1


def all_compared(found: dict[str, Any], case: dict[str, Any]) -> None:
    """Every figure of `expected`; one that `found` does not know, or a case without any, is a mistake here."""
    tolerance = case.get("tolerance", {})
    counted = sum(
        compared(found[key], wanted, tolerance.get(key, EXACT), key) for key, wanted in case["expected"].items()
    )
    assert counted
    assert set(tolerance) <= {*case["expected"], "trial_rate"}, "a tolerance without a figure"


def indicators(appraisal: Appraisal) -> dict[str, Any]:
    return {
        "npv": appraisal.npv,
        "irr": list(appraisal.roots.rates),
        "payback": appraisal.payback,
        "discounted_payback": appraisal.discounted_payback,
        "mirr": appraisal.mirr,
        "annual_worth": appraisal.annual_worth,
    }


def test_every_case_is_read() -> None:
    """Each section has a test below, and no name hides another."""
    assert set(CASES) == {"depreciation", "handbook", "indicators", "yearly"}
    names = Counter(
        (section, case["name"])
        for path in FOLDER.glob("*.yaml")
        for section, cases in yaml.safe_load(path.read_text("utf-8")).items()
        for case in cases
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) == sum(map(len, CASES.values())) >= 139


@pytest.mark.parametrize("name", CASES["indicators"])
def test_indicators(name: str) -> None:
    case = CASES["indicators"][name]
    flows = case["flows"]
    found = judged(flows, case.get("rate", case.get("finance_rate", 0.0)), -flows[0], case.get("reinvest_rate"))
    # Without a rate nothing but rates of return, payback and the profile can be asked for.
    if "rate" not in case:
        assert not {"npv", "discounted_payback", "annual_worth"} & set(case["expected"])
    profile = case["expected"].get("profile", {})
    values = [present_value(flows, rate) for rate in profile]
    wanted = {**case["expected"], **({"profile": list(profile.values())} if profile else {})}
    all_compared({**indicators(found), "profile": values}, {**case, "expected": wanted})


@pytest.mark.parametrize("name", CASES["depreciation"])
def test_depreciation(name: str) -> None:
    """By year of use from the shares; with a `start`, by calendar year from the statement, the base being the construction."""
    case = CASES["depreciation"][name]
    base, start = case["base"], case.get("start", 0.0)
    rule = WriteOff(case["method"], case["period"], case["residual"] / base, tuple(case.get("rates", ())))
    plan = Plan(float(base), (), float(case["period"]), rule, 0.25, start=start)
    by_calendar = [year.depreciation for year in statement(plan).years[1:]]
    assert compared(by_calendar, case["expected"], case["tolerance"], name)
    if not start:
        by_use = [base * share for share in depreciation_shares(rule)]
        assert compared(by_use, case["expected"], case["tolerance"], name)
    assert sum(by_calendar) == pytest.approx(base - case["residual"], rel=1e-3)  # tables are rounded to 0.01 %


def plan_of(case: dict[str, Any]) -> Plan:
    """`operating` by year is a saving of one with a ramp of those amounts."""
    operating, rule = case["operating"], case["depreciation"]
    by_year = operating if isinstance(operating, list) else []
    return Plan(
        construction=float(case["construction"]),
        parts=(Part("operating", 1.0 if by_year else operating),),
        ramp=tuple(by_year),
        life=float(case["life"]),
        write_off=WriteOff(rule["method"], rule["period"], rule["residual"], tuple(rule.get("rates", ()))),
        tax_rate=case["tax_rate"],
        interest=0.0,
        working_capital=case.get("working_capital", 0.0),
        subsidy=case.get("subsidy", 0.0),
        start=case.get("start", 0.0),
        outlay=tuple(case.get("outlay", (1.0,))),
        salvage=case.get("salvage"),
        losses=case.get("losses", "set_off"),
        carry_years=case.get("carry_years", 5),
        debts=tuple(Debt(**loan) for loan in case.get("loans", ())),
    )


@pytest.mark.parametrize("name", CASES["yearly"])
def test_yearly(name: str) -> None:
    case = CASES["yearly"][name]
    made = statement(plan_of(case))
    own = [year.flow for year in made.own]
    found = {
        **indicators(judged(made.flows, case["rate"], case["construction"])),
        "flows": list(made.flows),
        "tax": [year.tax for year in made.years],
        "interest": [year.interest for year in made.own],
        "principal": [year.principal for year in made.own],
        "equity_flows": own,
        "equity_npv": present_value(own, case["rate"]),
    }
    all_compared(found, case)


@pytest.mark.parametrize("name", CASES["handbook"])
def test_handbook(name: str) -> None:
    case = CASES["handbook"][name]
    result = appraise(
        investment=case["I"],
        saving=case.get("P"),
        cash_flow=case.get("F"),
        depreciation_years=case.get("Y", case["n"]),
        life=case["n"],
        tax_rate=case.get("tax_rate", 0.0),
        discount_rate=case["rate"],
    )
    chain = result.chain
    assert (chain is None) == ("F" in case)
    found = {
        "F": result.cash_flow,
        "N": result.payback,
        "NPV": result.npv,
        "NPVR": result.npvr,
        "IRR": result.irr,
        **({"D": chain.depreciation, "T": chain.taxable, "E": chain.profit} if chain else {}),
    }
    expected = dict(case["expected"])
    trial = expected.pop("trial", None)
    all_compared(
        found, {**case, "expected": expected, "tolerance": {k: v for k, v in case["tolerance"].items() if k != "trial"}}
    )
    if trial is None:
        return
    assert result.trial is not None
    first, npv1, second, npv2, rate = result.trial
    tolerance = case["tolerance"]
    assert compared([first, second], [trial["i1"], trial["i1"] + 0.01], EXACT, "trial rates")
    assert compared([npv1, npv2], [trial["NPV1"], trial["NPV2"]], tolerance["trial"], "trial NPV")
    assert compared(rate, trial["IRR"], tolerance["trial_rate"], "trial IRR")
