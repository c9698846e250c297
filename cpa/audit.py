"""Opens an audit: folder to values, values to a typed `Audit`, and everything that is wrong on the way.

The merging rule lives here: all YAML files of a phase folder are one mapping of sections; a section that is
a list may be spread over files, any other section stands once.
"""

import math
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from cpa.diagnostics import Finding, Related, Span
from cpa.files.folder import SUFFIXES, yaml_files
from cpa.files.series import Series, SeriesColumn, read_series
from cpa.files.text import file_span, inside, lines_of, read_text
from cpa.files.yaml import HAS_C_PARSER, Document, parse, paused_collection
from cpa.files.yaml_errors import FULLWIDTH, fullwidth
from cpa.messages import Message, _, listed
from cpa.schema.identity import Identity
from cpa.schema.quantity import Quantity, QuantityError, parse_quantity
from cpa.schema.types import Item, Phase
from cpa.schema.units import Calendar, Unit, UnitError, parse_unit
from cpa.schema.walk import BAD, Reference, Walk, converter, nearest, path_of

if TYPE_CHECKING:
    from cpa.schema.approvals import Approval
    from cpa.schema.assessment import Reading
    from cpa.schema.indicators import IndicatorSystem
    from cpa.schema.library import OptionPack
    from cpa.schema.policies import PolicyPack

IDENTITY_FILE, APPROVALS_FILE = "audit.yaml", "approvals.yaml"
SYSTEMS, POLICIES, LIBRARY = "indicators", "policies", "library"
PHASES: tuple[Phase, ...] = get_args(Phase)
FOLDERS: dict[Phase, str] = {phase: f"{number}-{phase}" for number, phase in enumerate(PHASES, 1)}


def phase_type(phase: Phase) -> type[Item]:
    """The struct of all sections of a phase; its module is imported only now."""
    import importlib

    module = importlib.import_module(f"cpa.schema.{phase}")
    kind: type[Item] = getattr(module, phase.capitalize())
    return kind


class Places:
    """Where every item of an audit stands; filled while reading, asked by whoever reports something."""

    def __init__(self) -> None:
        self._containers: dict[int, tuple[Document, object]] = {}
        self._sections: dict[tuple[str, str], Span] = {}

    def add(self, document: Document, walk: Walk) -> None:
        for item, source in walk.made:
            self._containers[id(item)] = (document, source)

    def add_section(self, phase: str, section: str, span: Span) -> None:
        self._sections.setdefault((phase, section), span)

    def of(self, item: object, *path: str | int, key: bool = False) -> Span | None:
        """The place of `item`, or of what stands at `path` (keys as written in the file) below it."""
        known = self._containers.get(id(item))
        if known is None:
            return None
        document, source = known
        return document.span(source, *path, key=key)

    def same(self, item: object, other: object) -> None:
        """Lets `item`, made from `other`, stand where that stands."""
        known = self._containers.get(id(other))
        if known is not None:
            self._containers[id(item)] = known

    def section(self, phase: str, section: str) -> Span | None:
        """The key of a section where it first stands."""
        return self._sections.get((phase, section))


class PlacedReference:
    """A use of an id, and where it stands; the place is looked up when somebody asks."""

    __slots__ = ("_document", "_root", "_where", "kinds", "value")

    def __init__(self, reference: Reference, document: Document, root: object) -> None:
        self.kinds = reference.kinds
        self.value = reference.value
        self._where = reference.where
        self._document = document
        self._root = root

    @property
    def span(self) -> Span:
        return self._document.span(self._root, *path_of(self._where))


class Audit:
    """What the files of an audit say. Phases that were not read are empty and not in `read`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.identity: Identity | None = None
        self.phases: dict[Phase, Item] = {}
        self.places = Places()
        self.references: list[PlacedReference] = []
        self.findings: list[Finding] = []
        self.damaged: set[Phase] = set()
        """Phases of which a file could not be read; what seems to be missing there may stand in it."""
        self.lost_ids: set[str] = set()
        self._spoiled: dict[int, set[str]] = {}
        self.series: dict[str, Series | None] = {}
        self.readings: dict[str, Quantity] = {}
        self.period_readings: dict[tuple[str, str], Quantity] = {}
        """Readings by measuring point and period, where the file of the readings names periods."""
        self.period_lines: dict[tuple[str, str], dict[int, str]] = {}
        """The period of each line, by file and column of periods."""
        self.texts: dict[str, str] = {}
        self.systems: dict[str, IndicatorSystem] = {}
        """Indicator systems beside the audit, by id."""
        self.policies: dict[str, PolicyPack] = {}
        """Catalogues and lists of superseded documents beside the audit, by id."""
        self.library: dict[str, OptionPack] = {}
        """Packs of options beside the audit, by id."""
        self.approvals: tuple[Approval, ...] = ()
        """What was approved, from approvals.yaml."""

    def phase(self, phase: Phase) -> Any:
        """The sections of a phase; empty ones if the phase was not read or says nothing."""
        if phase not in self.phases:
            self.phases[phase] = phase_type(phase)()
        return self.phases[phase]

    def spoiled(self, item: Item, field: str) -> bool:
        """Whether `field` of `item` is absent because its value was reported and left out."""
        return field in self._spoiled.get(id(item), ())

    def take(self, walk: Walk) -> None:
        """Remembers what a walk had to leave out."""
        self.lost_ids.update(walk.lost_ids)
        for item, field in walk.spoiled:
            self._spoiled.setdefault(id(item), set()).add(field)

    @property
    def language(self) -> str | None:
        return self.identity.language if self.identity else None

    @cached_property
    def calendar(self) -> Calendar:
        """The operating calendar of audit.yaml; what it does not say is None."""
        stated = self.identity.calendar if self.identity else None
        if stated is None:
            return Calendar()
        values = {}
        for name, unit in (
            ("days_per_year", "d/a"),
            ("hours_per_day", "h/d"),
            ("shifts_per_day", "shift/d"),
            ("batches_per_day", "batch/d"),
        ):
            quantity = getattr(stated, name)
            if quantity is not None:
                values[name] = _count(quantity, unit)
        return Calendar(**values)


def _count(quantity: Any, unit: str) -> float | None:
    """How many of the unit above the slash: `330 d`, `330 d/a` and `330 天` all mean 330 days."""
    for candidate in (unit.split("/")[0], unit):
        try:
            return float(quantity.to(candidate))
        except UnitError:
            continue
    return None


def open_audit(folder: Path, phases: Iterable[Phase] = PHASES) -> Audit:
    """Reads `audit.yaml` and the given phases of the audit in `folder`.

    Never raises for what the files say: problems are in `findings` of the result, all of them.
    """
    audit = Audit(folder)
    if not folder.is_dir():
        audit.findings.append(
            Finding(
                "CPA101",
                "error",
                _("there is no folder {folder}", folder=str(folder)),
                hint=_("`cpa init {folder}` makes one", folder=str(folder)),
            )
        )
        return audit
    with paused_collection():
        _read_identity(audit)
        if audit.identity is not None or (folder / IDENTITY_FILE).exists():
            for phase in phases:
                _read_phase(audit, phase)
            if "assessment" in audit.phases:
                _read_series(audit)
            if "preassessment" in audit.phases:
                from cpa.schema.indicators import IndicatorSystem
                from cpa.schema.policies import PolicyPack

                _read_packs(audit, SYSTEMS, IndicatorSystem, audit.systems)
                _read_packs(audit, POLICIES, PolicyPack, audit.policies)
            if "options" in audit.phases:
                from cpa.schema.library import OptionPack

                _read_packs(audit, LIBRARY, OptionPack, audit.library)
            _read_approvals(audit)
            _find_strays(audit)
    if not HAS_C_PARSER and audit.texts:
        audit.findings.append(
            Finding(
                "CPA126",
                "note",
                _("PyYAML is installed without its C parser; reading is some 30 times slower"),
                hint=_("install the binary package: pip install --force-reinstall --only-binary :all: PyYAML"),
            )
        )
    return audit


def _read_identity(audit: Audit) -> None:
    if not (audit.root / IDENTITY_FILE).exists():
        audit.findings.append(
            Finding(
                "CPA123",
                "error",
                _("{folder} is not an audit: there is no audit.yaml in it", folder=str(audit.root)),
                hint=_(
                    "name the folder that holds audit.yaml, or make one with `cpa init {folder}`",
                    folder=str(audit.root),
                ),
            )
        )
        return
    document = _document(audit, IDENTITY_FILE)
    if document is None:
        return
    if not isinstance(document.value, dict) and _reported_fullwidth(audit, document):
        return
    walk = Walk()
    identity = converter(Identity)(document.value, None, walk) if document.value is not None else BAD
    if document.value is None:
        audit.findings.append(Finding("CPA110", "error", _("the file is empty"), file_span(IDENTITY_FILE)))
    _take(audit, document, document.value, walk)
    audit.identity = None if identity is BAD else identity


def _read_phase(audit: Audit, phase: Phase) -> None:
    folder = FOLDERS[phase]
    names = [name for name in (f"{folder}{suffix}" for suffix in SUFFIXES) if (audit.root / name).is_file()]
    if (audit.root / folder).is_dir():
        listing = yaml_files(audit.root, folder)
        audit.findings.extend(listing.findings)
        names.extend(listing.files)
    kind = phase_type(phase)
    annotations = kind.__annotations__
    sections: dict[str, Any] = {}
    first: dict[str, Span] = {}
    for name in names:
        document = _document(audit, name)
        if document is None:
            audit.damaged.add(phase)
            continue
        if document.value is None:
            continue
        if not isinstance(document.value, dict):
            audit.damaged.add(phase)
            if _reported_fullwidth(audit, document):
                continue
        if not isinstance(document.value, dict):
            audit.findings.append(
                Finding(
                    "CPA112",
                    "error",
                    _("a file of a phase holds sections: `key: value` lines"),
                    document.span(document.value) if document.holds(document.value) else file_span(name),
                    hint=_("sections of this phase: {names}", names=listed(list(annotations))),
                )
            )
            continue
        for section, value in document.value.items():
            place = document.span(document.value, section, key=True)
            if section not in annotations:
                audit.findings.append(_unknown_section(phase, section, place, list(annotations)))
                continue
            if value is None:
                continue
            walk = Walk()
            result = converter(annotations[section])(value, (None, section), walk)
            _take(audit, document, document.value, walk)
            audit.places.add_section(phase, section, place)
            if result is BAD:
                continue
            if section in sections and not isinstance(result, tuple):
                audit.findings.append(
                    Finding(
                        "CPA120",
                        "error",
                        _("the section `{section}` stands here for the second time", section=section),
                        place,
                        (Related(first[section], _("first given here")),),
                        _("keep one of the two; only lists may be spread over files"),
                    )
                )
                continue
            first.setdefault(section, place)
            sections[section] = (*sections[section], *result) if section in sections else result
    audit.phases[phase] = kind(**sections)


def _read_packs(audit: Audit, folder: str, kind: type[Item], found: dict[str, Any]) -> None:
    """The audit's own data packs, one a file in `folder`, by id."""
    if not (audit.root / folder).is_dir():
        return
    listing = yaml_files(audit.root, folder)
    audit.findings.extend(listing.findings)
    for name in listing.files:
        document = _document(audit, name)
        if document is None or document.value is None:
            continue
        walk = Walk()
        pack = converter(kind)(document.value, None, walk)
        _take(audit, document, document.value, walk)
        if pack is not BAD:
            found[pack.id] = pack


def _read_approvals(audit: Audit) -> None:
    """What `cpa approve` wrote."""
    if not (audit.root / APPROVALS_FILE).is_file():
        return
    from cpa.schema.approvals import Approvals

    document = _document(audit, APPROVALS_FILE)
    if document is None or document.value is None:
        return
    walk = Walk()
    found = converter(Approvals)(document.value, None, walk)
    _take(audit, document, document.value, walk)
    if found is not BAD:
        audit.approvals = found.approvals


def _document(audit: Audit, name: str) -> Document | None:
    text, findings = read_text(audit.root, name)
    audit.findings.extend(findings)
    if text is None:
        return None
    audit.texts[name] = text
    document, findings = parse(name, text)
    audit.findings.extend(findings)
    return document


def _reported_fullwidth(audit: Audit, document: Document) -> bool:
    """A file that is one word because its colon is full-width: says so, and whether it was so."""
    for number, line in enumerate(lines_of(document.text), 1):
        wide = fullwidth(line)
        if wide is not None:
            audit.findings.append(
                Finding("CPA105", "error", FULLWIDTH, file_span(document.name, number, wide[0] + 1), hint=wide[1])
            )
            return True
    return False


def _take(audit: Audit, document: Document, root: object, walk: Walk) -> None:
    """Turns what a walk found, which knows paths, into findings and references, which know places."""
    audit.places.add(document, walk)
    audit.take(walk)
    for problem in walk.problems:
        path = path_of(problem.where)
        message, hint = problem.message, problem.hint
        if not document.holds(root):
            audit.findings.append(Finding(problem.code, "error", message, file_span(document.name), hint=hint))
            continue
        if problem.code == "CPA112":
            hint = _leading_zero_hint(document, root, path) or hint
        audit.findings.append(
            Finding(problem.code, "error", message, document.span(root, *path, key=problem.at_key), hint=hint)
        )
    audit.references.extend(
        PlacedReference(reference, document, root) for reference in walk.references if reference.value
    )


def _leading_zero_hint(document: Document, root: object, path: tuple[str | int, ...]) -> Message | None:
    written = document.lexeme(root, *path)
    if written is not None and written[1] and written[0][:1] == "0" and written[0].isdigit() and len(written[0]) > 1:
        return _('put it in quotes, so that the leading zero is kept: "{value}"', value=written[0])
    return None


def _unknown_section(phase: Phase, section: str, place: Span, names: list[str]) -> Finding:
    for other in PHASES:
        if other != phase and section in phase_type(other).__annotations__:
            hint = _("`{section}` belongs into {folder}/", section=section, folder=FOLDERS[other])
            return Finding(
                "CPA111",
                "error",
                _("the section `{section}` stands in the wrong phase", section=section),
                place,
                hint=hint,
            )
    if any(mark in section for mark in "：，　"):
        return Finding(
            "CPA105",
            "error",
            _("full-width punctuation stands where YAML needs ASCII"),
            place,
            hint=_("write `key: value` with an ASCII colon and a space"),
        )
    near = nearest(section, names)
    hint = (
        _("did you mean {names}?", names=listed([f"`{name}`" for name in near]))
        if near
        else _("sections of this phase: {names}", names=listed(names))
    )
    return Finding("CPA111", "error", _("the section `{section}` is unknown", section=section), place, hint=hint)


def _find_strays(audit: Audit) -> None:
    """YAML files at the top of the folder that belong to no phase would be overlooked without a word."""
    known = {
        IDENTITY_FILE,
        APPROVALS_FILE,
        *(f"{folder}{suffix}" for folder in FOLDERS.values() for suffix in SUFFIXES),
    }
    for entry in sorted(audit.root.iterdir()):
        stray_folder = (
            entry.is_dir()
            and entry.name not in FOLDERS.values()
            and entry.name[:1] in "1234567"
            and entry.name[1:2] in "-_ "
        )
        if (entry.suffix in SUFFIXES and entry.is_file() and entry.name not in known) or stray_folder:
            near = nearest(entry.stem, list(FOLDERS.values()))
            hint = (
                _("did you mean {names}?", names=listed(near))
                if near
                else _("put it into a phase folder: {names}", names=listed(list(FOLDERS.values())))
            )
            audit.findings.append(
                Finding(
                    "CPA124",
                    "warning",
                    _("{name} belongs to no phase and is not read", name=entry.name),
                    Span(f"{entry.name}/", 1, 1, 1, 2) if stray_folder else file_span(entry.name),
                    hint=hint,
                )
            )


def _read_series(audit: Audit) -> None:
    """The readings of phase 3: one quantity a measuring point, the mean of its column, or columns; the same by period."""
    found: dict[tuple[str, str], list[float]] = {}
    units: dict[str, Unit] = {}
    accuracies = {point.id: point.accuracy for point in audit.phase("assessment").points}
    for reading in audit.phase("assessment").readings:
        column = _column(audit, reading)
        if column is None:
            continue
        head, unit = column
        target = units.setdefault(reading.point, unit)
        try:
            scale = unit.scale(target, audit.calendar)
        except UnitError as error:
            message = _(
                "the readings of {point} have different units: {reason}", point=reading.point, reason=error.message
            )
            audit.findings.append(
                Finding("CPA303", "error", message, audit.places.of(reading, "column"), hint=error.hint)
            )
            continue
        periods = _periods(audit, reading) if reading.periods else {}
        for line, cell in head.cells:
            value = _cell(audit, reading.file, line, cell, unit)
            if value is not None:
                found.setdefault((reading.point, ""), []).append(value * scale)
                if line in periods:
                    found.setdefault((reading.point, periods[line]), []).append(value * scale)
    for (point, period), values in found.items():
        mean = math.fsum(values) / len(values)
        limits = accuracies.get(point)
        quantity = Quantity(
            mean,
            units[point],
            readings=tuple(values),
            method="metered",
            accuracy=limits.to("") * abs(mean) if limits is not None else None,
        )
        if period:
            audit.period_readings[point, period] = quantity
        else:
            audit.readings[point] = quantity


def _periods(audit: Audit, reading: "Reading") -> dict[int, str]:
    """The period of each line of the reading's file, by line number."""
    series = audit.series[reading.file]
    column = series.column(reading.periods) if series is not None else None
    if column is None:
        names = [known.name for known in series.columns] if series is not None else []
        message = _("{file} has no column `{column}`", file=reading.file, column=reading.periods)
        hint = _("its columns are {names}", names=listed(nearest(reading.periods, names) or names))
        audit.findings.append(Finding("CPA122", "error", message, audit.places.of(reading, "periods"), hint=hint))
        return {}
    if (reading.file, reading.periods) in audit.period_lines:
        return audit.period_lines[reading.file, reading.periods]
    periods = audit.phase("assessment").periods
    ids = {name: period.id for period in periods for name in (period.id, period.name)}
    named = {line: ids[cell] for line, cell in column.cells if cell in ids}
    filled = {line for other in series.columns for line, _cell in other.cells} if series is not None else set()
    problems = [(line, _("there is no period `{name}`", name=cell)) for line, cell in column.cells if cell not in ids]
    problems += [
        (line, _("this line names no period")) for line in sorted(filled - {line for line, _cell in column.cells})
    ]
    hint = _("`periods:` has {names}", names=listed([period.name or period.id for period in periods]))
    for line, message in problems:
        audit.findings.append(Finding("CPA122", "error", message, file_span(reading.file, line), hint=hint))
    audit.period_lines[reading.file, reading.periods] = named
    return named


def _column(audit: Audit, reading: "Reading") -> tuple[SeriesColumn, Unit] | None:
    """The column of a reading and its unit, or the reason why there is none as a finding."""
    series = _series(audit, reading.file)
    if series is None:
        return None
    column = series.column(reading.column)
    if column is None:
        names = [known.name for known in series.columns]
        message = _("{file} has no column `{column}`", file=reading.file, column=reading.column)
        hint = _("its columns are {names}", names=listed(nearest(reading.column, names) or names))
        audit.findings.append(Finding("CPA122", "error", message, audit.places.of(reading, "column"), hint=hint))
        return None
    head = file_span(series.file, series.head_line)
    if not column.unit:
        message = _("the column `{column}` states no unit", column=column.name)
        audit.findings.append(
            Finding(
                "CPA122",
                "error",
                message,
                head,
                hint=_("write the unit into the header: {column} [t/d]", column=column.name),
            )
        )
        return None
    if not column.cells:
        audit.findings.append(
            Finding("CPA122", "error", _("the column `{column}` holds no reading", column=column.name), head)
        )
        return None
    try:
        return column, parse_unit(column.unit)
    except UnitError as error:
        audit.findings.append(Finding("CPA301", "error", error.message, head, hint=error.hint))
        return None


def _cell(audit: Audit, file: str, line: int, cell: str, unit: Unit) -> float | None:
    """One reading in the unit of its column. A result beyond the range of the method is no reading to average."""
    try:
        quantity = parse_quantity(cell, unit.text)
        if quantity.sign in ("<", ">"):
            raise QuantityError(
                _("`{cell}` is no number that a mean can be taken of", cell=cell),
                _("write the value that you count with, half the detection limit say, and note it"),
            )
        return quantity.to(unit, audit.calendar)
    except (QuantityError, UnitError) as error:
        audit.findings.append(Finding("CPA301", "error", error.message, file_span(file, line), hint=error.hint))
        return None


def _series(audit: Audit, name: str) -> Series | None:
    if name not in audit.series:
        if not inside(audit.root, audit.root / name) or not (audit.root / name).is_file():
            return None  # the reference check names a file that is missing
        series, findings = read_series(audit.root, name)
        audit.findings.extend(findings)
        audit.series[name] = series
    return audit.series[name]
