"""What every command of ``kaiji`` leaves unloaded, and that the table of commands tells the truth."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from flows.cli.commands import COMMANDS, USUAL_LOOKS, Promised
from flows.cli.main import FEW_LOOKS, app
from tests.command_lines import LINES, SmallDesk, make_small_desk

ROOT = Path(__file__).parents[3]

HEAVY = frozenset(
    (
        *("prefect", "spacy", "thinc", "presidio_analyzer", "presidio_anonymizer", "faster_whisper"),
        *("ctranslate2", "onnxruntime", "sudachipy", "ginza", "numpy", "av", "pydub", "matplotlib"),
        *("fastapi", "starlette", "uvicorn", "jinja2", "docx", "pyzipper", "rich", "httpx"),
        *("fsspec", "pydantic_settings"),
        # What is heard and found in a call, and with it plans, decisions and their review.
        "pipeline.types",
    )
)
"""What no command may load but those whose line says that they need it."""

SELDOM = (FEW_LOOKS, *USUAL_LOOKS[1:])
"""How often Python looks for garbage in a short command."""

STARTED = """
import gc, json, sys
told = sys.argv.pop(1)
from flows.cli.main import main
looks = gc.get_stats()[0]["collections"]
try:
    main()
finally:
    looks = gc.get_stats()[0]["collections"] - looks
    with open(told, "w", encoding="utf-8") as file:
        json.dump({"looks": looks, "loaded": sorted(sys.modules)}, file)
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> SmallDesk:
    """One small desk, of which every test takes a copy."""
    return make_small_desk(tmp_path_factory.mktemp("desk"))


def leaves(command: object, *path: str) -> Iterator[str]:
    """The names of all commands that are no groups."""
    if isinstance(command, Promised):
        command = command.resolved()
    inside = getattr(command, "commands", None)
    if inside is None:
        yield " ".join(path)
        return
    for name, one in inside.items():
        yield from leaves(one, *path, name)


@pytest.mark.parametrize("command", LINES)
def test_a_command_loads_what_it_needs_and_no_more(command: str, desk: SmallDesk, tmp_path: Path):
    """It is run to its end in an interpreter of its own; what is loaded then is looked at.

    A short one ends before Python has looked for garbage once.
    """
    copy, told = tmp_path / "copy", tmp_path / "loaded.json"
    shutil.copytree(desk.folder, copy)
    line = LINES[command]
    done = subprocess.run(
        [sys.executable, "-c", STARTED, told, *desk.arguments(command, copy)],
        env={**os.environ, "KAIJI_HOME": str(copy / "home"), "KAIJI_WORK": str(copy / "work")}
        | dict(line.environment),
        input=line.given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    seen = json.loads(told.read_text(encoding="utf-8"))

    assert done.returncode == line.status, done.stderr
    assert HEAVY.intersection(seen["loaded"]) == line.needs
    assert COMMANDS[command.partition(" ")[0]].lasts or not seen["looks"]


@pytest.mark.parametrize("command", [("--help",), ("key", "new", "--print"), ("exchange", "profiles")])
def test_what_opens_no_desk_loads_none(command: tuple[str, ...]):
    """Nothing of a database, in particular."""
    told = "print(*sys.modules, file=sys.stderr)"
    code = f"import sys\nfrom flows.cli.main import main\ntry: main()\nfinally: {told}"
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert not {"sqlalchemy", "flows.desk.storage.tables"}.intersection(done.stderr.split())


def test_every_command_has_its_line():
    """A new command is looked at too."""
    assert set(leaves(get_command(app))) == set(LINES)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str):
    """The line in ``kaiji --help`` is the first of the command's own help."""
    command = Promised(name, COMMANDS[name]).resolved()

    assert command.name == name
    assert command.get_short_help_str(limit=200) == COMMANDS[name].help
    assert COMMANDS[name].help in CliRunner().invoke(app, [name, "--help"]).output.replace("\n  ", "")


def test_the_list_of_commands_imports_none_of_them():
    """``kaiji --help`` knows the table and no more."""
    code = "import sys; from flows.cli.main import main\ntry:\n    main()\nfinally:\n    print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())

    assert "typer" in loaded
    assert not loaded & {entry.module for entry in COMMANDS.values()}
    for entry in COMMANDS.values():
        assert entry.help in done.stdout


def test_a_command_that_is_mistyped_is_told_its_neighbour():
    """As if all commands had been there from the beginning."""
    done = CliRunner().invoke(app, ["cas", "list"])

    assert done.exit_code == 2
    assert "No such command 'cas'. Did you mean 'case'" in done.output


def test_a_command_runs_with_the_groups_own_options():
    """``-h`` is help everywhere, and what is malformed names the command as it was typed."""
    assert CliRunner().invoke(app, ["audit", "verify", "-h"]).exit_code == 0
    assert "使い方: kaiji case show" in CliRunner().invoke(app, ["case", "show"], prog_name="kaiji").stderr


TYPERS_WORDS = re.compile(
    r"Usage|Options|OPTIONS|Commands|COMMAND \[|Arguments|Show this|required|default:|env var|range>"
    r"|<(?:str|int|float|path|list\[.*)>"
)
"""What typer says by itself."""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_japanese_throughout(name: str):
    """Of a command and of each below it: typer's own words are ours, too."""
    runner, group = CliRunner(), Promised(name, COMMANDS[name]).resolved()
    lines = [[name], *([name, below] for below in getattr(group, "commands", {}))]
    for line in lines:
        told = runner.invoke(app, [*line, "--help"]).output
        assert told.startswith("使い方: ")
        assert not TYPERS_WORDS.findall(told)


def test_commands_stand_in_the_order_of_their_use():
    """From the first look to what comes after an answer; what looks after the desk is last."""
    shown = CliRunner().invoke(app, ["--help"]).output
    places = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)
    order = list(COMMANDS)
    path = ["key", "account", "lists", "recordings", "case", "call", "run", "review", "release", "breach"]
    assert [name for name in order if name in path] == path


@pytest.mark.parametrize(
    ("name", "looks"), [("mask", USUAL_LOOKS), ("review", USUAL_LOOKS), ("case", SELDOM)]
)
def test_what_runs_for_long_is_tidied_up_as_usual(name: str, looks: tuple[int, ...]):
    """A short command ends before there is much garbage; masking and the page hold no more than they need."""
    before = gc.get_threshold()
    try:
        gc.set_threshold(*SELDOM)
        Promised(name, COMMANDS[name]).resolved()
        assert gc.get_threshold() == looks
    finally:
        gc.set_threshold(*before)
