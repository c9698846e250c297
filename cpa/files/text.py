"""Bytes of a file to text: existence, size, place and encoding, each with an error a person understands."""

import errno
import os
import re
from functools import lru_cache
from pathlib import Path

from cpa.diagnostics import Finding, Span
from cpa.messages import Message, _, plain

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A hand-written audit file is smaller than 2 MB; what exceeds this limit is a mistake."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def file_span(name: str, line: int = 1, column: int = 1) -> Span:
    """A span of one character, for problems of a whole file."""
    return Span(name, line, column, line, column + 1)


_REASONS = {
    errno.ENOENT: _("it does not exist"),
    errno.EACCES: _("access is denied"),
    errno.EPERM: _("access is denied"),
    errno.EISDIR: _("it is a folder"),
    errno.ENOTDIR: _("a part of its path is a file"),
    errno.ELOOP: _("its links lead in a circle"),
    errno.ENOSPC: _("the disk is full"),
    errno.EROFS: _("the place can only be read"),
}


def reason_of(error: OSError) -> Message:
    """Why the system refused, in words that can be translated; its own words where they are rare."""
    return _REASONS.get(error.errno or 0) or plain(error.strerror or type(error).__name__)


def lines_of(text: str) -> list[str]:
    """The lines of a text as YAML and editors count them: ended by LF, CR LF or CR and by nothing else."""
    return _LINE_END.split(text)


def inside(root: Path, path: Path) -> bool:
    """Whether `path`, with all symbolic links followed, lies in `root`. A circle of links does not."""
    name = os.fspath(path)
    folder, last = os.path.split(name)
    if last in ("", ".", "..") or path.is_symlink():
        real = os.path.realpath(name)
    else:
        real = f"{_real_folder(folder)}{os.sep}{last}"
    home = _real_folder(os.fspath(root))
    return real == home or real.startswith(home + os.sep)


@lru_cache(maxsize=1024)
def _real_folder(name: str) -> str:
    """Resolving every step of every path is a good part of reading a small audit; folders stay where they are."""
    return os.path.realpath(name)


def read_text(root: Path, name: str) -> tuple[str | None, list[Finding]]:
    """The text of file `name` (a path relative to `root`), without byte order mark, or why there is none."""
    path = root / name
    if not inside(root, path):
        return None, [
            _error(
                "CPA109",
                name,
                _("this file lies outside the audit folder"),
                _("copy it into the audit folder: links and `..` that leave it are not followed"),
            )
        ]
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            return None, [
                _error(
                    "CPA108",
                    name,
                    _(
                        "the file has {size} MB; at most {limit} MB are read",
                        size=round(size / 1024**2),
                        limit=MAX_FILE_BYTES // 1024**2,
                    ),
                    _("keep long series in CSV files, one a measuring point"),
                )
            ]
        data = path.read_bytes()
    except OSError as error:
        return None, [_error("CPA101", name, _("the file cannot be read: {reason}", reason=reason_of(error)))]
    return decode(name, data)


def decode(name: str, data: bytes) -> tuple[str | None, list[Finding]]:
    """UTF-8 with or without byte order mark as text; anything else as one finding that says how to convert it."""
    if data.startswith(_UTF16_MARKS) or b"\x00" in data[:4]:
        return None, [_encoding_error(name, "UTF-16", "UTF-16", 1)]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return None, [
                _error(
                    "CPA102",
                    name,
                    _("line {line} holds bytes that are not UTF-8 text", line=line),
                    _("open the file in an editor and save it as UTF-8"),
                    line,
                )
            ]
        return None, [_encoding_error(name, "GBK", "GB18030", line)]


def _encoding_error(name: str, seen: str, codec: str, line: int) -> Finding:
    return _error(
        "CPA102",
        name,
        _("this file looks like {seen}; audits are written in UTF-8", seen=seen),
        _(
            "save it as UTF-8 in the editor, or run: iconv -f {codec} -t UTF-8 {name} > new.yaml",
            codec=codec,
            name=name,
        ),
        line,
    )


def _error(code: str, name: str, message: Message, hint: Message | None = None, line: int = 1) -> Finding:
    return Finding(code, "error", message, file_span(name, line), hint=hint)
