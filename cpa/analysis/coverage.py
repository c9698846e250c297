"""Where options come from, and what none answers (docs/spec-options.md; handbook, steps 3.6 and 4.1)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

import msgspec

from cpa.analysis.benchmark import BenchmarkResult, IndicatorResult
from cpa.analysis.effects import Effect, Stock
from cpa.analysis.indices import LossShare
from cpa.analysis.options import OptionResult
from cpa.audit import Audit
from cpa.schema.assessment import Cause
from cpa.schema.preassessment import SourceCause, Suggestion, Waste
from cpa.schema.types import Category


class Loss(msgspec.Struct, frozen=True):
    """A large loss of a balance, with its share of what enters."""

    layer: str
    share: LossShare


class Coverage(msgspec.Struct, frozen=True):
    """What the options answer. `end_of_pipe` are kept options that cut wastes only, `energy` those that save energy only."""

    losses: tuple[tuple[Loss, tuple[str, ...]], ...]
    causes: tuple[tuple[Cause | SourceCause, tuple[str, ...]], ...]
    indicators: tuple[tuple[IndicatorResult, tuple[str, ...]], ...]
    suggestions: tuple[tuple[Suggestion, tuple[str, ...]], ...]
    categories: dict[Category, tuple[str, ...]]
    untraced: tuple[str, ...]
    end_of_pipe: tuple[str, ...]
    energy: tuple[str, ...]
    kept: int

    @property
    def only_end_of_pipe(self) -> bool:
        return self.kept > 1 and len(self.end_of_pipe) == self.kept

    @property
    def only_energy(self) -> bool:
        return self.kept > 1 and len(self.energy) == self.kept


def coverage(
    audit: Audit,
    results: Sequence[OptionResult],
    effects: Mapping[str, Effect],
    stocks: Mapping[str, Stock],
    benchmark: BenchmarkResult | None,
    losses: Sequence[Loss],
) -> Coverage:
    """Every large loss, cause, indicator below the best level and suggestion with the options that answer it.

    A loss is answered by options that name it among their `streams` or savings, and by those of a cause that stands at it.
    """

    def answering(name: str) -> tuple[str, ...]:
        return tuple(result.option.id for result in results if name in result.option.origin)

    below = [one for one in benchmark.results if one.level is None or one.level > 0] if benchmark is not None else []
    kept = [result for result in results if result.kept]
    pre = audit.phase("preassessment")
    behind = {one.flow: one.id for one in audit.phase("assessment").causes if one.flow}

    def at(name: str) -> tuple[str, ...]:
        return tuple(
            result.option.id
            for result in results
            if name in (*result.option.streams, *(saving.flow for saving in result.option.savings))
            or (name in behind and behind[name] in result.option.origin)
        )

    return Coverage(
        tuple((one, at(one.share.id)) for one in losses),
        tuple((cause, answering(cause.id)) for cause in audit.phase("assessment").causes),
        tuple((one, answering(one.row.id)) for one in below if one.met is not None),
        tuple((one, answering(one.id)) for one in pre.suggestions if one.id),
        {
            category: tuple(result.option.id for result in results if result.option.category == category)
            for category in get_args(Category)
        },
        tuple(result.option.id for result in results if not traced(result)),
        tuple(result.option.id for result in kept if _only_wastes(effects[result.option.id], stocks)),
        tuple(result.option.id for result in kept if _only_energy(effects[result.option.id], stocks)),
        len(kept),
    )


_LARGE, _MOST = 0.02, 5


def large_losses(shares: Iterable[tuple[str, Sequence[LossShare]]]) -> Iterator[Loss]:
    """The largest named losses of each layer: at most five, each at least 2 % of what enters."""
    for layer, found in shares:
        named = [one for one in found if one.id and one.share >= _LARGE]
        yield from (Loss(layer, one) for one in named[:_MOST])


def traced(result: OptionResult) -> bool:
    """Whether an option says what it answers, or where it was found."""
    option = result.option
    return bool(option.origin or option.streams or option.library) or option.source in ("expert", "peer")


def _only_wastes(effect: Effect, stocks: Mapping[str, Stock]) -> bool:
    saved = [name for name, amount in effect.amounts.items() if amount > 0]
    return bool(saved) and all(isinstance(stocks[name].item, Waste) for name in saved)


def _only_energy(effect: Effect, stocks: Mapping[str, Stock]) -> bool:
    saved = [name for name, amount in effect.amounts.items() if amount > 0]
    return bool(saved) and all(stocks[name].carries_energy for name in saved)
