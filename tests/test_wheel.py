"""The wheel holds what the product needs, and nothing of how its learned files were made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.measuring.truth import exact_transcript, read_truth
from tests.house import PACKAGES, ROOT

BESIDE = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")
"""Files of the project that its metadata are made of."""

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"

IMPORT_ALL = """
import flows, importlib, pkgutil, models, pipeline
for package in (pipeline, models, flows):
    print(package.__file__)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            print(module.name)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel of this source tree installs."""
    source, built, place = (tmp_path_factory.mktemp(name) for name in ("source", "built", "unpacked"))
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BESIDE:
        shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-c", BUILD, built], cwd=source, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(place)
    return place


def run(unpacked: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code away from the source tree, where kaiji is what the wheel installed."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=unpacked.parent,
        env=os.environ | {"PYTHONPATH": str(unpacked), "KAIJI_HOME": str(unpacked.parent / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_training_is_not_in_it(unpacked: Path) -> None:
    """Neither its modules nor its data; what was learned is."""
    files = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}

    assert not [name for name in files if name.startswith("models/training")]
    assert not [name for name in files if name.split("/")[0] in {"tests", "sample_audio"}]
    assert {"models/registry.toml", "models/weighing/owner/content.onnx", "flows/letter/letter.docx"} <= files


def test_every_module_of_it_stands_on_it_alone(unpacked: Path) -> None:
    """Whatever is imported comes out of the wheel, or from a package that it requires."""
    done = run(unpacked, IMPORT_ALL)

    assert done.returncode == 0, done.stderr
    told = set(done.stdout.split())
    assert {str(unpacked / package / "__init__.py") for package in PACKAGES} <= told
    assert {"flows.cli.main", "models.registry", "pipeline.types"} <= told


@pytest.mark.parametrize("command", [(), ("mask",), ("evaluate",)])
def test_the_command_starts_from_it(unpacked: Path, command: tuple[str, ...]) -> None:
    """The help of the whole and of what loads most."""
    done = run(unpacked, "from flows.cli.main import main; main()", *command, "--help")

    assert done.returncode == 0, done.stderr
    assert "--help" in done.stdout


EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "flows/handbook/library.md").read_text(encoding="utf-8"), flags=re.S
)
PRINTED = (
    r"\d+ masked",
    r"\d+ masked",
    r"\[type: PHONE_NUMBER, start: 13, end: 25,.*type: PERSON, start: 2, end: 7,.*\]",
)
"""What each example of the page prints at its end."""


@pytest.fixture(scope="module")
def beside(unpacked: Path) -> Path:
    """A folder with a call, its case, and its words as another recogniser would write them."""
    sample, folder = ROOT / "sample_audio" / "neighbour-parcel", unpacked.parent
    for name in ("wav", "case.json"):
        shutil.copy(sample.with_suffix(f".{name}"), folder / f"call.{name}")
    truth = json.loads(sample.with_suffix(".truth.json").read_text(encoding="utf-8"))
    words = {"segments": exact_transcript(read_truth(truth, "call"))["segments"]}
    (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")
    return folder


def test_the_page_has_an_example_for_each_use() -> None:
    """Of ten lines at most."""
    assert len(EXAMPLES) == len(PRINTED)
    assert all(len([line for line in code.splitlines() if line]) <= 10 for code in EXAMPLES)


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize("number", range(len(PRINTED)))
def test_an_example_of_the_library_runs(unpacked: Path, number: int) -> None:
    """As it stands on the page, on the wheel alone."""
    done = run(unpacked, EXAMPLES[number])

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(PRINTED[number], done.stdout.splitlines()[-1]), done.stdout
