"""Potential for cleaner production: by the eight aspects and by stream (handbook, step 2.3; domain notes §3.3)."""

import math

from cpa.analysis import Analysis
from cpa.analysis.potential import by_aspect
from cpa.messages import _
from cpa.schema.labels import ASPECTS, REFERENCES, label
from cpa.tables.build import number, report, summed, text, words
from cpa.tables.model import Cell, Column, Table


def potentials(analysis: Analysis) -> Table:
    """What the auditors found, aspect by aspect, the most valuable first."""
    rows = [
        (
            label(ASPECTS, one.item.aspect),
            one.item.finding,
            words(one.item.actual),
            words(one.item.reference),
            words(one.amount),
            one.tce,
            one.money,
            one.item.basis,
        )
        for one in analysis.aspect_potentials
    ]
    columns: list[Column] = [
        text("aspect", _("Aspect")),
        text("finding", _("Finding"), wide=True),
        text("actual", _("Actual value")),
        text("reference", _("Reference value")),
        text("potential", _("Amount of the potential")),
        number("tce", _("Coal equivalent (tce/a)"), 1),
        number("money", _("Money ({unit}/a)", unit=analysis.money_unit), 1),
        text("basis", _("Basis"), wide=True),
    ]
    return report("potentials", _("Potential for cleaner production"), columns, rows)


def aspects(analysis: Analysis) -> Table:
    """The eight aspects by the money and energy of their potentials."""
    sums = by_aspect(analysis.aspect_potentials)
    rows: list[tuple[Cell, ...]] = [
        (rank, label(ASPECTS, one.aspect), one.count, one.tce or None, one.money or None)
        for rank, one in enumerate(sums, 1)
    ]
    if rows:
        totals = (
            sum(one.count for one in sums),
            math.fsum(one.tce for one in sums),
            math.fsum(one.money for one in sums),
        )
        rows.append((None, _("Sum"), *summed(("count", "tce", "money"), len(rows), totals)))
    columns = (
        text("rank", _("Rank")),
        text("aspect", _("Aspect")),
        number("count", _("Findings^potential"), 0),
        number("tce", _("Coal equivalent (tce/a)"), 1),
        number("money", _("Money ({unit}/a)", unit=analysis.money_unit), 1),
    )
    notes = [_("Aspects that work on the same stream overlap; the sum is an upper bound.")] if rows else []
    return report("potential-aspects", _("Potential by aspect"), columns, rows, notes=notes, total=bool(rows))


def streams(analysis: Analysis) -> Table:
    """Every stream against every reference there is, the most valuable gap first."""
    rows = [
        (
            rank,
            one.specific.name,
            _("{name} {month}", name=REFERENCES[one.kind], month=one.month) if one.month else REFERENCES[one.kind],
            one.specific.unit,
            one.actual,
            one.reference,
            one.amount,
            f"{one.unit}/a",
            one.tce,
            one.money,
        )
        for rank, one in enumerate((one for one in analysis.stream_potentials if one.amount > 0), 1)
    ]
    columns = (
        text("rank", _("Rank")),
        text("stream", _("Stream")),
        text("kind", _("Reference^potential")),
        text("unit", _("Unit")),
        number("actual", _("Actual value"), -1, group=_("Per unit of product")),
        number("reference", _("Reference value"), -1, group=_("Per unit of product")),
        number("amount", _("Amount of the potential"), -1),
        text("amount_unit", _("Unit^amount")),
        number("tce", _("Coal equivalent (tce/a)"), 1),
        number("money", _("Money ({unit}/a)", unit=analysis.money_unit), 1),
    )
    met = [one for one in analysis.stream_potentials if one.amount == 0]
    notes = [_("{count} further references are met.", count=len(met))] if met else []
    return report(
        "potential-streams",
        _("Potential by stream: (actual − reference) × output"),
        columns,
        rows,
        notes=notes,
        by_row=True,
    )
