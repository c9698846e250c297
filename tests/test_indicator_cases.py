"""Indicator systems: baselines, levels, and the weighted indices, against cases worked out by hand and their laws."""

import json
import shutil
from fractions import Fraction
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
from cpa.methods.trial import Row, TrialIndex, TrialRule, ratio, to_threshold, trial_index
from cpa.schema.units import parse_unit

GOLDEN = Path(__file__).parent / "golden"
TRIAL_CASES = yaml.safe_load((Path(__file__).parent / "cases/indicators/trial.yaml").read_text("utf-8"))
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


# Trial systems

THRESHOLDS = [LevelRule(0, score=90), LevelRule(1, score=75)]


def trial_rows(case: dict[str, Any]) -> list[Row]:
    rows = []
    for name, (group, weight, reference, better, *value) in case.get("quantitative", {}).items():
        rows.append(Row(name, group, weight, False, ratio(value[0], reference, better) if value else None))
    for name, (group, weight, *met) in case.get("qualitative", {}).items():
        rows.append(Row(name, group, weight, True, float(met[0]) if met else None))
    return rows


def trial(case: dict[str, Any], rows: list[Row] | None = None) -> TrialIndex:
    absent = case.get("absent", {"indicators": "renormalise", "classes": "renormalise"})
    cap = None if case["cap"] == "none" else case["cap"]
    rule = TrialRule(*case["shares"], cap, absent["indicators"], absent["classes"])
    groups = [Group(name, weight) for name, weight in case["classes"].items()]
    return trial_index(groups, rows or trial_rows(case), rule, THRESHOLDS)


def exact(value: float | str | None) -> Any:
    """A number that a case writes as a fraction, to rounding."""
    return None if value is None else pytest.approx(float(Fraction(str(value))))


@pytest.mark.parametrize("case", TRIAL_CASES, ids=lambda case: case["name"])
def test_the_trial_index(case: dict[str, Any]) -> None:
    found = trial(case)
    assert {name: score.ratio for name, score in found.scores.items()} == {
        name: exact(value) for name, value in case["ratios"].items()
    }
    assert {name: score.weight for name, score in found.scores.items()} == {
        name: exact(value) for name, value in case["weights"].items()
    }
    assert [name for name, score in found.scores.items() if score.capped] == case.get("capped", [])
    assert [found.quantitative, found.qualitative, found.total] == [exact(value) for value in case["sums"]]
    assert (0 if found.level is None else found.level + 1) == case["level"]
    assert found.provisional == case.get("provisional", False)


@pytest.mark.parametrize("case", [case for case in TRIAL_CASES if "next" in case], ids=lambda case: case["name"])
def test_what_the_next_level_of_a_trial_system_takes(case: dict[str, Any]) -> None:
    """It suffices when every row named is at its reference, and does not when one of them stays as it is."""
    asked = THRESHOLDS[case["level"] - 2 if case["level"] else 1].score
    assert asked is not None
    found = trial(case)
    names = to_threshold(found, asked)
    assert (list(names) if names is not None else None) == case["next"]
    for left_out in (None, *(names or ())):
        rows = [
            Row(row.id, row.group, row.weight, row.qualitative, 1.0)
            if row.id in (names or ()) and row.id != left_out
            else row
            for row in trial_rows(case)
        ]
        total = trial(case, rows).total
        assert total is None or names is None or (total >= asked - 1e-6) == (left_out is None)


@given(
    st.lists(
        st.tuples(st.floats(1, 50), st.integers(0, 2), st.floats(0.01, 100), st.booleans()), min_size=1, max_size=9
    ),
    st.sampled_from(["k_over_m", 1.0, 1.2]),
)
def test_rows_at_their_reference_give_a_hundred_and_a_cap_never_adds(
    drawn: list[tuple[float, int, float, bool]], cap: Any
) -> None:
    whole = sum(weight for weight, *_rest in drawn)
    classes = {str(k): 0.0 for k in range(3)}
    for weight, group, *_rest in drawn:
        classes[str(group)] += 100 * weight / whole
    case = {"shares": [1, 0], "cap": cap, "classes": classes}
    rows = [
        Row(str(k), str(group), 100 * weight / whole, False, given if there or not k else None)
        for k, (weight, group, given, there) in enumerate(drawn)
    ]
    found, free = trial(case, rows), trial(case | {"cap": "none"}, rows)
    assert found.total is not None
    assert free.total is not None
    assert found.total <= free.total + 1e-9
    # K′ of what takes part is 100 again, and so is P at the references, unless k/m itself lies below 1.
    assert sum(score.weight for score in found.scores.values()) == pytest.approx(100)
    at_reference = [Row(row.id, row.group, row.weight, False, row.ratio and 1.0) for row in rows]
    assert trial(case | {"cap": "none"}, at_reference).total == pytest.approx(100)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_a_ratio_knows_no_units(value: float, reference: float, factor: float) -> None:
    for better in ("lower", "higher"):
        assert ratio(value * factor, reference * factor, better) == pytest.approx(ratio(value, reference, better))
    assert ratio(value, reference, "lower") * ratio(value, reference, "higher") == pytest.approx(1)


@pytest.mark.parametrize(("value", "reference"), [(1, 0), (1, -2), (-1, 2)])
def test_a_ratio_that_would_mean_nothing(value: float, reference: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        ratio(value, reference, "lower")


@pytest.fixture
def trial_audit(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / "ok/own-trial-system", tmp_path / "audit"))


def test_a_trial_system_through_an_audit(trial_audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By hand: P1 = 25·1.1 + 15·50/60 + 40·0.9 + 20·1.2 = 100, P2 = 55, P = 60 + 22; the certificate is absent."""
    run(["benchmark", str(trial_audit), "--lang", "en", "--format", "json"])
    table, classes, after = json.loads(capsys.readouterr().out)["tables"]
    rows = {row["indicator"]: row for row in table["rows"]}
    assert (rows["Loss of material"]["ratio"], rows["Loss of material"]["capped"]) == (1.2, True)
    assert (rows["Coal"]["ratio"], rows["Coal"]["capped"]) == (pytest.approx(1.1), False)
    assert rows["Audit"]["weight"] == pytest.approx(45)
    assert [rows["Management system"][key] for key in ("ratio", "weight", "contribution", "capped")] == [None] * 4
    assert {row["class"]: row["points"] for row in classes["rows"]} == pytest.approx(
        {"Energy": 40, "Reuse of resources": 60, "National policy": 55, "Environmental management": 0}
        | {"P1": 100, "P2": 55, "P": 82}
    )
    assert table["notes"][:7] == [
        "Index P = 0.6·P1 + 0.4·P2 = 0.6 × 100.00 + 0.4 × 55.00 = 82.00 (P1 quantitative, P2 qualitative).",
        "Level of the enterprise: Cleaner producer.",
        "Cleaner producer asks for P ≥ 75.",
        "Advanced cleaner producer is not reached: P = 82.00 < 90.",
        "6 of 7 indicators were judged.",
        "S was capped for: Loss of material.",
        "To reach Advanced cleaner producer: Audit.",
    ]
    assert all(row["ratio"] is None for row in after["rows"])


def test_a_trial_system_before_and_after(trial_audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (trial_audit / "6-implementation.yaml").write_text(
        "benchmark_after:\n"
        "  - {indicator: coal, value: 100 kgce/t}\n  - {indicator: power, value: 50 kWh/t}\n"
        "  - {indicator: reuse, value: 80 %}\n  - {indicator: loss, value: 2 kg/t}\n"
        "  - {indicator: obsolete, level: 1}\n  - {indicator: audit, level: 1}\n  - {indicator: system, level: 1}\n",
        "utf-8",
    )
    run(["benchmark", str(trial_audit), "--lang", "zh"])
    shown = capsys.readouterr().out
    assert "0.6 × 102.50 + 0.4 × 100.00 = 101.50" in shown
    assert "企业清洁生产水平：清洁生产先进企业。" in shown


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("qualitative: 0.4", "qualitative: 0.5", "the shares of the two parts add up to 1.1, not to 1"),
        ("cap: 1.2", "cap: often", "`often` is no cap of a ratio"),
        ("  - {level: 2, score: 75}\n", "", "`level_rule:` does not give the levels 1 to 2 in order"),
        ("weight: 55, texts", "weight: 54, texts", "the weights of the rows of `policy` add up to 54"),
        ("weight: 25, baselines", "weight: 25n, baselines", "the weights of coal cannot be computed"),
    ],
)
def test_a_trial_system_that_contradicts_itself_gives_no_index(
    trial_audit: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    file = trial_audit / "indicators/made-up.yaml"
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    result = Analysis(open_audit(trial_audit)).benchmark
    assert result is not None
    assert (result.trial, result.level) == (None, None)
    run(["benchmark", str(trial_audit), "--lang", "en", "--format", "json"])
    notes = json.loads(capsys.readouterr().out)["tables"][0]["notes"]
    assert notes[0].startswith(f"P cannot be computed: {says}")


def test_a_trial_system_of_which_a_part_was_not_judged(trial_audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = trial_audit / "2-preassessment.yaml"
    kept = [line for line in file.read_text("utf-8").splitlines() if "level:" not in line]
    file.write_text("\n".join(kept) + "\n", "utf-8")
    result = Analysis(open_audit(trial_audit)).benchmark
    assert result is not None
    assert result.trial is not None
    assert (result.trial.quantitative, result.trial.total, result.level) == (pytest.approx(100), None, None)
    run(["benchmark", str(trial_audit), "--lang", "en"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "P cannot be computed: no indicator of these parts was judged: qualitative." in shown


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
