"""The walls: flows -> models -> pipeline, never back, and nothing heavy in pipeline."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import MAX_MODULES, MAX_PIPELINE_FLOORS, MAX_README_BYTES, look

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipeline", "models", "flows")

MAY_IMPORT = {
    "pipeline": {"pipeline", "numpy", "av", "pydub"},
    "models": {"pipeline", "models", "numpy"}
    | {
        "ctranslate2",
        "faster_whisper",
        "onnxruntime",
        "spacy",
        "thinc",
        "ginza",
        "presidio_analyzer",
        "sudachipy",
    }
    | {"presidio_anonymizer", "regex", "yaml"},
    "flows": {"pipeline", "models", "flows", "numpy", "matplotlib"}
    | {"prefect", "pydantic", "rich", "typer"}
    | {"argon2", "cryptography", "fastapi", "fsspec", "h11", "jinja2", "sqlalchemy", "starlette", "uvicorn"}
    | {"docx", "pyzipper"},
}
"""Beside the standard library.  A new name here is a decision, not an accident."""

HEAVY = (
    "prefect",
    "spacy",
    "presidio_analyzer",
    "faster_whisper",
    "ctranslate2",
    "pydantic",
    "fastapi",
    "starlette",
)


SCRIPTS = ("models/training",)
"""Run by hand on a developer's machine, with the tools of the dev and train extras."""


def sources(package: str) -> list[Path]:
    """Every module of a package but the scripts."""
    modules = (ROOT / package).rglob("*.py")
    return sorted(path for path in modules if not path.relative_to(ROOT).as_posix().startswith(SCRIPTS))


@functools.cache
def imports(path: Path) -> tuple[str, ...]:
    """Names of everything a module imports, wherever in it the import stands."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names.append(node.module or "")
    return tuple(names)


def module_name(path: Path) -> str:
    """The dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package):
    """No module imports beyond what its package may."""
    allowed = MAY_IMPORT[package] | sys.stdlib_module_names
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(package)
        for name in imports(path)
        if name.split(".", maxsplit=1)[0] not in allowed
    }

    assert not wrong


def test_only_audio_opens_codecs():
    """PyAV is the business of the modules that read and write audio."""
    users = {
        path.name for path in sources("pipeline") if "av" in {name.split(".")[0] for name in imports(path)}
    }

    assert users <= {"container.py", "extent.py", "frames.py", "mp3.py", "recording.py"}


def test_pydub_makes_the_tone_and_no_more():
    """Nobody looks after it any more: what it is asked for stands in one place."""
    users = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in sources(package)
        if "pydub" in {name.split(".")[0] for name in imports(path)}
    }

    assert users == {"pipeline/masking/audio.py"}


def test_core_values_need_the_standard_library_only():
    """types.py, the reasons and listed words it holds, and errors.py stand on nothing else."""
    for name in (
        "types.py",
        "call_case.py",
        "time_span.py",
        "reasons.py",
        "listed_word.py",
        "third_voice.py",
        "errors.py",
    ):
        foreign = set(imports(ROOT / "pipeline" / name)) - {
            "pipeline.call_case",
            "pipeline.reasons",
            "pipeline.time_span",
            "pipeline.listed_word",
            "pipeline.third_voice",
        }
        assert {found.split(".")[0] for found in foreign} <= sys.stdlib_module_names


def test_pipeline_imports_without_anything_heavy():
    """A fresh interpreter that imports all of pipeline has loaded no framework and no model."""
    modules = [module_name(path) for path in sources("pipeline")]
    code = f"import {', '.join(modules)}, sys; print(sorted(set(sys.modules) & set({HEAVY})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_command_starts_light():
    """Importing the command, as ``kaiji --help`` does, loads no framework and no model."""
    heavy = (*(name for name in HEAVY if name != "pydantic"), "numpy", "av")
    code = f"import flows.cli.main, sys; print(sorted(set(sys.modules) & set({heavy})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", PACKAGES)
def test_only_settings_reads_the_environment(package):
    """os.environ and os.getenv stand in flows/settings.py; flows/quiet.py sets a variable and reads none."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in sources(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }

    assert readers <= {"flows/settings.py", "flows/quiet.py"}


def test_no_folder_imports_upward():
    """Folders are floors: what a folder imports never imports it, however far around."""
    assert not look().upward()


def test_folders_stay_small():
    """A folder holds so many modules that one can name them."""
    crowded = {folder for folder, modules in look().modules.items() if len(modules) > MAX_MODULES}

    assert not crowded


def test_the_steps_have_few_floors():
    """A reader of ``pipeline`` climbs few floors."""
    assert len(set(look().floors("pipeline").values())) <= MAX_PIPELINE_FLOORS


def test_the_readme_stays_short():
    """What is and where to read on; the rest has a place of its own."""
    assert (ROOT / "README.md").stat().st_size <= MAX_README_BYTES


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_stay_small(package):
    """No module has more than 400 lines."""
    long = {
        path.name for path in sources(package) if len(path.read_text(encoding="utf-8").splitlines()) > 400
    }

    assert not long


def test_personal_fields_are_left_out_of_repr():
    """Every field of a core value that can hold a person's words is ``repr=False``."""
    import dataclasses

    from pipeline import types

    texts = {
        "text",
        "kana",
        "names",
        "phones",
        "addresses",
        "staff",
        "company_names",
        "company_phones",
        "products",
        "segments",
    }
    shown = {
        f"{value.__name__}.{field.name}"
        for value in vars(types).values()
        if dataclasses.is_dataclass(value) and isinstance(value, type)
        for field in dataclasses.fields(value)
        if field.name in texts and field.repr
    }

    assert not shown
