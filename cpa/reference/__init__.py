"""Data packs: facts with source, edition and confidence as YAML files, and the loader for them.

Confidence is one of: official (seen in the official text), secondary (seen in a copy), recalled
(from memory, to be compared with the text before it is relied on).
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACKS = Path(__file__).parent

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WordLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def load_words(name: str) -> Any:
    """The pack `name` with every scalar left as text: a quarter of the time for packs that are read at every start."""
    return _words(yaml.compose((PACKS / f"{name}.yaml").read_text("utf-8"), Loader=_WordLoader))


def _words(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _words(value) for key, value in node.value}
    return [_words(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else node.value


@cache
def load(name: str) -> Any:
    """The pack `name` (a path below this folder without `.yaml`) as plain values; do not change them."""
    return yaml.load((PACKS / f"{name}.yaml").read_text("utf-8"), Loader=_Loader)  # noqa: S506 -- a safe loader


def names(folder: str) -> list[str]:
    """The packs in `folder`, sorted."""
    return sorted(path.stem for path in (PACKS / folder).glob("*.yaml"))
