"""A fresh scaffold is clean, its examples work when they are uncommented, and nothing is ever overwritten."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.checks import check
from cpa.cli import run
from cpa.scaffold import Answers, industries, scaffold_files, write_scaffold

Language = Literal["zh", "en"]
SECTION = re.compile(r"^([a-z_]+):", re.MULTILINE)


def answers(language: Language, kind: Literal["compulsory", "voluntary"], **more: str) -> Answers:
    return Answers(
        name='"试验" # 厂: {a}',
        kind=kind,
        language=language,
        baseline_year=2024,
        start=date(2025, 3, 1),
        finish=date(2026, 2, 28),
        **more,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["compulsory", "voluntary"])
@pytest.mark.parametrize("industry", ["", "beer", "我们自己的行业"])
def test_a_fresh_scaffold_has_only_things_to_do(
    language: Language, kind: Literal["compulsory", "voluntary"], industry: str, tmp_path: Path
) -> None:
    write_scaffold(tmp_path, scaffold_files(answers(language, kind, industry=industry)))
    findings = check(Analysis(open_audit(tmp_path)))
    assert {finding.code for finding in findings} == {"CPA901"}
    assert len(findings) == 35
    identity = open_audit(tmp_path, ()).identity
    assert identity is not None
    assert identity.enterprise.name == '"试验" # 厂: {a}'


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_examples_work(language: Language, tmp_path: Path) -> None:
    files = scaffold_files(answers(language, "compulsory", industry="beer"))
    opened = {
        name: re.sub(r"^# (?!yaml-language-server)", "", text, flags=re.MULTILINE) if name.suffix == ".yaml" else text
        for name, text in files.items()
    }
    write_scaffold(tmp_path, opened)
    analysis = Analysis(open_audit(tmp_path))
    assert [(finding.code, str(finding.message)) for finding in check(analysis) if finding.severity != "note"] == []
    assert len(analysis.balances) >= 2
    assert all(result.total.sheet.verdict == "within" for result in analysis.balances)
    assert analysis.focus is not None
    assert analysis.studies[0].appraisal is not None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_section_stands_in_one_file(language: Language) -> None:
    from cpa.audit import FOLDERS, phase_type

    files = scaffold_files(answers(language, "voluntary"))
    for phase, folder in FOLDERS.items():
        found = [
            section for name, text in files.items() if name.parts[0] == folder for section in SECTION.findall(text)
        ]
        assert sorted(found) == sorted(phase_type(phase).__annotations__)


def test_every_yaml_file_points_at_its_schema() -> None:
    files = scaffold_files(answers("zh", "voluntary"))
    for name, text in files.items():
        if name.suffix == ".yaml":
            match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
            assert match
            parts = [part for part in (name.parent / match[1]).parts if part != ".."]
            schema = Path(*(parts[1:] if name.parent != Path() else parts))
            assert json.loads(files[schema])["$schema"].startswith("http://json-schema.org/")


def test_init_into_an_empty_folder_and_never_over_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert run(["init", str(tmp_path), "--name", "厂", "--lang", "zh", "--year", "2024"]) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run(["init", str(tmp_path), "--name", "另一厂", "--lang", "zh", "--year", "2024"]) == 2
    assert "audit.yaml" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert run(["init", str(tmp_path), "--name", "厂", "--lang", "zh", "--year", "2024"]) == 0


def test_a_scaffold_that_was_cut_short_can_be_finished(tmp_path: Path) -> None:
    files = scaffold_files(answers("zh", "voluntary"))
    half = dict(list(files.items())[: len(files) // 2])
    half.pop(Path("audit.yaml"), None)
    write_scaffold(tmp_path, half)
    write_scaffold(tmp_path, files)
    assert {finding.code for finding in check(Analysis(open_audit(tmp_path)))} == {"CPA901"}


def test_industries_are_what_they_say() -> None:
    from cpa.reference import names

    for entry in industries():
        assert set(entry) <= {"id", "code", "name", "benchmark", "confidence"}
        assert entry["name"]["zh"]
        assert entry["name"]["en"]
        assert entry.get("benchmark") in (None, *names("indicators"))
        assert entry["confidence"] in ("official", "secondary", "recalled")
