"""`approvals.yaml` as `cpa approve` writes it: the figures of each approved decision, one a line, so that git shows changes."""

import datetime
import json
from collections.abc import Sequence

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.approvals import decisions, figures, fingerprint
from cpa.audit import APPROVALS_FILE
from cpa.files.writing import write_text
from cpa.messages import Message, _, listed
from cpa.schema.approvals import Approval

_HEAD = {
    "zh": "# 由 cpa approve 写入：已批准的决定及其所依据的数据；数据变化后 cpa check 与 cpa status 会提示重新审查\n",
    "en": "# Written by cpa approve: approved decisions and the figures that they rest on; cpa check and cpa status say when these change\n",
}


def approve(analysis: Analysis, names: Sequence[str], by: str, day: datetime.date) -> Message | None:
    """Records the figures of the named decisions as they are today; the reason where one is no decision of the audit."""
    known = decisions(analysis)
    strange = [name for name in names if name not in known]
    if strange:
        return _("there is no decision {names}; there are {known}", names=listed(strange), known=listed(list(known)))
    made = {(approval.kind, approval.decision): approval for approval in analysis.audit.approvals}
    for kind, name in (known[each] for each in names):
        found = figures(analysis, kind, name) or {}
        entry = Approval(decision=name, kind=kind, date=day, by=by, fingerprint="", figures=found)
        made[kind, name] = msgspec.structs.replace(entry, fingerprint=fingerprint(entry))
    language = analysis.audit.language or "zh"
    write_text(
        analysis.audit.root / APPROVALS_FILE, _HEAD[language] + "\napprovals:\n" + "".join(map(_entry, made.values()))
    )
    return None


def _entry(approval: Approval) -> str:
    lines = [
        f"  - decision: {_quoted(approval.decision)}",
        f"    kind: {approval.kind}",
        f"    date: {approval.date.isoformat()}",
        *([f"    by: {_quoted(approval.by)}"] if approval.by else []),
        f"    fingerprint: {_quoted(approval.fingerprint)}",
        "    figures:",
        *(f"      {_quoted(name)}: {_quoted(value)}" for name, value in approval.figures.items()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Text in double quotes, which YAML and JSON read alike."""
    return json.dumps(text, ensure_ascii=False)
