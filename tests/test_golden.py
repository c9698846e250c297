"""Small audits as documentation of the rules: `golden/ok/*` is silent, `golden/err/<CODE>-*/` says what `expected.txt` says.

`CPA_UPDATE_GOLDEN=1 pytest tests/test_golden.py` writes the present output into expected.txt; read the difference
before it is committed: is the place right, the sentence true, the hint useful?
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import cpa.audit
from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.checks import RULES, check
from cpa.diagnostics import Finding, Span
from cpa.files.text import MAX_FILE_BYTES
from cpa.messages import Message
from cpa.render.terminal import SEVERITY_NAMES
from cpa.reports.document import build

GOLDEN = Path(__file__).parent / "golden"
OK = sorted(path.name for path in (GOLDEN / "ok").iterdir())
ERR = sorted(path.name for path in (GOLDEN / "err").iterdir())
EXPECTED = "expected.txt"
UPDATE = os.environ.get("CPA_UPDATE_GOLDEN", "") not in ("", "0")


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this system makes no symbolic links")


def _dangling_link(root: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    _link(root / "3-assessment/flows.yaml", "flows-2024.yaml")


def _link_outside(root: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (root.parent / "flows.yaml").write_text("flows: []\n", encoding="utf-8")
    _link(root / "3-assessment/flows.yaml", "../../flows.yaml")


def _huge_file(root: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "3-assessment.yaml").touch()
    os.truncate(root / "3-assessment.yaml", MAX_FILE_BYTES + 1024**2)  # sparse: takes no room on the disk


def _no_c_parser(_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpa.audit, "HAS_C_PARSER", False)


BUILT: dict[str, Callable[[Path, pytest.MonkeyPatch], None]] = {
    "CPA101-dangling-link": _dangling_link,
    "CPA108-size": _huge_file,
    "CPA109-link-outside": _link_outside,
    "CPA126-pure-parser": _no_c_parser,
}
"""What git does not keep, or not on every system; done to a copy of the folder."""

WITHOUT_PLACE: dict[str, str] = {
    "CPA123": "there is no file that it could stand in",
    "CPA126": "it speaks of the machine, not of a file",
}

_CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+")
UNITS_IN_EXAMPLES = ("万元", "元", "万m³", "万")
"""Words that hints show as examples of how a quantity is written: units are the same in every language."""


def code_of(name: str) -> str:
    return name.partition("-")[0]


def findings_of(name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """All findings of a golden audit, with the folder named as a person in the folder above would name it."""
    root = GOLDEN / kind / name
    if name in BUILT:
        shutil.copytree(root, tmp_path / name)
        BUILT[name](tmp_path / name, monkeypatch)
        root = tmp_path / name
    monkeypatch.chdir(root.parent)
    analysis = Analysis(open_audit(Path(name)))
    findings = check(analysis)
    if (root / "templates").is_dir():
        findings += build(analysis, "zh").findings
    return findings


def chosen(findings: list[Finding], code: str) -> list[Finding]:
    """What expected.txt speaks of: every error and warning, and the notes of the case's own code."""
    return [finding for finding in findings if finding.severity != "note" or finding.code == code]


def place(span: Span) -> str:
    return span.file if span.file.endswith("/") else f"{span.file}:{span.line}:{span.column}"


def block(finding: Finding) -> str:
    """A finding as `cpa check --lang zh` prints it, without the excerpt from the file."""
    where = f"{place(finding.span)}: " if finding.span is not None else ""
    lines = [f"{where}{SEVERITY_NAMES[finding.severity].to('zh')} {finding.code} {finding.message.to('zh')}"]
    lines += [f"    {place(related.span)}: {related.message.to('zh')}" for related in finding.related]
    if finding.hint is not None:
        lines.append(f"    = {finding.hint.to('zh')}")
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("name", OK)
def test_ok_is_silent(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = findings_of(name, "ok", tmp_path, monkeypatch)
    assert "".join(block(finding) for finding in findings if finding.severity != "note") == ""


@pytest.mark.parametrize("name", ERR)
def test_err_says_what_is_expected(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = findings_of(name, "err", tmp_path, monkeypatch)
    found = "".join(map(block, chosen(findings, code_of(name))))
    file = GOLDEN / "err" / name / EXPECTED
    if UPDATE:
        file.write_text(found, encoding="utf-8", newline="\n")
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_has_a_case(code: str) -> None:
    assert [name for name in ERR if code_of(name) == code]


@pytest.mark.parametrize("name", ERR)
def test_a_case_is_named_after_the_code_it_shows(name: str) -> None:
    assert code_of(name) in RULES
    assert re.fullmatch(r"CPA\d{3}(-[a-z0-9]+)+", name)
    assert f" {code_of(name)} " in (GOLDEN / "err" / name / EXPECTED).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ERR)
def test_findings_have_a_place_in_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for finding in chosen(findings_of(name, "err", tmp_path, monkeypatch), code_of(name)):
        if finding.span is None:
            assert finding.code in WITHOUT_PLACE, block(finding)
            continue
        assert finding.code not in WITHOUT_PLACE, block(finding)
        span = finding.span
        assert (span.line, span.column) >= (1, 1)
        assert (span.end_line, span.end_column) > (span.line, span.column), block(finding)
        for related in finding.related:
            assert related.span != span


@pytest.mark.parametrize(("kind", "name"), [*(("ok", name) for name in OK), *(("err", name) for name in ERR)])
def test_both_languages(kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = findings_of(name, kind, tmp_path, monkeypatch)
    own = _own_words(GOLDEN / kind / name)
    for finding in findings:
        messages = [finding.message, *(related.message for related in finding.related)]
        for message in [*messages, *([finding.hint] if finding.hint is not None else [])]:
            english, chinese = message.to("en"), message.to("zh")
            assert english != chinese, f"{finding.code} is not translated: {english}"
            assert _foreign(message, own) == [], f"{finding.code} is not English: {english}"


def _foreign(message: Message, own: str) -> list[str]:
    """Chinese words of the English wording that come neither from the audit nor from a unit."""
    return [word for word in _CJK.findall(message.to("en")) if word not in own and word not in UNITS_IN_EXAMPLES]


def _own_words(folder: Path) -> str:
    """Everything that an audit's files say, and their names."""
    parts = []
    for file in sorted(folder.rglob("*")):
        parts.append(file.name)
        if file.is_file() and file.name != EXPECTED:
            data = file.read_bytes()
            try:
                parts.append(data.decode("utf-8"))
            except UnicodeDecodeError:
                parts.append(data.decode("gb18030", "replace"))
    return "\n".join(parts)
