"""The program's entry: the version is answered before anything is imported."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself is not imported for the version
    from typing import NoReturn


def main() -> None:
    """Runs `cpa` with the arguments of the process and ends it with an exit code of `cpa.cli`."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cpa import __version__

        try:
            sys.stdout.write(f"cpa {__version__}\n")
            sys.stdout.flush()
        except OSError:
            os._exit(3)
        return
    from cpa.cli import run

    _leave(run())


def _leave(code: int) -> "NoReturn":
    """Ends the process without taking its objects apart one by one, which costs as much as checking a small audit."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    except OSError:
        code = 3
    os._exit(code)


if __name__ == "__main__":
    main()
