"""What starting costs in imports, and what the exit codes mean."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[1] / "sample-audit"
HEAVY = {"pandas", "numpy", "scipy", "openpyxl", "xlsxwriter", "docx", "pydantic", "jinja2"}

PROBE = """
import os, sys
os._exit = sys.exit  # however the program ends: first the modules are to be told
sys.argv = ["cpa", *sys.argv[1:]]
from cpa.__main__ import main
try:
    main()
except SystemExit as stop:
    code = stop.code
else:
    code = 0
sys.stdout.flush()
print("PROBE", code or 0, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def probe(*arguments: str) -> tuple[int, set[str]]:
    """Exit code and top-level modules after running cpa with `arguments`."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    _mark, code, *modules = done.stdout.splitlines()[-1].split()
    return int(code), set(modules)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["-V"],
        ["--help"],
        ["check", str(SAMPLE)],
        ["check", "--help"],
        ["balance", "--help"],
        ["report", "--help"],
    ],
    ids=" ".join,
)
def test_no_heavy_module_is_imported(arguments: list[str]) -> None:
    code, modules = probe(*arguments)
    assert code == 0
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["balance"], HEAVY),
        (["balance", "--flows", "--figure", "{scratch}"], HEAVY - {"jinja2", "xlsxwriter"}),
        (["balance", "--reconcile"], HEAVY - {"numpy"}),
        (["balance", "--layer", "extract", "--reconcile", "--losses"], HEAVY - {"numpy"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_plant_is_balanced_without_scipy(arguments: list[str], forbidden: set[str], tmp_path: Path) -> None:
    command, *options = (argument.format(scratch=tmp_path) for argument in arguments)
    _code, modules = probe(command, str(SAMPLE), *options)
    assert modules & forbidden == set()


def test_what_cannot_be_determined_is_found_without_numpy(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text(
        "enterprise: {name: x}\nkind: voluntary\nbaseline_year: 2024\nstage: assessment\n"
    )
    (tmp_path / "3-assessment.yaml").write_text(
        "units: [{id: u, name: u}]\nbalances: [{layer: mass}]\n"
        "flows: [{id: a, name: a, to: u, amount: 9 t}, {id: b, name: b, from: u}, {id: c, name: c, from: u}]\n"
    )
    code, modules = probe("check", str(tmp_path))
    assert code == 1
    assert modules & HEAVY == set()


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_answered_before_anything_is_imported(option: str) -> None:
    _code, modules = probe(option)
    assert modules & {"typer", "click", "yaml", "msgspec", "rich"} == set()


def test_help_does_not_read_the_model() -> None:
    _code, modules = probe("--help")
    assert modules & {"yaml", "msgspec"} == set()


# --- exit codes -----------------------------------------------------------------------------------------------------


def cpa(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cpa", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    (tmp_path / "audit.yaml").write_text("enterprise: {name: x}\nkind: compulsary\nbaseline_year: 2024\n")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["check", str(SAMPLE)],
        ["status", str(SAMPLE)],
        ["explain", "CPA110"],
        ["check", str(SAMPLE), "-f", "json"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_nothing_wrong_is_zero(arguments: list[str]) -> None:
    done = cpa(*arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_of_the_sample_audit_is_silent() -> None:
    assert cpa("check", str(SAMPLE)).stdout == ""


def test_findings_are_one(broken: Path) -> None:
    done = cpa("check", str(broken), "--lang", "en")
    assert done.returncode == 1
    assert "audit.yaml:2:7" in done.stdout
    assert "compulsory" in done.stdout
    assert cpa("check", str(broken / "missing")).returncode == 1
    assert cpa("status", str(broken)).returncode == 1
    report = cpa("report", str(broken))
    assert report.returncode == 1
    assert not (broken / "reports").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"], ["check", "--no-such-option"], ["check", "a", "b"], ["check", ".", "--format", "xml"], ["explain", "CPA000"],
        ["appraise", str(SAMPLE), "--option", "F999"], ["balance", str(SAMPLE), "--scope", "no-such-unit"],
        ["report", str(SAMPLE), "--lang", "en", "--format", "md"], ["check", "--lang"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_two(arguments: list[str]) -> None:
    done = cpa(*arguments, CPA_LANG="en")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert re.search("cpa[:：]", done.stderr)
    assert done.stdout == ""


def test_no_arguments_show_the_help() -> None:
    done = cpa(CPA_LANG="en")
    assert "check" in done.stdout + done.stderr
    assert done.returncode in (0, 2)


def test_a_place_that_cannot_be_written_is_three(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cpa("report", str(SAMPLE), "--out", str(tmp_path / "file" / "reports"), CPA_LANG="en")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("cpa: ")


def test_a_bug_is_three_and_keeps_its_traceback() -> None:
    code = (
        "import sys, cpa.audit\n"
        "def fails(*a, **k): raise RuntimeError('by the test')\n"
        "cpa.audit.open_audit = fails\n"
        "from cpa.cli import run\n"
        f"sys.exit(run(['check', {str(SAMPLE)!r}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 3
    assert "RuntimeError: by the test" in done.stderr
    assert done.stderr.rstrip().splitlines()[-1].startswith("cpa: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "arguments", [["--version"], ["status", str(SAMPLE)], ["explain", "-f", "json"]], ids=lambda arguments: arguments[0]
)
def test_a_full_disk_is_three(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cpa", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert "Traceback" not in done.stderr
    assert done.returncode == 3


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_stops_reading_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cpa", "explain", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert errors == b""
