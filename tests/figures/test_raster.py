"""Drawings as PNG."""

import struct
from pathlib import Path

import pytest

from cpa.cli import USAGE, run
from cpa.figures.raster import has_chinese_font, png

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20" fill="#fff"/>{}</svg>'
)


def size(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_a_picture_has_twice_the_size_of_the_drawing() -> None:
    assert size(png(SVG.format(""))) == (120, 40)


@pytest.mark.skipif(not has_chinese_font(), reason="no font with Chinese characters on this system")
def test_chinese_labels_are_drawn() -> None:
    labels = [png(SVG.format(f'<text x="4" y="15" font-size="14">{text}</text>')) for text in ("糖化", "酿造", "")]
    assert len(set(labels)) == 3


@pytest.mark.skipif(not has_chinese_font(), reason="no font with Chinese characters on this system")
def test_the_command_writes_a_picture_beside_every_drawing(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "sample-audit"
    run(["balance", str(sample), "--layer", "energy", "--scope", "boiler", "--figure", str(tmp_path), "--png"])
    names = {path.stem for path in tmp_path.glob("*.png")}
    assert names
    assert names == {path.stem for path in tmp_path.glob("*.svg")}
    assert all(min(size(path.read_bytes())) > 100 for path in tmp_path.glob("*.png"))


def test_pictures_without_a_folder_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["balance", str(Path(__file__).parents[2] / "sample-audit"), "--png"]) == USAGE
    assert "--figure" in capsys.readouterr().err
