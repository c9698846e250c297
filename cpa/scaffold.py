"""Scaffolds an audit folder: commented fill-in files for all seven phases, and the schemas that editors complete with."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from cpa import reference
from cpa.files.writing import write_text
from cpa.schema.export import json_schemas

TEMPLATES = Path(__file__).parent / "templates" / "scaffold"
SCHEMAS = Path(".cpa") / "schema"
_FILE_NAMES = {"gitignore": ".gitignore"}


class Answers(msgspec.Struct, frozen=True):
    """What a scaffold is made for. `industry` is an id of the industry pack or the user's own words."""

    name: str
    kind: Literal["compulsory", "voluntary"]
    language: Literal["zh", "en"]
    baseline_year: int
    start: date
    finish: date
    industry: str = ""


def industries() -> list[dict[str, Any]]:
    """The industry pack."""
    return list(reference.load("industries")["industries"])


def scaffold_files(answers: Answers) -> dict[Path, str]:
    """Every file of a fresh audit, path relative to its folder, in a fixed order."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = TEMPLATES / answers.language
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 -- YAML, not HTML
    )
    # JSON's strings are YAML's double-quoted scalars.
    environment.filters["yaml"] = lambda text: json.dumps(str(text), ensure_ascii=False)
    known = next((entry for entry in industries() if entry["id"] == answers.industry), None)
    values = {
        "name": answers.name,
        "kind": answers.kind,
        "language": answers.language,
        "baseline_year": answers.baseline_year,
        "start": answers.start.isoformat(),
        "finish": answers.finish.isoformat(),
        "industry": known["name"][answers.language] if known is not None else answers.industry,
        "industry_code": known.get("code", "") if known is not None else "",
        "benchmark_system": known.get("benchmark", "") if known is not None else "",
    }
    files = {}
    for path in sorted(folder.rglob("*.j2")):
        relative = path.relative_to(folder).with_suffix("")
        name = relative.with_name(_FILE_NAMES.get(relative.name, relative.name))
        files[name] = environment.get_template(path.relative_to(folder).as_posix()).render(values)
    return files | dict(_schema_files(answers.language))


def _schema_files(language: str) -> Iterator[tuple[Path, str]]:
    for name, schema in json_schemas(language).items():
        yield SCHEMAS / f"{name}.json", json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def obstacles(folder: Path, files: dict[Path, str]) -> list[Path]:
    """Files that stand where the scaffold would write something else."""
    found = []
    for name, text in files.items():
        path = folder / name
        if path.is_symlink() or (path.exists() and (not path.is_file() or path.read_bytes() != text.encode("utf-8"))):
            found.append(name)
    return found


def write_scaffold(folder: Path, files: dict[Path, str]) -> None:
    """Writes `files`; audit.yaml last, so that a folder that was cut short does not pass for an audit."""
    for name, text in sorted(files.items(), key=lambda item: item[0].name == "audit.yaml"):
        write_text(folder / name, text)


def write_schemas(folder: Path, language: str) -> list[Path]:
    """The editor schemas of an existing audit; returns their paths."""
    written = []
    for name, text in _schema_files(language):
        write_text(folder / name, text)
        written.append(folder / name)
    return written
