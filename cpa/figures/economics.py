"""The figures of feasibility and implementation: which numbers are drawn."""

from collections.abc import Sequence

from cpa.analysis import Analysis
from cpa.analysis.packages import abatement_curve
from cpa.analysis.studies import StudyResult
from cpa.figures.abatement import Avoided, Moved, abatement_chart, change_chart
from cpa.figures.axes import (
    percent,
)
from cpa.figures.bubbles import Bubble, BubbleWords, bubble_chart
from cpa.figures.model import Figure
from cpa.figures.moneyplots import Bar, cash_chart, histogram_chart, profile_chart, tornado_chart
from cpa.messages import Message, _
from cpa.methods.doubt import DRAWS, SEED
from cpa.schema.labels import COST_CLASSES, ECONOMIC_INPUTS, label


def _study(analysis: Analysis, option: str) -> StudyResult | None:
    return next((one for one in analysis.studies if one.study.option == option), None)


def _named(result: StudyResult) -> str:
    return f"{result.study.option} {result.option.name if result.option is not None else ''}".strip()


def tornado(analysis: Analysis, option: str, language: str) -> Figure | None:
    """NPV of a study at the low and the high end of every input."""
    result = _study(analysis, option)
    found = analysis.doubt(result) if result is not None else None
    if result is None or found is None or not found.swings:
        return None
    bars = [
        Bar(
            label(ECONOMIC_INPUTS, one.input).to(language),
            percent(one.low, signed=True),
            percent(one.high, signed=True),
            one.npv_low,
            one.npv_high,
        )
        for one in found.swings
    ]
    words = (_("low end of the input"), _("high end of the input"), _("NPV as stated"), _npv(analysis))
    drawn = tornado_chart(bars, found.base, analysis.money_unit, _in(language, words))
    return Figure(f"tornado-{option}", _("NPV of {option} when one input changes", option=_named(result)), drawn)


def npv_profile(analysis: Analysis, option: str, language: str) -> Figure | None:
    """NPV of a study over the discount rate, with its internal rates of return."""
    result = _study(analysis, option)
    if result is None or result.appraisal is None:
        return None
    found = result.appraisal
    words = _in(language, (_("IRR"), _("discount rate"), _("NPV"), _("discount rate (%)")))
    drawn = profile_chart(found.flows, found.roots.rates, found.discount_rate, analysis.money_unit, words)
    return Figure(f"npv-profile-{option}", _("NPV of {option} by discount rate", option=_named(result)), drawn)


def cash_flow(analysis: Analysis, option: str, language: str) -> Figure | None:
    """The flows of a study year by year and their sums, with the paybacks."""
    result = _study(analysis, option)
    if result is None or result.appraisal is None:
        return None
    found = result.appraisal
    words = (
        _("net cash flow of the year"),
        _("cumulative"),
        _("cumulative, discounted at {rate}", rate=percent(found.discount_rate)),
        _("payback"),
        _("discounted payback"),
        _("year^axis"),
    )
    drawn = cash_chart(
        found.flows,
        found.discount_rate,
        (found.payback, found.discounted_payback),
        analysis.money_unit,
        _in(language, words),
    )
    return Figure(f"cash-flow-{option}", _("Cash flow of {option}", option=_named(result)), drawn)


def monte_carlo(analysis: Analysis, option: str, language: str) -> Figure | None:
    """How the NPV of a study is distributed when its inputs are; None where no distribution is stated."""
    result = _study(analysis, option)
    found = analysis.simulation(result, DRAWS, SEED) if result is not None else None
    if result is None or result.appraisal is None or found is None:
        return None
    marks = [
        (_("5 % point").to(language), found.npv.low),
        (_("median").to(language), found.npv.middle),
        (_("95 % point").to(language), found.npv.high),
    ]
    words = _in(language, (_("NPV < 0"), _("NPV ≥ 0"), _("share of the draws (%)")))
    drawn = histogram_chart(found.histogram, found.draws, marks, _npv(analysis).to(language), words)
    title = _(
        "NPV of {option} in {draws} draws; probability of NPV < 0: {negative}",
        option=_named(result),
        draws=f"{found.draws:,}",
        negative=percent(found.negative),
    )
    return Figure(f"monte-carlo-{option}", title, drawn)


def macc(analysis: Analysis, language: str) -> Figure | None:
    """Marginal abatement costs of CO₂, or of coal equivalent where CO₂ is not known."""
    return abatement(analysis, "co2", language) or abatement(analysis, "tce", language)


def abatement(analysis: Analysis, quantity: str, language: str) -> Figure | None:
    """Marginal abatement costs of a resource, `tce` or `co2`."""
    measures = {"co2": (_("CO₂ avoided"), "t"), "tce": (_("coal equivalent saved"), "tce")}
    if quantity not in measures and quantity not in analysis.stocks:
        return None
    found = abatement_curve(analysis.market, quantity, resource=quantity not in measures)
    if not found:
        return None
    if quantity in measures:
        name, unit = measures[quantity]
    else:
        stock = analysis.stocks[quantity]
        name, unit = _("{name} avoided", name=stock.item.name), stock.unit
    steps = [Avoided(one.option, one.name, one.amount, one.cost) for one in found]
    axis_words = _("cumulative: {name}", name=name).to(language)
    return Figure(
        f"macc-{quantity}",
        _("Marginal abatement costs: {name}", name=name),
        abatement_chart(steps, unit, analysis.money_unit, axis_words),
    )


def option_bubbles(analysis: Analysis, language: str) -> Figure | None:
    """Investment and benefit of the options that the screening keeps, with the CO₂ or coal equivalent that they avoid."""
    kept = [one for one in analysis.options if one.kept and one.money is not None]
    if not kept:
        return None
    effects = analysis.option_effects
    measure = "co2" if any(effects[one.option.id].co2 for one in kept) else "tce"
    order = list(COST_CLASSES)
    bubbles = [
        Bubble(
            one.option.id,
            one.option.name,
            one.investment,
            one.money or 0.0,
            effects[one.option.id].of(measure),
            order.index(one.cost_class) if one.cost_class in order else 0,
        )
        for one in kept
    ]
    unit = analysis.money_unit
    words = BubbleWords(
        _("investment ({unit})", unit=unit).to(language),
        _("benefit a year ({unit}/a)", unit=unit).to(language),
        (_("area: CO₂ avoided (t/a)") if measure == "co2" else _("area: coal equivalent saved (tce/a)")).to(language),
        _("none avoided, or not known").to(language),
        _("simple payback").to(language),
    )
    title = _("Investment and benefit of the options kept")
    return Figure(
        "option-bubbles", title, bubble_chart(bubbles, [COST_CLASSES[one].to(language) for one in order], words)
    )


def before_after(analysis: Analysis, language: str) -> Figure | None:
    """Resources and wastes before and after all options carried out, the largest relative saving first."""
    starts = {name: stock.baseline for name, stock in analysis.stocks.items() if stock.baseline}
    items = [
        Moved(analysis.stocks[name].item.name, analysis.stocks[name].unit, starts[name], starts[name] - saved)
        for name, saved in analysis.saved.amounts.items()
        if saved and starts.get(name)
    ]
    if not items:
        return None
    items.sort(key=lambda item: (item.after / item.before, item.name))
    words = _in(language, (_("left after the options"), _("saved^figure"), _("added^figure")))
    title = _("Amounts after the options carried out, per cent of the baseline year")
    return Figure("before-after", title, change_chart(items, words))


def _npv(analysis: Analysis) -> Message:
    return _("NPV ({unit})", unit=analysis.money_unit)


def _in(language: str, words: Sequence[Message]) -> tuple[str, ...]:
    return tuple(word.to(language) for word in words)
