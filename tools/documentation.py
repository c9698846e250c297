"""The generated pages of docs/: rules, sections, and the help of every command.

python tools/documentation.py            says which pages are out of date; exit code 1 if any is
python tools/documentation.py --write    writes them
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_origin

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

_HELP = re.compile(r"(?<=<!-- help -->\n).*?(?=<!-- /help -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """Every generated page as it should be."""
    found = {
        DOCS / "rules.md": rules("en"),
        DOCS / "rules.zh-CN.md": rules("zh"),
        DOCS / "sections.md": sections(),
    }
    from cpa.cli import COMMANDS

    for name in COMMANDS:
        page = DOCS / "commands" / f"{name}.md"
        text = page.read_text("utf-8") if page.exists() else f"# cpa {name}\n\n<!-- help -->\n<!-- /help -->\n"
        block = help_block(name)
        match = _HELP.search(text)
        assert match is not None, page
        start, end = match.span()
        found[page] = text[:start] + block + text[end:]
    return found


def rules(language: str) -> str:
    from cpa.checks import RULES
    from cpa.render.manual import SECTION_NAMES
    from cpa.render.terminal import SEVERITY_NAMES

    title = "# 检查规则" if language == "zh" else "# Rules"
    note = (
        "由规则的文档字符串生成，请勿手工修改。"
        if language == "zh"
        else "Made from the docstrings of the rules; do not edit by hand."
    )
    lines = [title, "", f"<!-- {note} -->", ""]
    for rule in RULES.values():
        lines += [
            f"## {rule.code} {rule.title.to(language).rstrip('.')}",
            "",
            f"*{SEVERITY_NAMES[rule.severity].to(language)}*",
            "",
        ]
        for name, text in rule.manual:
            wording = f"`{text.text}`" if name == "Example" else text.to(language)
            lines += [f"**{SECTION_NAMES[name].to(language)}** — {wording}", ""]
    return "\n".join(lines).rstrip() + "\n"


def sections() -> str:
    """Every section and every key of an audit, in both languages."""
    from cpa.audit import FOLDERS, PHASES, phase_type
    from cpa.schema.identity import Identity

    lines = [
        "# Sections and keys", "", "<!-- Made from the data model; do not edit by hand. -->", "",
        "Keys in **bold** are required. Types: *text*; *id* (a short ASCII word); *quantity* (number with unit); *date* (2025-03-31);",
        "*year*; *true/false*; one of several `words`; *list of* …; *file* (a path from the audit folder).", "",
    ]  # fmt: skip
    shown: set[type] = set()
    for title, kind in [("audit.yaml", Identity), *((f"{FOLDERS[phase]}/", phase_type(phase)) for phase in PHASES)]:
        lines += [f"## {title}", ""]
        _table(lines, kind)
        for struct in _inner(kind):
            if struct not in shown:
                shown.add(struct)
                lines += [f"### {struct.__name__}", "", (struct.__doc__ or "").split("\n")[0], ""]
                _table(lines, struct)
    return "\n".join(lines).rstrip() + "\n"


def _table(lines: list[str], kind: Any) -> None:
    from cpa.schema.walk import meaning

    lines += ["| key | type | meaning | 含义 |", "|---|---|---|---|"]
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    for index, (key, name) in enumerate(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)):
        annotation = kind.__annotations__[name]
        text = meaning(annotation)
        lines.append(
            f"| {f'**{key}**' if index < required else key} | {_type(annotation)} | {text.to('en')} | {text.to('zh')} |"
        )
    lines.append("")


def _type(annotation: Any) -> str:
    import datetime

    from cpa.schema.quantity import Quantity
    from cpa.schema.types import Dim, Item, Ref

    marks = getattr(annotation, "__metadata__", ())
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    reference = next((mark for mark in marks if isinstance(mark, Ref)), None)
    if reference is not None:
        return (
            "file"
            if reference.kinds == ("file",)
            else f"id of {' or '.join(kind.replace('_', ' ') for kind in reference.kinds)}"
        )
    origin, parts = get_origin(annotation), get_args(annotation)
    if type(None) in parts:
        inner = next(part for part in parts if part is not type(None))
        return _type(inner)
    if annotation is Quantity:
        dimension = next((mark for mark in marks if isinstance(mark, Dim)), None)
        return f"quantity (`{dimension.example}`)" if dimension else "quantity"
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"{_type(parts[0])}: {_type(parts[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Item):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if parts and isinstance(parts[0], str):
        return " / ".join(f"`{part}`" for part in parts if part)
    if annotation is str:
        pattern = next((getattr(mark, "pattern", None) for mark in marks if getattr(mark, "pattern", None)), None)
        return ("id" if "A-Z" in pattern else "word") if pattern else "text"
    if annotation is int:
        return "year" if any(getattr(mark, "ge", None) == 1900 for mark in marks) else "whole number"
    return {bool: "true/false", float: "number", datetime.date: "date"}[annotation]


def _inner(kind: Any) -> list[Any]:
    from cpa.schema.export import structs_of

    return [struct for name, struct in structs_of(kind).items() if struct is not kind]


def help_block(name: str) -> str:
    environment = {
        **os.environ,
        "CPA_LANG": "en",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "TERMINAL_WIDTH": "100",
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-m", "cpa", name, "--help"]
    output = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    text = "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")
    return f"```text\n{text}\n```\n"


def main(arguments: list[str]) -> int:
    stale = [(path, text) for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    for path, text in stale:
        if "--write" in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        print(f"{'written' if '--write' in arguments else 'out of date'}: {path.relative_to(ROOT).as_posix()}")
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
