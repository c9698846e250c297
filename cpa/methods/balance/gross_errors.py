"""Tests for gross errors: is something wrong with the measurements, with which, by how much, and could it be a leak.

Global χ² test (Almasy and Sztano 1975), nodal test (Reilly and Carpani 1963), measurement test of maximum power (Mah and
Tamhane 1982; Tamhane 1982), the likelihood ratio for biases and leaks alike (Narasimhan and Mah 1987), eliminated one
after the other (Ripps 1965; Serth and Heenan 1986). Candidates whose effects on the balances are proportional cannot be
told apart by any test, and stand in one suspect.
"""

from typing import Literal

import msgspec

from cpa.methods.balance.forest import GROUND
from cpa.methods.balance.problem import Array
from cpa.methods.balance.reconcile import Reconciliation
from cpa.methods.balance.statistics import chi_square_limit, chi_square_tail, normal_limit

LEVEL = 0.05
"""Probability of an alarm when nothing is wrong, of each test as a whole."""
_SAME = 1 - 1e-9
_MOST_CANDIDATES = 1500
_MOST_SUSPECTS = 10


class Candidate(msgspec.Struct, frozen=True):
    """A biased measurement (column), or a leak (row) that takes away what enters the row beyond what leaves it.

    `size` is what the bias or leak would be if it were the only further error, `sigma` its standard uncertainty.
    """

    kind: Literal["bias", "leak"]
    index: int
    size: float
    sigma: float


class Suspect(msgspec.Struct, frozen=True):
    """Candidates that no test can tell apart; removing any of them takes `statistic` (χ², one degree) off the objective.

    `significant`: larger than chance allows among so many tests.
    """

    members: tuple[Candidate, ...]
    statistic: float
    significant: bool
    remaining: float
    """χ² that is left when this suspect and those before it are removed."""
    remaining_degrees: int


class Tests(msgspec.Struct, frozen=True):
    """What the tests say at level `LEVEL`.

    `measurement` holds z of every redundant column, `nodal` z of every row that stands alone in a reduced constraint.
    """

    chi_square: float
    degrees: int
    limit: float
    probability: float
    measurement: dict[int, float]
    measurement_limit: float
    nodal: dict[int, float]
    nodal_limit: float
    suspects: tuple[Suspect, ...]

    @property
    def passed(self) -> bool:
        """Neither the global test nor a measurement test fails."""
        return self.chi_square <= self.limit and all(
            abs(z) <= self.measurement_limit for z in self.measurement.values()
        )


def examined(result: Reconciliation, leak_rows: tuple[int, ...] = (), level: float = LEVEL) -> Tests:
    """All tests of a reconciliation; `leak_rows` are the constraints in which material may get lost."""
    import numpy as np

    system = result.system
    if system.rank == 0:
        return Tests(0.0, 0, 0.0, 1.0, {}, 0.0, {}, 0.0, ())
    columns, effects = _bias_effects(result)
    rows, leaks = _leak_effects(result, leak_rows)
    vectors = np.concatenate([effects, leaks], axis=1)
    gram = system.factors.inner(vectors, vectors)
    pull = system.factors.inner(vectors, system.residual[:, None])[:, 0]
    size = np.diag(gram).copy()
    z = np.divide(pull, np.sqrt(size), out=np.zeros_like(pull), where=size > 0)
    biases = len(columns)
    directions = _groups(gram, size)
    measurement_limit = normal_limit(level, len({directions[index] for index in range(biases)}))
    nodal = _nodal(result, leak_rows)
    limit = chi_square_limit(level, system.rank)
    candidates: list[tuple[Literal["bias", "leak"], int]] = [("bias", column) for column in columns]
    candidates += [("leak", row) for row in rows]
    suspects = _eliminated(candidates, gram, pull, result.chi_square, system.rank, level, len(set(directions)))
    return Tests(
        result.chi_square,
        system.rank,
        limit,
        chi_square_tail(result.chi_square, system.rank),
        dict(zip(columns, z[:biases].tolist(), strict=True)),
        measurement_limit,
        nodal,
        normal_limit(level, len(nodal)),
        suspects,
    )


def _bias_effects(result: Reconciliation) -> tuple[list[int], Array]:
    """Redundant columns and what a bias of one does to each constraint; the most adjusted ones of a large network."""
    import numpy as np

    system = result.system
    statuses = result.statuses
    columns = [int(column) for column in system.noisy if statuses[column] == "redundant"]
    if len(columns) > _MOST_CANDIDATES:
        moved = np.abs(result.free.values - system.known)[columns] / system.sigma[columns]
        columns = sorted(columns[index] for index in np.argsort(-moved, kind="stable")[: _MOST_CANDIDATES // 2])
    chosen = system.plain[:, system.place[columns]]
    return columns, chosen.toarray() if hasattr(chosen, "toarray") else chosen


def _leak_effects(result: Reconciliation, rows: tuple[int, ...]) -> tuple[list[int], Array]:
    """Rows in which a leak would show, and what it does to each constraint."""
    import numpy as np

    system, structure = result.system, result.structure
    label = structure.forest.label
    places = {int(name): place for place, name in enumerate(system.filled)}
    made_of: dict[int, list[tuple[int, float]]] = {
        int(name): [(places[int(name)], 1.0)] for name in system.filled if name < structure.forest.trees
    }
    for number, (_entries, combination) in enumerate(structure.rewritten):
        place = places.get(structure.forest.trees + number)
        if place is not None:
            for name, factor in combination.items():
                made_of.setdefault(name, []).append((place, factor))
    for name in structure.dropped:
        made_of[name] = [item for item in made_of.get(name, []) if system.filled[item[0]] >= structure.forest.trees]
    seen = [row for row in rows if label[row] != GROUND and made_of.get(int(label[row]))]
    if len(seen) > _MOST_CANDIDATES:
        by_size = sorted(
            seen, key=lambda row: -max(abs(system.residual[place]) for place, _f in made_of[int(label[row])])
        )
        seen = sorted(by_size[: _MOST_CANDIDATES // 2])
    effects = np.zeros((len(system.filled), len(seen)))
    for index, row in enumerate(seen):
        for place, factor in made_of[int(label[row])]:
            effects[place, index] += factor / system.length[place]
    return seen, effects


def _groups(gram: Array, size: Array) -> list[int]:
    """A number for every candidate, the same for those whose effects are proportional."""
    import numpy as np

    found = [-1] * len(size)
    scale = np.sqrt(np.where(size > 0, size, 1.0))
    for index in range(len(size)):
        if found[index] < 0:
            close = np.abs(gram[index]) >= _SAME * scale[index] * scale
            for other in np.flatnonzero(close & (size > 0)) if size[index] > 0 else [index]:
                if found[other] < 0:
                    found[other] = index
            found[index] = index
    return found


def _nodal(result: Reconciliation, rows: tuple[int, ...]) -> dict[int, float]:
    """Residual of each constraint over its standard uncertainty, for rows that were not merged with others."""
    import numpy as np

    label = np.asarray(result.structure.forest.label)
    members = np.bincount(label[label >= 0], minlength=result.structure.forest.trees)
    places = {int(name): place for place, name in enumerate(result.system.filled)}
    # Rows have unit length in units of standard uncertainty.
    return {
        row: float(result.system.residual[places[int(label[row])]])
        for row in rows
        if label[row] != GROUND and members[label[row]] == 1 and int(label[row]) in places
    }


def _eliminated(
    candidates: list[tuple[Literal["bias", "leak"], int]],
    gram: Array,
    pull: Array,
    chi_square: float,
    degrees: int,
    level: float,
    directions: int,
) -> tuple[Suspect, ...]:
    """Suspects in the order in which they explain most of what is left, until the rest passes."""
    import numpy as np

    gram, pull = gram.copy(), pull.copy()
    floor = 1e-9 * np.diag(gram).copy()
    limit = normal_limit(level, directions)
    found: list[Suspect] = []
    while degrees > 0 and len(found) < _MOST_SUSPECTS:
        size = np.diag(gram)
        alive = size > floor
        if not alive.any():
            break
        gain = np.where(alive, pull**2 / np.where(alive, size, 1.0), 0.0)
        best = int(np.argmax(gain))
        significant = bool(gain[best] > limit**2)
        if not significant and chi_square <= chi_square_limit(level, degrees):
            break
        alike = np.flatnonzero(alive & (gram[best] ** 2 >= _SAME * size[best] * np.where(alive, size, 1.0)))
        members = tuple(
            Candidate(*candidates[index], float(pull[index] / size[index]), float(1 / np.sqrt(size[index])))
            for index in alike
        )
        chi_square, degrees = chi_square - float(gain[best]), degrees - 1
        found.append(Suspect(members, float(gain[best]), significant, chi_square, degrees))
        factor = gram[:, best] / size[best]
        pull -= factor * pull[best]
        gram -= np.outer(factor, gram[best])
    return tuple(found)
