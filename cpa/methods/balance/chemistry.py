"""Formulas and equations: what a compound is made of, what a mole of it weighs, whether an equation balances."""

import math
import re
from typing import Literal

import msgspec

# CIAAW, abridged standard atomic weights 2021 (five significant digits, fewer where nature varies): T. Prohaska et
# al., Standard atomic weights of the elements 2021, Pure Appl. Chem. 94 (2022) 573-600, table 2. Elements without a
# standard atomic weight (Tc, Pm, Po to Ac, beyond U) are left out: a balance by mass has no business with them.
ATOMIC_WEIGHTS: dict[str, float] = {
    "H": 1.0080, "He": 4.0026, "Li": 6.94, "Be": 9.0122, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999,
    "F": 18.998, "Ne": 20.180, "Na": 22.990, "Mg": 24.305, "Al": 26.982, "Si": 28.085, "P": 30.974, "S": 32.06,
    "Cl": 35.45, "Ar": 39.95, "K": 39.098, "Ca": 40.078, "Sc": 44.956, "Ti": 47.867, "V": 50.942, "Cr": 51.996,
    "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Ni": 58.693, "Cu": 63.546, "Zn": 65.38, "Ga": 69.723, "Ge": 72.630,
    "As": 74.922, "Se": 78.971, "Br": 79.904, "Kr": 83.798, "Rb": 85.468, "Sr": 87.62, "Y": 88.906, "Zr": 91.224,
    "Nb": 92.906, "Mo": 95.95, "Ru": 101.07, "Rh": 102.91, "Pd": 106.42, "Ag": 107.87, "Cd": 112.41, "In": 114.82,
    "Sn": 118.71, "Sb": 121.76, "Te": 127.60, "I": 126.90, "Xe": 131.29, "Cs": 132.91, "Ba": 137.33, "La": 138.91,
    "Ce": 140.12, "Pr": 140.91, "Nd": 144.24, "Sm": 150.36, "Eu": 151.96, "Gd": 157.25, "Tb": 158.93, "Dy": 162.50,
    "Ho": 164.93, "Er": 167.26, "Tm": 168.93, "Yb": 173.05, "Lu": 174.97, "Hf": 178.49, "Ta": 180.95, "W": 183.84,
    "Re": 186.21, "Os": 190.23, "Ir": 192.22, "Pt": 195.08, "Au": 196.97, "Hg": 200.59, "Tl": 204.38, "Pb": 207.2,
    "Bi": 208.98, "Th": 232.04, "Pa": 231.04, "U": 238.03,
}  # fmt: skip
"""Molar masses of the elements in g/mol."""

Reason = Literal["empty", "unknown_element", "not_understood", "bracket", "charge", "count", "ambiguous", "arrow"]

_SPELLINGS = str.maketrans("₀₁₂₃₄₅₆₇₈₉（）［］｛｝()[]{}*•∙⋅・＋", "0123456789()()()()()()·····+")
_TOKEN = re.compile(r"(?P<element>[A-Z][a-z]?)|(?P<open>\()|(?P<close>\))|(?P<number>[0-9]+(?:\.[0-9]+)?)")
_CHARGE = re.compile(r"[0-9]*[+\-⁺⁻−^]")
# "CuSO4.5H2O" is meant as a hydrate and would read as O4.5: refused, not guessed.
_DOTTED_HYDRATE = re.compile(r"(?<=[A-Za-z)])[0-9]+\.[0-9]+H2O$")
_LEADING = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?=[A-Z(])")
_ARROW = re.compile(r"<?[-=]+>|[→⇌⟶⇒⇄]|={1,2}|＝")
_COEFFICIENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+))?(\s*)")
_STATE = re.compile(r"(\((?:s|l|g|aq)\)|[↑↓])$")
_ROUNDING = 1e-9


class FormulaError(ValueError):
    """A formula or an equation that is not understood: `text` is the piece, `reason` says in a word what is wrong.

    "empty": nothing there; "unknown_element": no element with a standard atomic weight; "bracket": opened and not
    closed or the reverse; "charge": ions are not part of a mass balance; "count": a count that is zero or too large;
    "ambiguous": readable in two ways; "arrow": not exactly one arrow or equals sign; "not_understood": the rest.
    """

    def __init__(self, text: str, reason: Reason) -> None:
        super().__init__(f"{reason}: {text!r}")
        self.text = text
        self.reason: Reason = reason


class Reaction(msgspec.Struct, frozen=True):
    """An equation: formulas as written with their coefficients, negative what is used up, positive what is made."""

    terms: tuple[tuple[str, float], ...]


def parse_formula(text: str) -> dict[str, float]:
    """How many atoms of each element, in the order of their first appearance: "Al2(SO4)3" → Al 2, S 3, O 12.

    Brackets may nest; parts of a hydrate or double salt stand after `·` or `*` with a count of their own
    ("CuSO4·5H2O", "3CaO·SiO2"); counts may be decimals; subscripts and full-width signs are read like plain ones.
    Raises FormulaError; charges, and a dot before H2O that could be a decimal point, are refused.
    """
    plain = text.translate(_SPELLINGS).strip()
    if not plain:
        raise FormulaError(text, "empty")
    if charge := _CHARGE.search(plain):
        raise FormulaError(plain[charge.start() :], "charge")
    if hydrate := _DOTTED_HYDRATE.search(plain):
        raise FormulaError(hydrate.group(), "ambiguous")
    parts = [part.strip() for part in plain.split("·")]
    atoms: dict[str, float] = {}
    for part in parts:
        leading = _LEADING.match(part) if len(parts) > 1 else None
        factor = _count(leading.group(1)) if leading else 1.0
        for element, count in _atoms(part[leading.end() :] if leading else part, text).items():
            atoms[element] = atoms.get(element, 0.0) + factor * count
    if bad := next((element for element, count in atoms.items() if not math.isfinite(count)), None):
        raise FormulaError(bad, "count")
    return atoms


def molar_mass(formula: str) -> float:
    """The mass of a mole, g/mol. Raises FormulaError."""
    return math.fsum(ATOMIC_WEIGHTS[element] * count for element, count in parse_formula(formula).items())


def element_share(formula: str, element: str) -> float:
    """The mass fraction of an element in a compound, kg/kg; zero where it is not in it. Raises FormulaError."""
    if element not in ATOMIC_WEIGHTS:
        raise FormulaError(element, "unknown_element")
    return ATOMIC_WEIGHTS[element] * parse_formula(formula).get(element, 0.0) / molar_mass(formula)


def parse_equation(text: str) -> Reaction:
    """An equation such as "C6H12O6 -> 2 C2H5OH + 2 CO2"; the arrow may be `->`, `→`, `=` or `⇌`.

    Coefficients are whole numbers, decimals or fractions ("1/2 O2"); states "(s) (l) (g) (aq) ↑ ↓" are passed over.
    Before a formula with `·` the coefficient needs a space: "3CaO·SiO2" alone could mean either. Raises FormulaError.
    """
    sides = _ARROW.split(text.translate(_SPELLINGS))
    if len(sides) != 2:
        raise FormulaError(text, "arrow")
    return Reaction(
        tuple(
            (formula, sign * coefficient)
            for sign, side in zip((-1, 1), sides, strict=True)
            for formula, coefficient in (_term(term, side) for term in side.split("+"))
        )
    )


def imbalance(reaction: Reaction) -> dict[str, float]:
    """Atoms that appear (positive) or vanish (negative) per run of the equation; empty when it balances.

    What is left within rounding of the atoms turned over counts as balanced. Raises FormulaError.
    """
    changes: dict[str, list[float]] = {}
    for formula, coefficient in reaction.terms:
        for element, count in parse_formula(formula).items():
            changes.setdefault(element, []).append(coefficient * count)
    sums = {element: (math.fsum(parts), math.fsum(map(abs, parts))) for element, parts in changes.items()}
    return {element: change for element, (change, turnover) in sums.items() if abs(change) > _ROUNDING * turnover}


def _atoms(part: str, whole: str) -> dict[str, float]:
    """The atoms of a formula without hydrate parts. An explicit stack: a thousand brackets are no deeper than one."""
    if not part:
        raise FormulaError(whole, "empty")
    stack: list[dict[str, float]] = [{}]
    position = 0
    while position < len(part):
        token = _TOKEN.match(part, position)
        if token is None or token.lastgroup == "number":
            raise FormulaError(part[position:], "bracket" if part[position] in "()" else "not_understood")
        position = token.end()
        if token.lastgroup == "open":
            stack.append({})
            continue
        if token.lastgroup == "close":
            if len(stack) == 1 or not stack[-1]:
                raise FormulaError(part[token.start() :], "bracket")
            group = stack.pop()
        else:
            group = {_element(token.group()): 1.0}
        factor, position = _factor(part, position)
        for element, count in group.items():
            stack[-1][element] = stack[-1].get(element, 0.0) + factor * count
    if len(stack) > 1:
        raise FormulaError(part, "bracket")
    return stack[0]


def _factor(part: str, position: int) -> tuple[float, int]:
    number = _TOKEN.match(part, position)
    if number is None or number.lastgroup != "number":
        return 1.0, position
    return _count(number.group()), number.end()


def _count(text: str) -> float:
    count = float(text)
    if not 0 < count < math.inf:
        raise FormulaError(text, "count")
    return count


def _element(symbol: str) -> str:
    if symbol not in ATOMIC_WEIGHTS:
        raise FormulaError(symbol, "unknown_element")
    return symbol


def _term(term: str, side: str) -> tuple[str, float]:
    written = _STATE.sub("", term.strip()).strip()
    if not written:
        raise FormulaError(side.strip() or term, "empty")
    coefficient = 1.0
    if leading := _COEFFICIENT.match(written):
        number, divisor, space = leading.groups()
        written = written[leading.end() :]
        if "·" in written and not space:
            raise FormulaError(term.strip(), "ambiguous")
        coefficient = _count(number) / (_count(divisor) if divisor else 1.0)
    parse_formula(written)
    return written, coefficient
