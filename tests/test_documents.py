"""What the documents name exists: links, and paths in backticks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flows.files.case_file import parse_case

ROOT = Path(__file__).parents[1]

DOCUMENTS = [
    path
    for path in (
        "README.md",
        "CONTRIBUTING.md",
        "pipeline/README.md",
        "models/README.md",
        "models/recognizers/README.md",
        "flows/README.md",
        "flows/measuring/README.md",
        "flows/review/README.md",
    )
    if (ROOT / path).is_file()
]

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
SOURCE = re.compile(r"`([\w./-]+\.(?:py|md|toml|yaml|html|css|js|npz|onnx|gz|service))`")
FOLDER = re.compile(r"`([\w.-]+/[\w./-]+/)`")


def text(document: str) -> str:
    """A document without its blocks of code, which show commands and outputs."""
    return re.sub(r"^( *)```.*?^\1```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.M | re.S)


def exists(document: str, path: str) -> bool:
    """Whether a path exists, seen from the root or from the document's folder."""
    return any((base / path).exists() for base in (ROOT, (ROOT / document).parent))


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The names of all modules."""
    return {
        path.name
        for folder in ("pipeline", "models", "flows", "tests")
        for path in (ROOT / folder).rglob("*.py")
    }


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    """Every relative link leads to a file or folder, seen from the document's folder."""
    links = {link for link in LINK.findall(text(document)) if not re.match(r"[a-z]+:", link)}
    broken = {link for link in links if not ((ROOT / document).parent / link).exists()}

    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_paths_exist(document):
    """Every path with a folder in backticks exists."""
    found = {*SOURCE.findall(text(document)), *FOLDER.findall(text(document))}
    broken = {path for path in found if "/" in path and not exists(document, path)}

    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_modules_exist(document, names):
    """Every ``name.py`` in backticks is the name of a module."""
    found = {path for path in SOURCE.findall(text(document)) if "/" not in path and path.endswith(".py")}

    assert found <= names


def test_every_pass_is_described():
    """``pipeline/README.md`` lists the passes of the chain in their order."""
    from pipeline.ownership.chain import PASSES

    rows = re.findall(r"^\| `([a-z-]+)` \| `", text("pipeline/README.md"), flags=re.M)

    assert rows == [each.name for each in PASSES]


def test_every_room_of_the_steps_is_described():
    """``pipeline/README.md`` names each folder with its floor and its number of modules."""
    from tests.house import look

    house = look()
    rows = re.findall(
        r"^\| (\d+) \| (?:`([\w/]+)/`|\(this folder\)) \| (\d+) \|", text("pipeline/README.md"), flags=re.M
    )
    described = {("pipeline/" + path).rstrip("/"): (int(floor), int(count)) for floor, path, count in rows}

    assert described == {
        folder.replace(".", "/"): (floor, len(house.modules[folder]))
        for folder, floor in house.floors("pipeline").items()
    }


def test_the_readmes_case_is_one():
    """Whoever copies it gets no error."""
    (block,) = re.findall(r"^    (\{\"case_id\".*?\}\})$", text("README.md"), flags=re.M | re.S)
    case = parse_case(json.loads(block), "README.md")
    assert [term.text for term in case.confidential_terms] == ["特別値引き枠"]
    assert case.requester is not None


def test_the_readme_says_what_masking_words_does_not_do():
    """In both languages: a voice stays a voice, and a long call tells by its content."""
    said = text("README.md")
    for limit in ("声は隠れません", "話の内容からも分かります", "声を変えて匿名とする機能は", "同じ一つの音"):
        assert limit in said
    for limit in ("hides neither a voice nor what a long call tells", "no changed voice is sold", "one tone"):
        assert re.search(limit.replace(" ", r"\s+"), said), limit
