"""A spanning forest of the unmeasured columns that are edges between rows, and which of its edges are bridges.

Two ways to the same result: depth-first search in plain Python for plants, scipy's graph routines for networks of many
thousand flows.
"""

from itertools import pairwise
from typing import Any, NamedTuple

GROUND = -1
"""The place of the outside among rows."""
Array = Any


class Edges(NamedTuple):
    """Columns as edges: `column[k]` has `at_one[k]` in row `one[k]`, and `at_other[k]` in `other[k]` or ends at GROUND."""

    column: Any
    one: Any
    at_one: Any
    other: Any
    at_other: Any


class Forest(NamedTuple):
    """Rows that hang together, and the trees that hold them together.

    `label[r]` numbers the tree of row r, GROUND for the one that holds the outside; there are `trees` others. The tree
    edge `column[k]` joins row `child[k]` to `parent[k]`, nearer to the root; edges are in order of depth, and those from
    `levels[d]` to `levels[d + 1]` lead to rows at depth d + 1. `bridge[k]`: no chord goes around it. `chords` are
    the columns that are in no tree.
    """

    label: Any
    trees: int
    column: Any
    child: Any
    at_child: Any
    parent: Any
    at_parent: Any
    bridge: Any
    levels: list[int]
    chords: Any


def grown(size: int, edges: Edges) -> Forest:
    """The forest by depth-first search from the outside and then from every row; bridges after Tarjan (1974)."""
    around: dict[int, list[int]] = {}
    for number, (one, other) in enumerate(zip(edges.one, edges.other, strict=True)):
        around.setdefault(one, []).append(number)
        around.setdefault(other, []).append(number)
    label = [GROUND] * size
    seen: dict[int, int] = {}
    low: dict[int, int] = {}
    depth: dict[int, int] = {}
    used = bytearray(len(edges.column))
    reached: list[tuple[int, int, int]] = []  # depth, edge, child
    chords: list[int] = []
    count = 0
    for start in (*([GROUND] if GROUND in around else ()), *range(size)):
        if start in seen:
            continue
        name = GROUND
        if start != GROUND:
            label[start] = name = count
            count += 1
        seen[start] = low[start] = len(seen)
        depth[start] = 0
        stack = [(start, iter(around.get(start, ())))]
        while stack:
            here, others = stack[-1]
            for number in others:
                if used[number]:
                    continue
                used[number] = 1
                there = edges.other[number] if edges.one[number] == here else edges.one[number]
                if there in seen:
                    chords.append(edges.column[number])
                    low[here] = min(low[here], seen[there])
                    continue
                seen[there] = low[there] = len(seen)
                depth[there] = depth[here] + 1
                label[there] = name
                reached.append((depth[there], number, there))
                stack.append((there, iter(around[there])))
                break
            else:
                stack.pop()
                if stack:
                    parent = stack[-1][0]
                    low[parent] = min(low[parent], low[here])
    reached.sort()
    turned = [edges.one[number] != child for _depth, number, child in reached]
    numbers = [number for _depth, number, _child in reached]
    levels = [0]
    for place, (at, _number, _child) in enumerate(reached):
        if at > len(levels):
            levels.append(place)
    return Forest(
        label,
        count,
        [edges.column[number] for number in numbers],
        [child for _depth, _number, child in reached],
        [(edges.at_other if turn else edges.at_one)[number] for number, turn in zip(numbers, turned, strict=True)],
        [(edges.one if turn else edges.other)[number] for number, turn in zip(numbers, turned, strict=True)],
        [(edges.at_one if turn else edges.at_other)[number] for number, turn in zip(numbers, turned, strict=True)],
        [low[child] == seen[child] for _depth, _number, child in reached],
        [*levels, len(reached)] if reached else [0],
        chords,
    )


def grown_sparse(size: int, edges: Edges) -> Forest:
    """The same by scipy: breadth-first trees; an edge is a bridge when the marks of all chords over it cancel."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    ground, root = size, size + 1
    one, other = edges.one, np.where(edges.other == GROUND, ground, edges.other)
    pairs, chosen = np.unique(_pair(one, other, size), return_index=True)
    # Every pair both ways, row by row.
    both = np.concatenate([one[chosen], other[chosen]])
    there = np.concatenate([other[chosen], one[chosen]])[np.argsort(both, kind="stable")].astype(np.int32)
    start = np.zeros(size + 3, dtype=np.int32)
    np.cumsum(np.bincount(both, minlength=size + 2), out=start[1:])
    graph = csr_array((np.ones(len(there)), there, start), shape=(size + 2, size + 2))
    # Both ways are there, so parts are strong, which scipy finds without turning the graph around.
    count, part = connected_components(graph, connection="strong")
    part = part[:root] - (part[:root] > part[root])
    count -= 1
    # The first row of each part hangs on the common root; the outside is the first of its own.
    first = np.full(count, size, dtype=np.int32)
    np.minimum.at(first, part, np.arange(size + 1, dtype=np.int32))
    first[part[ground]] = ground
    graph.data, graph.indices = np.ones(len(there) + count), np.concatenate([there, first])
    graph.indptr[-1] += count
    order, before = breadth_first_order(graph, root)
    place = np.empty(size + 2, dtype=np.int64)
    place[order] = np.arange(size + 2)
    behind = place[before[order[1:]]]  # never falls, so each level is a run
    bounds = [1, 1 + count]
    while bounds[-1] < size + 2:
        bounds.append(1 + int(np.searchsorted(behind, bounds[-1])))
    levels = [bound - bounds[1] for bound in bounds[1:]]
    inside = order[bounds[1] :]
    parents = before[inside]
    number = chosen[np.searchsorted(pairs, _pair(inside, parents, size))]
    chord = np.ones(len(one), dtype=bool)
    chord[number] = False
    over = np.zeros(size + 1, dtype=np.uint64)
    mark = _marks(int(chord.sum()))
    np.bitwise_xor.at(over, one[chord], mark)
    np.bitwise_xor.at(over, other[chord], mark)
    for begin, end in reversed(list(pairwise(levels))):
        np.bitwise_xor.at(over, parents[begin:end], over[inside[begin:end]])
    turned = one[number] != inside
    at_one, at_other = edges.at_one[number], edges.at_other[number]
    return Forest(
        np.where(part == part[ground], GROUND, part - (part > part[ground]))[:size],
        count - 1,
        edges.column[number],
        inside,
        np.where(turned, at_other, at_one),
        np.where(parents == ground, GROUND, parents),
        np.where(turned, at_one, at_other),
        over[inside] == 0,
        levels,
        edges.column[chord],
    )


def _pair(one: Array, other: Array, size: int) -> Array:
    """One number for two rows, in whichever order they come."""
    import numpy as np

    return np.minimum(one, other) * np.int64(size + 1) + np.maximum(one, other)


def _marks(count: int) -> Array:
    """Numbers of 64 bits that look random and are the same in every run (splitmix64, Steele et al. 2014)."""
    import numpy as np

    mark = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mark = (mark ^ (mark >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mark = (mark ^ (mark >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mark ^ (mark >> np.uint64(31))
