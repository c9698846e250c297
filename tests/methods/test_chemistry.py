"""Molar masses (g/mol) are those of the package molmass 2026.8.15, which carries the full weights of CIAAW, rounded."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpa.methods.balance.chemistry import (
    ATOMIC_WEIGHTS,
    FormulaError,
    Reaction,
    element_share,
    imbalance,
    molar_mass,
    parse_equation,
    parse_formula,
)

PERIODIC_TABLE = re.findall(
    "[A-Z][a-z]?",
    "HHeLiBeBCNOFNeNaMgAlSiPSClArKCaScTiVCrMnFeCoNiCuZnGaGeAsSeBrKrRbSrYZrNbMoTcRuRhPdAgCdInSnSbTeIXeCsBaLaCePrNdPmSmEu"
    "GdTbDyHoErTmYbLuHfTaWReOsIrPtAuHgTlPbBiPoAtRnFrRaAcThPaU",
)
WITHOUT_WEIGHT = {"Tc", "Pm", "Po", "At", "Rn", "Fr", "Ra", "Ac"}


def test_the_table_is_hydrogen_to_uranium_but_for_elements_without_a_standard_weight():
    assert len(PERIODIC_TABLE) == 92
    assert list(ATOMIC_WEIGHTS) == [element for element in PERIODIC_TABLE if element not in WITHOUT_WEIGHT]


def test_weights_rise_with_the_number_but_for_the_known_inversions():
    weights = list(ATOMIC_WEIGHTS.items())
    falls = [(a, b) for (a, one), (b, other) in pairwise(weights) if other < one]
    assert falls == [("Ar", "K"), ("Co", "Ni"), ("Te", "I"), ("Th", "Pa")]


@pytest.mark.parametrize(
    ("formula", "mass"),
    [
        ("H2O", 18.015),
        ("CO2", 44.010),
        ("NaCl", 58.443),
        ("NaOH", 39.997),
        ("H2SO4", 98.079),
        ("CaCO3", 100.087),
        ("C6H12O6", 180.16),
        ("C2H5OH", 46.069),
        ("NH4NO3", 80.043),
        ("(NH4)2SO4", 132.14),
        ("Al2(SO4)3", 342.15),
        ("Ca3(PO4)2", 310.18),
        ("K4[Fe(CN)6]", 368.34),
        ("K2Cr2O7", 294.18),
        ("CuSO4·5H2O", 249.69),
        ("ZnSO4*7H2O", 287.55),
        ("KAl(SO4)2·12H2O", 474.39),
        ("PbO2", 239.2),
        ("UO2", 270.03),
    ],
)
def test_known_molar_masses(formula, mass):
    assert molar_mass(formula) == pytest.approx(mass, rel=1e-4)


@pytest.mark.parametrize(
    ("formula", "atoms"),
    [
        ("Co", {"Co": 1}),
        ("CO", {"C": 1, "O": 1}),
        ("CH3COOH", {"C": 2, "H": 4, "O": 2}),
        ("Ca(OH)2", {"Ca": 1, "O": 2, "H": 2}),
        ("Fe4[Fe(CN)6]3", {"Fe": 7, "C": 18, "N": 18}),
        ("((CH3)2(CH2)3)2", {"C": 10, "H": 24}),
        ("CuSO4·5H2O", {"Cu": 1, "S": 1, "O": 9, "H": 10}),
        ("CuSO4 • 5 H2O", {"Cu": 1, "S": 1, "O": 9, "H": 10}),
        ("CaSO4·0.5H2O", {"Ca": 1, "S": 1, "O": 4.5, "H": 1}),
        ("3CaO·2SiO2·3H2O", {"Ca": 3, "O": 10, "Si": 2, "H": 6}),
        ("Fe0.95O", {"Fe": 0.95, "O": 1}),
        ("H₂SO₄", {"H": 2, "S": 1, "O": 4}),
        ("Ca（OH）₂", {"Ca": 1, "O": 2, "H": 2}),
        (" H2O ", {"H": 2, "O": 1}),
    ],
)
def test_formulas(formula, atoms):
    assert parse_formula(formula) == pytest.approx(atoms)


@pytest.mark.parametrize(
    ("formula", "text", "reason"),
    [
        ("", "", "empty"),
        ("  ", "  ", "empty"),
        ("CuSO4·", "CuSO4·", "empty"),
        ("Xy2O3", "Xy", "unknown_element"),
        ("Tc2O7", "Tc", "unknown_element"),
        ("nacl", "nacl", "not_understood"),
        ("H2 O", " O", "not_understood"),
        ("NaCl%", "%", "not_understood"),
        ("2H2O", "2H2O", "not_understood"),
        ("Ca(OH", "Ca(OH", "bracket"),
        ("CaOH)2", ")2", "bracket"),
        ("Ca()2", ")2", "bracket"),
        ("Na+", "+", "charge"),
        ("SO42-", "42-", "charge"),
        ("Fe^3+", "^3+", "charge"),
        ("Ca²⁺", "⁺", "charge"),
        ("H0", "0", "count"),
        ("H" + "9" * 400, "9" * 400, "count"),
        ("CuSO4.5H2O", "4.5H2O", "ambiguous"),
        ("Na2CO3.10H2O", "3.10H2O", "ambiguous"),
    ],
)
def test_what_is_not_understood_is_named(formula, text, reason):
    with pytest.raises(FormulaError) as caught:
        parse_formula(formula)
    assert (caught.value.text, caught.value.reason) == (text, reason)
    assert isinstance(caught.value, ValueError)


def test_deep_brackets_are_no_trouble():
    assert parse_formula("(" * 5000 + "H" + ")" * 5000) == {"H": 1}


def test_counts_that_multiply_beyond_all_numbers_are_refused():
    with pytest.raises(FormulaError):
        parse_formula("(" * 40 + "H" + ")9999999999" * 40)


@given(st.text(alphabet="HONaClFe()[]·*.+-0123456789 x", max_size=20))
def test_any_text_gives_atoms_or_a_formula_error(text):
    try:
        atoms = parse_formula(text)
    except FormulaError:
        return
    assert atoms
    assert all(count > 0 for count in atoms.values())


def test_element_share():
    # 63.546 / (63.546 + 32.06 + 9·15.999 + 10·1.008) = 63.546 / 249.677
    assert element_share("CuSO4·5H2O", "Cu") == pytest.approx(63.546 / 249.677)
    assert element_share("Cr2O3", "Cr") == pytest.approx(0.6842, abs=5e-5)
    assert element_share("NaCl", "Fe") == 0
    with pytest.raises(FormulaError):
        element_share("NaCl", "Zz")


def test_shares_of_a_compound_sum_to_one():
    assert sum(element_share("K4[Fe(CN)6]·3H2O", e) for e in ("K", "Fe", "C", "N", "H", "O")) == pytest.approx(1)


@pytest.mark.parametrize("arrow", ["->", "=", "→", "==", "=>", "-->", "⇌", "<=>"])
def test_equations(arrow):
    reaction = parse_equation(f"C6H12O6 {arrow} 2 C2H5OH + 2CO2")
    assert reaction == Reaction((("C6H12O6", -1), ("C2H5OH", 2), ("CO2", 2)))
    assert imbalance(reaction) == {}


@pytest.mark.parametrize(
    "equation",
    [
        "H2 + 0.5 O2 = H2O",
        "H2 + 1/2 O2 = H2O",
        "CaCO3(s) + 2 HCl(aq) -> CaCl2(aq) + H2O(l) + CO2↑",
        "CuSO4 + 5 H2O = CuSO4·5H2O",
        "2 CuSO4·5H2O = 2 CuSO4 + 10 H2O",
        "3 Fe + 2 O2 = Fe3O4",
        "K2Cr2O7 + 6 FeSO4 + 7 H2SO4 = Cr2(SO4)3 + 3 Fe2(SO4)3 + K2SO4 + 7 H2O",
        "0.1 H2 + 0.2 H2 = 0.3 H2",
    ],
)
def test_balanced_equations(equation):
    assert imbalance(parse_equation(equation)) == {}


def test_a_balanced_equation_conserves_mass():
    reaction = parse_equation("K2Cr2O7 + 6 FeSO4 + 7 H2SO4 = Cr2(SO4)3 + 3 Fe2(SO4)3 + K2SO4 + 7 H2O")
    assert sum(c * molar_mass(f) for f, c in reaction.terms) == pytest.approx(0, abs=1e-9)


def test_what_does_not_balance_is_counted():
    assert imbalance(parse_equation("H2 + O2 -> H2O")) == {"O": -1}
    assert imbalance(parse_equation("N2 + H2 = NH3 + NaCl")) == {"N": -1, "H": 1, "Na": 1, "Cl": 1}


@pytest.mark.parametrize(
    ("equation", "reason"),
    [
        ("H2 + O2", "arrow"),
        ("H2 = O2 = O3", "arrow"),
        ("", "arrow"),
        ("H2 +  -> H2", "empty"),
        ("-> H2", "empty"),
        ("2 -> H2", "empty"),
        ("0 H2 -> H2", "count"),
        ("1/0 H2 -> H2", "count"),
        ("3CaO·SiO2 -> SiO2", "ambiguous"),
        ("2CuSO4.5H2O -> H2O", "ambiguous"),
        ("Fe -> Qq", "unknown_element"),
        ("Cl- -> Cl", "charge"),
    ],
)
def test_equations_that_are_not_understood(equation, reason):
    with pytest.raises(FormulaError) as caught:
        parse_equation(equation)
    assert caught.value.reason == reason
