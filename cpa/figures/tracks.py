"""Tracks of a channel: which vertical line stands left of which, so that few lines cross and none share a line."""

from collections.abc import Sequence

import msgspec

GAP = 6.0
"""Vertical distance below which two lines do not share a track."""


class Segment(msgspec.Struct):
    """A vertical line of a channel from `ends[0]` to `ends[1]`; `left` says on which side its horizontals leave."""

    ends: tuple[float, float]
    left: tuple[bool, bool]
    track: int = 0

    @property
    def low(self) -> float:
        return min(self.ends)

    @property
    def high(self) -> float:
        return max(self.ends)


def assign(segments: Sequence[Segment]) -> tuple[int, int]:
    """Set the tracks; returns how many there are and how many crossings are left."""
    order = _sift(segments, _costs(segments), sorted(range(len(segments)), key=lambda i: _start(segments[i])))
    for place, index in enumerate(order):
        segment = segments[index]
        before = (
            segments[other].track
            for other in order[:place]
            if segments[other].low < segment.high + GAP and segment.low < segments[other].high + GAP
        )
        segment.track = 1 + max(before, default=-1)
    costs = _costs(segments)
    crossings = sum(costs[a][b] for place, a in enumerate(order) for b in order[place + 1 :])
    return 1 + max((segment.track for segment in segments), default=-1), crossings


def _start(segment: Segment) -> tuple[bool, float, float]:
    """Loops back to the left side first, then short lines before long ones: what a draughtsman would start with."""
    return not all(segment.left), segment.high - segment.low, segment.low


def _costs(segments: Sequence[Segment]) -> list[list[int]]:
    """`costs[a][b]`: crossings between the two where a stands left of b."""
    return [[0 if a is b else _crossings(a, b) for b in segments] for a in segments]


def _crossings(a: Segment, b: Segment) -> int:
    through_b = sum(not left and b.low < y < b.high for y, left in zip(a.ends, a.left, strict=True))
    through_a = sum(left and a.low < y < a.high for y, left in zip(b.ends, b.left, strict=True))
    return through_a + through_b


def _sift(segments: Sequence[Segment], costs: list[list[int]], order: list[int]) -> list[int]:
    """Move one line at a time to its best place, until no move helps."""
    for _sweep in range(8):
        improved = False
        for index in range(len(segments)):
            place = order.index(index)
            best, gain, change = place, 0, 0
            for left in range(place - 1, -1, -1):
                change += costs[index][order[left]] - costs[order[left]][index]
                if change < gain:
                    best, gain = left, change
            change = 0
            for right in range(place + 1, len(order)):
                change += costs[order[right]][index] - costs[index][order[right]]
                if change < gain:
                    best, gain = right, change
            if best != place:
                order.insert(best, order.pop(place))
                improved = True
        if not improved:
            break
    return order
