"""Balances from the literature and in closed form, each as an audit in text: tests/cases/balance/*.yaml.

A case holds sections of 3-assessment, optionally more of audit.yaml, the balance that is asked for, and what must come
out. `tolerance` states how far each kind of figure may be off: a number, or a share such as "0.1 %"; without it, 1e-6 of
the figure. `confidence` is "published", "closed-form" (the arithmetic stands in the case) or "recalled".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from cpa.analysis import Analysis
from cpa.analysis.reconciliation import ReconciledLayer
from cpa.audit import open_audit
from cpa.checks import check
from cpa.methods.balance.raw import Sheet

CASES = sorted((Path(__file__).parent / "cases" / "balance").glob("*.yaml"))
HEAD = {"enterprise": {"name": "示例"}, "kind": "voluntary", "baseline_year": 2024, "stage": "assessment"}


class Case:
    """One file, and the audit that it makes."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        assessment = dict(self.content["assessment"])
        assessment["balances"] = [self.content["request"], *assessment.get("balances", [])]
        write(folder / "audit.yaml", {**HEAD, **self.content.get("audit", {})})
        write(folder / "3-assessment" / "network.yaml", assessment)
        for name, text in self.content.get("files", {}).items():
            target = folder / "3-assessment" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        self.analysis = Analysis(open_audit(folder))
        self.request = self.analysis.audit.phase("assessment").balances[0]
        self.expect: dict[str, Any] = self.content["expect"]

    def near(self, kind: str, value: float) -> object:
        """Something that equals figures as near to `value` as the case asks for."""
        allowed = self.content.get("tolerance", {}).get(kind)
        if allowed is None:
            return pytest.approx(value, rel=1e-6, abs=1e-9)
        if isinstance(allowed, str):
            return pytest.approx(value, rel=float(allowed.removesuffix("%")) / 100, abs=1e-12)
        return pytest.approx(value, rel=0, abs=allowed)


def write(path: Path, content: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    return Case(request.param, tmp_path)


def test_a_case_says_where_it_comes_from_and_raises_no_error(case: Case) -> None:
    assert case.content["title"]
    assert case.content["source"]
    assert case.content["confidence"] in ("published", "closed-form", "recalled")
    # That a balance does not close is what some cases are about: `raw` and `units` say so.
    found = {finding.code for finding in check(case.analysis) if finding.severity == "error"} - {"CPA401", "CPA402"}
    assert found == set(case.content.get("findings", []))


def test_the_raw_balance_is_the_one_expected(case: Case) -> None:
    raw = case.analysis.balance(case.request)
    scopes = {scope.id or "total": scope.sheet for scope in raw.scopes}
    for name, figures in {"total": case.expect.get("raw", {}), **case.expect.get("units", {})}.items():
        same_sheet(case, scopes[name], figures)


def same_sheet(case: Case, sheet: Sheet, figures: Mapping[str, object]) -> None:
    for name, expected in figures.items():
        found = getattr(sheet, name)
        assert found == (case.near("raw", expected) if isinstance(expected, float | int) else expected), name


def test_the_reconciled_balance_is_the_one_expected(case: Case) -> None:
    if not set(case.expect) - {"raw", "units"}:
        return
    result = case.analysis.reconciled(case.request)
    assert result.converged is case.expect.get("converged", True)
    if result.converged:
        assert result.closure <= 1e-9
    same_estimates(case, result)
    same_tests(case, result)
    if "islands" in case.expect:
        islands = [
            {"flows": list(island.flows), "needed": island.needed, "sets": sorted(map(list, island.sets))}
            for island in result.islands
        ]
        assert islands == [{**island, "sets": sorted(island["sets"])} for island in case.expect["islands"]]
    if "unbalanced" in case.expect:
        assert list(result.unbalanced) == case.expect["unbalanced"]


def same_estimates(case: Case, result: ReconciledLayer) -> None:
    estimates = {**result.flows, **{f"{other.kind} {other.id}": other for other in result.others}}
    attributes = {
        "measured": "measured",
        "measured_sigmas": "sigma",
        "flows": "value",
        "sigmas": "uncertainty",
        "statuses": "status",
        "z": "z",
    }
    for kind, attribute in attributes.items():
        for name, expected in case.expect.get(kind, {}).items():
            found = getattr(estimates[name], attribute)
            known = isinstance(expected, float | int)
            assert found == (case.near(kind, expected) if known else expected), f"{kind} of {name}"
    if "held" in case.expect:
        assert sorted(name for name, one in estimates.items() if one.held) == sorted(case.expect["held"])
    if "layer_flows" in case.expect:
        assert list(result.flows) == case.expect["layer_flows"]


def same_tests(case: Case, result: ReconciledLayer) -> None:
    tests = result.tests
    for name in ("chi_square", "degrees", "limit", "probability", "passed"):
        if name in case.expect:
            expected = case.expect[name]
            exactly = isinstance(expected, bool) or name == "degrees"
            assert getattr(tests, name) == (expected if exactly else case.near(name, expected)), name
    if "largest_z" in case.expect:
        ids = {name for name, one in result.flows.items() if one.z is not None}
        largest = max(ids, key=lambda name: abs(result.flows[name].z or 0.0))
        assert {largest: abs(result.flows[largest].z or 0.0)} == {
            name: case.near("z", value) for name, value in case.expect["largest_z"].items()
        }
    if "suspects" in case.expect:
        groups = [sorted(member.id for member in group.members) for group in result.suspects]
        assert groups == [sorted(group) for group in case.expect["suspects"]]
    for name, expected in case.expect.get("needed", {}).items():
        members = [member for group in result.suspects for member in group.members if member.id == name]
        assert [member.needed for member in members] == [case.near("needed", expected)]
    for name, expected in case.expect.get("errors", {}).items():
        members = [member for group in result.suspects for member in group.members if member.id == name]
        assert [member.size for member in members] == [case.near("errors", expected)]
