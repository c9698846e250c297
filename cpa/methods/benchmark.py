"""Comparison with indicator systems (handbook, step 2.3)."""

from collections.abc import Sequence
from typing import Literal

_TOLERANCE = 1e-9


def level_reached(value: float, baselines: Sequence[float], better: Literal["lower", "higher"]) -> int | None:
    """The best level (0 is the first) whose baseline `value` meets, None below the last.

    Membership is cumulative: meeting a level meets all behind it. Baselines belong to their level.
    Source: HJ/T standards of 2003 to 2010 compare level by level (domain notes §10.4).
    """
    for level, baseline in enumerate(baselines):
        slack = _TOLERANCE * max(abs(baseline), 1.0)
        if value <= baseline + slack if better == "lower" else value >= baseline - slack:
            return level
    return None
