"""Indices of water use (domain notes §4.3; the formula set of CJ 42-1999 as seen there)."""

import math
from collections.abc import Mapping

import msgspec

REUSED = ("cooling_recycled", "process_reused", "condensate")
"""What the reused water of a year is made of, where it is not metered as a whole."""

FORMULAS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "reuse": ("Vr/(Vr+Vf)", ("reused",), ("reused", "new")),
    "cooling": ("Vcr/(Vcr+Vcf)", ("cooling_recycled",), ("cooling_recycled", "cooling_new")),
    "process": ("Vgr/(Vgr+Vgf)", ("process_reused",), ("process_reused", "process_new")),
    "condensate": ("Vbr·ρ/D", ("condensate",), ("steam",)),
    "leak": ("Vl/Vf", ("leaked",), ("new",)),
}
"""Each share with its formula, the measures of its numerator and those of its denominator."""

SYMBOLS = {
    "new": "Vf",
    "reused": "Vr",
    "cooling_recycled": "Vcr",
    "cooling_new": "Vcf",
    "process_reused": "Vgr",
    "process_new": "Vgf",
    "condensate": "Vbr",
    "steam": "D",
    "consumed": "Vco",
    "drained": "Vd",
    "leaked": "Vl",
    "domestic": "Vlf",
}


class WaterShare(msgspec.Struct, frozen=True):
    """A share with the terms it was made of; `value` is None where its denominator is zero."""

    id: str
    formula: str
    terms: tuple[tuple[str, float], ...]
    value: float | None


def shares(amounts: Mapping[str, float]) -> tuple[WaterShare, ...]:
    """The shares that `amounts` by measure (all in one unit of mass, water at 1 t/m³) are enough for."""
    known = dict(amounts)
    parts = [known[name] for name in REUSED if name in known]
    if "reused" not in known and parts:
        known["reused"] = math.fsum(parts)
    found = []
    for name, (formula, part, whole) in FORMULAS.items():
        if not all(measure in known for measure in {*part, *whole}):
            continue
        total = math.fsum(known[measure] for measure in whole)
        terms = tuple((SYMBOLS[measure], known[measure]) for measure in dict.fromkeys((*part, *whole)))
        found.append(WaterShare(name, formula, terms, math.fsum(known[m] for m in part) / total if total else None))
    return tuple(found)


def plant_gap(amounts: Mapping[str, float]) -> float | None:
    """New water that is neither consumed nor drained nor leaked, as a share of it: (Vf − Vco − Vd − Vl)/Vf.

    None unless new, consumed and drained water are given; leaks that are not metered count as none.
    """
    if not amounts.get("new") or "consumed" not in amounts or "drained" not in amounts:
        return None
    out = math.fsum(amounts.get(name, 0.0) for name in ("consumed", "drained", "leaked"))
    return (amounts["new"] - out) / amounts["new"]
