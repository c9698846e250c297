"""Every command: exit codes, JSON, languages, and a page of documentation."""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from cpa.cli import CLEAN, COMMANDS, FINDINGS, USAGE, run

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample-audit"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "audit", ignore=shutil.ignore_patterns("reports")))


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    "command", ["status", "balance", "benchmark", "focus", "options", "screen", "appraise", "package", "table"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_results_as_text_and_as_json(command: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _error = output(capsys, command, str(SAMPLE), "--lang", language)
    assert code == CLEAN
    assert text.strip()
    code, text, _error = output(capsys, command, str(SAMPLE), "--lang", language, "--format", "json")
    assert code == CLEAN
    data = json.loads(text)
    assert data["format"] == 1
    for table in data["tables"]:
        keys = [column["key"] for column in table["columns"]]
        assert len(set(keys)) == len(keys)
        assert all(list(row) == keys for row in table["rows"])


def test_focus_and_appraise_say_what_the_handbook_formulas_say(capsys: pytest.CaptureFixture[str]) -> None:
    _code, text, _error = output(capsys, "appraise", str(SAMPLE), "--option", "F27", "--format", "json")
    row = json.loads(text)["tables"][0]["rows"][0]
    # I 38, P 35.734, Y = n = 10, tax 25 %, i 8 %: by hand D 3.8, T 31.934, E 23.9505, F 27.7505.
    assert row["p"] == pytest.approx(35.734)
    assert row["d"] == pytest.approx(3.8)
    assert row["e"] == pytest.approx(23.9505)
    assert row["f"] == pytest.approx(27.7505)
    assert row["npv"] == pytest.approx(27.7505 * 6.710081 - 38, abs=1e-3)
    _code, text, _error = output(capsys, "focus", str(SAMPLE), "--format", "json")
    ranks = {row["id"]: row["rank"] for row in json.loads(text)["tables"][1]["rows"]}
    assert sorted(ranks.values()) == [1, 2, 3, 4, 5, 6]
    assert ranks["brewing"] == 1


def test_check_as_json_and_exit_codes(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "check", str(sample)) == (CLEAN, "", "")
    flows = sample / "3-assessment" / "flows-brewhouse.yaml"
    flows.write_text(flows.read_text("utf-8").replace("to: milling", "to: miling", 1), encoding="utf-8")
    code, text, _error = output(capsys, "check", str(sample), "--format", "json", "--lang", "en")
    assert code == FINDINGS
    first = next(finding for finding in json.loads(text)["findings"] if finding["code"] == "CPA201")
    assert first["place"]["file"] == "3-assessment/flows-brewhouse.yaml"
    line = flows.read_text("utf-8").splitlines()[first["place"]["line"] - 1]
    assert line[first["place"]["column"] - 1 : first["place"]["end_column"] - 1] == "miling"
    assert "milling" in first["hint"]


def test_wrong_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert output(capsys, "chek")[0] == USAGE
    assert output(capsys, "check", "--nonsense")[0] == USAGE
    assert output(capsys, "balance", str(SAMPLE), "--scope", "nowhere")[0] == USAGE
    assert output(capsys, "appraise", str(SAMPLE), "--option", "F99")[0] == USAGE
    assert output(capsys, "explain", "CPA000")[0] == USAGE
    code, _text, error = output(capsys, "balance", str(tmp_path))
    assert code == FINDINGS
    assert "audit.yaml" in error


def test_the_report_stops_at_errors_and_a_draft_does_not(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = sample / "audit.yaml"
    identity.write_text(identity.read_text("utf-8").replace("kind: compulsory", "kind: voluntary"), encoding="utf-8")
    code, text, _error = output(capsys, "report", str(sample))
    assert code == FINDINGS
    assert "CPA506" in text
    assert not (sample / "reports").exists()
    assert output(capsys, "report", str(sample), "--draft")[0] == CLEAN
    assert "CPA506" in (sample / "reports" / "report.md").read_text("utf-8")
    assert (sample / "reports" / "worktables.xlsx").exists()


def test_a_template_of_ones_own_wins_and_cannot_reach_out(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = sample / "templates" / "report" / "zh"
    own.mkdir(parents=True)
    (own / "8-conclusion.md.j2").write_text("## 我们的结论\n\n{{ identity.enterprise.name }}\n", encoding="utf-8")
    (own / "7-continuation.md.j2").write_text("{{ identity.__class__.__mro__ }}\n", encoding="utf-8")
    code, text, _error = output(capsys, "report", str(sample), "--format", "md")
    assert code == FINDINGS
    assert "CPA701" in text
    report = (sample / "reports" / "report.md").read_text("utf-8")
    assert "我们的结论" in report
    assert "## 6 方案实施" in report


def test_explain_knows_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    from cpa.checks import RULES
    from cpa.checks.registry import SECTIONS

    for code, rule in RULES.items():
        assert [name for name, _text in rule.manual] == list(SECTIONS), code
        for language in ("zh", "en"):
            exit_code, text, _error = output(capsys, "explain", code.lower(), "--lang", language)
            assert exit_code == CLEAN
            assert code in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_a_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _error = output(capsys, name, "--help")
    assert code == CLEAN
    assert "--lang" in text
    assert (ROOT / "docs" / "commands" / f"{name}.md").exists()


def test_generated_pages_are_up_to_date() -> None:
    specification = importlib.util.spec_from_file_location("documentation", ROOT / "tools" / "documentation.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    stale = [
        path.name
        for path, text in module.pages().items()
        if path.suffix == ".md" and path.parent.name != "commands" and path.read_text("utf-8") != text
    ]
    assert stale == []


def test_schemas_of_the_sample_are_up_to_date() -> None:
    from cpa.schema.export import json_schemas

    for name, schema in json_schemas("zh").items():
        assert json.loads((SAMPLE / ".cpa" / "schema" / f"{name}.json").read_text("utf-8")) == schema


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_narrow_terminal_cuts_no_number(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns that do not fit stand in a further block below, with the names of the rows."""
    numbers: dict[str, list[str]] = {}
    for width in ("200", "48"):
        monkeypatch.setenv("COLUMNS", width)
        _code, text, _error = output(capsys, "balance", str(SAMPLE), "--layer", "cost", "--lang", language)
        numbers[width] = re.findall(r"(?<![\w.,])-?[\d,]+\.\d+%?(?![\w.])", text)
        assert width == "200" or max(map(cell_len, text.splitlines())) <= 58
    assert len(numbers["48"]) > 100
    assert set(numbers["200"]) == set(numbers["48"])
