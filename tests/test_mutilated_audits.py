"""Mutilated copies of the sample audit: what is certain to be wrong is found, with its place, and nothing crashes.

Every copy changes one thing in one file. Kinds in `CERTAIN` can only make an audit wrong; those in `PERHAPS`
may be harmless (an optional key is dropped), and are only asked not to crash.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.checks import check
from cpa.diagnostics import Finding

SAMPLE = Path(__file__).parents[1] / "sample-audit"
FILES = sorted(path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*.yaml"))
PHASE_FILES = [name for name in FILES if name != "audit.yaml"]

Mutation = Callable[[str, random.Random], str | bytes | None]
"""The text of a file to what shall stand there instead; None where the file offers no place for it."""


def lines_with(text: str, pattern: str) -> list[re.Match[str]]:
    return list(re.finditer(pattern, text, re.MULTILINE))


def replace(match: re.Match[str], group: str | int, by: str) -> str:
    return match.string[: match.start(group)] + by + match.string[match.end(group) :]


def one(pattern: str, by: str | Callable[[str, random.Random], str], group: str | int = 1) -> Mutation:
    """Replaces one random occurrence of `group` in `pattern`."""

    def mutate(text: str, random_: random.Random) -> str | None:
        matches = lines_with(text, pattern)
        if not matches:
            return None
        match = random_.choice(matches)
        return replace(match, group, by(match[group], random_) if callable(by) else by)

    return mutate


def misspelt(word: str, random_: random.Random) -> str:
    at = random_.randrange(len(word))
    return random_.choice([word[:at] + "q" + word[at:], word + "_x", word.upper() + "q", "q" + word[1:] + "z"])


def cut_in_a_bracket(text: str, random_: random.Random) -> str | None:
    """Ends the file in the middle of `{…}`."""
    matches = lines_with(text, r"^ *(?:- |[\w-]+: )\{[^{}\n]{6,}")
    return text[: random_.choice(matches).end() - random_.randrange(1, 4)] if matches else None


def cut_anywhere(text: str, random_: random.Random) -> str:
    return text[: random_.randrange(len(text))]


def tab_indentation(text: str, random_: random.Random) -> str | None:
    matches = lines_with(text, r"^( +)[A-Za-z_][\w-]*: ")
    matches = [match for match in matches if ">-" not in text[: match.start()].rsplit("\n", 3)[-1]]
    return replace(random_.choice(matches), 1, "\t") if matches else None


def duplicate_key(text: str, random_: random.Random) -> str | None:
    matches = lines_with(text, r"^( *)([a-z_]+: [^\s>|&{\[][^\n{}\[\]]*)\n(?= *[^ ])")
    if not matches:
        return None
    match = random_.choice(matches)
    # Between the key and its continuation lines nothing may be put: take keys whose next line is not deeper.
    following = text[match.end() :].split("\n", 1)[0]
    if len(following) - len(following.lstrip()) > len(match[1]):
        return None
    return text[: match.end()] + f"{match[1]}{match[2]}\n" + text[match.end() :]


def duplicate_key_in_braces(text: str, random_: random.Random) -> str | None:
    matches = lines_with(text, r"\{([a-z_]+: [^,{}\[\]\n]+), ")
    if not matches:
        return None
    match = random_.choice(matches)
    return text[: match.start(1)] + f"{match[1]}, " + text[match.start(1) :]


def list_to_mapping(text: str, random_: random.Random) -> str | None:
    matches = lines_with(
        text,
        r"^(?:units|flows|points|options|products|inputs|wastes|team|plan|studies|targets|losses|balances|readings): *(?:#.*)?\n( +- )",
    )
    return replace(random_.choice(matches), 1, "  first: ") if matches else None


def item_is_text(text: str, random_: random.Random) -> str | None:
    matches = lines_with(text, r"^ +- (\{id: [^\n]*\})$")
    return replace(random_.choice(matches), 1, "just a word") if matches else None


def unquoted_brackets(text: str, random_: random.Random) -> str | None:
    matches = lines_with(text, r'(")\[[\d., ]+\] [\w/]+(")')
    if not matches:
        return None
    match = random_.choice(matches)
    return text[: match.start()] + match[0].strip('"') + text[match.end() :]


AMOUNT = r"\b(?:amount|investment|price|change|benefit|life): (~? ?[\d][\d.,]* ?[^\s,{}#\n]+)"
REFERENCE = r"\b(?:from|to|point|resource|workshop|option|unit|flow|focus): ([A-Za-z][\w-]*)(?=[,} \n])"
REQUIRED_IN_BRACES = r"\{(id: [^,{}\n]+, )"
PLAIN_KEY = r"^ +(?:- )?([a-z_]{3,}): "

CERTAIN: dict[str, tuple[Mutation, list[str]]] = {
    "a required id is dropped": (one(REQUIRED_IN_BRACES, ""), PHASE_FILES),
    "a required name is dropped": (one(r"^ +- \{id: [^,{}\n]+,\s+(name: [^,{}\n]+, )", ""), PHASE_FILES),
    "a key is misspelt": (one(PLAIN_KEY, misspelt), [name for name in PHASE_FILES if "causes" not in name]),
    "a section is misspelt": (one(r"^([a-z_]+):", misspelt), PHASE_FILES),
    "an unknown section": (lambda text, _: f"{text}\nno_such_section: 1\n", PHASE_FILES),
    "an unknown key in braces": (one(r"\{(id: )", "colour: red, id: "), PHASE_FILES),
    "an amount is a word": (one(AMOUNT, "很多"), PHASE_FILES),
    "an amount is true": (one(AMOUNT, "true"), PHASE_FILES),
    "an amount is a mapping": (one(AMOUNT, "{a: 1}"), PHASE_FILES),
    "an amount has no unit": (one(AMOUNT, "12"), PHASE_FILES),
    "an amount has an unknown unit": (one(AMOUNT, "12 qqq"), PHASE_FILES),
    "an amount is measured in degrees": (one(r"\b(?:investment|benefit|life): (~? ?[\d][\d.,]* ?[^\s,{}#\n]+)", "12 ℃"), PHASE_FILES),
    "an amount of a flow is negative": (
        one(r"\bamount: ([\d][\d.,]* ?[^\s,{}#\n]+)", "-12 t/d"), [name for name in FILES if "/flows-" in name]
    ),
    "an investment is negative": (one(r"\binvestment: ([\d][\d.,]* ?[^\s,{}#\n]+)", "-3 万元"), PHASE_FILES),
    "a share above one": (one(r"\bcontains: \{\w+: (\d[\d.]* %)", "130 %"), FILES),
    "a tolerance above one": (one(r"\btolerance: (\d+ %)", "500 %"), FILES),
    "a word that is not in the list": (one(r"\b(?:medium|kind|category|status|verdict|source|group|recommendation): ([a-z_]+)(?=[,}\s])", "qqq"), FILES),
    "a day that does not exist": (one(r"\b(?:date|start|finish|listed_on): (\d{4}-\d{2}-\d{2})", "2025-02-30"), FILES),
    "a day written another way": (one(r"\b(?:date|start|finish|listed_on): (\d{4}-\d{2}-\d{2})", "2025.3.1"), FILES),
    "a yes in place of true": (one(r": (true|false)\b", "是"), FILES),
    "a reference to nothing": (one(REFERENCE, "no-such-thing"), [name for name in PHASE_FILES if "evaluation" not in name]),
    "a file that is not there": (one(r"\bfile: (evidence/\S+?|3-assessment/\S+?)(?=[,}\s])", "evidence/nowhere.pdf"), PHASE_FILES),
    "cut in the middle of a line": (cut_in_a_bracket, PHASE_FILES),
    "a tab indents": (tab_indentation, PHASE_FILES),
    "a key twice": (duplicate_key, PHASE_FILES),
    "a key twice in braces": (duplicate_key_in_braces, PHASE_FILES),
    "a full-width colon": (one(r"^([a-z_]+:)(?: *#.*)?\n +- ", lambda key, _: key[:-1] + "："), PHASE_FILES),
    "a full-width colon in braces": (one(r"\{id(: )", "："), PHASE_FILES),
    "a full-width comma in braces": (one(r"\{id: [\w-]+(, )", "，"), PHASE_FILES),
    "a mapping in place of a list": (list_to_mapping, PHASE_FILES),
    "text in place of an item": (item_is_text, PHASE_FILES),
    "an open quote": (one(r"^ +(?:- )?[a-z_]+: ([^\s\"'>|{\[&])", lambda first, _: f'"{first}'), PHASE_FILES),
    "an open bracket": (one(r"(\})$", ""), PHASE_FILES),
    "a closing bracket too many": (one(r"(\})$", "}}"), PHASE_FILES),
    "a unit behind a list": (unquoted_brackets, PHASE_FILES),
    "GBK": (lambda text, _: text.encode("gb18030"), FILES),
    "UTF-16": (lambda text, _: text.encode("utf-16"), FILES),
    "UTF-16 without mark": (lambda text, _: text.encode("utf-16-le"), FILES),
    "binary garbage": (lambda _text, random_: b"\x89PNG\r\n" + random_.randbytes(400), FILES),
    "a control character": (one(r"^(# )", "# \x07"), FILES),
    "the whole file is text": (lambda _text, _random: "just a sentence\n", FILES),
    "the whole file is a list": (lambda text, _: "- " + text.replace("\n", "\n  ").rstrip() + "\n", PHASE_FILES),
    "two documents": (lambda text, _: f"{text}---\n{text}", FILES),
    "a tag": (one(r": (\d[\d.]*)(?=[,}\s])", "!!float 3"), FILES),
    "an alias of nothing": (one(r"^ +(?:- )?[a-z_]+: ([^\s\"'>|{\[&][^\n#:{}\[\],]*)$", "*nothing"), PHASE_FILES),
    "a merge key": (one(r"\{(id: )", "<<: {a: 1}, id: "), PHASE_FILES),
    "no enterprise": (one(r"^(enterprise:)", "# enterprise\nx:"), ["audit.yaml"]),
    "no kind": (one(r"^(kind: .*\n)", ""), ["audit.yaml"]),
    "a year out of range": (one(r"^baseline_year: (\d+)", "20240"), ["audit.yaml"]),
    "a rate above one": (one(r"tax_rate: ([\d.]+ %)", "250 t"), ["audit.yaml"]),
    "an empty audit.yaml": (lambda _text, _random: "", ["audit.yaml"]),
}  # fmt: skip

PERHAPS: dict[str, tuple[Mutation, list[str]]] = {
    "a line is dropped": (one(r"^( +.*\n)", ""), FILES),
    "cut anywhere": (cut_anywhere, FILES),
    "an empty file": (lambda _text, _random: "", PHASE_FILES),
    "a number is multiplied": (one(r"\b(\d[\d.]*)\b", "123456789"), FILES),
    "a number is zero": (one(r"\b(\d[\d.]*)\b", "0"), FILES),
    "a value is null": (one(r": ([^\s\"'>|{\[&][^\n#:{}\[\],]*)$", "~"), FILES),
    "a value is a list": (one(r": ([^\s\"'>|{\[&][^\n#:{}\[\],]*)$", "[]"), FILES),
    "a line is indented": (one(r"^( +)", lambda blanks, _: f"{blanks}  "), FILES),
    "a line is outdented": (one(r"^(  )", ""), FILES),
    "a line twice": (one(r"^(.+\n)", lambda line, _: line * 2), FILES),
    "CRLF": (lambda text, _: text.replace("\n", "\r\n"), FILES),
    "the old Mac's line ends": (lambda text, _: text.replace("\n", "\r"), FILES),
    "a huge exponent": (one(r"\b(\d[\d.]*)\b", "1e300"), FILES),
    "a tiny number": (one(r"\b(\d[\d.]*)\b", "1e-300"), FILES),
}  # fmt: skip


def cases(kinds: dict[str, tuple[Mutation, list[str]]], copies: int) -> Iterator[tuple[str, str, str | bytes]]:
    """(kind, file, new content), up to `copies` different ones of each kind."""
    for kind, (mutate, names) in kinds.items():
        random_ = random.Random(kind)
        seen = set()
        for turn in range(max(copies * 8, 2 * len(names))):
            if turn % len(names) == 0:
                order = random_.sample(names, len(names))
            name = order[turn % len(names)]
            text = (SAMPLE / name).read_text(encoding="utf-8")
            content = mutate(text, random_)
            if content is not None and content != text and (name, content) not in seen:
                seen.add((name, content))
                yield kind, name, content
            if len(seen) == copies:
                break


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mutilated") / "sample-audit"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("reports"))
    return root


def findings_with(root: Path, name: str, content: str | bytes) -> list[Finding]:
    """What `cpa check` says of the audit with `content` in file `name`; the file is put back afterwards."""
    path = root / name
    before = path.read_bytes()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        findings = check(Analysis(open_audit(root)))
        for finding in findings:
            assert finding.span is not None, finding
            target = root / finding.span.file
            assert target.exists(), finding
            for language in ("zh", "en"):
                assert finding.message.to(language)
                assert finding.hint is None or finding.hint.to(language)
            if target.is_file():
                data = target.read_bytes()
                lines = re.split("\r\n|\n|\r", data.decode("utf-8-sig", "replace"))
                assert 1 <= finding.span.line <= max(len(lines), data.count(b"\n") + 1), finding
                if target.suffix == ".yaml" and b"\x00" not in data:
                    assert 1 <= finding.span.column <= len(lines[finding.span.line - 1]) + 1, finding
    finally:
        path.write_bytes(before)
    return findings


CERTAIN_CASES = list(cases(CERTAIN, 5))


def test_there_are_enough_of_them() -> None:
    assert len(CERTAIN_CASES) >= 200
    assert {kind for kind, _name, _content in CERTAIN_CASES} == set(CERTAIN)


def test_the_sample_audit_itself_is_clean() -> None:
    assert [finding for finding in check(Analysis(open_audit(SAMPLE))) if finding.severity != "note"] == []


@pytest.mark.parametrize("kind", CERTAIN)
def test_what_is_wrong_is_found(kind: str, audit: Path) -> None:
    for _kind, name, content in (case for case in CERTAIN_CASES if case[0] == kind):
        findings = findings_with(audit, name, content)
        grave = [finding for finding in findings if finding.severity != "note"]
        assert grave, (name, difference((SAMPLE / name).read_text(encoding="utf-8"), content))


@pytest.mark.parametrize("kind", PERHAPS)
def test_what_may_be_harmless_does_not_crash(kind: str, audit: Path) -> None:
    for _kind, name, content in cases({kind: PERHAPS[kind]}, 4):
        findings = findings_with(audit, name, content)
        assert all(finding.code.startswith("CPA") for finding in findings)


def difference(before: str, after: str | bytes) -> list[str]:
    if isinstance(after, bytes):
        return [repr(after[:60])]
    old = before.split("\n")
    return [f"{number}: {line}" for number, line in enumerate(after.split("\n"), 1) if line not in old][:5]


def test_the_results_too_survive(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands that compute meet the same copies: they answer with 0, 1 or 2, never with a traceback."""
    from cpa.cli import run

    random_ = random.Random(5)
    chosen = random_.sample(CERTAIN_CASES, 5) + random_.sample(list(cases(PERHAPS, 4)), 8)
    for kind, name, content in chosen:
        path = audit / name
        before = path.read_bytes()
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            for command in (
                "status",
                "balance",
                "benchmark",
                "focus",
                "options",
                "screen",
                "appraise",
                "package",
                "table",
            ):
                assert run([command, str(audit)]) in (0, 1, 2), (kind, name, command)
                assert "Traceback" not in capsys.readouterr().err
        finally:
            path.write_bytes(before)


@pytest.mark.parametrize("index", range(0, 200, 40))
def test_exit_code_and_output_of_the_program(index: int, tmp_path: Path) -> None:
    root = tmp_path / "audit"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("reports"))
    _kind, name, content = CERTAIN_CASES[index]
    (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = subprocess.run(
        [sys.executable, "-m", "cpa", "check", str(root), "--lang", "en"],
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert re.search(r"^\S+:\d+:\d+: (error|warning) CPA\d{3} ", done.stdout, re.MULTILINE)


def test_a_folder_without_audit_yaml(tmp_path: Path) -> None:
    findings = check(Analysis(open_audit(tmp_path)))
    assert [finding.code for finding in findings] == ["CPA123"]
    findings = check(Analysis(open_audit(tmp_path / "missing")))
    assert [finding.code for finding in findings] == ["CPA101"]
