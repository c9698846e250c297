"""Both languages are complete: the catalogue, the glossary, the compiled files."""

import importlib.util
import re
from pathlib import Path

import polib
import pytest

from cpa import reference
from cpa.messages import LOCALE_DIR, Message, _, listed, plain

ROOT = Path(__file__).parent.parent
LOCALE = LOCALE_DIR / "zh_CN" / "LC_MESSAGES"


def tool(name: str):
    specification = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_message_is_translated_and_every_translation_used() -> None:
    assert tool("catalogue").main([]) == 0


@pytest.mark.parametrize("name", ["cpa", "framework"])
def test_compiled_catalogues_are_up_to_date(name: str, tmp_path: Path) -> None:
    polib.pofile(str(LOCALE / f"{name}.po")).save_as_mofile(str(tmp_path / "new.mo"))
    assert (LOCALE / f"{name}.mo").read_bytes() == (tmp_path / "new.mo").read_bytes()


def test_translations_keep_every_value() -> None:
    placeholder = re.compile(r"\{([a-z_]+)\}")
    for entry in polib.pofile(str(LOCALE / "cpa.po")):
        if "{" not in entry.msgid or "`key: value`" in entry.msgid:
            continue
        wanted, given = set(placeholder.findall(entry.msgid)), set(placeholder.findall(entry.msgstr))
        assert given <= wanted, entry.msgid
        assert wanted - given <= {"kind", "capacity"}, entry.msgid


def test_chinese_is_chinese() -> None:
    symbols = re.compile(r"[\u4e00-\u9fff]")
    for entry in polib.pofile(str(LOCALE / "cpa.po")):
        letters = re.sub(r"\{[a-z_]+\}|[A-Z]{2,}[a-z]*|cpa", "", entry.msgid)
        if re.search(r"[a-z]{3}", letters):
            assert symbols.search(entry.msgstr), entry.msgid


def test_the_glossary_is_what_the_program_says() -> None:
    translations = {entry.msgid: entry.msgstr for entry in polib.pofile(str(LOCALE / "cpa.po"))}
    terms = reference.load("terms")["terms"]
    used = 0
    for term in terms:
        if term["en"] in translations:
            used += 1
            assert translations[term["en"]] == term["zh"], term["en"]
    assert used >= 20
    assert len({term["en"] for term in terms}) == len(terms)


def test_messages_are_worded_late() -> None:
    inner = _("error")
    message = Message("{a}: {b}", (("a", inner), ("b", 3)))
    assert message.to("en") == "error: 3"
    assert message.to("zh") == "错误: 3"
    assert listed(["甲", "乙"]).to("zh") == "甲、乙"
    assert listed(["a", "b"]).to("en") == "a, b"
    assert plain("{not a field}").to("zh") == "{not a field}"
    assert _("Unit^form 2-4").to("en") == "Unit"
