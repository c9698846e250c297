"""What lies in an audit folder: its YAML files by top-level place, found without following links outside."""

from pathlib import Path

import msgspec

from cpa.diagnostics import Finding
from cpa.files.text import file_span, inside, reason_of
from cpa.messages import _

SUFFIXES = (".yaml", ".yml")
MAX_FILES = 20_000


class Listing(msgspec.Struct, frozen=True):
    """The YAML files (paths relative to the root, `/` between steps) of one folder, and what was wrong with it."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]


def yaml_files(root: Path, name: str) -> Listing:
    """All YAML files in folder `name` below `root`, sorted; hidden ones and links that leave the root excluded."""
    files: list[str] = []
    findings: list[Finding] = []
    pending = [name]
    while pending:
        folder = pending.pop()
        path = root / folder
        if not inside(root, path):
            findings.append(_outside(folder))
            continue
        try:
            entries = sorted(path.iterdir())
        except OSError as error:
            findings.append(
                Finding(
                    "CPA101",
                    "error",
                    _("the folder cannot be read: {reason}", reason=reason_of(error)),
                    file_span(folder),
                )
            )
            continue
        for entry in entries:
            relative = f"{folder}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not inside(root, entry):
                if entry.suffix in SUFFIXES or entry.is_dir():
                    findings.append(_outside(relative))
            elif entry.is_dir():
                if not entry.is_symlink():
                    pending.append(relative)
            elif entry.suffix in SUFFIXES:
                files.append(relative)
        if len(files) > MAX_FILES:
            findings.append(Finding("CPA108", "error", _("more than {limit} files", limit=MAX_FILES), file_span(name)))
            break
    return Listing(tuple(sorted(files)), tuple(findings))


def _outside(name: str) -> Finding:
    return Finding(
        "CPA109",
        "error",
        _("this link leads out of the audit folder"),
        file_span(name),
        hint=_("copy what it points to into the audit folder"),
    )
