"""Indicator systems: baselines, levels, and the weighted indices, against cases worked out by hand and their laws."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cpa.analysis import Analysis
from cpa.analysis.benchmark import shipped_system, shipped_systems
from cpa.audit import open_audit
from cpa.cli import run
from cpa.methods.benchmark import Baseline, FormulaError, baseline, best, formula, levels_met, texts_met
from cpa.methods.guideline import Graded, Group, Index, LevelRule, WeightError, convention, guideline, to_reach
from cpa.schema.units import parse_unit

CASES = yaml.safe_load((Path(__file__).parent / "cases/indicators/guideline.yaml").read_text("utf-8"))
VARIANT_A = [
    {"level": 1, "limiting": 1, "score": 85},
    {"level": 2, "limiting": 2, "score": 85},
    {"level": 3, "limiting": 3, "score": 100},
]


def rules(case: dict[str, Any]) -> list[LevelRule]:
    return [
        LevelRule(
            entry["level"] - 1,
            entry["limiting"] - 1,
            entry["others"] - 1 if "others" in entry else None,
            entry["score"],
        )
        for entry in case.get("rule", VARIANT_A)
    ]


def graded(case: dict[str, Any]) -> list[Graded]:
    found = []
    for name, (group, weight, *rest) in case["indicators"].items():
        met = None if not rest else tuple(0 < rest[0] <= level for level in (1, 2, 3))
        found.append(Graded(name, group, weight, "limiting" in rest, met))
    return found


def groups(case: dict[str, Any]) -> list[Group]:
    return [
        Group(name, weight, name in case.get("bonus", ()), name in case.get("incomplete", ()))
        for name, weight in case["classes"].items()
    ]


def index(case: dict[str, Any], rows: list[Graded] | None = None) -> Index:
    absent = case.get("absent", {"indicators": "renormalise", "classes": "renormalise"})
    return guideline(
        groups(case),
        rows or graded(case),
        rules(case),
        3,
        absent_indicators=absent["indicators"],
        absent_groups=absent["classes"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_weighted_index(case: dict[str, Any]) -> None:
    found = index(case)
    assert found.scores == pytest.approx(tuple(case["scores"]))
    assert (found.level + 1 if found.level is not None else 0) == case["level"]
    assert found.provisional == case.get("provisional", False)


@pytest.mark.parametrize("case", [case for case in CASES if "next" in case], ids=lambda case: case["name"])
def test_what_the_next_level_takes_is_enough_and_not_too_much(case: dict[str, Any]) -> None:
    found = index(case)
    wanted = case["level"] - 2 if case["level"] else 2
    rule = next(rule for rule in rules(case) if rule.level == wanted)
    names = to_reach(found, graded(case), rule)
    assert (list(names) if names is not None else None) == case["next"]
    if names is None:
        return
    reached = tuple(level >= wanted for level in range(3))
    improved = [
        Graded(
            one.id, one.group, one.weight, one.limiting, reached if one.id in names and one.met is not None else one.met
        )
        for one in graded(case)
    ]
    if all(one.met is not None for one in graded(case) if one.id in names):
        after = index(case, improved).level
        assert after is not None
        assert after <= wanted
        for left_out in names:
            fewer = [old if old.id == left_out else new for old, new in zip(graded(case), improved, strict=True)]
            level = index(case, fewer).level
            assert level is None or level > wanted


def test_without_weights_only_the_limiting_indicators_decide() -> None:
    rows = [Graded("a", "x", None, True, (False, True, True)), Graded("b", "x", None, False, (False, False, True))]
    found = guideline(
        [Group("x", None)],
        rows,
        [LevelRule(0, 0, None, 85), LevelRule(1, 1, None, 85)],
        3,
        absent_indicators="renormalise",
        absent_groups="renormalise",
    )
    assert (found.level, found.provisional, found.scores) == (1, True, None)
    assert found.reasons[0].limiting == ("a",)


def test_conventions_of_weights_and_mixtures() -> None:
    two = [Group("a", 0.6), Group("b", 0.4)]

    def rows(*weights: float) -> list[Graded]:
        return [Graded(str(k), "ab"[k // 2], weight, False, None) for k, weight in enumerate(weights)]

    assert convention(two, rows(0.5, 0.5, 0.3, 0.7)) == "relative"
    assert convention(two, rows(0.3, 0.3, 0.3, 0.1)) == "absolute"
    for mixture in ((0.5, 0.5, 0.3, 0.1), (0.5, 0.47, 0.3, 0.7)):
        with pytest.raises(WeightError):
            convention(two, rows(*mixture))


@given(st.lists(st.tuples(st.floats(0.01, 1), st.integers(0, 3)), min_size=1, max_size=12))
def test_sums_never_fall_from_a_level_to_the_next_and_full_marks_are_a_hundred(rows: list[tuple[float, int]]) -> None:
    total = sum(weight for weight, _level in rows)
    case = {
        "classes": {"a": 1.0},
        "indicators": {str(k): ["a", weight / total, level] for k, (weight, level) in enumerate(rows)},
    }
    scores = index(case).scores
    assert scores is not None
    assert scores[0] <= scores[1] + 1e-9
    assert scores[1] <= scores[2] + 1e-9
    assert all(level for _weight, level in rows) == (scores[2] == pytest.approx(100, abs=1e-7))


# Baselines


@pytest.mark.parametrize(
    ("value", "texts", "met"),
    [
        (8, ["≤8", "≤24", "≤40"], "111"),
        (8.01, ["≤8", "≤24", "≤40"], "011"),
        (40.1, ["≤8", "≤24", "≤40"], "000"),
        (3, ["<3", "≤4", "≤5"], "011"),
        (7000, [">7000", ">6000", ">5000"], "011"),
        (5, ["≤5", "≤5", "≤5"], "111"),
        (-20, ["≤-20", "≤-8", "≤0"], "111"),
        (0, ["≤-20", "≤-8", "≤0"], "001"),
        (0.0, ["≥65", "≥55", "≥45"], "000"),
        (99, ["≥ 95", ">= 88", "80"], "111"),
        (50, [None, "≥40", None], "011"),
        (0.1 + 0.2, ["≥0.3", "≥0.2", "≥0.1"], "111"),
        (20.0, ["≤10+5n", "≤25+10n", "≤55+5n"], "111"),
        (20.1, ["≤10+5n", "≤25+10n", "≤55+5n"], "011"),
        (100.0, ["≥90+2n·0+12", None, None], None),
    ],
)
def test_levels_of_a_value(value: float, texts: list[str | None], met: str | None) -> None:
    if met is None:
        with pytest.raises(FormulaError):
            [baseline(text, "higher", {"n": 2}) for text in texts if text]
        return
    found = levels_met(value, [baseline(text, "higher", {"n": 2}) if text else None for text in texts])
    assert "".join(str(int(one)) for one in found) == met
    assert best(found) == (met.index("1") if "1" in met else None)


def test_equal_texts_of_levels_are_one() -> None:
    assert texts_met(2, ["full", "most", "most"]) == (False, True, True)
    assert texts_met(1, ["same", "same", "same"]) == (True, True, True)
    assert texts_met(2, ["full", "most", "some"]) == (False, False, True)
    assert texts_met(None, ["same", "same", "same"]) == (False, False, False)
    assert texts_met(2, ["full", None, None]) == (False, False, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [("8", 8), ("10+5n", 25), ("0.14 + 0.08n", 0.38), ("0.8/n", 0.8 / 3), ("2(n+1)", 8), ("-20", -20), ("−8", -8)],
)
def test_formulas(text: str, value: float) -> None:
    assert formula(text, {"n": 3}) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("10+5m", "variable"), ("1/0", "division"), ("10+", "syntax"), ("n**2", "syntax"), ("abs(1)", "syntax"), ("", "syntax"), ("True", "variable")],
)  # fmt: skip
def test_formulas_that_are_none(text: str, reason: str) -> None:
    with pytest.raises(FormulaError) as found:
        formula(text, {"n": 3})
    assert found.value.reason in (reason, "syntax")


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_meeting_a_level_meets_all_behind_it(value: float, bound: float) -> None:
    met = levels_met(value, [Baseline("≤", bound), None, Baseline("≤", bound + 1)])
    assert list(met) == sorted(met)


# Packs


@pytest.mark.parametrize("name", shipped_systems())
def test_a_pack_holds_together(name: str) -> None:
    system = shipped_system(name)
    assert system.id == name
    names = [row.id for row in system.indicators]
    assert len(set(names)) == len(names)
    assert {row.group for row in system.indicators} == {each.id for each in system.classes}
    variables = {variable: max(each.low or 0.0, 1.0) for variable, each in system.variables.items()}
    for row in system.indicators:
        parse_unit(row.unit)
        assert bool(row.baselines) != bool(row.texts), row.id
        assert len(row.baselines or row.texts) == len(system.levels), row.id
        for written in row.baselines:
            if written not in (None, "null"):
                baseline(written, row.better, variables)
        if row.weight:
            assert formula(row.weight, variables) > 0
    known = sum(each.weight or 0.0 for each in system.classes if not each.bonus)
    assert known == pytest.approx(1) or system.missing is not None
    if system.method == "guideline":
        assert [each.level for each in system.level_rule] == [1, 2, 3]
        convention(
            [Group(each.id, each.weight, each.bonus, each.incomplete) for each in system.classes],
            [
                Graded(row.id, row.group, formula(row.weight, variables) if row.weight else None, row.limiting, None)
                for row in system.indicators
            ],
        )


@pytest.mark.parametrize("name", shipped_systems())
def test_whoever_meets_every_best_baseline_has_the_best_level(name: str, tmp_path: Path) -> None:
    """Through an audit: every row with its best baseline as value, strict ones passed by a little."""
    system = shipped_system(name)
    values: list[dict[str, Any]] = []
    for row in system.indicators:
        if row.texts:
            values.append({"indicator": row.id, "level": 1})
            continue
        text = next((written for written in row.baselines if written not in (None, "null")), None)
        if text is None:
            continue
        bound = baseline(text, row.better, dict.fromkeys(system.variables, 1.0))
        value = bound.value + {"<": -0.01, ">": 0.01}.get(bound.sign, 0.0)
        values.append({"indicator": row.id, "value": f"{value} {row.unit}".strip()})
    (tmp_path / "audit.yaml").write_text(
        "enterprise: {name: x}\nkind: voluntary\nbaseline_year: 2024\nstage: preassessment\n", "utf-8"
    )
    stated = {"system": name, "year": 2024, "values": values, "variables": dict.fromkeys(system.variables, 1.0)}
    (tmp_path / "2-preassessment.yaml").write_text(yaml.safe_dump({"benchmark": stated}, allow_unicode=True), "utf-8")
    result = Analysis(open_audit(tmp_path)).benchmark
    assert result is not None
    assert [each.problem for each in result.results if each.problem is not None] == []
    assert result.level == 0
    assert result.to_next == ()
    if result.index is not None and result.index.scores is not None:
        assert result.index.scores[0] >= 99.9


def test_a_limiting_indicator_that_is_left_out_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One good value out of twelve gives full points; the page has to say that the limiting one was not judged."""
    (tmp_path / "audit.yaml").write_text(
        "enterprise: {name: x}\nkind: voluntary\nbaseline_year: 2024\nstage: preassessment\n", "utf-8"
    )
    (tmp_path / "2-preassessment.yaml").write_text(
        "benchmark:\n  system: electroplating\n  year: 2024\n  variables: {n: 1}\n"
        "  values: [{indicator: zinc, value: 90 %}]\n",
        "utf-8",
    )
    run(["benchmark", str(tmp_path), "--lang", "en", "--format", "json"])
    notes = json.loads(capsys.readouterr().out)["tables"][0]["notes"]
    assert "1 of 12 indicators were judged." in notes
    assert any(note.startswith("Limiting indicators not judged: Fresh water per rinse") for note in notes)


def test_a_weight_that_needs_a_figure_is_no_weight_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text(
        "enterprise: {name: x}\nkind: voluntary\nbaseline_year: 2024\nstage: preassessment\n", "utf-8"
    )
    (tmp_path / "2-preassessment.yaml").write_text(
        "benchmark:\n  system: electroplating\n  year: 2024\n  values: [{indicator: zinc, value: 90 %}]\n", "utf-8"
    )
    result = Analysis(open_audit(tmp_path)).benchmark
    assert result is not None
    problems = {each.row.id: each.problem.to("en") for each in result.results if each.problem is not None}
    assert list(problems) == ["zinc"]
    assert "`n`" in problems["zinc"]
