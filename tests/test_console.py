"""Consoles of other encodings, pipes, and narrow terminals."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

SAMPLE = Path(__file__).parents[1] / "sample-audit"
COMMANDS = ["status", "balance", "benchmark", "focus", "options", "screen", "appraise", "package"]


def cpa(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    inherited = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONIOENCODING", "NO_COLOR", "COLUMNS", "PYTHONUTF8")
    }
    return subprocess.run(
        [sys.executable, "-m", "cpa", *arguments],
        capture_output=True,
        timeout=60,
        cwd=cwd,
        env={**inherited, "TERM": "xterm-256color", **environment},
        check=False,
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit with findings whose source lines hold Chinese, a sign that GBK lacks, and a long line."""
    root = tmp_path_factory.mktemp("broken")
    (root / "audit.yaml").write_text(
        "enterprise: {name: 示例🍺啤酒}\nkind: 强制\nbaseline_year: 2024\n", encoding="utf-8"
    )
    (root / "1-planning.yaml").write_text(
        "team:\n  - {name: 张三, group: 工作组, role: 组长, 职务: 经理" + "，说明" * 80 + "}\nfoo: ½🍺\n",
        encoding="utf-8",
    )
    return root


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp437", "utf-8"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_console_crashes_the_program(encoding: str, language: str, broken: Path) -> None:
    for arguments, codes in (
        (["check", str(broken), "--lang", language], {1}),
        (["status", str(SAMPLE), "--lang", language], {0}),
        (["balance", str(SAMPLE), "--lang", language], {0}),
        (["--help"], {0}),
    ):
        done = cpa(*arguments, PYTHONIOENCODING=encoding, CPA_LANG=language)
        errors = done.stderr.decode(encoding, "replace")
        assert "Traceback" not in errors, arguments
        assert done.returncode in codes, (arguments, errors)
        assert done.stdout.decode(encoding)


def test_chinese_on_a_gbk_console_is_readable() -> None:
    done = cpa("status", str(SAMPLE), "--lang", "zh", PYTHONIOENCODING="gbk")
    assert "筹划和组织" in done.stdout.decode("gbk")


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}], ids=["pipe", "NO_COLOR"])
def test_no_escapes_in_pipes(environment: dict[str, str], broken: Path) -> None:
    sample = str(SAMPLE)
    for arguments in (
        ["check", str(broken)],
        ["status", sample],
        ["appraise", sample],
        ["check", "--help"],
        ["explain", "CPA110"],
        ["nonsense"],
    ):
        done = cpa(*arguments, **environment)
        assert b"\x1b" not in done.stdout + done.stderr, arguments


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("no_color", [False, True])
def test_colours_on_a_terminal_unless_refused(no_color: bool, broken: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "CI", "FORCE_COLOR")}
    environment |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"} | ({"NO_COLOR": "1"} if no_color else {})
    process = subprocess.Popen(
        [sys.executable, "-m", "cpa", "check", str(broken)],
        stdout=follower,
        stderr=follower,
        stdin=follower,
        env=environment,
    )
    os.close(follower)
    output = b""
    while True:
        try:
            block = os.read(leader, 65536)
        except OSError:
            break
        if not block:
            break
        output += block
    process.wait(timeout=60)
    os.close(leader)
    colours = re.findall(rb"\x1b\[[0-9;]*m", output)
    assert (b"\x1b[1;31m" in colours) != no_color
    assert not any(re.search(rb"[\[;](3|4|9)\d", colour) for colour in colours) or not no_color


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", COMMANDS)
def test_eighty_columns_are_enough(command: str, language: str) -> None:
    done = cpa(command, str(SAMPLE), "--lang", language, COLUMNS="80", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert len(lines) > 5
    assert [line for line in lines if cell_len(line) > 80] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("arguments", [["status", "--steps"], ["balance", "--flows"]], ids=" ".join)
def test_eighty_columns_are_enough_for_the_long_forms(arguments: list[str], language: str) -> None:
    done = cpa(arguments[0], str(SAMPLE), arguments[1], "--lang", language, COLUMNS="80", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0
    assert [line for line in done.stdout.decode().splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_fits_eighty_columns(language: str) -> None:
    for arguments in (["--help"], *([name, "--help"] for name in ("check", "status", "balance", "report", "appraise"))):
        done = cpa(*arguments, CPA_LANG=language, COLUMNS="80", PYTHONIOENCODING="utf-8")
        assert [line for line in done.stdout.decode().splitlines() if cell_len(line) > 80] == [], arguments


def test_the_mark_stands_under_the_wrong_characters(broken: Path) -> None:
    """In display columns: a Chinese character is two wide."""
    done = cpa("check", str(broken), "--lang", "en", PYTHONIOENCODING="utf-8", COLUMNS="100")
    lines = done.stdout.decode().splitlines()
    source = next(index for index, line in enumerate(lines) if "kind: 强制" in line)
    mark = lines[source + 1]
    start = cell_len(lines[source][: lines[source].index("强制")])
    assert mark.index("^") == start
    assert mark[mark.index("^") :].rstrip() == "^~~~"
