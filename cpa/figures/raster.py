"""Drawings as pictures for programs that take no SVG (Word before 2016, older spreadsheets), by resvg."""

from functools import cache

_ZOOM = 2.0
"""192 dots an inch: sharp in print at the size that the drawing states."""
_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="16" font-size="16">{}</text></svg>'


def png(svg: str) -> bytes:
    """The drawing as PNG; letters come from the fonts of the system."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_ZOOM))


@cache
def has_chinese_font() -> bool:
    """Whether Chinese labels would be drawn: without a font for them they are left out in silence."""
    return png(_PROBE.format("中")) != png(_PROBE.format(" "))
