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
    """The same by scipy: breadth-first trees; an edge is a bridge when the random labels of all chords over it cancel."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    # Rows without an edge are trees of their own and take no part in what follows.
    used = np.zeros(size + 1, dtype=bool)
    used[edges.one] = used[edges.other] = used[GROUND] = True
    nodes = np.flatnonzero(used)
    nodes = np.concatenate([[GROUND], nodes[:-1]])
    here = len(nodes)  # nodes[0] is GROUND
    at = np.empty(size + 1, dtype=np.int32)
    at[nodes] = np.arange(here, dtype=np.int32)
    one, other = at[edges.one], at[edges.other]
    # Every edge both ways, row by row.
    there = np.concatenate([other, one])[np.argsort(np.concatenate([one, other]), kind="stable")]
    start = np.zeros(here + 1, dtype=np.int32)
    np.cumsum(np.bincount(one, minlength=here) + np.bincount(other, minlength=here), out=start[1:])
    _parts, part = connected_components(
        csr_array((np.ones(len(there)), there, start), shape=(here, here)), directed=False
    )
    first = np.unique(part, return_index=True)[1].astype(np.int32)
    root = here
    there, start = np.concatenate([there, first]), np.append(start, np.int32(len(there) + len(first)))
    rooted = csr_array((np.ones(len(there)), there, start), shape=(here + 1, here + 1))
    order, before = breadth_first_order(rooted, root)
    place = np.empty(here + 1, dtype=np.int64)
    place[order] = np.arange(here + 1)
    behind = place[before[order[1:]]]  # never falls, so each level is a run
    bounds = [1]
    while bounds[-1] < here + 1:
        bounds.append(1 + int(np.searchsorted(behind, bounds[-1])))
    inside = order[bounds[1] :] if len(bounds) > 1 else order[:0]
    parents = before[inside]
    key = np.minimum(one, other) * np.int64(here + 1) + np.maximum(one, other)
    pairs, chosen = np.unique(key, return_index=True)
    wanted = np.minimum(inside, parents) * np.int64(here + 1) + np.maximum(inside, parents)
    number = chosen[np.searchsorted(pairs, wanted)]
    levels = [bound - bounds[1] for bound in bounds[1:]] if len(inside) else [0]
    chord = np.ones(len(one), dtype=bool)
    chord[number] = False
    label_of = np.zeros(here + 1, dtype=np.uint64)
    mark = np.random.default_rng(20150101).integers(1, 2**63, size=int(chord.sum()), dtype=np.uint64)
    np.bitwise_xor.at(label_of, one[chord], mark)
    np.bitwise_xor.at(label_of, other[chord], mark)
    for first_edge, end in reversed(list(pairwise(levels))):
        np.bitwise_xor.at(label_of, parents[first_edge:end], label_of[inside[first_edge:end]])
    turned = one[number] != inside
    at_one, at_other = np.asarray(edges.at_one)[number], np.asarray(edges.at_other)[number]
    label, count = _labels(size, nodes, part)
    return Forest(
        label,
        count,
        np.asarray(edges.column)[number],
        nodes[inside],
        np.where(turned, at_other, at_one),
        nodes[parents],
        np.where(turned, at_one, at_other),
        label_of[inside] == 0,
        levels,
        np.asarray(edges.column)[chord],
    )


def _labels(size: int, nodes: Array, part: Array) -> tuple[Array, int]:
    """Trees numbered from 0, GROUND for the one that holds the outside; rows without an edge get numbers of their own."""
    import numpy as np

    name = np.full(size + 1, -2, dtype=np.int64)
    name[nodes] = part  # nodes[0] is GROUND, the last place
    ground = name[GROUND]
    alone = np.flatnonzero(name[:size] == -2)
    name[alone] = int(part.max()) + 1 + np.arange(len(alone))
    label = name[:size]
    label = np.where(label == ground, GROUND, label - (label > ground))
    return label, int(label.max(initial=GROUND)) + 1
