"""A saving by a baseline model: what would have been used, against what was (docs/spec-options.md §8).

IPMVP option C and ASHRAE Guideline 14: the amounts of the periods before are explained by drivers, the model predicts the
periods afterwards, and the saving carries the uncertainty of the prediction.
"""

import math
from collections.abc import Sequence

import msgspec


class VerificationError(ValueError):
    """Why there is no model: `few` periods before, none `after`, a `confidence` of 100 %, or drivers that cannot be told `apart`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Model(msgspec.Struct, frozen=True):
    """amount = Σ coefficient × driver, the first coefficient that of the constant 1.

    `errors` are standard errors, `r2` the share of variance explained, `cv` the root mean square error by the mean amount.
    """

    coefficients: tuple[float, ...]
    errors: tuple[float, ...]
    deviation: float
    freedom: int
    r2: float | None
    cv: float


class VerifiedSaving(msgspec.Struct, frozen=True):
    """The saving over the periods afterwards: predicted − measured + adjustments, and half its interval of confidence."""

    model: Model
    predicted: float
    measured: float
    adjusted: float
    saving: float
    half_width: float
    confidence: float

    @property
    def proven(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.saving > self.half_width


def verified(
    before: Sequence[tuple[float, Sequence[float]]],
    after: Sequence[tuple[float, Sequence[float]]],
    adjustments: float = 0.0,
    confidence: float = 0.9,
    measured_variance: float = 0.0,
) -> VerifiedSaving:
    """The saving from (amount, drivers) of the periods before and after.

    The variance is s²(m + 1ᵀX(XᵀX)⁻¹Xᵀ1) of the predictions plus that of the measurements afterwards; the interval takes
    Student's t with n − p degrees of freedom. Raises VerificationError for fewer than p + 2 periods before, none after, a
    confidence of 100 %, or drivers that are constant or depend on each other.
    """
    columns = [[1.0] * len(before), *map(list, zip(*(drivers for _amount, drivers in before), strict=True))]
    amounts = [amount for amount, _drivers in before]
    count, unknown = len(before), len(columns)
    if count < unknown + 2:
        raise VerificationError("few")
    if not after:
        raise VerificationError("after")
    if not 0 < confidence < 1:
        raise VerificationError("confidence")
    basis, upper = _orthogonal(columns)
    coefficients = _solved(upper, [_dot(column, amounts) for column in basis])
    fitted = [_dot(coefficients, row) for row in zip(*columns, strict=True)]
    squares = math.fsum((amount - value) ** 2 for amount, value in zip(amounts, fitted, strict=True))
    freedom = count - unknown
    variance = squares / freedom
    mean = math.fsum(amounts) / count
    spread = math.fsum((amount - mean) ** 2 for amount in amounts)
    inverse = [_solved(upper, [float(place == row) for place in range(unknown)]) for row in range(unknown)]
    later = [[1.0, *drivers] for _amount, drivers in after]
    sums = [math.fsum(column) for column in zip(*later, strict=True)]
    reach = [_dot(column, sums) for column in inverse]
    predicted, measured = _dot(coefficients, sums), math.fsum(amount for amount, _drivers in after)
    total = variance * (len(after) + _dot(reach, reach)) + measured_variance
    model = Model(
        tuple(coefficients),
        tuple(math.sqrt(variance * math.fsum(column[row] ** 2 for column in inverse)) for row in range(unknown)),
        math.sqrt(variance),
        freedom,
        1 - squares / spread if spread else None,
        math.sqrt(variance) / mean if mean else math.inf,
    )
    half = student_quantile((1 + confidence) / 2, freedom) * math.sqrt(total)
    return VerifiedSaving(model, predicted, measured, adjustments, predicted + adjustments - measured, half, confidence)


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


_DEPENDENT = 1e-10


def _orthogonal(columns: Sequence[Sequence[float]]) -> tuple[list[list[float]], list[list[float]]]:
    """Orthonormal columns and the upper triangle that makes `columns` of them, orthogonalised twice for accuracy."""
    basis: list[list[float]] = []
    upper = [[0.0] * len(columns) for _row in columns]
    for place, column in enumerate(columns):
        rest = list(column)
        size = math.sqrt(_dot(rest, rest))
        for _again in range(2):
            for row, unit in enumerate(basis):
                part = _dot(unit, rest)
                upper[row][place] += part
                rest = [value - part * each for value, each in zip(rest, unit, strict=True)]
        left = math.sqrt(_dot(rest, rest))
        if left <= _DEPENDENT * size or not size:
            raise VerificationError("apart")
        upper[place][place] = left
        basis.append([value / left for value in rest])
    return basis, upper


def _solved(upper: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of an upper triangular system."""
    found = [0.0] * len(right)
    for row in reversed(range(len(right))):
        known = math.fsum(upper[row][place] * found[place] for place in range(row + 1, len(right)))
        found[row] = (right[row] - known) / upper[row][row]
    return found


def student_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t for whole degrees of freedom, above one half.

    Bisection on the distribution function, which is a finite sum for whole degrees of freedom (Abramowitz and Stegun
    1964, 26.7.3 and 26.7.4).
    """
    low, high = 0.0, 1.0
    while _student(high, freedom) < probability:
        high *= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _student(middle, freedom) < probability else (low, middle)
    return high


def _student(t: float, freedom: int) -> float:
    angle = math.atan2(t, math.sqrt(freedom))
    square = math.cos(angle) ** 2
    odd = freedom % 2 == 1
    term, total = (math.cos(angle), math.cos(angle)) if odd else (1.0, 1.0)
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= square * (step - 1) / step
        total += term
    if odd:
        inside = 2 / math.pi * (angle + (math.sin(angle) * total if freedom > 1 else 0.0))
    else:
        inside = math.sin(angle) * total
    return 0.5 + inside / 2
