"""Broken and hostile YAML: never an exception, always a finding inside the file."""

import random
import re

import pytest

from cpa.diagnostics import Finding
from cpa.files.yaml import HAS_C_PARSER, MAX_DEPTH, Document, parse

PARSERS = [pytest.param(True, id="pure")] + ([pytest.param(False, id="C")] if HAS_C_PARSER else [])

TEXT = """\
# yaml-language-server: $schema=../.cpa/schema/3-assessment.json
# 物流：原料处理与糖化（三个生产周期日均值）

units:
  - {id: mash, name: 糖化, function: 淀粉转化为可发酵糖}
  - {id: lauter, name: "过滤: 一段"}   # 注释
flows:
  - {id: malt,  name: 麦芽, to: mash, amount: 42.6 t ± 0.5 %, contains: {water: 5 %}}
  - id: wort
    name: '麦汁'
    from: lauter
    amount: "[182.4, 181.1, 183.0] t"
    note: >-
      三个周期的均值，
      湿基
  - id: grains
    amount: &grains {value: 50 t, method: estimated}
    again: *grains
    remark: |
      第一行
      第二行
balances:
  - {layer: mass, tolerance: 5 %, scope: [mash, lauter]}
  - layer: water
    tolerance: 5 %
"""

PIECES = [
    "\t", "：", "，", "｛", "］", "“", "\u3000", "[", "]", "{", "}", ":", ": ", "- ", "-", "#", " #", "&", "*", "!", "!!",
    "|", ">", "'", '"', "%", "@", "`", "\n", "\r", "\r\n", " ", "  ", "\x00", "\x07", "\x1b", "\x7f", "\ufffe", "?",
    "? ", "---\n", "...\n", "\\", "<<: ", "~", ",", "麦", "😀", "\ufeff", "=", "%YAML 1.2\n", "a: b: c", "\n\n\n", "\x9f",
]  # fmt: skip


def mutated(text: str, random_: random.Random) -> str:
    """`text` after one to four random insertions, deletions, duplications, replacements or swaps."""
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(text) + 1)
        to = min(len(text), at + random_.choice([1, 1, 2, 5, 40]))
        change = random_.randrange(6)
        if change == 0:
            text = text[:at] + random_.choice(PIECES) + text[at:]
        elif change == 1:
            text = text[:at] + text[to:]
        elif change == 2:
            text = text[:to] + text[at:]
        elif change == 3:
            text = text[:at] + random_.choice(PIECES) + text[at + 1 :]
        elif change == 4:
            lines = text.split("\n")
            one, other = random_.randrange(len(lines)), random_.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            text = "\n".join(lines)
        else:
            text = text[:at]
    return text


def assert_answered(text: str, document: Document | None, findings: list[Finding]) -> None:
    """A document, or at least one error; every place lies in the file."""
    assert document is not None or findings
    lines = re.split(r"\r\n|\r|\n", text)  # YAML 1.2.2, 5.4
    for finding in findings:
        assert finding.severity == "error"
        for span in (finding.span, *(related.span for related in finding.related)):
            assert span is not None
            assert span.file == "a.yaml"
            assert 1 <= span.line <= len(lines), (span, text)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1, (span, text)
            assert (span.end_line, span.end_column) > (span.line, span.column)
            assert str(finding.message)


@pytest.mark.parametrize("block", range(10))
def test_random_mutations(block: int) -> None:
    random_ = random.Random(1000 + block)
    for _ in range(400):
        text = mutated(TEXT, random_)
        assert_answered(text, *parse("a.yaml", text))


@pytest.mark.parametrize("block", range(3))
def test_random_mutations_with_the_python_parser(block: int) -> None:
    random_ = random.Random(2000 + block)
    for _ in range(100):
        text = mutated(TEXT, random_)
        assert_answered(text, *parse("a.yaml", text, pure=True))


def test_every_truncation() -> None:
    for end in range(len(TEXT)):
        assert_answered(TEXT[:end], *parse("a.yaml", TEXT[:end]))


def test_random_characters() -> None:
    random_ = random.Random(3)
    alphabet = [*PIECES, "a", "b", "1", "糖"]
    for _ in range(1500):
        text = "".join(random_.choices(alphabet, k=random_.randint(1, 30)))
        assert_answered(text, *parse("a.yaml", text))


def bomb(levels: int, width: int) -> str:
    lines = ["l0: &l0 [x, x]"]
    lines += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * width)}]" for i in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


HOSTILE = {
    "twenty thousand brackets": "[" * 20_000,
    "a million brackets": "[" * 1_000_000,
    "brackets that close": "[" * 20_000 + "]" * 20_000,
    "brackets over lines": "a: [\n" * 3000,
    "braces": "{a: " * 20_000,
    "mixed brackets": "a: " + "[{a: " * 5000,
    "question marks": "? " * 5000,
    "list in list": "- " * 20_000 + "a",
    "list in list over lines": "".join(f"{'  ' * i}-\n" for i in range(1500)),
    "map in map over lines": "".join(f"{' ' * i}a:\n" for i in range(1500)),
    "named list in list": "".join(f"{' ' * i}a{i}: \n{' ' * i}- \n" for i in range(300)),
    "billion laughs": bomb(10, 10),
    "alias of itself": "a: &a [*a]\n",
    "alias of its mapping": "a: &a {b: {c: *a}}\n",
    "alias without anchor": "a: *b\n",
    "merge key": "a: &a {x: 1}\nb: {<<: *a}\n",
    "tag": "a: !!python/object/apply:os.system [ls]\n",
    "local tag": "a: !include other.yaml\n",
    "text tag": "a: !!str 5\n",
    "verbatim tag": "a: !<tag:yaml.org,2002:str> 5\n",
    "bare exclamation mark": "a: ! 5\n",
    "tag on a line of its own": "a:\n  !!set\n  ? b\n",
    "tag behind an anchor": "a: &x !!str 5\n",
    "tag of the root": "!!map {a: 1}\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "end mark and more": "a: 1\n...\nb: 2\n",
    "list as key": "? [a, b]\n: 1\n",
    "mapping as key": "{{a: 1}: 2}\n",
    "NUL": "a: 1\x00\nb: 2\n",
    "bell": "a: \x07\n",
    "escape": 'a: "\x1b[31mred"\n',
    "C1 control": "a: \x9f\n",
    "noncharacter": "a: \ufffe\n",
    "tab as indentation": "a:\n\tb: 1\n",
    "unclosed quote": 'a: "b\nc: 1\n',
    "unknown escape": 'a: "\\q"\n',
    "unknown directive": "%YAML 3.0\n---\na: 1\n",
    "plain text with a colon": "a: b: c\n",
}


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_refused_with_a_place(name: str, pure: bool) -> None:
    text = HOSTILE[name]
    if pure and len(text) > 100_000:
        text = text[:100_000]
    document, findings = parse("a.yaml", text, pure=pure)
    assert findings, document.value if document else None
    assert_answered(text, document, findings)


@pytest.mark.parametrize("pure", PARSERS)
def test_nesting_up_to_the_limit_is_read(pure: bool) -> None:
    for opening, closing in (("[", "]"), ("{a: ", "}")):
        document, findings = parse("a.yaml", opening * MAX_DEPTH + closing * MAX_DEPTH, pure=pure)
        assert document is not None
        assert findings == []
        document, findings = parse("a.yaml", opening * (MAX_DEPTH + 1) + closing * (MAX_DEPTH + 1), pure=pure)
        assert document is None
        assert [finding.code for finding in findings] == ["CPA108"]


@pytest.mark.parametrize("pure", PARSERS)
def test_brackets_inside_text_are_no_nesting(pure: bool) -> None:
    text = f"a: '{'[' * 500}'\nb: 1\n"
    document, findings = parse("a.yaml", text, pure=pure)
    assert findings == []
    assert document is not None
    assert document.value["b"] == 1


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize("written", ["a! b", "'!x'", '"! x"', "x # !y", "50 %!"])
def test_an_exclamation_mark_inside_text_is_no_tag(pure: bool, written: str) -> None:
    document, findings = parse("a.yaml", f"a: {written}\n", pure=pure)
    assert findings == []
    assert document is not None


@pytest.mark.parametrize("pure", PARSERS)
def test_both_places_of_a_duplicate_key(pure: bool) -> None:
    document, findings = parse("a.yaml", "水: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n水: 4\n", pure=pure)
    assert document is not None
    places = [
        ((finding.span.line, finding.span.column), (finding.related[0].span.line, finding.related[0].span.column))
        for finding in findings
        if finding.span
    ]
    assert [finding.code for finding in findings] == ["CPA106", "CPA106"]
    assert sorted(places) == [((5, 3), (3, 3)), ((6, 1), (1, 1))]
    assert document.value["水"] == 1


@pytest.mark.parametrize("pure", PARSERS)
def test_keys_that_look_different_but_are_the_same_word(pure: bool) -> None:
    _document, findings = parse("a.yaml", "a: 1\n'a': 2\n\"a\": 3\n", pure=pure)
    assert [finding.span.line for finding in findings if finding.span] == [2, 3]


@pytest.mark.parametrize("pure", PARSERS)
def test_a_line_of_a_megabyte(pure: bool) -> None:
    size = 100_000 if pure else 1_000_000
    document, findings = parse("a.yaml", f"a: {'麦' * size}\nb: [{'1, ' * (size // 10)}2]\n", pure=pure)
    assert findings == []
    assert document is not None
    assert len(document.value["a"]) == size
    assert len(document.value["b"]) == size // 10 + 1


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize("text", ["", "\n", "\n\n  \n", "# only this", "# 注释\n\n# 又一行\n", "---\n", "~\n", "null"])
def test_empty_files(pure: bool, text: str) -> None:
    document, findings = parse("a.yaml", text, pure=pure)
    assert findings == []
    assert document is not None
    assert document.value is None


@pytest.mark.parametrize("pure", PARSERS)
def test_a_long_number_is_text(pure: bool) -> None:
    document, findings = parse("a.yaml", f"a: {'9' * 5000}\nb: 0x{'f' * 5000}\nc: 1e999\n", pure=pure)
    assert findings == []
    assert document is not None
    assert document.value["a"] == "9" * 5000
    assert document.value["c"] in (float("inf"), "1e999")


def test_an_alias_is_read_where_it_is_harmless() -> None:
    document, findings = parse("a.yaml", bomb(4, 5))
    assert findings == []
    assert document is not None
    assert document.value["l1"] == [["x", "x"]] * 5


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize("line", ["name：糖化", "- {id: a，name: b}", "a: ［1, 2］", "　　a: 1"])
def test_full_width_punctuation_is_named(pure: bool, line: str) -> None:
    text = f"flows:\n  x: 1\n  {line}\n  y: 2\n"
    _document, findings = parse("a.yaml", text, pure=pure)
    if findings:
        assert {finding.code for finding in findings} <= {"CPA105", "CPA103"}
        assert_answered(text, _document, findings)
