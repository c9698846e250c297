"""Text that is decided in one place and worded in another.

Whoever finds something out says it as a `Message`: an English template with its values.
Whoever shows it chooses the language. Chinese comes from the gettext catalogue
`cpa/locale/zh_CN/LC_MESSAGES/cpa.mo`; the English template is its own translation.
"""

import gettext
import math
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")
_CATALOGUES = {"zh": "zh_CN"}


class Message(NamedTuple):
    """A translatable template and the values that fill it; values may be messages themselves.

    What stands behind a `^` in a template tells homonyms apart ("Unit^form 2-4") and is never shown.
    """

    text: str
    values: tuple[tuple[str, Any], ...] = ()

    def to(self, language: str) -> str:
        """The wording in `language` ("zh" or "en")."""
        text = _catalogue(language).gettext(self.text) if self.text else ""
        if "^" in text and text is self.text:
            text = text.partition("^")[0]
        if not self.values:
            return text
        return text.format(**{key: _worded(value, language) for key, value in self.values})

    def __str__(self) -> str:
        return self.to("en")


def _(text: str, /, **values: Any) -> Message:
    """Mark `text` for translation and bind `values` to its `{names}`."""
    return Message(text, tuple(values.items()))


def plain(text: str) -> Message:
    """A message that is the same in every language (the user's own words, a formula, a symbol)."""
    return Message("{text}", (("text", text),)) if text else Message("")


def both(zh: str, en: str) -> Message:
    """Words that a data pack gives in both languages."""
    return Message("{text}", (("text", _Both(zh, en)),)) if zh or en else Message("")


class _Both(NamedTuple):
    zh: str
    en: str

    def to(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


def fixed(value: float, digits: int = 4) -> str:
    """A number in a sentence: so many significant digits, thousands separators, never a power of ten."""
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    text = f"{rounded:,.{min(decimals, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(items: "list[Message] | list[str]", separator: str = ", ") -> Message:
    """Several messages one after the other; Chinese takes its own commas."""
    return Message("{items}", (("items", _Joined(tuple(items), separator)),))


class _Joined(NamedTuple):
    items: tuple[Any, ...]
    separator: str

    def to(self, language: str) -> str:
        separator = {", ": "、", "; ": "；"}.get(self.separator, self.separator) if language == "zh" else self.separator
        return separator.join(str(_worded(item, language)) for item in self.items)


def _worded(value: Any, language: str) -> Any:
    if isinstance(value, Message | _Joined | _Both):
        return value.to(language)
    return value


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    name = _CATALOGUES.get(language)
    if name is None:
        return gettext.NullTranslations()
    return gettext.translation("cpa", LOCALE_DIR, [name], fallback=True)


@lru_cache(maxsize=1)
def locale_language() -> str:
    """The language of the user's locale, for help and for messages outside an audit.

    `CPA_LANG` wins over the POSIX variables; on Windows the interface language counts.
    """
    for variable in ("CPA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    if sys.platform == "win32":
        import ctypes

        primary_language = ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF
        return "zh" if primary_language == 0x04 else "en"
    return "en"
