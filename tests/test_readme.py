"""The tour of both READMEs is executed, and shows what really comes out.

`CPA_UPDATE_README=1 pytest tests/test_readme.py` writes the output into the pages.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(?<=```console\n)(.*?)(?=```)", re.DOTALL)


def session(commands: str, folder: Path, language: str) -> str:
    """The commands of a block, each followed by what it prints."""
    environment = {**os.environ, "CPA_LANG": language, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment['PATH']}"
    shown = []
    for line in commands.splitlines():
        if not line.startswith("$ "):
            continue
        result = subprocess.run(
            ["sh", "-c", line[2:]],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert result.returncode in (0, 1), result.stdout.decode()
        output = "\n".join(text.rstrip() for text in result.stdout.decode("utf-8").splitlines())
        shown.append(f"{line}\n{output}\n" if output else f"{line}\n")
    return "".join(shown)


@pytest.mark.skipif(sys.platform == "win32", reason="the tour is written for a POSIX shell")
@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_tour_shows_what_comes_out(page: str, language: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample-audit", tmp_path / "sample-audit", ignore=shutil.ignore_patterns("reports"))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "cpa"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cpa "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    text = (ROOT / page).read_text(encoding="utf-8")
    found = BLOCK.sub(lambda match: session(match[1], tmp_path, language), text)
    if os.environ.get("CPA_UPDATE_README"):
        (ROOT / page).write_text(found, encoding="utf-8")
    assert found == text
    assert "Traceback" not in found
