"""Calendar months, and the steps of a compulsory audit (decree 38; domain notes §8.1): due 1, 2 and 12 months after the list."""

from datetime import date

import pytest
from conftest import Tree
from hypothesis import given
from hypothesis import strategies as st

from cpa.analysis.compulsory import add_months, timeline
from cpa.audit import open_audit


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2024, 1, 29), 1, date(2024, 2, 29)),
        (date(2000, 1, 31), 1, date(2000, 2, 29)),  # divisible by 400: a leap year
        (date(2025, 3, 31), 1, date(2025, 4, 30)),
        (date(2025, 2, 28), 1, date(2025, 3, 28)),  # the day of the month, not its end
        (date(2025, 3, 1), 1, date(2025, 4, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 3, 1), 12, date(2026, 3, 1)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 11, 15), 1, date(2025, 12, 15)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 12, 1), 12, date(2026, 12, 1)),
        (date(2020, 6, 30), 60, date(2025, 6, 30)),
        (date(2025, 1, 31), 0, date(2025, 1, 31)),
    ],
)
def test_months_by_the_calendar(day: date, months: int, due: date) -> None:
    assert add_months(day, months) == due


@given(st.dates(date(1990, 1, 1), date(2080, 12, 31)), st.integers(0, 120))
def test_a_month_is_a_month(day: date, months: int) -> None:
    due = add_months(day, months)
    assert (due.year - day.year) * 12 + due.month - day.month == months
    assert due.day <= day.day
    assert due.day >= min(day.day, 28)


HEAD = "enterprise: {name: x}\nkind: compulsory\ngrounds: [over_limit, toxic]\nbaseline_year: 2024\n"


def test_the_steps_are_due_by_the_list_and_by_the_end(tree: Tree) -> None:
    """Listed on 31 Dec 2024: 31 Jan, 28 Feb, 31 Dec 2025; finished on 31 Jan 2026: 28 Feb 2026. Five years from 10 Mar 2020."""
    audit = open_audit(
        tree(
            {
                "audit.yaml": HEAD
                + "listed_on: 2024-12-31\nperiod: {start: 2025-02-28, finish: 2025-12-20}\n"
                + "milestones: {disclosed: 2025-02-01, finished: 2026-01-31, applied: 2026-02-28, previous: 2020-03-10}\n"
            }
        )
    )
    steps = {step.id: (step.due, step.done, step.late) for step in timeline(audit)}
    assert steps == {
        "disclosure": (date(2025, 1, 31), date(2025, 2, 1), True),
        "start": (date(2025, 2, 28), date(2025, 2, 28), False),  # on the day is in time
        "finish": (date(2025, 12, 31), date(2026, 1, 31), True),  # a milestone goes before the period of the audit
        "apply": (date(2026, 2, 28), date(2026, 2, 28), False),
        "interval": (date(2025, 3, 10), date(2025, 2, 28), False),
    }


def test_what_is_not_known_is_neither_due_nor_late(tree: Tree) -> None:
    audit = open_audit(tree({"audit.yaml": HEAD + "listed_on: 2025-03-01\n"}))
    assert [(step.id, step.due, step.done, step.late) for step in timeline(audit)] == [
        ("disclosure", date(2025, 4, 1), None, None),
        ("start", date(2025, 5, 1), None, None),
        ("finish", date(2026, 3, 1), None, None),
        ("apply", None, None, None),
    ]


def test_five_years_hold_for_toxic_matter_only(tree: Tree) -> None:
    text = HEAD.replace(", toxic", "") + "listed_on: 2025-03-01\nmilestones: {previous: 2015-01-01}\n"
    assert "interval" not in {step.id for step in timeline(open_audit(tree({"audit.yaml": text})))}


def test_without_a_list_there_is_no_timeline(tree: Tree) -> None:
    assert timeline(open_audit(tree({"audit.yaml": HEAD}))) == ()
