"""``kaiji mask`` told to end at any moment: whole products or none, and nothing in clear."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.outputs import PRODUCTS
from tests.builders import case_file, voice_file

SERVER = """
import os, signal, sys
from flows.cli import main as cli
from flows.masking import mask_calls
from flows import loaded_models
from tests.fakes import FakeModels
models = FakeModels()
models.reader, models.owner
loaded_models.Models = lambda *_: models
# Once here, so that what is imported on the way does not take all of the time.
try:
    cli.app([*sys.argv[1:-1], "--out", sys.argv[-1] + "-warm"])
except SystemExit:
    pass
sys.stdout = open(os.devnull, "w")
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        sys.argv[:] = ["kaiji", *sys.argv[1:-1], "--out", sys.argv[-1]]
        os.write(TELL, b"%d begun\\n" % os.getpid())
        try:
            cli.main()
        finally:
            os._exit(0)
    os.write(TELL, b"over %d\\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""

MOMENTS = 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda one: one.name)
def test_nothing_in_clear_is_left(tmp_path: Path, number: signal.Signals):
    """At ten moments of a run over three calls; a call that was done before has all its files."""
    calls = [voice_file(tmp_path / f"{name}.wav", 2.0) for name in "abc"]
    arguments = ["mask", *map(str, calls), "--case", str(case_file(tmp_path / "case.json"))]
    out = tmp_path / "out"
    told, tell = os.pipe()
    command = [sys.executable, "-c", f"TELL = {tell}\n{SERVER}", *arguments, str(out)]
    with (
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(tell,)
        ) as server,
        os.fdopen(told, "r") as answers,
    ):
        os.close(tell)
        assert server.stdin is not None
        within = 0.0
        for moment in itertools.chain([None], range(MOMENTS)):
            server.stdin.write(b"\n")
            server.stdin.flush()
            pid, begun = answers.readline().split()
            assert begun == "begun"
            began = time.monotonic()
            if moment is not None:
                time.sleep(within * moment / MOMENTS)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), number)
            over = answers.readline().strip()
            if moment is None:
                within = time.monotonic() - began
                assert over == "over 0"
            else:
                assert over in {f"over -{number.value}", "over 0"}
            _check(out)
        server.stdin.close()


def _check(out: Path) -> None:
    """Each call has all of its products or none, and there is nothing else."""
    left = {path.name for path in out.iterdir()} if out.is_dir() else set()
    whole = {f"{name}.{product}" for name in "abc" for product in PRODUCTS if f"{name}.manifest.json" in left}
    assert left == whole
