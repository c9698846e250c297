"""Speed as ratios: whole processes of cpa against references that run in turn with them.

    python benchmarks/run.py --cpa .venv/bin/python [--rounds 15]

Each line: what, the median time of cpa, of its reference, the ratio of the two round by round (median), and the ratio
that is asked for. The interpreter given must have cpa installed (not editable) with compiled bytecode.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from synthetic import write

ROOT = Path(__file__).parent.parent
HELP_REFERENCE = (
    "import typer\napp = typer.Typer(add_completion=False)\n@app.command()\ndef main() -> None: ...\napp()\n"
)
COMPOSE_REFERENCE = """
import gc, os, pathlib, typer, yaml
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
@app.command()
def main(folder: pathlib.Path) -> None:
    if os.environ.get("PAUSED"):
        gc.disable()
    for path in sorted(folder.rglob("*.yaml")):
        yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
app()
"""


def seconds(command: list[str], **environment: str) -> float:
    """Wall time of one run."""
    started = time.perf_counter()
    result = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "CPA_LANG": "en", **environment},
        check=False,
    )
    taken = time.perf_counter() - started
    if result.returncode not in (0, 1):
        raise SystemExit(f"{command}: {result.stderr.decode()[-400:]}")
    return taken


def compare(
    name: str, command: list[str], reference: list[str], wanted: float, rounds: int, **environment: str
) -> None:
    seconds(command), seconds(reference)
    pairs = [(seconds(command), seconds(reference, **environment)) for _round in range(rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(
        f"{name:<48}{ours * 1000:>8.0f} ms{theirs * 1000:>8.0f} ms{ratio:>8.2f}  {'within' if ratio <= wanted else 'OVER':<7}{wanted:g}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpa", required=True, help="the Python of an environment with cpa installed")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    python = options.cpa
    program = str(Path(python).parent / "cpa")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "help.py").write_text(HELP_REFERENCE)
        (scratch / "compose.py").write_text(COMPOSE_REFERENCE)
        size = write(scratch / "large", 2000, 300)
        sample = str(ROOT / "sample-audit")
        compose = [python, str(scratch / "compose.py")]
        print(
            f"{'median of ' + str(options.rounds) + ' rounds':<48}{'cpa':>11}{'reference':>11}{'ratio':>8}  asked for"
        )
        compare("cpa --version / bare Python", [program, "--version"], [python, "-c", "pass"], 1.5, options.rounds)
        compare(
            "cpa --help / help of an empty Typer app",
            [program, "--help"],
            [python, str(scratch / "help.py"), "--help"],
            1.3,
            options.rounds,
        )
        check = [program, "check", sample]
        compare("check sample-audit / Typer + C compose", check, [*compose, sample], 1.5, options.rounds)
        # With collection paused in the reference too, as cpa reads: what is left is our own work.
        compare("the same, collection paused in both", check, [*compose, sample], 1.5, options.rounds, PAUSED="1")
        large = str(scratch / "large")
        compare(
            f"check 2,000 flows, 300 options ({size / 1e6:.2f} MB) / same",
            [program, "check", large],
            [*compose, large],
            3.0,
            options.rounds,
        )


if __name__ == "__main__":
    main()
