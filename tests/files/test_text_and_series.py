"""Bytes to text, folders and CSV series: one clear error each."""

from pathlib import Path

import pytest

from cpa.files import text as text_module
from cpa.files.folder import yaml_files
from cpa.files.series import read_series
from cpa.files.text import decode, read_text

CHINESE = "名称: 麦芽糖化\n单位: 吨\n"


# --- encodings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig"])
def test_utf8_with_and_without_mark(codec: str) -> None:
    assert decode("a.yaml", CHINESE.encode(codec)) == (CHINESE, [])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (CHINESE.encode("gbk"), "GB18030"),
        (CHINESE.encode("gb18030"), "GB18030"),
        (CHINESE.encode("utf-16"), "UTF-16"),
        (b"\xff\xfe" + CHINESE.encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "UTF-16"),
        ("a: 1\n".encode("utf-16-le"), "UTF-16"),
        ("a: 1\n".encode("utf-16-be"), "UTF-16"),
    ],
    ids=["gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-16-le without mark", "utf-16-be without mark"],
)
def test_other_encodings_say_how_to_convert(data: bytes, says: str) -> None:
    decoded, findings = decode("2-preassessment/a.yaml", data)
    assert decoded is None
    assert [finding.code for finding in findings] == ["CPA102"]
    assert f"iconv -f {says} -t UTF-8 2-preassessment/a.yaml" in str(findings[0].hint)


@pytest.mark.parametrize("data", [b"a: 1\nb: \xff\xff\xff\n", b"\x89PNG\r\n\x1a\n\x81\xff", bytes(range(128, 256))])
def test_bytes_of_no_encoding(data: bytes) -> None:
    decoded, findings = decode("a.yaml", data)
    assert decoded is None
    assert [finding.code for finding in findings] == ["CPA102"]
    assert findings[0].span is not None
    assert findings[0].span.line <= data.count(b"\n") + 1


def test_the_line_of_the_first_wrong_byte() -> None:
    _text, findings = decode("a.yaml", b"# one\n# two\nname: " + "麦芽".encode("gbk") + b"\n")
    assert findings[0].span is not None
    assert findings[0].span.line == 3


def test_crlf_is_kept() -> None:
    assert decode("a.yaml", b"a: 1\r\nb: 2\r\n")[0] == "a: 1\r\nb: 2\r\n"


# --- size, place ----------------------------------------------------------------------------------------------------


def test_size_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "MAX_FILE_BYTES", 1024 * 1024)
    (tmp_path / "a.yaml").write_bytes(b"#" * (1024 * 1024))
    assert read_text(tmp_path, "a.yaml")[1] == []
    (tmp_path / "a.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    content, findings = read_text(tmp_path, "a.yaml")
    assert content is None
    assert [finding.code for finding in findings] == ["CPA108"]


def test_missing_file_and_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    for name in ("missing.yaml", "folder.yaml"):
        content, findings = read_text(tmp_path, name)
        assert content is None
        assert [finding.code for finding in findings] == ["CPA101"]


@pytest.mark.parametrize(
    "name", ["../secret.yaml", "link.yaml", "folder/secret.yaml", "a/../../secret.yaml", "circle.yaml"]
)
def test_outside_is_not_read(tmp_path: Path, name: str) -> None:
    audit = tmp_path / "audit"
    (audit / "a").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    for secret in (tmp_path / "secret.yaml", tmp_path / "elsewhere" / "secret.yaml"):
        secret.write_text("key: hidden\n")
    (audit / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (audit / "folder").symlink_to(tmp_path / "elsewhere")
    (audit / "circle.yaml").symlink_to(audit / "circle.yaml")
    content, findings = read_text(audit, name)
    assert content is None
    assert [finding.code for finding in findings] in (["CPA109"], ["CPA101"])
    assert name == "circle.yaml" or findings[0].code == "CPA109"


def test_a_link_inside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert read_text(tmp_path, "b.yaml") == ("a: 1\n", [])


def test_an_absolute_path_outside_is_refused(tmp_path: Path) -> None:
    content, findings = read_text(tmp_path, "/etc/hostname")
    assert content is None
    assert [finding.code for finding in findings] == ["CPA109"]


def test_files_of_a_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_text("a: 1\n")
    phase = tmp_path / "audit" / "3-assessment"
    (phase / "deeper").mkdir(parents=True)
    for name in ("b.yaml", "a.yml", "deeper/c.yaml", ".hidden.yaml", "note.md", "readings.csv"):
        (phase / name).write_text("")
    (phase / "link.yaml").symlink_to(outside / "x.yaml")
    (phase / "linked").symlink_to(outside)
    (phase / "loop").symlink_to(phase)
    listing = yaml_files(tmp_path / "audit", "3-assessment")
    assert listing.files == ("3-assessment/a.yml", "3-assessment/b.yaml", "3-assessment/deeper/c.yaml")
    assert {(finding.code, finding.span.file) for finding in listing.findings if finding.span} == {
        ("CPA109", "3-assessment/link.yaml"),
        ("CPA109", "3-assessment/linked"),
    }


# --- series ---------------------------------------------------------------------------------------------------------


def series(tmp_path: Path, content: str | bytes) -> tuple[object, list[str]]:
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / "s.csv").write_bytes(data)
    result, findings = read_series(tmp_path, "s.csv")
    for finding in findings:
        assert finding.span is not None
        assert finding.span.file == "s.csv"
        assert 1 <= finding.span.line <= data.count(b"\n") + 1
    return result, [finding.code for finding in findings]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_header_units(tmp_path: Path, newline: str, mark: str) -> None:
    rows = [
        "时间,流量 [m³/h],蒸汽(t/d),COD（mg/L）,备注, 温度 [ ℃ ] ",
        '08:00,12.5,"1,234",2110,正常,76',
        "09:00,,45.9,2190,,",
    ]
    result, codes = series(tmp_path, mark + newline.join(rows) + newline)
    assert codes == []
    assert [(column.name, column.unit) for column in result.columns] == [  # type: ignore[attr-defined]
        ("时间", ""), ("流量", "m³/h"), ("蒸汽", "t/d"), ("COD", "mg/L"), ("备注", ""), ("温度", "℃"),
    ]  # fmt: skip
    assert result.column("流量").cells == ((2, "12.5"),)  # type: ignore[attr-defined]
    assert result.column("蒸汽").cells == ((2, "1,234"), (3, "45.9"))  # type: ignore[attr-defined]
    assert result.column("没有") is None  # type: ignore[attr-defined]


def test_a_unit_with_brackets_of_its_own(tmp_path: Path) -> None:
    result, codes = series(tmp_path, "price [元/(t·a)],noise [dB(A)]\n1,2\n")
    assert codes == []
    assert [(column.name, column.unit) for column in result.columns] == [  # type: ignore[attr-defined]
        ("price", "元/(t·a)"), ("noise", "dB(A)"),
    ]  # fmt: skip


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Blank lines and cells over two lines count; a record's line is where a person finds it."""
    result, codes = series(tmp_path, "t,m [t]\n\n1,2\n,,\n\n3,4\n")
    assert list(result.column("m").cells) == [(3, "2"), (6, "4")]  # type: ignore[attr-defined]
    assert codes == []


@pytest.mark.parametrize(
    "content",
    ["t,m [t]\n1,2\n3\n", "t,m [t]\n1,2\n3,4,5\n", "t,m [t]\n1,2\n3,1,234\n"],
    ids=["too few", "too many", "unquoted separator"],
)
def test_wrong_number_of_cells(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.csv").write_text(content)
    result, findings = read_series(tmp_path, "s.csv")
    assert [(finding.code, finding.span.line) for finding in findings if finding.span] == [("CPA122", 3)]
    assert result is not None


@pytest.mark.parametrize("content", ["", "\n\n", " , \n", "\ufeff"])
def test_no_header(tmp_path: Path, content: str) -> None:
    assert series(tmp_path, content) == (None, ["CPA122"])


@pytest.mark.parametrize("content", ["t,m [t],m [kg]\n1,2,3\n", "t,,m [t]\n1,2,3\n", "t,[t]\n1,2\n"])
def test_columns_without_a_name_of_their_own(tmp_path: Path, content: str) -> None:
    assert series(tmp_path, content)[1] == ["CPA122"]


def test_an_open_quote(tmp_path: Path) -> None:
    assert series(tmp_path, 't,m [t]\n1,"2\n3,4\n') == (None, ["CPA122"])


def test_text_behind_a_quote(tmp_path: Path) -> None:
    assert series(tmp_path, 't,m [t]\n1,"2"x\n') == (None, ["CPA122"])


@pytest.mark.parametrize("data", ["时间,流量\n".encode("gbk"), "时间,流量\n".encode("utf-16"), b"t,\xff\xff\xff\n"])
def test_wrong_encoding(tmp_path: Path, data: bytes) -> None:
    assert series(tmp_path, data) == (None, ["CPA102"])


def test_a_cell_of_half_a_megabyte(tmp_path: Path) -> None:
    result, codes = series(tmp_path, f"t,m [t]\n{'x' * 500_000},2\n")
    assert (result is None) == (codes != [])


def test_control_characters_in_csv(tmp_path: Path) -> None:
    result, codes = series(tmp_path, "t,m [t]\n\x00,2\n")
    assert result is not None or codes == ["CPA122"]
