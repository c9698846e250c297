"""What the options answer, what the library offers, and what the next round may take up."""

from pathlib import Path

import pytest
import yaml
from conftest import Tree

from cpa import reference
from cpa.analysis import Analysis
from cpa.analysis.library import entry_ids, topics_of
from cpa.audit import open_audit
from cpa.schema.indicators import Words
from cpa.schema.library import OptionPack
from cpa.schema.walk import BAD, Walk, converter

SAMPLE = Path(__file__).parent.parent.parent / "sample-audit"
PACKS = Path(reference.__file__).parent / "options"


@pytest.fixture(scope="module")
def sample() -> Analysis:
    return Analysis(open_audit(SAMPLE))


def test_coverage_of_the_sample(sample: Analysis) -> None:
    found = sample.coverage
    assert {cause.id: options for cause, options in found.causes}["C3"] == ("F6", "F8")
    assert all(options for _cause, options in found.causes)
    losses = {loss.share.id: options for loss, options in found.losses}
    assert "F6" in losses.get("vapour-boil", ("F6",))  # by its cause C3, where it is large enough
    assert losses["tower"] == ()
    assert found.untraced == ()
    assert not found.only_end_of_pipe
    assert not found.only_energy
    assert all(options for options in found.categories.values())


def test_suggestions_answer_something_and_begin_with_the_own_industry(sample: Analysis) -> None:
    found = sample.suggestions
    assert found
    assert all(one.reasons for one in found)
    codes = [bool(one.pack.codes) for one in found]
    assert codes == sorted(codes, reverse=True)
    assert {one.pack.id for one in found} == {"beer", "general"}


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_packs_are_sound(path: Path) -> None:
    walk = Walk()
    pack: OptionPack = converter(OptionPack)(reference.load_words(f"options/{path.stem}"), None, walk)
    assert pack is not BAD
    assert walk.problems == []
    assert pack.id == path.stem
    assert len({option.category for option in pack.options}) >= (8 if not pack.codes else 5)
    for option in pack.options:
        assert option.source
        for typical in option.typical:
            assert typical.low is not None or typical.high is not None
            if typical.low is not None and typical.high is not None:
                assert typical.low.to(typical.high.unit) <= typical.high.value


def test_ids_of_entries_are_used_once(sample: Analysis) -> None:
    ids = entry_ids(sample.audit)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("zh", "en", "topics"),
    [
        ("单位产品取水量", "Fresh water per unit of product", {"water"}),
        ("废水产生量", "Waste water generated", {"wastewater"}),
        ("化学需氧量产生量", "COD generated", {"cod"}),
        ("电耗", "Electricity", {"electricity"}),
        ("啤酒总损失率", "Total beer loss", {"product_loss"}),
    ],
)
def test_topics(zh: str, en: str, topics: set[str]) -> None:
    assert topics_of(Words(zh=zh, en=en)) == topics


def test_a_pack_beside_the_audit(tree: Tree) -> None:
    pack = yaml.safe_load((PACKS / "beer.yaml").read_text("utf-8"))
    pack["id"], pack["options"] = "own", pack["options"][:1]
    pack["options"][0]["id"] = "own-one"
    root = tree(
        {
            "audit.yaml": "enterprise: {name: 示例, industry_code: C1513}\nkind: voluntary\nbaseline_year: 2024\n",
            "library/own.yaml": yaml.safe_dump(pack, allow_unicode=True),
        }
    )
    assert "own-one" in entry_ids(open_audit(root))


def test_what_stayed_open_is_proposed(sample: Analysis) -> None:
    found = {(one.why, one.id): one for one in sample.proposals}
    assert found["option", "F9"].planned
    assert found["deferred", "F15"].planned
    assert ("deferred", "F7") in found
    assert ("option", "F6") not in found  # done
    assert found["indicator", "water"].gap is not None
    assert [one.id for one in sample.proposals if one.why == "candidate"] == ["packaging"]
    assert not [one for one in sample.proposals if one.why == "target"]  # all attained
