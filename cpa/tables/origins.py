"""Where options come from and what they save: coverage, suggestions of the library, effects one by one and together."""

from collections.abc import Sequence

from cpa.analysis import Analysis
from cpa.analysis.library import Suggested
from cpa.analysis.library import suggestions as all_entries
from cpa.messages import Message, _, both, listed, plain
from cpa.schema.indicators import Words
from cpa.schema.labels import CATEGORIES, CONFIDENCE, label, layer_name
from cpa.schema.library import Typical
from cpa.tables.build import DASH, number, report, text, words
from cpa.tables.model import Cell, Table


def coverage(analysis: Analysis) -> Table:
    """What there is to answer, and the options that answer it."""
    found = analysis.coverage
    rows: list[tuple[Cell, ...]] = []

    def line(kind: Message, name: str, title: Cell, options: Sequence[str]) -> None:
        rows.append((kind, name, title, listed(list(options), "、") if options else plain(DASH)))

    for loss, options in found.losses:
        share = f"{loss.share.share * 100:.1f} %"
        title = _(
            "{layer}: {name}, {share} of what enters", layer=layer_name(loss.layer), name=loss.share.name, share=share
        )
        line(_("loss"), loss.share.id, title, options)
    for cause, options in found.causes:
        line(_("cause"), cause.id, getattr(cause, "place", "") or getattr(cause, "source", ""), options)
    for one, options in found.indicators:
        line(_("indicator"), one.row.id, _both(one.row.name), options)
    for suggestion, options in found.suggestions:
        line(_("suggestion"), suggestion.id, suggestion.content, options)
    for category, options in found.categories.items():
        line(_("category"), category, CATEGORIES[category], options)
    notes = []
    if found.untraced:
        notes.append(_("Without origin: {options}.", options=listed(list(found.untraced))))
    if found.only_end_of_pipe:
        notes.append(_("All kept options treat what leaves; none lowers what enters."))
    if found.only_energy:
        notes.append(_("All kept options save energy only."))
    columns = (
        text("kind", _("To be answered")),
        text("id", _("Id")),
        text("name", _("Content"), wide=True),
        text("options", _("Options")),
    )
    return report("options-coverage", _("What the options answer"), columns, rows, notes=notes)


def open_points(analysis: Analysis) -> Table:
    """The coverage in short: only what no option answers."""
    made = coverage(analysis)
    rows = [row for row in made.rows if isinstance(row[-1], Message) and row[-1] == plain(DASH)]
    return report(
        "options-open", _("What no option answers"), made.columns[:-1], [row[:-1] for row in rows], notes=made.notes
    )


def _both(name: Words) -> Message:
    return both(name.zh, name.en)


def library(analysis: Analysis) -> Table:
    """All entries of the option library for the audit's industry, and those for every industry."""
    return _entries("options-library", _("The option library"), all_entries(analysis.audit, None))


def suggestions(analysis: Analysis) -> Table:
    """Entries of the option library that act on what is below the best level or lost; nothing of this is a saving of the audit."""
    title = _("Options of the library that may answer what is open")
    return _entries("options-suggested", title, analysis.suggestions)


def _entries(name: str, title: Message, entries: Sequence[Suggested]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in entries:
        entry = one.entry
        rows.append(
            (
                entry.id,
                label(CATEGORIES, entry.category),
                _both(entry.name),
                _both(entry.content),
                listed(list(one.reasons[:_REASONS]), "; "),
                listed([_typical(typical) for typical in entry.typical], "; "),
                f"{entry.source}",
                label(CONFIDENCE, entry.confidence),
                _("in the audit") if one.used else plain(""),
            )
        )
    columns = (
        text("id", _("Entry")),
        text("category", _("Kind of option")),
        text("name", _("Name of the option")),
        text("content", _("Brief description"), wide=True),
        text("reasons", _("Answers"), wide=True),
        text("typical", _("Typical ranges"), wide=True),
        text("source", _("Source"), wide=True),
        text("confidence", _("Confidence")),
        text("used", _("State")),
    )
    notes = [_("Typical ranges say where to look; they are no savings of this audit.")]
    return report(name, title, columns, rows, notes=notes)


_REASONS = 3


def shortened(made: Table) -> Table:
    """Entries of the library as a terminal has room for."""
    kept = [
        place
        for place, column in enumerate(made.columns)
        if column.key in ("id", "category", "name", "reasons", "used")
    ]
    return report(
        made.id,
        made.title,
        [made.columns[place] for place in kept],
        [[row[place] for place in kept] for row in made.rows],
        notes=made.notes,
    )


def _typical(typical: Typical) -> Message:
    ends = " – ".join(words(end) for end in (typical.low, typical.high) if end is not None)
    return _("{name}: {range}", name=_both(typical.of), range=ends)


def effects(analysis: Analysis) -> Table:
    """What each option saves a year in money, coal equivalent and CO₂, then all kept options together."""
    rows: list[tuple[Cell, ...]] = []
    for result in analysis.options:
        effect = analysis.option_effects[result.option.id]
        origin = _("stated") if effect.stated else _("amounts × prices") if effect.money is not None else plain("")
        rows.append((result.option.id, result.option.name, effect.money, origin, effect.tce, effect.co2))
    kept = analysis.compatible
    notes = []
    if kept:
        whole = analysis.saved_by(kept)
        rows.append((_("Kept together"), "", whole.money, plain(""), whole.tce, whole.co2))
        notes.append(_("Together: the kept options, overlaps taken off."))
        out = [result.option.id for result in analysis.options if result.kept and result.option.id not in kept]
        if out:
            notes.append(
                _(
                    "Not in the sum, as their study defers or another option excludes them: {options}.",
                    options=listed(out),
                )
            )
    pairs = dict.fromkeys(one.options | one.any_of for one in analysis.lessenings if one.assumed)
    assumed = [listed(sorted(pair), " + ") for pair in pairs]
    if assumed:
        notes.append(
            _(
                "Overlaps that are not quantified, of which only the larger saving counts: {pairs}.",
                pairs=listed(assumed),
            )
        )
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option"), wide=True),
        number("money", _("Benefit ({unit}/a)", unit=analysis.money_unit)),
        text("origin", _("Money from")),
        number("tce", plain("tce/a"), 1),
        number("co2", plain("t CO₂/a"), 1),
    )
    return report(
        "option-effects",
        _("Effects of the options in money, coal equivalent and CO₂"),
        columns,
        rows,
        notes=notes,
        total=bool(kept),
    )
