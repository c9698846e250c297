"""Keeps the Chinese catalogue complete: what the sources say against what is translated.

python tools/catalogue.py            lists what is missing or no longer used; exit code 1 if anything is
python tools/catalogue.py --write    also adds empty entries, drops unused ones, and compiles the .mo file
"""

import ast
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "cpa" / "locale" / "zh_CN" / "LC_MESSAGES"


def used_messages() -> dict[str, str]:
    """Every template that the sources mark with `_()` and every paragraph of a rule's manual, with its first place."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "cpa").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.setdefault(argument.value, f"{path.relative_to(ROOT).as_posix()}:{node.lineno}")
    from cpa.checks import RULES

    for rule in RULES.values():
        for text in (rule.title, *(text for section, text in rule.manual if section != "Example")):
            found.setdefault(text.text, rule.code)
    return found


def main(arguments: list[str]) -> int:
    catalogue = polib.pofile(str(LOCALE / "cpa.po"), wrapwidth=100)
    used = used_messages()
    known = {entry.msgid: entry for entry in catalogue}
    missing = [text for text in used if text not in known or (not known[text].msgstr and text)]
    unused = [text for text in known if text not in used]
    for text in missing:
        print(f"not translated: {text!r} ({used[text]})")
    for text in unused:
        print(f"not used: {text!r}")
    if "--write" in arguments:
        for text in unused:
            catalogue.remove(known[text])
        for text in missing:
            if text not in known:
                catalogue.append(polib.POEntry(msgid=text))
        catalogue.sort(key=lambda entry: entry.msgid)
        catalogue.save(str(LOCALE / "cpa.po"))
        for name in ("cpa", "framework"):
            polib.pofile(str(LOCALE / f"{name}.po")).save_as_mofile(str(LOCALE / f"{name}.mo"))
    return 1 if missing or unused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
