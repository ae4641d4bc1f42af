"""kill -9 in the middle of a release: nothing half is left, and it can be run again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.desk.answers import releases
from flows.desk.cases import files, requests
from flows.desk.cases.files import sweep_orphans
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, FileKind
from flows.releasing.fetch import fetch_folder
from tests.release_builders import APPROVER, released

ROOT = Path(__file__).parents[3]

RELEASE = """
import sys
from flows.desk.integrity.desk import open_desk
from flows import stages
from flows.masking import final_copy
from flows.releasing import release as releasing
from flows.settings import Settings
from pipeline.audio import mp3
from tests.release_builders import released
def told(module, name):
    step = getattr(module, name)
    def tell(*args, **more):
        print(name, flush=True)
        return step(*args, **more)
    setattr(module, name, tell)
for module, name in ((final_copy, "render"), (stages, "verify"), (mp3, "write_mp3")):
    told(module, name)
for name in ("gather", "transcript_docx", "write_sums", "pack"):
    told(releasing, name)
with open_desk(Settings()) as desk:
    put = type(desk.store).put
    def tell(*args):
        print("put", flush=True)
        return put(*args)
    type(desk.store).put = tell
    released(desk, sys.argv[1])
print("done", flush=True)
"""

STEPS = ("gather", "render", "verify", "write_mp3", "transcript_docx", "write_sums", "pack", "put")


def release_until(request: str, step: str, chance: random.Random) -> None:
    """A process that releases, killed shortly after it has begun a step."""
    command = [sys.executable, "-c", RELEASE, request]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        if line.strip() == step:
            break
    time.sleep(chance.uniform(0.0, 0.05))
    process.send_signal(signal.SIGKILL)
    process.wait()
    told = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    assert process.returncode == -signal.SIGKILL, told


def check(desk: Desk, request: str) -> bool:
    """All of an answer is there, or nothing of it; returns which."""
    assert audit.verify(desk) == ()
    own = [file for file in files.list_files(desk, request=request) if file.call_id is None]
    answers = releases.releases(desk, request)
    state = requests.get(desk, request).state
    if not answers:
        assert (own, state) == ([], State.APPROVED)
        return False
    assert {file.kind for file in own} == {FileKind.PACKAGE, FileKind.LETTER, FileKind.MANIFEST}
    assert (len(own), len(answers), state) == (3, 1, State.RELEASED)
    return True


@pytest.mark.parametrize("step", STEPS)
def test_a_release_outlives_a_kill_at_any_step(
    desk: Desk, approved_call: Call, out: Path, monkeypatch, step: str
):
    """The next one does it whole; what the killed one left in clear and in the store is swept."""
    monkeypatch.setenv("KAIJI_ORPHAN_SECONDS", "0")
    request = approved_call.request_id
    release_until(request, step, random.Random(step))  # noqa: S311 (the same moments every time)

    if not check(desk, request):
        released(desk, request)
        assert check(desk, request)
    sweep_orphans(Desk(desk.settings.model_copy(update={"orphan_seconds": 0}), *_rest(desk)))
    named = {file.store_key for file in files.list_files(desk)} | {"desk-marker"}
    assert {name for name, _ in desk.store.listing()} == named
    with desk.store.private_folder():
        pass
    assert [path for path in desk.settings.work.rglob("*") if path.is_file()] == []
    assert (fetch_folder(desk, APPROVER, request, out) / "回答書.docx").is_file()


def _rest(desk: Desk):
    return desk.database, desk.store, desk.keyring, desk.clock
