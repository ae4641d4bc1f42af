"""What is expensive is done once: runs of the real models, and Prefect's server."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from flows.files.case_file import case_lookup
from flows.loaded_models import Models
from flows.masking.mask_calls import Order, Outcome, mask_calls
from flows.settings import Settings
from models.language.blas import use_blas_threads
from tests.builders import case_file, spoken_file

# Hooks of every run.
from tests.left_out import pytest_sessionfinish, pytest_terminal_summary  # noqa: F401
from tests.marks import pytest_itemcollected  # noqa: F401
from tests.sharing import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401

ROOT = Path(__file__).parents[1]

# Under nohup, or behind an "&", some signals are ignored, and so they would be in every process that a test
# starts and tells to end.
for _number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)

# Libraries and collected tests are millions of objects that stay; looking through them at every 700 new ones
# took a tenth of the run.
gc.set_threshold(100_000, 20, 20)

# As where GiNZA is loaded: beside another worker, a second thread for small products mostly waits.
use_blas_threads(1)

# How long an example takes tells of the machine's other work, not of the code.
# CI tries the same examples each time, so that what lands does not hang on chance; elsewhere they are new.
hypothesis.settings.register_profile("kaiji", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("kaiji")


@pytest.fixture(scope="session")
def models() -> Models:
    """The real models, loaded when first needed, once for all tests."""
    return Models("base", Settings())


@dataclass(frozen=True)
class RealRun:
    """What a run of the real command left."""

    calls: tuple[Path, ...]
    out: Path
    work: Path
    prefect_home: Path
    done: subprocess.CompletedProcess[str]


SECRET_CASE = {
    "case_id": "R-2026-0042",
    "requester": {
        "names": [{"text": "丹羽百合子", "kana": "ニワユリコ"}],
        "phones": ["0903456712"],
        "addresses": [{"text": "香川県丸亀市土器町3-21", "kana": "カガワケンマルガメシドキチョウ"}],
    },
    "staff": [{"text": "榊原", "kana": "サカキバラ"}],
    "company": {"names": ["若葉電送"], "phones": ["0120987654"]},
    "confidential_terms": ["紅葉優待"],
}
SECRET_LINES = (
    "お電話ありがとうございます。若葉電送の榊原です。",
    "丹羽百合子と申します。隣の長谷川隆さんの荷物が届きました。",
    "長谷川さんの電話番号は、ゼロハチゼロ、イチニーサンヨン、ゴーロクナナハチです。",
)
SECRETS = (
    *("丹羽", "百合子", "ニワユリコ", "0903456712", "丸亀", "マルガメ"),
    *("榊原", "サカキバラ", "若葉電送", "0120987654", "紅葉優待"),
    *("長谷川", "08012345678", "一色鷹丸"),
)
"""Names and numbers of the calls, of the case and of the files' own names."""


@pytest.fixture(scope="session")
def flow_run(tmp_path_factory) -> RealRun:
    """``kaiji run mask-call`` on a good call and a bad one, whose names are secrets throughout.

    Prefect's own logging is at its most talkative and its home is kept for the tests to search.
    """
    folder = tmp_path_factory.mktemp("flow")
    good = spoken_file(folder / "丹羽百合子_0903456712.wav", SECRET_LINES)
    bad = folder / "一色鷹丸.wav"
    bad.write_text("長谷川隆 08012345678", encoding="utf-8")
    case = case_file(folder / "case.json", **SECRET_CASE)
    out, work, home = folder / "out", folder / "work", folder / "prefect"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "flows.cli.main",
            "run",
            "mask-call",
            str(good),
            str(bad),
            "--case",
            str(case),
            "--out",
            str(out),
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
            "KAIJI_WORK": str(work),
            "PREFECT_HOME": str(home),
            "PREFECT_LOGGING_LEVEL": "DEBUG",
        },
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    return RealRun((good, bad), out, work, home, done)


@dataclass(frozen=True)
class SampleRun:
    """Two sample calls masked by the real models: one of each layout."""

    calls: tuple[Path, ...]
    out: Path
    outcomes: tuple[Outcome, ...]


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory, models: Models) -> SampleRun:
    """The shortest mono and the shortest two-channel call of sample_audio."""
    from pipeline.audio.recording import read_recording

    by_layout: dict[int, Path] = {}
    for path in sorted((ROOT / "sample_audio").glob("*.wav"), key=lambda path: path.stat().st_size):
        by_layout.setdefault(read_recording(path).channels, path)
    calls = tuple(by_layout.values())
    out = tmp_path_factory.mktemp("samples")
    outcomes = mask_calls(calls, Order(out, case_lookup(ROOT / "sample_audio")), models)
    return SampleRun(calls, out, tuple(outcomes))


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory) -> Iterator[Path]:
    """Prefect's server for tests that run a flow in this process; its home."""
    home = tmp_path_factory.mktemp("prefect-home")
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=300):
        yield home
    shutil.rmtree(home, ignore_errors=True)
