"""The handbook's balance sheet: what goes in, what comes out, what is known to be lost, and what is left over."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

Verdict = Literal["within", "outside", "incomplete", "not_assessed"]

DEFAULT_TOLERANCE = 0.05
"""Deviation up to which a balance of ordinary materials is usable (handbook, step 3.3); precious and toxic ones take less."""


class Stream(msgspec.Struct, frozen=True):
    """A flow in one layer. An empty end is the outside; `amount` None: not known. A known loss leaves the network."""

    id: str
    source: str
    target: str
    amount: float | None
    known_loss: bool = False


class Entry(msgspec.Struct, frozen=True):
    """A stream on one side of a balance."""

    id: str
    amount: float | None


class Sheet(msgspec.Struct, frozen=True):
    """The balance of a scope (a unit operation, a group, the plant) in one layer.

    difference = Σin − Σout − Σknown losses − growth of stock; deviation = |difference| / Σin, None without input.
    Sums run over what is known; `incomplete` says that they are not the whole.
    """

    inputs: tuple[Entry, ...]
    outputs: tuple[Entry, ...]
    losses: tuple[Entry, ...]
    total_in: float
    total_out: float
    total_loss: float
    stock_growth: float
    difference: float
    deviation: float | None
    tolerance: float
    verdict: Verdict
    one_sided: bool = False

    @property
    def unknown(self) -> tuple[str, ...]:
        """The streams whose amount is not known."""
        return tuple(entry.id for entry in (*self.inputs, *self.outputs, *self.losses) if entry.amount is None)

    @property
    def gains(self) -> bool:
        """More comes out than goes in: the scope would make what it balances."""
        return self.difference < 0


def balance(
    streams: Sequence[Stream],
    scope: Collection[str],
    tolerance: float = DEFAULT_TOLERANCE,
    stock_growth: Mapping[str, float] | None = None,
) -> Sheet:
    """The balance of the units in `scope`; streams between two of them, recycles included, cancel.

    Amounts share one unit. Source: handbook, step 3.3; deviation as in domain notes §4.1.
    """
    inside = frozenset(scope)
    inputs: list[Entry] = []
    outputs: list[Entry] = []
    losses: list[Entry] = []
    for stream in streams:
        enters, leaves = stream.target in inside, stream.source in inside
        if enters and not leaves:
            inputs.append(Entry(stream.id, stream.amount))
        elif leaves and not enters:
            (losses if stream.known_loss else outputs).append(Entry(stream.id, stream.amount))
    growth = math.fsum(amount for unit, amount in (stock_growth or {}).items() if unit in inside)
    total_in, total_out, total_loss = _sum(inputs), _sum(outputs), _sum(losses)
    difference = math.fsum((total_in, -total_out, -total_loss, -growth))
    if abs(difference) < 1e-12 * max(total_in, total_out):
        difference = 0.0  # what adding decimal fractions leaves
    deviation = abs(difference) / total_in if total_in > 0 else None
    one_sided = bool(inputs) != bool(outputs or losses) and not growth
    verdict: Verdict
    if not (inputs or outputs or losses) or one_sided:
        verdict = "not_assessed"
    elif any(entry.amount is None for entry in (*inputs, *outputs, *losses)):
        verdict = "incomplete"
    elif (deviation is not None and deviation <= tolerance) or (deviation is None and difference == 0):
        verdict = "within"
    else:
        verdict = "outside"
    return Sheet(
        tuple(inputs),
        tuple(outputs),
        tuple(losses),
        total_in,
        total_out,
        total_loss,
        growth,
        difference,
        deviation,
        tolerance,
        verdict,
        one_sided,
    )


def streams_by_unit(streams: Sequence[Stream]) -> dict[str, list[Stream]]:
    """The streams that enter or leave each unit: what its own balance needs, found in one pass for all units."""
    found: dict[str, list[Stream]] = {}
    for stream in streams:
        for end in {stream.source, stream.target}:
            if end:
                found.setdefault(end, []).append(stream)
    return found


def between_opposite_gaps(streams: Sequence[Stream], sheets: Mapping[str, Sheet]) -> tuple[str, ...]:
    """Streams from one unit to another whose gaps have opposite signs and cancel to a quarter or less.

    A wrong figure for such a stream opens both gaps at once, so it is where to look first. `sheets` are the
    balances of single units, by unit.
    """
    outside = {unit: sheet.difference for unit, sheet in sheets.items() if sheet.verdict == "outside"}
    found = []
    for stream in streams:
        one, other = outside.get(stream.source), outside.get(stream.target)
        if (
            one is not None
            and other is not None
            and one * other < 0
            and abs(one + other) <= max(abs(one), abs(other)) / 4
        ):
            found.append(stream.id)
    return tuple(found)


def _sum(entries: list[Entry]) -> float:
    return math.fsum(entry.amount for entry in entries if entry.amount is not None)
