"""`Figure`: a drawing with its name and title."""

import msgspec

from cpa.messages import Message


class Figure(msgspec.Struct, frozen=True):
    """A drawing as SVG, and as Mermaid text where that can draw it."""

    name: str
    title: Message
    svg: str = ""
    mermaid: str = ""
