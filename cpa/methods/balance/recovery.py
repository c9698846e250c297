"""Unmeasured amounts from measured ones: values by going up the tree of unmeasured columns, uncertainties by going down."""

from itertools import pairwise

from cpa.methods.balance.algebra import Dense, Sparse
from cpa.methods.balance.forest import Forest
from cpa.methods.balance.problem import SMALL, Array, Problem
from cpa.methods.balance.structure import Structure

_FEW = 150
"""Undetermined columns up to which dense numpy is faster, even where scipy is imported already."""

_TURNS = 3
"""How often negative amounts are mirrored; more turns cost more than the bounds that they save."""


def completed(problem: Problem, structure: Structure, known: Array, guess: Array | None = None) -> Array:
    """All columns, with the unmeasured ones computed from `known`.

    Undetermined ones are set to some value that closes, near `guess` where that closed nearly the same balances.
    """
    import numpy as np

    forest = structure.forest
    found = np.array(known, dtype=float)
    if not (structure.pivots or structure.free or len(forest.column)):
        return found
    found[[*(pivot.column for pivot in structure.pivots), *structure.free]] = 0.0
    found[np.asarray(forest.column, dtype=np.int64)] = 0.0
    chords = np.asarray(forest.chords, dtype=np.int64)
    found[chords] = 0.0 if guess is None else guess[chords]
    if structure.pivots:
        label = np.asarray(forest.label, dtype=np.int64)
        constants = np.bincount(label[label >= 0], weights=problem.right[label >= 0], minlength=forest.trees)
        for pivot in structure.pivots:
            right = sum(factor * constants[row] for row, factor in pivot.combination.items())
            found[pivot.column] = right - sum(value * found[column] for column, value in pivot.row.items())
    rest = np.append(problem.right - problem.times(found), 0.0)  # the outside is the last place
    column, child, parent, at_child, at_parent = _arrays(forest)
    for start, end in _levels_up(forest):
        level = slice(start, end)
        amount = rest[child[level]] / at_child[level]
        found[column[level]] = amount
        np.subtract.at(rest, parent[level], at_parent[level] * amount)
    return found


def evened(problem: Problem, structure: Structure, values: Array) -> Array:
    """`values` with what no constraint determines as near as the balances allow to the size of the flows around it.

    So an undetermined amount is negative only where its surroundings leave little choice, and few bounds have to bind:
    negative ones are mirrored and made to balance again a few times. Where none is negative nothing changes.
    """
    import numpy as np

    forest = structure.forest
    if not len(forest.chords):
        return values
    bridge = np.asarray(forest.bridge, dtype=bool)
    loose = np.concatenate([np.asarray(forest.column)[~bridge], np.asarray(forest.chords)])
    loose.sort()
    bounded = problem.bounded[loose]
    if (values[loose[bounded]] >= 0).all():
        return values
    # Each part that chords hold together lacks its uppermost row here, which makes the normal equations regular.
    rows = np.asarray(forest.child)[~bridge]
    row_place = np.full(len(problem.constants), -1, dtype=np.int64)
    row_place[rows] = np.arange(len(rows))
    column_place = np.full(len(problem.measured), -1, dtype=np.int64)
    column_place[loose] = np.arange(len(loose))
    row, column = row_place[problem.entry_rows], column_place[problem.entry_columns]
    use = np.flatnonzero((row >= 0) & (column >= 0))
    kind = Sparse if len(loose) > min(SMALL, _FEW) else Dense
    matrix = kind.assembled(row[use], column[use], problem.entry_values[use], (len(rows), len(loose)))
    factors, right = kind(matrix), matrix @ values[loose]
    near = problem.typical[loose]
    amounts = near + factors.closed(right - matrix @ near)[0]
    for _turn in range(_TURNS):
        if (amounts[bounded] >= 0).all():
            break
        near = np.where(bounded, np.abs(amounts), amounts)
        amounts = near + factors.closed(right - matrix @ near)[0]
    found = values.copy()
    found[loose] = amounts
    return found


def gradients(problem: Problem, structure: Structure, targets: list[int]) -> Array:
    """∂x_target/∂x_column for every measured column and each of the observable `targets`, an array columns × targets."""
    import numpy as np

    forest = structure.forest
    found = np.zeros((len(problem.measured), len(targets)))
    column = np.asarray(forest.column, dtype=np.int64)
    place = np.full(len(problem.measured), -1, dtype=np.int64)
    place[column] = np.arange(len(column))
    inside = np.concatenate([column, np.asarray(forest.chords, dtype=np.int64)])
    in_tree = [index for index, target in enumerate(targets) if place[target] >= 0]
    shares = _shares(forest, place[[targets[index] for index in in_tree]], len(problem.constants))
    for index, share in zip(in_tree, shares.T, strict=True):
        found[:, index] = -problem.transposed_times(share)
    found[inside] = 0.0
    for index, target in enumerate(targets):
        if place[target] < 0:
            found[target, index] = 1.0
        for pivot in structure.pivots:
            weight = found[pivot.column, index]
            if weight:
                found[pivot.column, index] = 0.0
                for name, value in pivot.row.items():
                    found[name, index] -= weight * value
    return found


def _shares(forest: Forest, starts: Array, size: int) -> Array:
    """How much of what is missing in each row the tree edges numbered `starts` carry, an array rows × edges."""
    import numpy as np

    _column, child, parent, at_child, at_parent = _arrays(forest)
    share = np.zeros((size + 1, len(starts)))  # the outside is the last place, and passes nothing on
    share[child[starts], np.arange(len(starts))] = 1.0 / at_child[starts]
    ratio = at_parent / at_child
    for first, end in reversed(_levels_up(forest)):
        level = slice(first, end)
        share[child[level]] -= ratio[level, None] * share[parent[level]]
    return share[:size]


def _arrays(forest: Forest) -> tuple[Array, Array, Array, Array, Array]:
    import numpy as np

    return (
        np.asarray(forest.column, dtype=np.int64),
        np.asarray(forest.child, dtype=np.int64),
        np.asarray(forest.parent, dtype=np.int64),
        np.asarray(forest.at_child, dtype=float),
        np.asarray(forest.at_parent, dtype=float),
    )


def _levels_up(forest: Forest) -> list[tuple[int, int]]:
    """The tree edges level by level, the deepest first."""
    return list(pairwise(forest.levels))[::-1]
