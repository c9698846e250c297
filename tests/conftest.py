"""What tests of several rooms share."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run: a red build means a change, not luck. Longer searches: --hypothesis-profile=search.
settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("default")

Tree = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes `{path: content}` as files below a fresh folder and returns it; text is written as UTF-8 with LF."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return tmp_path

    return write
