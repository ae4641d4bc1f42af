"""What the documents name exists: links and their anchors, paths, modules, commands, options, settings."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from flows.files.case_file import parse_case
from flows.settings import Settings
from tests.documents import (
    DOCUMENTS,
    ROOT,
    Command,
    anchors,
    commands,
    exists,
    is_record,
    links,
    options_of,
    prose,
    settings,
    whole,
)

SOURCE = re.compile(r"`([\w./-]+\.(?:py|md|toml|yaml|html|css|js|npz|onnx|gz|service))`")
FOLDER = re.compile(r"`([\w.-]+/[\w./-]+/)`")

ROOMS = ("pipeline", "models", "flows", "tests", "sample_audio")

TODAY = [document for document in DOCUMENTS if not is_record(document)]
"""Documents that tell of what is there today."""

INDEXES = {"flows/README.md": "flows/handbook", "tests/bench/NOTES.md": "tests/bench/notes"}
"""Pages of one screen, and the folder whose pages each of them lists."""


@cache
def sources() -> str:
    """All that is written in modules, the Makefile and what starts the program elsewhere."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    files += [ROOT / name for name in ("Makefile", "Containerfile", "kaiji.service")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The names of all modules."""
    return {path.name for room in ROOMS for path in (ROOT / room).rglob("*.py")}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    """Every relative link leads to a file or folder, and to a heading where it names one."""
    here = ROOT / document
    broken = set()
    for path, anchor in links(document):
        target = here.parent / path if path else here
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.add(f"{path}#{anchor}")

    assert not broken


@pytest.mark.parametrize("document", TODAY)
def test_named_paths_exist(document):
    """Every path with a folder in backticks exists, but for what is built."""
    found = {*SOURCE.findall(prose(document)), *FOLDER.findall(prose(document))}
    broken = {path for path in found if "/" in path and not path.startswith("build/")} - {
        path for path in found if exists(document, path)
    }

    assert not broken


@pytest.mark.parametrize("document", TODAY)
def test_named_modules_exist(document, names):
    """Every ``name.py`` in backticks is the name of a module."""
    found = {path for path in SOURCE.findall(prose(document)) if "/" not in path and path.endswith(".py")}

    assert found <= names


def is_parameter(source: Path, option: str) -> bool:
    """Whether typer makes an option of a parameter in a module."""
    name = option.removeprefix("--").replace("-", "_")
    return re.search(rf"\b{name}: Annotated\[", source.read_text(encoding="utf-8")) is not None


def is_there(command: Command) -> bool:
    """Whether a command can be given as it is written: the program, its words and its options."""
    if command.program == "kaiji":
        options = options_of(command.words)
        return options is not None and set(command.options) <= options
    if command.program == "make":
        return all(f"\n{word}:" in sources() for word in command.words[:1] if re.fullmatch("[a-z-]+", word))
    if command.program.split(".")[0] not in ROOMS:
        return True
    module = ROOT / command.program.replace(".", "/")
    source = next(
        (each for each in (module.with_suffix(".py"), module / "__main__.py") if each.is_file()), None
    )
    return source is not None and all(
        f'"{option}"' in source.read_text(encoding="utf-8") or is_parameter(source, option)
        for option in set(command.options) - {"--help"}
    )


@pytest.mark.parametrize("document", TODAY)
def test_named_commands_are_there(document):
    """Every command in a block or in backticks exists, with the options that it is given."""
    broken = [command for command in commands(document) if not is_there(command)]

    assert not broken


@pytest.mark.parametrize("document", TODAY)
def test_named_settings_are_read(document):
    """Every ``KAIJI_…`` in backticks is a setting that the program reads, or the variable of an option."""
    read = {f"KAIJI_{name.upper()}" for name in Settings.model_fields}
    read |= set(re.findall(r'envvar="(KAIJI_[A-Z_]+)"', sources()))

    assert settings(document) <= read


@pytest.mark.parametrize("index", INDEXES)
def test_an_index_lists_every_page(index):
    """No page of a folder is missing from its index, which is one screen."""
    listed = {((ROOT / index).parent / path).resolve() for path, _ in links(index)}
    pages = set((ROOT / INDEXES[index]).glob("*.md"))

    assert pages
    assert pages <= listed
    assert len(whole(index).splitlines()) <= 80


def test_what_is_broken_is_noticed():
    """A command, an option or a heading that is not there is not taken for one that is."""
    assert is_there(Command("kaiji", ("case", "add"), ("--json",)))
    assert not is_there(Command("kaiji", ("case", "ad")))
    assert not is_there(Command("kaiji", ("case", "add"), ("--jsno",)))
    assert not is_there(Command("kaiji", ("realease",)))
    assert is_there(Command("kaiji", ("release", "R-2026-0042"), ("--out",)))
    assert is_there(Command("make", ("demo",)))
    assert not is_there(Command("make", ("demos",)))
    assert is_there(Command("tests.bench.figures", ("CALLS",), ("--exact",)))
    assert not is_there(Command("tests.bench.figure", ("CALLS",)))
    assert "測った値" in anchors(ROOT / "README.md")
    assert "出力callwav-に対して五つ" in anchors(ROOT / "README.md")


def test_every_pass_is_described():
    """``pipeline/README.md`` lists the passes of the chain in their order."""
    from pipeline.ownership.chain import PASSES

    rows = re.findall(r"^\| `([a-z-]+)` \| `", prose("pipeline/README.md"), flags=re.M)

    assert rows == [each.name for each in PASSES]


@pytest.mark.slow
def test_every_room_of_the_steps_is_described():
    """``pipeline/README.md`` names each folder with its floor and its number of modules."""
    from tests.house import look

    house = look()
    rows = re.findall(
        r"^\| (\d+) \| (?:`([\w/]+)/`|\(this folder\)) \| (\d+) \|", prose("pipeline/README.md"), flags=re.M
    )
    described = {("pipeline/" + path).rstrip("/"): (int(floor), int(count)) for floor, path, count in rows}

    assert described == {
        folder.replace(".", "/"): (floor, len(house.modules[folder]))
        for folder, floor in house.floors("pipeline").items()
    }


def test_the_readmes_case_is_one():
    """Whoever copies it gets no error."""
    (block,) = re.findall(r"^    (\{\"case_id\".*?\}\})$", prose("README.md"), flags=re.M | re.S)
    case = parse_case(json.loads(block), "README.md")
    assert [term.text for term in case.confidential_terms] == ["特別値引き枠"]
    assert case.requester is not None


def test_the_readme_says_what_masking_words_does_not_do():
    """In both languages: a voice stays a voice, and a long call tells by its content."""
    said = prose("README.md")
    for limit in ("声は隠れません", "話の内容からも分かります", "声を変えて匿名とする機能は", "同じ一つの音"):
        assert limit in said
    for limit in ("hides neither a voice nor what a long call tells", "no changed voice is sold", "one tone"):
        assert re.search(limit.replace(" ", r"\s+"), said), limit
