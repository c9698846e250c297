"""The schedule of the options as a Gantt chart: planned bars line by line, and when each option was carried out."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from typing import NamedTuple

from cpa.analysis import Analysis
from cpa.figures.model import Figure
from cpa.figures.svg import (
    COLOURS,
    INK,
    PITCH,
    WIDTH,
    key,
    measured,
    opened,
    paragraph,
    polygon,
    rule,
    text,
    widest,
    wrapped,
)
from cpa.messages import _


class Line(NamedTuple):
    """A line of the schedule; both days are worked on."""

    name: str
    start: date
    finish: date


class Group(NamedTuple):
    """The lines of an option, and the day on which it was carried out."""

    name: str
    lines: Sequence[Line]
    done: date | None = None

    @property
    def start(self) -> date:
        return min(min(line.start, line.finish) for line in self.lines)

    @property
    def finish(self) -> date:
        return max(max(line.start, line.finish) for line in self.lines)

    @property
    def late(self) -> bool:
        return self.done is not None and self.done > self.finish


class Legend(NamedTuple):
    """What the marks mean."""

    planned: str = ""
    done: str = ""
    late: str = ""


def gantt_chart(groups: Sequence[Group], legend: Legend) -> str:
    """Bars over time by group, each under its name with the span of its lines and a mark where it was carried out."""
    groups = [group for group in groups if group.lines]
    heads = [wrapped(group.name, _LABELS) for group in groups]
    names = [[wrapped(line.name, _LABELS - _INDENT) for line in group.lines] for group in groups]
    broad = widest(row for head in heads for row in head) * 1.06
    left = max(broad, widest(row for some in names for name in some for row in name) + _INDENT, 60.0) + _MARGIN + 14
    days = [day for group in groups for day in (group.start, group.finish, group.done or group.finish)]
    time = _time(left, WIDTH - _MARGIN, min(days, default=_NEVER), max(days, default=_NEVER))
    entries, y = key(_entries(groups, legend))
    top, y = y + 4, y + 2 * PITCH + 12
    bands, out, bottom = [], [], y
    for index, (group, head, some) in enumerate(zip(groups, heads, names, strict=True)):
        above, height = bottom, max(PITCH * len(head) + 10, 24.0)
        out += [f"<g><title>{escape(group.name)}</title>", *_head(group, head, bottom + height / 2, time), "</g>"]
        bottom += height
        for line, name in zip(group.lines, some, strict=True):
            height = max(PITCH * len(name) + 4, 20.0)
            out += _bar(line, name, bottom + height / 2, time)
            bottom += height
        bottom += 4
        if index % 2 == 0:
            bands.append(_box(_MARGIN, above, WIDTH - 2 * _MARGIN, bottom - above, "#F4F6F8"))
    parts = [opened(WIDTH, bottom + 10), *entries, *bands, *_calendar(time, top, y, bottom), *out]
    return "\n".join([*parts, "</svg>\n"])


_LABELS, _INDENT, _MARGIN = 232.0, 12.0, 8.0
_NEVER = date(2000, 1, 3)
_DAY = timedelta(days=1)
_GRID, _STRONG, _QUIET = "#E3E6EA", "#B9C0C7", "#6B7178"
_IN_TIME, _LATE = COLOURS[2], COLOURS[5]


class _Time(NamedTuple):
    """The axis: `edges` are the starts of its steps, worded by `small`, in spans worded by `large`."""

    left: float
    right: float
    edges: list[date]
    small: Callable[[date], str]
    large: Callable[[date], str]

    def at(self, day: date) -> float:
        whole = (self.edges[-1] - self.edges[0]).days
        return self.left + (day - self.edges[0]).days / whole * (self.right - self.left)


def _time(left: float, right: float, first: date, last: date) -> _Time:
    """The finest steps whose words have room: weeks, months, quarters, or so many years."""
    steps: list[tuple[float, list[date], Callable[[date], str], Callable[[date], str]]] = [
        (17, _weeks(first, last), lambda day: str(day.day), lambda day: f"{day:%Y-%m}"),
        (17, _months(first, last, 1), lambda day: str(day.month), lambda day: str(day.year)),
        (22, _months(first, last, 3), lambda day: f"Q{(day.month + 2) // 3}", lambda day: str(day.year)),
    ]
    for room, edges, small, large in steps:
        if (right - left) / (len(edges) - 1) >= room:
            return _Time(left, right, edges, small, large)
    years = 1
    while (right - left) / (len(edges := _months(first, last, 12 * years)) - 1) < 36:
        years += 1
    return _Time(left, right, edges, lambda day: str(day.year), lambda _day: "")


def _weeks(first: date, last: date) -> list[date]:
    """Mondays from before the first to after the last day, four weeks at least."""
    start = first - timedelta(days=first.weekday())
    count = max((last - start).days // 7 + 1, 4)
    return [start + timedelta(days=7 * index) for index in range(count + 1)]


def _months(first: date, last: date, step: int) -> list[date]:
    """First days of every `step`-th month from before the first to after the last day."""
    start = (first.year * 12 + first.month - 1) // step * step
    end = (last.year * 12 + last.month - 1) // step * step + step
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, end + 1, step)]


def _calendar(time: _Time, top: float, start: float, bottom: float) -> list[str]:
    """Two rows of words above the bars, and lines between the steps."""
    out = []
    spans: list[tuple[str, float]] = []
    for edge, after in pairwise(time.edges):
        x = time.at(edge)
        out.append(rule((x, start - PITCH), (x, bottom), _GRID))
        word = time.small(edge)
        if word:
            out.append(text((x + time.at(after)) / 2, start - 4, word, 11, "middle", ink=_QUIET))
    day = time.edges[0]
    while day < time.edges[-1]:
        word = time.large(day)
        if not spans or spans[-1][0] != word:
            spans.append((word, time.at(day)))
        day += _DAY
    for (word, x), (_after, end) in pairwise([*spans, ("", time.right)]):
        out += [rule((x, top), (x, start - PITCH), _STRONG), rule((x, start), (x, bottom), _STRONG)]
        if word and measured(word) + 4 <= end - x:
            out.append(text(x + 4, top + 12, word, 12, bold=True))
    out.append(rule((time.right, top), (time.right, bottom), _STRONG))
    return [*out, rule((time.left, start), (time.right, start), _STRONG)]


def _head(group: Group, rows: Sequence[str], middle: float, time: _Time) -> list[str]:
    """The name of an option, the span of its lines as a bracket, and when it was carried out."""
    start, end = time.at(group.start), max(time.at(group.finish + _DAY), time.at(group.start) + 3)
    ink = f'fill="{INK}"'
    out = paragraph(_MARGIN + 4, middle, rows, bold=True)
    out.append(polygon([(start, middle - 3), (end, middle - 3), (end, middle), (start, middle)], ink))
    for x, inwards in ((start, min(6.0, (end - start) / 2)), (end, -min(6.0, (end - start) / 2))):
        out.append(polygon([(x, middle), (x + inwards, middle), (x, middle + 5)], ink))
    if group.done is not None:
        x, words = time.at(group.done) + (time.at(group.done + _DAY) - time.at(group.done)) / 2, f"{group.done:%m-%d}"
        behind = max(end, x + 7) + 4
        fits = behind + measured(words, 11) <= time.right
        out.append(_mark((x, middle - 1), _LATE if group.late else _IN_TIME))
        before = x - 11 if x - 15 - measured(words, 11) > end else min(start, x - 7) - 4
        place, anchor = (behind, "start") if fits else (before, "end")
        out.append(text(place, middle + 4, words, 11, anchor))
    return out


def _bar(line: Line, rows: Sequence[str], middle: float, time: _Time) -> list[str]:
    first, last = min(line.start, line.finish), max(line.start, line.finish)
    start, end = time.at(first), time.at(last + _DAY)
    out = [f"<g><title>{escape(f'{line.name}: {first} – {last}')}</title>"]
    out += paragraph(_MARGIN + 4 + _INDENT, middle, rows)
    return [*out, _box(start, middle - 6, max(end - start, 2.0), 12, COLOURS[0]), "</g>"]


def _entries(groups: Sequence[Group], legend: Legend) -> list[tuple[str, str]]:
    """The samples of what is drawn."""
    found = [(legend.planned, _box(-9, -5, 18, 10, COLOURS[0]))] if groups else []
    if any(group.done is not None and not group.late for group in groups):
        found.append((legend.done, _mark((0, 0), _IN_TIME)))
    if any(group.late for group in groups):
        found.append((legend.late, _mark((0, 0), _LATE)))
    return found


def _mark(at: tuple[float, float], colour: str) -> str:
    x, y = at
    return polygon([(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], f'fill="{colour}" stroke="#FFFFFF"')


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def gantt(analysis: Analysis, language: str) -> Figure | None:
    """Form 6-1 over time, by option, with the day on which each was carried out."""
    phase = analysis.audit.phase("implementation")
    options = {option.id: option for option in analysis.audit.phase("options").options}
    done = {option.id: option.finish for option in options.values() if option.status == "done" and option.finish}
    for effect in phase.effects:
        done[effect.option] = effect.date
    lines: dict[str, list[Line]] = {}
    for task in phase.schedule:
        lines.setdefault(task.option, []).append(Line(task.content, task.start, task.finish))
    if not lines:
        return None
    groups = [
        Group(f"{name} {options[name].name if name in options else ''}".strip(), some, done.get(name))
        for name, some in lines.items()
    ]
    legend = Legend(
        _("planned^schedule").to(language),
        _("carried out").to(language),
        _("carried out later than planned").to(language),
    )
    return Figure("gantt", _("Schedule of the options, and when they were carried out"), gantt_chart(groups, legend))
