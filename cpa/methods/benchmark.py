"""Baselines of indicator systems and the levels that values belong to (handbook, step 2.3).

Levels are counted from 0, the best. docs/spec-benchmark.md states the method; its sources are the domain notes §10.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

Sign = Literal["≤", "≥", "<", ">"]
Direction = Literal["lower", "higher"]
_TOLERANCE = 1e-9


class FormulaError(ValueError):
    """A baseline or weight that cannot be computed; `reason` in a word, `name` the piece that is wrong."""

    def __init__(self, reason: Literal["syntax", "variable", "division"], name: str) -> None:
        super().__init__(f"{reason}: {name}")
        self.reason, self.name = reason, name


_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def formula(text: str, variables: Mapping[str, float]) -> float:
    """The value of an arithmetic formula such as `10+5n`. Raises FormulaError."""
    spelled = re.sub(r"(?<=[\d.)])\s*(?=[A-Za-z(])", "*", text.strip()).replace("−", "-")
    try:
        tree = ast.parse(spelled, mode="eval").body
    except SyntaxError:
        raise FormulaError("syntax", text) from None
    return _value(tree, variables, text)


def _value(node: ast.expr, variables: Mapping[str, float], text: str) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name):
        if node.id not in variables:
            raise FormulaError("variable", node.id)
        return variables[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, variables, text)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        try:
            return _OPERATORS[type(node.op)](_value(node.left, variables, text), _value(node.right, variables, text))
        except ZeroDivisionError:
            raise FormulaError("division", text) from None
    raise FormulaError("syntax", text)


class Baseline(msgspec.Struct, frozen=True):
    """What a value has to be for a level."""

    sign: Sign
    value: float

    def met_by(self, value: float) -> bool:
        """Equality counts for ≤ and ≥, to rounding, and never for < and >."""
        slack = _TOLERANCE * max(abs(self.value), 1.0)
        if self.sign == "≤":
            return value <= self.value + slack
        if self.sign == "≥":
            return value >= self.value - slack
        return value < self.value - slack if self.sign == "<" else value > self.value + slack


_SIGNS: dict[str, Sign] = {"≤": "≤", "<=": "≤", "≥": "≥", ">=": "≥", "<": "<", ">": ">"}


def baseline(text: str, better: Direction, variables: Mapping[str, float]) -> Baseline:
    """A baseline as a pack writes it: `≤8`, `>7000`, `≤10+5n`; without a sign `better` gives it. Raises FormulaError."""
    stripped = text.strip()
    spelled = next((sign for sign in _SIGNS if stripped.startswith(sign)), "")
    sign = _SIGNS[spelled] if spelled else ("≤" if better == "lower" else "≥")
    return Baseline(sign, formula(stripped[len(spelled) :], variables))


def levels_met(value: float, baselines: Sequence[Baseline | None]) -> tuple[bool, ...]:
    """For each level whether `value` belongs to it: it meets its baseline or that of a better level."""
    met, found = False, []
    for each in baselines:
        met = met or (each is not None and each.met_by(value))
        found.append(met)
    return tuple(found)


def texts_met(level: int | None, texts: Sequence[str | None]) -> tuple[bool, ...]:
    """The same for a qualitative indicator judged at `level` (None: below the last): equal texts are one."""
    if level is None:
        return (False,) * len(texts)
    judged = texts[level]
    first = next(index for index, text in enumerate(texts) if index == level or (text is not None and text == judged))
    return tuple(index >= first for index in range(len(texts)))


def best(met: Sequence[bool]) -> int | None:
    """The best level that is met; None below the last."""
    return next((level for level, one in enumerate(met) if one), None)
