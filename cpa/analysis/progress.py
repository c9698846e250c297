"""How far an audit is: the seven phases and their 35 steps (handbook, contents; domain notes §1.1)."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from cpa.audit import PHASES, Audit
from cpa.messages import Message, _
from cpa.schema.types import Phase

State = Literal["done", "begun", "missing"]

PHASE_NAMES: dict[Phase, Message] = {
    "planning": _("Planning and organisation"),
    "preassessment": _("Pre-assessment"),
    "assessment": _("Assessment"),
    "options": _("Generation and screening of options"),
    "feasibility": _("Feasibility analysis"),
    "implementation": _("Implementation of options"),
    "continuation": _("Continuing cleaner production"),
}


class Step(msgspec.Struct, frozen=True):
    """A step: its number, its name, and what shows that it was taken (phase, section, what is looked for, whether it is there)."""

    number: str
    name: Message
    needs: tuple[tuple[Phase, str, Message, Callable[[Audit], bool]], ...]


class StepState(msgspec.Struct, frozen=True):
    """Where a step stands, and what it still lacks."""

    step: Step
    state: State
    lacking: tuple[tuple[Phase, str, Message], ...]


def _has(
    phase: Phase, section: str, name: Message, test: Callable[[Any], bool] = bool
) -> tuple[Phase, str, Message, Callable[[Audit], bool]]:
    def there(audit: Audit) -> bool:
        value = getattr(audit.phase(phase), section)
        return value is not None and bool(test(value))

    return phase, section, name, there


def _steps() -> tuple[Step, ...]:
    options = _has("options", "options", _("options"))
    done = _has(
        "options", "options", _("options that are done"), lambda found: any(option.status == "done" for option in found)
    )
    return (
        Step(
            "1.1",
            _("Win the support and part of the management"),
            (_has("planning", "support", _("the decision of the management")),),
        ),
        Step("1.2", _("Form the audit group"), (_has("planning", "team", _("the audit group")),)),
        Step("1.3", _("Draw up the work plan"), (_has("planning", "plan", _("the work plan")),)),
        Step(
            "1.4",
            _("Publicity, education and training^step"),
            (
                _has("planning", "training", _("training and publicity")),
                _has("planning", "barriers", _("barriers and solutions")),
            ),
        ),
        Step(
            "2.1",
            _("Survey the present state"),
            (
                _has("preassessment", "profile", _("the profile")),
                _has("preassessment", "products", _("products")),
                _has("preassessment", "inputs", _("raw materials, water and energy")),
                _has("preassessment", "wastes", _("wastes")),
                _has("preassessment", "monitoring", _("monitoring results")),
            ),
        ),
        Step(
            "2.2",
            _("Visit the site"),
            (
                _has("preassessment", "visits", _("site visits")),
                _has("preassessment", "workshops", _("workshops and processes")),
                _has("preassessment", "equipment", _("equipment")),
            ),
        ),
        Step(
            "2.3",
            _("Assess the potential and set the direction"),
            (
                _has("preassessment", "benchmark", _("the benchmark")),
                _has("preassessment", "source_causes", _("causes of the main wastes")),
                _has("preassessment", "potentials", _("the potential")),
            ),
        ),
        Step(
            "2.4",
            _("Choose the audit focus"),
            (
                _has("preassessment", "candidates", _("candidates")),
                _has("preassessment", "focus", _("the ranking of candidates")),
                _has("preassessment", "focus", _("the chosen focus"), lambda focus: focus.chosen),
            ),
        ),
        Step("2.5", _("Set the targets"), (_has("preassessment", "targets", _("targets")),)),
        Step(
            "2.6",
            _("Propose first options and carry out the obvious ones"),
            (_has("preassessment", "suggestions", _("suggestions")), done),
        ),
        Step(
            "3.1",
            _("Prepare the documents on the focus"),
            (
                _has("assessment", "documents", _("documents on the focus")),
                _has("assessment", "units", _("unit operations")),
            ),
        ),
        Step(
            "3.2",
            _("Measure inputs and outputs"),
            (
                _has("assessment", "points", _("measuring points")),
                _has("assessment", "readings", _("readings")),
                _has("assessment", "flows", _("flows")),
            ),
        ),
        Step(
            "3.3",
            _("Set up the material balance"),
            (
                _has(
                    "assessment",
                    "balances",
                    _("a mass balance"),
                    lambda found: any(item.layer == "mass" for item in found),
                ),
            ),
        ),
        Step(
            "3.4",
            _("Analyse the flows of substances"),
            (
                _has(
                    "assessment",
                    "balances",
                    _("a balance of water, energy or a substance"),
                    lambda found: any(item.layer != "mass" for item in found),
                ),
            ),
        ),
        Step("3.5", _("Analyse the causes of the problems"), (_has("assessment", "causes", _("causes of losses")),)),
        Step(
            "3.6",
            _("Propose options and carry out the obvious ones"),
            (
                _has(
                    "options",
                    "options",
                    _("options that answer a cause"),
                    lambda found: any(option.origin for option in found),
                ),
            ),
        ),
        Step("4.1", _("Generate options"), (options,)),
        Step(
            "4.2",
            _("Compile the options"),
            (
                _has(
                    "options",
                    "options",
                    _("an investment and an effect of every option"),
                    lambda found: found and all(option.effect or option.savings for option in found),
                ),
            ),
        ),
        Step(
            "4.3",
            _("Screen the options"),
            (
                _has(
                    "options",
                    "options",
                    _("a verdict on every option"),
                    lambda found: found and all(option.verdict or option.comparison for option in found),
                ),
                _has("options", "screening", _("the ranking of options")),
            ),
        ),
        Step(
            "4.4",
            _("Go on carrying out obvious options"),
            (_has("options", "results", _("effects of no-cost and low-cost options")),),
        ),
        Step("4.5", _("Sum up the audit so far"), (_has("options", "summary", _("the summary")),)),
        Step("5.1", _("Develop the options"), (_has("feasibility", "studies", _("studies")),)),
        Step(
            "5.2",
            _("Settle the content of the options"),
            (
                _has(
                    "feasibility",
                    "studies",
                    _("a description in every study"),
                    lambda found: found and all(study.description for study in found),
                ),
            ),
        ),
        Step(
            "5.3",
            _("Assess the technology"),
            (
                _has(
                    "feasibility",
                    "studies",
                    _("a technical assessment in every study"),
                    lambda found: found and all(study.technical for study in found),
                ),
            ),
        ),
        Step(
            "5.4",
            _("Assess the environmental effect"),
            (
                _has(
                    "feasibility",
                    "studies",
                    _("an environmental assessment in every study"),
                    lambda found: found and all(study.environmental for study in found),
                ),
            ),
        ),
        Step(
            "5.5",
            _("Assess the finances"),
            (
                _has(
                    "feasibility",
                    "studies",
                    _("running cost and revenue in every study"),
                    lambda found: found and all(study.operation or study.net_cash_flow for study in found),
                ),
            ),
        ),
        Step("5.6", _("Choose the best feasible options"), (_has("feasibility", "conclusion", _("the conclusion")),)),
        Step(
            "6.1",
            _("Organise the implementation"),
            (_has("implementation", "schedule", _("the schedule")), _has("implementation", "funds", _("funds"))),
        ),
        Step(
            "6.2",
            _("Follow and sum up the benefits of carried-out options"),
            (_has("implementation", "effects", _("effects")),),
        ),
        Step(
            "6.3",
            _("Evaluate the medium-cost and high-cost options carried out"),
            (
                _has(
                    "implementation",
                    "effects",
                    _("before, design and after of an option"),
                    lambda found: any(change.design is not None for effect in found for change in effect.changes),
                ),
            ),
        ),
        Step(
            "6.4",
            _("Analyse and sum up the influence of the audit"),
            (
                _has("implementation", "attainments", _("attainment of targets")),
                _has("implementation", "impact", _("the influence on the enterprise")),
            ),
        ),
        Step(
            "7.1",
            _("Set up and improve the organisation"),
            (_has("continuation", "organisation", _("the organisation")),),
        ),
        Step(
            "7.2", _("Strengthen and improve the management"), (_has("continuation", "rules", _("management rules")),)
        ),
        Step("7.3", _("Plan continuing cleaner production"), (_has("continuation", "next_steps", _("the plan")),)),
        Step(
            "7.4", _("Write the audit report"), (_has("continuation", "conclusion", _("the conclusion of the audit")),)
        ),
    )


STEPS: tuple[Step, ...] = _steps()


def phase_of(step: Step) -> Phase:
    return PHASES[int(step.number[0]) - 1]


def states(audit: Audit) -> tuple[StepState, ...]:
    """Every step: done when nothing is lacking, missing when nothing is there."""
    results = []
    for step in STEPS:
        lacking = tuple((phase, section, name) for phase, section, name, there in step.needs if not there(audit))
        state: State = "done" if not lacking else "missing" if len(lacking) == len(step.needs) else "begun"
        results.append(StepState(step, state, lacking))
    return tuple(results)
