"""The wheel and the bundle where nothing is installed: ``python -m tests.soak.install`` (in ``make soak``).

``make bundle`` makes a folder; an empty environment installs from it without any index.  Away from the
source, ``kaiji mask`` masks a sample call and the parts of ``make serve`` come up.  At last a wheel in
which one byte is another has to be refused.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.serving import ROOT, free_port

SAMPLE = ROOT / "sample_audio" / "staff-complaint.wav"

START_SECONDS = 400
"""Prefect's server on a busy machine."""


def main() -> int:
    """Make, install, use; 0 when all is as it must be."""
    bundle = ROOT / "build" / "bundle"
    subprocess.run(["make", "bundle"], cwd=ROOT, check=True)  # noqa: S607 - as a user types it
    with tempfile.TemporaryDirectory(prefix="kaiji-install-") as name:
        folder = Path(name)
        checks = {
            "installs without an index": _installed(bundle, folder / "venv"),
            "masks a call": _masks(folder),
            "has its files": _has_its_files(folder),
            "serves": _serves(folder),
            "a changed wheel is refused": not _installed(_spoilt(bundle, folder), folder / "other"),
        }
    for check, right in checks.items():
        print(f"{'ok' if right else 'FAILED'}: {check}")
    return 0 if all(checks.values()) else 1


def _surroundings() -> dict[str, str]:
    """This process's environment without what is of a Python, a Prefect or a kaiji."""
    ours = ("PYTHON", "KAIJI_", "PIP_", "PREFECT_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run away from the source, without anything of this environment's."""
    clean = _surroundings()
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=clean | {"KAIJI_HOME": str(folder / "home"), "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )


def _installed(bundle: Path, venv: Path) -> bool:
    """Install as the bundle's INSTALL.txt says."""
    subprocess.run([sys._base_executable, "-m", "venv", str(venv)], check=True)
    pip = (venv / "bin" / "pip", "--quiet", "--disable-pip-version-check", "install", "--no-index")
    wanted = ("--find-links", bundle / "wheels", "--require-hashes", "-r", bundle / "requirements.txt")
    return _run(venv, *pip, *wanted).returncode == 0


def _masks(folder: Path) -> bool:
    case = SAMPLE.with_suffix(".case.json")
    done = _run(folder, folder / "venv/bin/kaiji", "mask", SAMPLE, "--case", case, "--out", folder / "out")
    return done.returncode == 0 and len(list((folder / "out").iterdir())) == 5


def _has_its_files(folder: Path) -> bool:
    """The deployments, and that no source tree was looked at."""
    code = (
        "import flows.runs.deployments as d, pipeline, models, flows; assert d.FILE.is_file(), d.FILE; "
        f"assert all('{ROOT}' not in p.__file__ for p in (pipeline, models, flows))"
    )
    done = _run(folder, folder / "venv/bin/python", "-c", code)
    print(done.stderr, end="")
    return done.returncode == 0


def _serves(folder: Path) -> bool:
    """``python -m flows.runs.serve`` until the analysts' page answers."""
    port, page = free_port(), free_port()
    clean = _surroundings()
    with (folder / "serve.txt").open("wb") as output:
        process = subprocess.Popen(
            [
                *(str(folder / "venv/bin/python"), "-m", "flows.runs.serve"),
                *("--port", str(port), "--review-port", str(page)),
            ],
            cwd=folder,
            env=clean | {"KAIJI_HOME": str(folder / "home")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        return _answers(process, f"http://127.0.0.1:{page}/", folder / "serve.txt")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)


def _answers(process: subprocess.Popen[bytes], page: str, output: Path) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if "動いています" in output.read_text(encoding="utf-8"):
            # The page's own address, which this test chose.
            with (
                contextlib.suppress(urllib.error.URLError),
                urllib.request.urlopen(page, timeout=30) as answer,  # noqa: S310
            ):
                return bool(answer.status == 200)
        time.sleep(1)
    print(output.read_text(encoding="utf-8"))
    return False


def _spoilt(bundle: Path, folder: Path) -> Path:
    """The same bundle with one byte of kaiji's own wheel changed."""
    spoilt = folder / "spoilt"
    shutil.copytree(bundle, spoilt, copy_function=os.link)
    wheel = next((spoilt / "wheels").glob("kaiji-*.whl"))
    data = bytearray(wheel.read_bytes())
    data[len(data) // 2] ^= 1
    wheel.unlink()
    wheel.write_bytes(data)
    return spoilt


if __name__ == "__main__":
    sys.exit(main())
