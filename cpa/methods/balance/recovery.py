"""Unmeasured amounts from measured ones: values by going up the tree of unmeasured columns, uncertainties by going down."""

from itertools import pairwise

from cpa.methods.balance.algebra import Dense, Sparse
from cpa.methods.balance.forest import GROUND, Forest
from cpa.methods.balance.problem import SMALL, Array, Problem
from cpa.methods.balance.structure import Structure

_FEW = 150
"""Undetermined columns up to which dense numpy is faster, even where scipy is imported already."""


def completed(problem: Problem, structure: Structure, known: Array) -> Array:
    """All columns, with the unmeasured ones computed from `known`; undetermined ones are set to some value that closes."""
    import numpy as np

    forest = structure.forest
    found = np.array(known, dtype=float)
    if not (structure.pivots or structure.free or len(forest.column)):
        return found
    found[[*(pivot.column for pivot in structure.pivots), *structure.free]] = 0.0
    found[np.asarray(forest.column, dtype=np.int64)] = 0.0
    found[np.asarray(forest.chords, dtype=np.int64)] = 0.0
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
    """`values` with what no constraint determines spread as evenly as the balances allow (the least sum of squares).

    So an undetermined amount is negative only where its surroundings leave little choice.
    """
    import numpy as np

    forest = structure.forest
    bridge = np.asarray(forest.bridge, dtype=bool)
    column = np.asarray(forest.column, dtype=np.int64)
    loose = np.concatenate([column[~bridge], np.asarray(forest.chords, dtype=np.int64)])
    if not len(forest.chords):
        return values
    # Each part that chords hold together lacks its uppermost row here, which makes the normal equations regular.
    rows = np.asarray(forest.child, dtype=np.int64)[~bridge]
    row_place = np.full(len(problem.constants), -1, dtype=np.int64)
    row_place[rows] = np.arange(len(rows))
    column_place = np.full(len(problem.measured), -1, dtype=np.int64)
    column_place[loose] = np.arange(len(loose))
    use = (row_place[problem.entry_rows] >= 0) & (column_place[problem.entry_columns] >= 0)
    place = (row_place[problem.entry_rows[use]], column_place[problem.entry_columns[use]])
    shape = (len(rows), len(loose))
    found = values.copy()
    if len(loose) > min(SMALL, _FEW):
        matrix = Sparse.assembled(*place, problem.entry_values[use], shape)
        found[loose] = Sparse(matrix).least(matrix @ values[loose])
    else:
        matrix = Dense.assembled(*place, problem.entry_values[use], shape)
        found[loose] = Dense(matrix).least(matrix @ values[loose])
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
    for index, target in enumerate(targets):
        if place[target] >= 0:
            found[:, index] = -problem.transposed_times(_shares(forest, int(place[target]), len(problem.constants)))
            found[inside, index] = 0.0
        else:
            found[target, index] = 1.0
        for pivot in structure.pivots:
            weight = found[pivot.column, index]
            if weight:
                found[pivot.column, index] = 0.0
                for name, value in pivot.row.items():
                    found[name, index] -= weight * value
    return found


def _shares(forest: Forest, start: int, size: int) -> Array:
    """How much of what is missing in each row the tree edge number `start` carries."""
    import numpy as np

    _column, child, parent, at_child, at_parent = _arrays(forest)
    share = np.zeros(size + 1)
    share[child[start]] = 1.0 / at_child[start]
    for first, end in reversed(_levels_up(forest)):
        if first > start:
            level = slice(first, end)
            share[child[level]] -= np.where(
                parent[level] == GROUND, 0.0, at_parent[level] * share[parent[level]] / at_child[level]
            )
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
