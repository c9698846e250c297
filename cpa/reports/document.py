"""The audit report as a document: chapters from Jinja2 templates, with numbered tables and figures.

Templates see frozen results and format them; they compute nothing and cannot reach files. A user's own
`templates/report/<language>/<chapter>.md.j2` in the audit folder goes before the built-in one.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.doubt import stated_doubts
from cpa.audit import PHASES
from cpa.diagnostics import Finding, Span
from cpa.figures.charts import figure
from cpa.figures.model import Figure
from cpa.messages import _, listed, plain
from cpa.reports.markdown import cell_text, inline, table_text
from cpa.schema import labels
from cpa.schema.assessment import Balance
from cpa.schema.quantity import Quantity
from cpa.tables.assessment import balance, balance_flows
from cpa.tables.balances import costs, indices, losses, reconciliation, water_target
from cpa.tables.benchmark import benchmark_verdict
from cpa.tables.build import in_unit, words
from cpa.tables.economics import cash_flow
from cpa.tables.forms import table as named_table
from cpa.tables.model import Table
from cpa.tables.packages import abated

TEMPLATES = Path(__file__).parent.parent / "templates"
CHAPTERS: dict[str, tuple[str, ...]] = {
    "audit": ("0-preface", *(f"{number}-{phase}" for number, phase in enumerate(PHASES, 1)), "8-conclusion"),
    "disclosure": ("disclosure",),
}
"""The chapters of each kind of document."""


class Document(msgspec.Struct, frozen=True):
    """A finished document: Markdown, the drawings it refers to (file name to SVG), and what went wrong."""

    text: str
    drawings: dict[str, str]
    findings: tuple[Finding, ...]


_LARGEST = 10
"""Losses that a chapter ranks; the workbook has all."""


class _Chapter:
    """Numbers tables and figures while a chapter is rendered, and remembers the numbers for references."""

    def __init__(
        self,
        analysis: Analysis,
        language: str,
        number: int,
        numbers: dict[str, str],
        drawn: dict[str, Figure | None],
        *,
        alone: bool = False,
    ) -> None:
        self.analysis = analysis
        self.drawn = drawn
        """Figures that were drawn before, by name: every chapter is rendered twice."""
        self.language = language
        self.number = number
        self.numbers = numbers
        self.alone = alone
        """A document of one chapter does not number it."""
        self.drawings: dict[str, str] = {}
        self.tables = 0
        self.figures = 0

    def table(self, name: str) -> str:
        return self._placed(name, named_table(self.analysis, name))

    def balance(self, index: int) -> str:
        return self._placed(f"balance-{index}", balance(self.analysis.balances[index]))

    def flows(self, index: int) -> str:
        return self._placed(f"flows-{index}", balance_flows(self.analysis, self.analysis.balances[index]))

    def reconciliation(self, index: int) -> str:
        """What data reconciliation makes of a balance, where the audit asks for it."""
        result = self.analysis.balances[index]
        if not result.request.reconcile:
            return ""
        return self._placed(f"reconciliation-{index}", reconciliation(self.analysis, result))

    def further(self, index: int) -> str:
        """Indices of a balance, and where mass and money leave."""
        result = self.analysis.balances[index]
        return self._placed(f"indices-{index}", indices(self.analysis, result)) + self._placed(
            f"losses-{index}", losses(self.analysis, result, _LARGEST)
        )

    def costs(self) -> str:
        """Material flow cost accounting, where flows have prices."""
        if not any(flow.price for flow in self.analysis.audit.phase("assessment").flows):
            return ""
        made = costs(self.analysis, Balance(layer="cost"))
        return "".join(self._placed(table.id, table) for table in made)

    def yearly(self) -> str:
        """The cash flows that differ from year to year."""
        names = _studied(self.analysis, "yearly")
        return self._placed("cash-flow", cash_flow(self.analysis, names)) if names else ""

    def water_target(self) -> str:
        return self._placed("water-target", water_target(self.analysis))

    def _placed(self, name: str, table: Table | None) -> str:
        if table is None or not table.rows or len(table.columns) < 2:
            return ""
        self.tables += 1
        label = _("Table {chapter}-{number}", chapter=self.number, number=self.tables)
        if self.alone:
            label = _("Table {number}", number=self.tables)
        self.numbers[f"table {name}"] = label.to(self.language)
        title = cell_text(table.title.to(self.language))
        form = _(" (work table {number})", number=table.id).to(self.language) if table.kind == "form" else ""
        return f"\n**{label.to(self.language)} {title}{form}**\n\n{table_text(table, self.language)}\n"

    def figure(self, name: str) -> str:
        if name not in self.drawn:
            self.drawn[name] = figure(self.analysis, name, self.language)
        drawing = self.drawn[name]
        if drawing is None:
            return ""
        self.figures += 1
        label = _("Figure {chapter}-{number}", chapter=self.number, number=self.figures).to(self.language)
        self.numbers[f"figure {name}"] = label
        caption = f"**{label} {cell_text(drawing.title.to(self.language))}**"
        return f"\n{self._drawn(drawing)}\n\n{caption}\n"

    def _drawn(self, drawing: Figure) -> str:
        self.drawings[f"{drawing.name}.svg"] = drawing.svg
        return f"![{cell_text(drawing.title.to(self.language))}](figures/{drawing.name}.svg)"

    def reference(self, name: str) -> str:
        """The number of a table (`table 2-12`) or figure (`figure focus`), wherever it stands."""
        return self.numbers.get(name, "")


def written(kind: str, language: str) -> bool:
    """Whether all chapters of a kind of document exist in a language."""
    return all((TEMPLATES / "report" / language / f"{name}.md.j2").exists() for name in CHAPTERS[kind])


def reached(analysis: Analysis, kind: str) -> tuple[str, ...]:
    """The chapters of a document: of the audit report those that the stage of the audit has reached."""
    stage = analysis.audit.identity.stage if analysis.audit.identity is not None else None
    if kind != "audit" or stage in (None, PHASES[-1]):
        return CHAPTERS[kind]
    return CHAPTERS[kind][: PHASES.index(stage) + 2]


def build(
    analysis: Analysis, language: str, draft: Sequence[Finding] = (), base: str = "..", kind: str = "audit"
) -> Document:
    """A document of an audit in `language`; `draft` findings are listed in front; `base` leads from the report to the audit.

    Chapters are rendered twice, so that a reference may stand before what it names. A template that fails
    gives a finding CPA701 with its line; the other chapters are printed.
    """
    numbers: dict[str, str] = {}
    drawn: dict[str, Figure | None] = {}
    chapters = reached(analysis, kind)
    for _pass in (1, 2):
        parts: list[str] = []
        drawings: dict[str, str] = {}
        findings: list[Finding] = []
        environment = _environment(analysis, language, base)
        for number, name in enumerate(chapters):
            chapter = _Chapter(analysis, language, number, numbers, drawn, alone=len(chapters) == 1)
            text, problem = _render(environment, name, _values(analysis, language, chapter, draft))
            if problem is not None:
                findings.append(problem)
            parts.append(text)
            drawings |= chapter.drawings
    return Document(_tidy("\n".join(parts)), drawings, tuple(findings))


def _environment(analysis: Analysis, language: str, base: str) -> Any:
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    folders = [analysis.audit.root / "templates" / "report" / language, TEMPLATES / "report" / language]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder, followlinks=False) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {
        "q": words,
        "num": lambda value, decimals=2: "–" if value is None else f"{value:,.{decimals}f}",
        "pct": lambda value, decimals=1: "–" if value is None else f"{value * 100:.{decimals}f} %",
        "md": lambda text: inline(" ".join(str(text).split())),
        "word": lambda value, name: labels.label(getattr(labels, name), value).to(language),
        "worded": lambda message: message.to(language),
        "stop": _with_stop,
        "short": lambda value: f"{value:,.5g}" if abs(value) < 1e5 else f"{value:,.0f}",
        "link": lambda path: quote(f"{base}/{path}" if base else path),
    }
    return environment


def _with_stop(text: str) -> str:
    """Text that ends as a sentence."""
    text = text.rstrip()
    return text if not text or text[-1] in "。！？.!?；;：:" else f"{text}。"


def _render(environment: Any, name: str, values: dict[str, Any]) -> tuple[str, Finding | None]:
    import jinja2

    template = f"{name}.md.j2"
    hint = None
    try:
        return environment.get_template(template).render(values), None
    except jinja2.TemplateSyntaxError as error:
        line, reason = error.lineno, _("it is not valid Jinja2: {problem}", problem=error.message or "")
    except jinja2.exceptions.SecurityError as error:
        line, reason = _template_line(error, template), _("it asks for something that templates may not touch")
    except jinja2.UndefinedError as error:
        line = _template_line(error, template)
        missing = re.search(r"attribute '(\w+)'|'(\w+)' is undefined", str(error))
        word = next(filter(None, missing.groups()), "") if missing else str(error)
        reason = _("there is no value `{name}`", name=word)
        hint = _("keys are those of the audit's files; values: {names}", names=listed(sorted(values)))
    except Exception as error:  # noqa: BLE001 -- whatever a user's template does, the other chapters are printed
        line, reason = _template_line(error, template), plain(str(error) or type(error).__name__)
    file = f"templates/report/{values['language']}/{template}"
    return "", Finding(
        "CPA701",
        "error",
        _("the template {template} fails: {reason}", template=template, reason=reason),
        Span(file, line, 1, line, 2),
        hint=hint,
    )


def _template_line(error: BaseException, template: str) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(template):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _values(analysis: Analysis, language: str, chapter: _Chapter, draft: Sequence[Finding]) -> dict[str, Any]:
    """What templates see: the phases' sections and the results, and nothing that touches the file system."""
    audit = analysis.audit
    return {
        "language": language, "identity": audit.identity, **{phase: audit.phase(phase) for phase in PHASES},
        "years": analysis.years, "money_unit": analysis.money_unit, "specifics": analysis.specifics, "compliance": analysis.compliance,
        "benchmark": analysis.benchmark, "benchmark_verdict": benchmark_verdict(analysis), "benchmark_after": analysis.benchmark_after, "ranking": analysis.focus, "targets": analysis.targets,
        "energy": analysis.energy, "water_years": analysis.water, "grounds": analysis.grounds, "potentials_list": analysis.aspect_potentials, "agreement": analysis.agreement,
        "balances": analysis.balances, "balance_titles": [labels.balance_title(result.request).to(language) for result in analysis.balances],
        "coverage": analysis.coverage, "together": analysis.saved_by(analysis.compatible), "cross_checks": analysis.cross_checks, "screening_robustness": analysis.screening_robustness,
        "constant_studies": _studied(analysis, "constant"), "yearly_studies": _studied(analysis, "yearly"), "doubted": [result.study.option for result in analysis.studies if stated_doubts(audit, result)], "packages": analysis.packages, "abated": abated(analysis),
        "saved": analysis.saved, "implementation_rate": analysis.implementation_rate, "proposals": analysis.proposals, "yearly_table": chapter.yearly,
        "options_list": analysis.options, "screening_ranking": analysis.screening, "studies": analysis.studies, "resource_effects": analysis.effects,
        "attainments": analysis.attainments, "evidence": evidence(analysis),
        "draft": [{"severity": finding.severity, "code": finding.code, "place": finding.span.text if finding.span else "", "message": finding.message.to(language)} for finding in draft],
        "table": chapter.table, "figure": chapter.figure, "balance_table": chapter.balance, "flow_table": chapter.flows,
        "reconciliation_table": chapter.reconciliation, "further_tables": chapter.further, "cost_tables": chapter.costs, "water_target_table": chapter.water_target,
        "loss_shares": lambda index: analysis.loss_shares(analysis.balances[index]), "indices_of": lambda index: analysis.indices(analysis.balances[index]), "ref": chapter.reference, "in_unit": lambda quantity, unit: in_unit(quantity, unit, audit.calendar) if isinstance(quantity, Quantity) else None,
    }  # fmt: skip


def _studied(analysis: Analysis, method: str) -> list[str]:
    """The options whose cash flow is the same every year (constant), or differs (yearly)."""
    return [
        result.study.option
        for result in analysis.studies
        if result.appraisal is not None and result.appraisal.method == method
    ]


def evidence(analysis: Analysis) -> tuple[str, ...]:
    """The files that the audit refers to, readings left out, in the order of first mention."""
    found = dict.fromkeys(
        use.value for use in analysis.audit.references if use.kinds == ("file",) and not use.value.endswith(".csv")
    )
    return tuple(found)


def _tidy(text: str) -> str:
    """One empty line between blocks, none at the end."""
    lines: list[str] = []
    for line in text.splitlines():
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip() + "\n"
