"""Doubt about money: sensitivity, break-even, Monte Carlo."""

from collections.abc import Sequence

from cpa.analysis import Analysis
from cpa.analysis.doubt import stated_doubts
from cpa.messages import Message, _, listed
from cpa.methods.doubt import CHANGES, DRAWS, SEED, Quantiles
from cpa.schema.labels import DISTRIBUTIONS, ECONOMIC_INPUTS, label
from cpa.tables.build import number, report, text
from cpa.tables.economics import studied
from cpa.tables.model import Cell, Table


def sensitivity(analysis: Analysis, only: Sequence[str] = ()) -> Table:
    """NPV with each input changed, the coefficient of sensitivity, and the change at which the NPV is zero."""
    rows: list[tuple[Cell, ...]] = []
    for result in studied(analysis, only):
        found = analysis.doubt(result)
        if found is None:
            continue
        for one in found.sensitivities:
            name = label(ECONOMIC_INPUTS, one.input)
            low, high = one.npvs[: len(CHANGES) // 2], one.npvs[len(CHANGES) // 2 :]
            rows.append((result.study.option, name, *low, found.base, *high, one.coefficient, one.break_even))
    npv = _("NPV ({unit}) at a change of", unit=analysis.money_unit)
    half = len(CHANGES) // 2
    heads = [*CHANGES[:half], 0.0, *CHANGES[half:]]
    columns = (
        text("option", _("Option")),
        text("input", _("Input")),
        *(number(f"c{index}", _percent(change), 1, group=npv) for index, change in enumerate(heads)),
        number("coefficient", _("Coefficient")),
        number("break_even", _("Change to NPV = 0"), 1, share=True),
    )
    notes = [_("Coefficient: change of the NPV by change of the input, at +10 %.")]
    return report("sensitivity", _("Sensitivity of the NPV"), columns, rows, notes=notes)


def _percent(change: float) -> Message:
    return _("{change} %", change=f"{change * 100:+g}" if change else "0")


def swings(analysis: Analysis, only: Sequence[str] = ()) -> Table:
    """The swing of each input between its ends, the largest first, as the tornado draws it."""
    rows: list[tuple[Cell, ...]] = []
    for result in studied(analysis, only):
        found = analysis.doubt(result)
        for one in found.swings if found is not None else ():
            source = _("stated") if one.stated else _("assumed ± 20 %")
            name = label(ECONOMIC_INPUTS, one.input)
            rows.append((result.study.option, name, one.low, one.high, source, one.npv_low, one.npv_high))
    ends, npv = _("Change of the input"), _("NPV ({unit})", unit=analysis.money_unit)
    columns = (
        text("option", _("Option")),
        text("input", _("Input")),
        number("low", _("low^end"), 0, share=True, group=ends),
        number("high", _("high^end"), 0, share=True, group=ends),
        text("source", _("Source")),
        number("npv_low", _("low^end"), 1, group=npv),
        number("npv_high", _("high^end"), 1, group=npv),
    )
    return report("swings", _("NPV at the ends of each input"), columns, rows)


def monte_carlo(analysis: Analysis, only: Sequence[str] = (), draws: int = DRAWS, seed: int = SEED) -> Table:
    """NPV, payback and IRR over many draws of the stated distributions."""
    rows: list[tuple[Cell, ...]] = []
    for result in studied(analysis, only):
        found = analysis.simulation(result, draws, seed)
        if found is None:
            continue
        doubts = [
            _(
                "{input} {low} to {high} % ({distribution})",
                input=label(ECONOMIC_INPUTS, one.input),
                low=f"{one.low.to('') * 100:+g}",
                high=f"{one.high.to('') * 100:+g}",
                distribution=label(DISTRIBUTIONS, one.distribution),
            )
            for one in stated_doubts(analysis.audit, result)
        ]
        rows.append(
            (
                result.study.option,
                listed(doubts, "; "),
                found.negative,
                found.npv.mean,
                found.npv.low,
                found.npv.high,
                *_ends(found.payback),
                found.payback.missing if found.payback is not None else 1.0,
                *_ends(found.irr),
            )
        )
    npv = _("NPV ({unit})", unit=analysis.money_unit)
    payback = _("Payback N (a)")
    columns = (
        text("option", _("Option")),
        text("doubts", _("Distributions"), wide=True),
        number("negative", _("NPV below zero"), 1, share=True),
        number("mean", _("mean^draws"), 1, group=npv),
        number("low", plain_share(5), 1, group=npv),
        number("high", plain_share(95), 1, group=npv),
        number("n_low", plain_share(5), 2, group=payback),
        number("n_high", plain_share(95), 2, group=payback),
        number("never", _("never^payback"), 1, share=True, group=payback),
        number("irr_low", plain_share(5), 1, share=True, group=_("IRR")),
        number("irr_high", plain_share(95), 1, share=True, group=_("IRR")),
    )
    notes = [_("{draws} draws, seed {seed}; independent factors.", draws=f"{draws:,}", seed=seed)] if rows else []
    return report("monte-carlo", _("Monte Carlo of the economics"), columns, rows, notes=notes)


def plain_share(percent: int) -> Message:
    """The head of a quantile."""
    return _("{percent} % point", percent=percent)


def _ends(found: Quantiles | None) -> tuple[float | None, float | None]:
    return (found.low, found.high) if found is not None else (None, None)
