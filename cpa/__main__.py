"""The program's entry: the version is answered before anything is imported."""

import sys


def main() -> None:
    """Runs `cpa` with the arguments of the process and ends it with an exit code of `cpa.cli`."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cpa import __version__

        sys.stdout.write(f"cpa {__version__}\n")
        return
    from cpa.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
