"""Which balances to show: those that the audit asks for, narrowed or replaced by what somebody asks for now."""

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.layers import layers_of
from cpa.messages import Message, _, listed
from cpa.schema.assessment import Balance
from cpa.schema.walk import nearest


class RequestError(ValueError):
    """Something that the audit does not have."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def requested(
    analysis: Analysis,
    layers: tuple[str, ...] = (),
    scope: tuple[str, ...] = (),
    periods: tuple[str, ...] = (),
    reconcile: bool | None = None,
) -> Analysis:
    """The analysis of the same audit with the balances asked for; `periods` ("all",) means each. Raises RequestError."""
    audit = analysis.audit
    phase = audit.phase("assessment")
    _known(
        scope,
        [item.id for item in (*phase.units, *phase.groups)],
        _("there is no unit operation or group `{name}`; there are {names}"),
    )
    ids = [period.id for period in phase.periods]
    if periods != ("all",):
        _known(periods, ids, _("there is no period `{name}`; there are {names}"))
    elif not ids:
        raise RequestError(_("the audit names no periods; add `periods:` in 3-assessment"))
    known = layers_of(audit)
    for layer in layers:
        if layer not in known:
            raise RequestError(_("no flow holds `{layer}`; there are {names}", layer=layer, names=listed(list(known))))
    own = phase.balances
    asked = [item for item in own if not layers or item.layer in layers] if not scope else []
    for layer in layers or (dict.fromkeys(item.layer for item in own) or ["mass"] if scope else ()):
        if scope or layer not in {item.layer for item in own}:
            like = next((item for item in own if item.layer == layer), None)
            asked.append(
                Balance(
                    layer=layer,
                    scope=scope,
                    unit=like.unit if like is not None else "",
                    tolerance=like.tolerance if like is not None else None,
                    reconcile=like is not None and like.reconcile,
                )
            )
    if not asked:
        raise RequestError(_("the audit asks for no balance; add `balances:` in 3-assessment, or use --layer"))
    found = []
    for request in asked:
        for period in ids if periods == ("all",) else periods or (request.period,):
            new = msgspec.structs.replace(
                request, period=period, reconcile=request.reconcile if reconcile is None else reconcile
            )
            audit.places.same(new, request)
            found.append(new)
    return Analysis(audit, found)


def _known(names: tuple[str, ...], known: list[str], message: Message) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known) or known
            raise RequestError(Message(message.text, (("name", name), ("names", listed(near)))))
