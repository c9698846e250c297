"""Networks of flows as Mermaid text, which git hosts draw in Markdown."""

from cpa.analysis.assessment import LayerBalance
from cpa.schema.assessment import Flow, Loss, UnitOperation

_ESCAPES = str.maketrans({'"': "'", "<": "＜", ">": "＞", "\n": " ", "|": "/", "[": "(", "]": ")", "{": "(", "}": ")"})


def block_diagram(
    result: LayerBalance, units: tuple[UnitOperation, ...], flows: tuple[Flow, ...], losses: tuple[Loss, ...]
) -> str:
    """The block diagram of a balance: units as boxes, flows as labelled arrows, known losses dashed."""
    members = {scope.id for scope in result.scopes if scope.kind == "unit"}
    places = {unit.id: f"u{index}" for index, unit in enumerate(units)}
    lines = ["flowchart LR"]
    for unit in units:
        if unit.id in members:
            lines.append(f'  {places[unit.id]}["{unit.name.translate(_ESCAPES)}"]')
    ends = 0
    for flow in flows:
        amount = result.flows[flow.id].amount
        inside = (flow.source in members, flow.target in members)
        if amount == 0.0 or not any(inside):
            continue
        label = f"{flow.name} {'?' if amount is None else f'{amount:,.4g}'}".translate(_ESCAPES)
        start, end = places.get(flow.source, "") if inside[0] else "", places.get(flow.target, "") if inside[1] else ""
        if not start:
            ends += 1
            start = f"i{ends}(( ))"
        if not end:
            ends += 1
            end = f"o{ends}(( ))"
        arrow = "-.->" if flow.kind == "loss" else "-->"
        lines.append(f'  {start} {arrow}|"{label}"| {end}')
    known = {entry.id: entry.amount for entry in result.total.sheet.losses}
    for loss in losses:
        if loss.id in known and loss.unit in members:
            ends += 1
            amount = known[loss.id]
            label = f"{loss.name} {'?' if amount is None else f'{amount:,.4g}'}".translate(_ESCAPES)
            lines.append(f'  {places[loss.unit]} -.->|"{label}"| o{ends}(( ))')
    return "\n".join(lines) + "\n"
