"""Networks of flows as Mermaid text, which git hosts draw in Markdown."""

from cpa.figures.network import Edge, Network

_ESCAPES = str.maketrans({'"': "'", "<": "＜", ">": "＞", "\n": " ", "|": "/", "[": "(", "]": ")", "{": "(", "}": ")"})


def block_diagram(network: Network) -> str:
    """The block diagram as Mermaid text: units as boxes, flows as labelled arrows, losses dashed."""
    network = network.clean()
    places = {node.id: f"u{index}" for index, node in enumerate(network.nodes)}
    lines = ["flowchart LR"]
    lines += [f'  {places[node.id]}["{_text(node.name, node.note)}"]' for node in network.nodes]
    ends = 0
    for edge in network.edges:
        ends += not (edge.source and edge.target)
        start, end = places.get(edge.source, f"i{ends}(( ))"), places.get(edge.target, f"o{ends}(( ))")
        lines.append(f'  {start} {_arrow(edge)}|"{_text(edge.name, network.amount(edge))}"| {end}')
    return "\n".join(lines) + "\n"


def _text(name: str, more: str) -> str:
    return f"{name} {more}".strip().translate(_ESCAPES)


def _arrow(edge: Edge) -> str:
    return "-.->" if edge.kind == "loss" else "-->"
