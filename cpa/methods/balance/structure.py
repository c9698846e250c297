"""Classification: which amounts a network determines, whatever their values (Crowe et al. 1983; Kretsovalis and Mah 1988).

The columns that were not measured are eliminated from the constraints exactly. A column with one entry, or with two
that cancel, is an edge between two rows (or a row and the outside): rows joined by such edges are merged, which is
adding them up. What is left, columns that relations tie to others, is eliminated by pivoting on sparse rows. No scaling
of uncertainties enters, so the result is as sharp for kilograms beside kilotonnes as for equal figures.
"""

from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Any, NamedTuple

from cpa.methods.balance.forest import GROUND, Edges, Forest, grown, grown_sparse
from cpa.methods.balance.problem import SMALL, Problem

_ZERO = 1e-11
"""Coefficients of eliminated rows below this share of the row's largest are rounding."""


class Pivot(NamedTuple):
    """x[column] + Σ row[c]·x[c] = Σ combination[r]·b[r], with the constants of the reduced rows."""

    column: int
    row: dict[int, float]
    combination: dict[int, float]


class Structure(NamedTuple):
    """The constraints without what was not measured.

    Row r was added to the reduced row `forest.label[r]`. `rewritten` are reduced rows that elimination changed, as
    (entries, combination of reduced rows); reduced rows in `dropped` were used up by pivots or rewritten. `free` are
    columns without a pivot. `unobservable` are unmeasured columns whose value nothing determines.
    """

    forest: Forest
    pivots: list[Pivot]
    free: list[int]
    rewritten: list[tuple[dict[int, float], dict[int, float]]]
    dropped: frozenset[int]
    unobservable: frozenset[int]


def classify(problem: Problem, held: Collection[int] = ()) -> Structure:
    """The structure of `problem` with the columns in `held` taken as known."""
    size = len(problem.constants)
    if len(problem.measured) > SMALL:
        edges, general = _edges_sparse(problem, held)
        forest = grown_sparse(size, edges)
        unobservable = {*forest.column[~forest.bridge].tolist(), *forest.chords.tolist()}
    else:
        edges, general = _edges(problem, held)
        forest = grown(size, edges)
        unobservable = {column for column, bridge in zip(forest.column, forest.bridge, strict=True) if not bridge}
        unobservable.update(forest.chords)
    tied = _reduced_rows(problem, general, forest.label, {*map(int, edges.column)}) if general else {}
    pivots, free, rewritten = _eliminate(tied, general)
    if free:
        starts = [_start(free, pivots, {column: _spread(seed, column) for column in free}) for seed in (1, 2)]
        entries = _entries(problem, general)
        unobservable.update(*(_completed(start, forest, entries) for start in starts))
    return Structure(forest, pivots, free, rewritten, frozenset(tied), frozenset(unobservable))


def _edges(problem: Problem, held: Collection[int]) -> tuple[Edges, list[int]]:
    """Unmeasured columns as edges, and those that are none."""
    entries: dict[int, list[tuple[int, float]]] = {
        column: [] for column, value in enumerate(problem.measured) if value is None and column not in held
    }
    for row, column, value in zip(problem.rows, problem.columns, problem.values, strict=True):
        if value and column in entries:
            entries[column].append((row, value))
    found: list[tuple[int, int, float, int, float]] = []
    general: list[int] = []
    for column, ends in entries.items():
        if len(ends) == 1:
            found.append((column, *ends[0], GROUND, 0.0))
        elif len(ends) == 2 and ends[0][1] == -ends[1][1]:
            found.append((column, *ends[0], *ends[1]))
        else:
            general.append(column)
    return Edges(*(list(part) for part in zip(*found, strict=True))) if found else Edges([], [], [], [], []), general


def _edges_sparse(problem: Problem, held: Collection[int]) -> tuple[Edges, list[int]]:
    """`_edges` on arrays."""
    import numpy as np

    unknown = ~problem.known
    unknown[list(held)] = False
    edges, none = problem.edges
    use = np.flatnonzero(unknown[edges.column])
    return Edges(*(part[use] for part in edges)), np.flatnonzero(unknown & none).tolist()


def _entries(problem: Problem, columns: Collection[int]) -> dict[int, list[tuple[int, float]]]:
    """The entries of `columns`."""
    found: dict[int, list[tuple[int, float]]] = {column: [] for column in columns}
    for row, column, value in zip(problem.rows, problem.columns, problem.values, strict=True):
        if value and column in found:
            found[column].append((int(row), float(value)))
    return found


def _reduced_rows(problem: Problem, general: list[int], label: Any, graph: set[int]) -> dict[int, dict[int, float]]:
    """The reduced rows that hold a column of `general`, as entries by column; columns in `graph` have cancelled."""
    wanted = set(general)
    touched = {
        int(label[row])
        for row, column in zip(problem.rows, problem.columns, strict=True)
        if column in wanted and label[row] != GROUND
    }
    found: dict[int, dict[int, float]] = {row: {} for row in sorted(touched)}
    for row, column, value in zip(problem.rows, problem.columns, problem.values, strict=True):
        entries = found.get(int(label[row]))
        if entries is not None and column not in graph:
            entries[int(column)] = entries.get(int(column), 0.0) + float(value)
    return {row: {column: value for column, value in entries.items() if value != 0.0} for row, entries in found.items()}


def _eliminate(
    tied: dict[int, dict[int, float]], general: list[int]
) -> tuple[list[Pivot], list[int], list[tuple[dict[int, float], dict[int, float]]]]:
    """Gauss–Jordan elimination of the `general` columns; pivots on the shortest row with a coefficient of fair size."""
    rows = [(dict(entries), {row: 1.0}) for row, entries in tied.items()]
    holders: dict[int, set[int]] = {column: set() for column in general}
    for number, (entries, _combination) in enumerate(rows):
        for column in entries:
            if column in holders:
                holders[column].add(number)
    taken: dict[int, int] = {}
    free: list[int] = []
    for column in sorted(general, key=lambda name: (len(holders[name]), name)):
        open_rows = [number for number in holders[column] if number not in taken]
        largest = max((abs(rows[number][0][column]) / _size(rows[number][0]) for number in open_rows), default=0.0)
        if largest <= _ZERO:
            free.append(column)
            continue
        fair = [
            number for number in open_rows if abs(rows[number][0][column]) >= 0.1 * largest * _size(rows[number][0])
        ]
        chosen = min(fair, key=lambda number: (len(rows[number][0]), number))
        taken[chosen] = column
        _scale(rows[chosen], 1.0 / rows[chosen][0][column])
        for number in sorted(holders[column] - {chosen}):
            _subtract(rows, number, chosen, rows[number][0][column], column, holders)
    pivots = [
        Pivot(column, {name: value for name, value in rows[number][0].items() if name != column}, rows[number][1])
        for number, column in taken.items()
    ]
    rewritten = [row for number, row in enumerate(rows) if number not in taken and row[0]]
    return pivots, free, rewritten


def _size(entries: dict[int, float]) -> float:
    return max(map(abs, entries.values()))


def _scale(row: tuple[dict[int, float], dict[int, float]], factor: float) -> None:
    for part in row:
        for key in part:
            part[key] *= factor


def _subtract(
    rows: list[tuple[dict[int, float], dict[int, float]]],
    number: int,
    chosen: int,
    factor: float,
    pivot: int,
    holders: dict[int, set[int]],
) -> None:
    entries, combination = rows[number]
    for column, value in rows[chosen][0].items():
        before = entries.get(column, 0.0)
        after = before - factor * value
        # A cancellation leaves rounding, which would read as a tie between columns that have none.
        if column == pivot or abs(after) <= _ZERO * max(abs(before), abs(factor * value)):
            entries.pop(column, None)
            if column in holders:
                holders[column].discard(number)
        else:
            entries[column] = after
            if column in holders:
                holders[column].add(number)
    for row, value in rows[chosen][1].items():
        combination[row] = combination.get(row, 0.0) - factor * value


def _start(free: list[int], pivots: list[Pivot], value: dict[int, float]) -> dict[int, float]:
    """How the eliminated columns move when the `free` ones take `value`."""
    found = dict(value)
    for pivot in pivots:
        amount = -sum(pivot.row.get(name, 0.0) * value[name] for name in free if name in value)
        if amount:
            found[pivot.column] = amount
    return found


def _spread(seed: int, column: int) -> float:
    """A number between 1 and 2 that looks random and is the same in every run."""
    return 1.0 + ((column + 1) * 0.6180339887498949 * seed + seed * 0.4142135623730951) % 1.0


class Island(NamedTuple):
    """Unmeasured columns that determine each other but are not determined; any of `sets` of measurements resolves them.

    `needed` is the size of a smallest set; `complete` says that `sets` holds all of them.
    """

    columns: tuple[int, ...]
    needed: int
    sets: tuple[tuple[int, ...], ...]
    complete: bool


def islands(problem: Problem, structure: Structure, most: int = 6, tries: int = 3000) -> tuple[Island, ...]:
    """The islands of unobservable columns, each with up to `most` of the smallest sets of measurements.

    A set resolves an island when the null vectors of the unmeasured columns stay independent on it: the sets are the
    bases of a matroid, so all smallest ones have the same size.
    """
    vectors = _null_vectors(problem, structure)
    parent: dict[int, int] = {}

    def root(name: int) -> int:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for vector in vectors:
        first, *others = vector
        for other in others:
            parent[root(other)] = root(first)
    grouped: dict[int, list[dict[int, float]]] = {}
    for vector in vectors:
        grouped.setdefault(root(next(iter(vector))), []).append(vector)
    found = []
    for group in grouped.values():
        columns = sorted({column for vector in group for column in vector})
        sets: list[tuple[int, ...]] = []
        complete = True
        for number, candidate in enumerate(combinations(columns, len(group))):
            if len(sets) == most or number == tries:
                complete = False
                break
            if _independent(group, candidate):
                sets.append(candidate)
        if not sets:
            sets = [_basis(group, columns)]
        found.append(Island(tuple(columns), len(group), tuple(sets), complete))
    return tuple(sorted(found))


def _null_vectors(problem: Problem, structure: Structure) -> list[dict[int, float]]:
    """A basis of the directions in which unmeasured columns can move without breaking a constraint."""
    chords = [int(column) for column in structure.forest.chords]
    starts = [{column: 1.0} for column in chords]
    starts += [_start(structure.free, structure.pivots, {name: 1.0}) for name in structure.free]
    entries = _entries(problem, {column for start in starts for column in start})
    return [_completed(start, structure.forest, entries) for start in starts]


def _completed(
    start: dict[int, float], forest: Forest, entries: dict[int, list[tuple[int, float]]]
) -> dict[int, float]:
    """The null vector that begins with `start`: tree edges carry what it moves."""
    push: dict[int, float] = {}
    for column, value in start.items():
        for row, coefficient in entries[column]:
            push[row] = push.get(row, 0.0) - coefficient * value
    vector = dict(start)
    for column, child, at_child, parent, at_parent in zip(
        *(reversed(part) for part in (forest.column, forest.child, forest.at_child, forest.parent, forest.at_parent)),
        strict=True,
    ):
        amount = push.get(int(child), 0.0) / at_child
        if abs(amount) > 1e-9:
            vector[int(column)] = float(amount)
            push[int(parent)] = push.get(int(parent), 0.0) - at_parent * amount
    return vector


def _independent(vectors: list[dict[int, float]], columns: tuple[int, ...]) -> bool:
    return len(_basis([{c: v[c] for c in columns if c in v} for v in vectors], columns)) == len(vectors)


def _basis(vectors: list[dict[int, float]], columns: Iterable[int]) -> tuple[int, ...]:
    """Columns on which the vectors are independent, the first ones that do."""
    rest = [dict(vector) for vector in vectors]
    chosen = []
    for column in columns:
        pivot = max(rest, key=lambda vector: abs(vector.get(column, 0.0)), default={})
        if abs(pivot.get(column, 0.0)) <= 1e-9:
            continue
        chosen.append(column)
        rest = [vector for vector in rest if vector is not pivot]
        for vector in rest:
            factor = vector.get(column, 0.0) / pivot[column]
            if factor:
                for name, value in pivot.items():
                    vector[name] = vector.get(name, 0.0) - factor * value
    return tuple(chosen)
