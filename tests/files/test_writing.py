"""Writing is atomic: whoever reads, and whoever crashes, finds one whole version."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cpa.files.writing import write_bytes, write_text

SAMPLE = Path(__file__).parents[2] / "sample-audit"
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and modes of POSIX")


def test_content_and_missing_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "report.md"
    assert write_text(path, "糖化\r\n过滤\n") is True
    assert path.read_bytes() == "糖化\r\n过滤\n".encode()
    assert [entry.name for entry in path.parent.iterdir()] == ["report.md"]


def test_an_unchanged_file_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"one")
    os.utime(path, ns=(1, 1))
    before = path.stat()
    assert write_bytes(path, b"one") is False
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, 1)
    assert write_bytes(path, b"two") is True
    assert path.read_bytes() == b"two"


@POSIX
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "a", b"x")
        left = os.umask(umask)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == mode
    assert left == umask


def test_a_failure_leaves_the_old_file_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"old")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    with pytest.raises(OSError):
        write_text(tmp_path / "a" / "b", "x")


WRITER = """
import sys
from pathlib import Path
from cpa.files.writing import write_text
path = Path(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number = (number + 1) % 10
    write_text(path, str(number) * 3_000_000)
"""


def _killed(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kills `process` after a while; False if it had ended by then."""
    time.sleep(seconds)
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    return not ended


@POSIX
def test_writer_killed_at_random_moments(tmp_path: Path) -> None:
    random_ = random.Random(7)
    path = tmp_path / "big.txt"
    killed = versions = 0
    for _ in range(32):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        killed += _killed(process, random_.uniform(0, 0.08))
        process.stdout.close()
        if path.exists():
            versions += 1
            content = path.read_bytes()
            assert len(content) == 3_000_000
            assert content == content[:1] * 3_000_000
    assert killed >= 16
    assert versions >= 1


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".tmp")]


REPORT = ["report", str(SAMPLE), "--out", "{out}"]
INIT = ["init", "{out}", "--name", "试验厂", "--year", "2024", "--lang", "zh"]


@POSIX
@pytest.mark.parametrize("arguments", [REPORT, INIT], ids=["report", "init"])
def test_a_command_killed_at_random_moments(arguments: list[str], tmp_path: Path) -> None:
    def command(out: Path) -> list[str]:
        return [sys.executable, "-m", "cpa", *(argument.format(out=out) for argument in arguments)]

    whole = tmp_path / "whole"
    subprocess.run(command(whole), check=True, stdout=subprocess.DEVNULL, timeout=120)
    expected = {path.relative_to(whole): path.read_bytes() for path in _files(whole)}
    assert len(expected) >= 6
    random_ = random.Random(8)
    killed = partial = attempt = 0
    while killed < 6 and attempt < 24:
        attempt += 1
        out = tmp_path / f"out{attempt}"
        process = subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Writing is a small part of the run: wait until it has come to a random file, then a moment more.
        wanted = random_.randrange(1 if attempt % 5 else 0, len(expected))
        while process.poll() is None and len(_files(out)) < wanted:
            time.sleep(0.0005)
        killed += _killed(process, random_.uniform(0, 0.002))
        partial += len(_files(out)) < len(expected)
        for path in _files(out):
            assert path.read_bytes() == expected[path.relative_to(out)], path
    assert killed >= 3
    assert partial >= 1
    subprocess.run(command(out), check=True, stdout=subprocess.DEVNULL, timeout=120)
    assert {name: (out / name).read_bytes() for name in expected} == expected
