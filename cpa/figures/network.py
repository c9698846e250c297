"""What the figures of process networks are drawn from: units, the flows between them and the words of a legend."""

import math
from itertools import accumulate, combinations, pairwise
from typing import Literal

import msgspec

from cpa.figures.svg import COLOURS, INK, text_width

Kind = Literal["flow", "recycle", "product", "waste", "loss"]
Mark = Literal["", "good", "bad", "open"]
KINDS: tuple[Kind, ...] = ("flow", "recycle", "product", "waste", "loss")
KIND_COLOURS: dict[Kind, str] = {
    "flow": "#3C4650",
    "recycle": COLOURS[2],
    "product": COLOURS[0],
    "waste": COLOURS[5],
    "loss": "#8A8F96",
}
MARK_COLOURS: dict[Mark, str] = {"": INK, "good": COLOURS[2], "bad": COLOURS[5], "open": COLOURS[1]}


class Node(msgspec.Struct, frozen=True):
    """A unit; `note` is a small second line, `mark` colours the border."""

    id: str
    name: str
    note: str = ""
    mark: Mark = ""


class Edge(msgspec.Struct, frozen=True):
    """A flow in the network's unit; an empty `source` or `target` is the outside, `filled` was computed, not measured."""

    id: str
    name: str
    source: str
    target: str
    amount: float | None
    kind: Kind = "flow"
    filled: bool = False


class Words(msgspec.Struct, frozen=True):
    """The words of the legend and of the hover texts, in the reader's language."""

    flow: str = "flow"
    recycle: str = "recycle"
    product: str = "product"
    waste: str = "waste"
    loss: str = "loss"
    outside: str = "outside"
    filled: str = "(…) computed, not measured"
    unknown: str = "unknown amount"
    unit: str = "Unit"

    def kind(self, kind: Kind) -> str:
        return str(getattr(self, kind))


class Network(msgspec.Struct, frozen=True):
    """Units in process order and the flows between them; `unknown` stands for an amount nobody knows."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    unit: str
    unknown: str = "?"
    legend: Words = Words()

    def clean(self) -> "Network":
        """The network with names in one line, ends at unknown units outside, and no flows that touch no unit."""
        known = {node.id for node in self.nodes}
        nodes = tuple(msgspec.structs.replace(node, name=" ".join(node.name.split())) for node in self.nodes)
        edges = (
            msgspec.structs.replace(
                edge,
                name=" ".join(edge.name.split()),
                source=edge.source if edge.source in known else "",
                target=edge.target if edge.target in known else "",
            )
            for edge in self.edges
        )
        return msgspec.structs.replace(
            self, nodes=nodes, edges=tuple(edge for edge in edges if edge.source or edge.target)
        )

    def amount(self, edge: Edge) -> str:
        """The amount as printed: four significant digits, in brackets where the tool computed it."""
        text = self.unknown if edge.amount is None else number(edge.amount)
        return f"({text})" if edge.filled else text

    def title(self, edge: Edge) -> str:
        """The hover text: name, amount with unit, kind, from → to."""
        names = {node.id: node.name for node in self.nodes}
        amount = self.legend.unknown if edge.amount is None else f"{self.amount(edge)} {self.unit}"
        ends = [names.get(end, self.legend.outside) for end in (edge.source, edge.target)]
        return f"{edge.name}: {amount}, {self.legend.kind(edge.kind)}, {ends[0]} → {ends[1]}"


def number(value: float) -> str:
    """Four significant digits with thousands separators, no trailing zeros: 12,350, 1.235, 0.001235."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    rounded = float(f"{value:.3e}")
    digits = 3 - math.floor(math.log10(abs(rounded)))
    if digits > 8:
        return f"{rounded:.4g}"
    text = f"{rounded:,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measure(text: str, size: float) -> float:
    """`text_width`, corrected for the characters that every usual face draws much thinner or wider than a digit."""
    return text_width(text, size) + size * sum(_correction(character) for character in text)


def _correction(character: str) -> float:
    """In ems: thin marks, broad letters, and the signs that a Chinese face draws as wide as a character."""
    if character in " .,:;|'!()iljt":
        return -0.2
    if character in "%@&MWmw":
        return 0.34
    if "₀" <= character <= "₉":
        return -0.1
    return 0.44 if 0x2010 <= ord(character) <= 0x2E7F else 0.08 if character.isupper() else 0.0


def wrap(text: str, size: float, room: float, last: str = "", most: int = 3) -> tuple[str, ...]:
    """`text` and then `last` in few even lines within `room`; what is too long loses its end, never `last`."""
    blank = " " if last and text[-1:] not in _CLOSING else ""
    whole = f"{text}{blank}{last}"
    if measure(whole, size) <= room:
        return (whole,)
    tokens = [piece for token in _tokens(text + blank) for piece in _pieces(token, size, room)]
    tokens += [last] if last else []
    for count in range(2, most + 1):
        if lines := _evenly(tokens, size, room, count):
            return lines
    filled: list[str] = [""]
    for token in tokens[:-1] if last else tokens:
        if len(filled) < most and measure(f"{filled[-1]}{token}".rstrip(), size) > room:
            filled.append("")
        filled[-1] += token
    end = shorten(filled[-1].rstrip(), size, room - measure(blank + last, size))
    return (*(line.rstrip() for line in filled[:-1]), f"{end}{blank}{last}")


def _evenly(tokens: list[str], size: float, room: float, count: int) -> tuple[str, ...]:
    """The tokens in `count` lines, the longest as short as can be and rather not broken within brackets; or none."""
    reach = list(accumulate((measure(token, size) for token in tokens), initial=0.0))
    ends = [0.0, *(reach[i] + measure(token.rstrip(), size) for i, token in enumerate(tokens))]
    best = room + _WITHIN * count
    found: tuple[int, ...] = ()
    if reach[-1] > (room + size) * count:
        return ()
    for cuts in combinations(range(1, len(tokens)), count - 1):
        bounds = (0, *cuts, len(tokens))
        widths = [ends[end] - reach[start] for start, end in pairwise(bounds)]
        cost = max(widths)
        if cost > room:
            continue
        cost += 0.05 * (cost - min(widths))
        for cut in cuts if cost < best else ():
            head = "".join(tokens[:cut])
            cost += _WITHIN if any(head.count(mark) > head.count(end) for mark, end in _PAIRS) else 0.0
        if cost < best:
            best, found = cost, bounds
    return tuple("".join(tokens[start:end]).strip() for start, end in pairwise(found))


_WITHIN = 40.0
"""How much longer, in px, a line may be rather than break within brackets."""


def _pieces(token: str, size: float, room: float) -> list[str]:
    """A token that is wider than a line by itself, cut."""
    pieces = [""]
    for character in token:
        if pieces[-1] and measure((pieces[-1] + character).rstrip(), size) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def shorten(text: str, size: float, room: float) -> str:
    """`text`, cut to `room` with an ellipsis where it is wider."""
    if measure(text, size) <= room:
        return text
    while text and measure(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _tokens(text: str) -> list[str]:
    """Where a line may break: between wide characters and after blanks, not before a closing or after an opening mark."""
    tokens: list[str] = []
    for character in text:
        last = tokens[-1][-1] if tokens else " "
        wide = ord(character) > 0x2E7F
        inside = not wide and last != " " and ord(last) <= 0x2E7F
        if tokens and (inside or last in _OPENING or character == " " or character in _CLOSING):
            tokens[-1] += character
        else:
            tokens.append(character)
    return tokens


_OPENING = "（【《「『"
_PAIRS = (("（", "）"), ("(", ")"), ("【", "】"), ("《", "》"))
_CLOSING = "）】》」』，。、；：！？％"
"""Never first on a line."""
