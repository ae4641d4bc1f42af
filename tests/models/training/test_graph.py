"""The training graph on toy steps: what runs, what does not run again, and what a kill leaves."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from models.training.graph import _alone, main, run, run_step
from models.training.step import Place, Step, StepError, in_order, made, stale, stamp_of

WRITE = """
import sys
from pathlib import Path
from models.training.word import WORD
out, *parts = sys.argv[1:]
text = "+".join(Path(part).read_text() if Path(part).is_file() else part for part in parts)
Path(out).write_text(WORD + text)
print("wrote", text)
"""

COUNT = """
import os, signal, sys
from pathlib import Path
folder, upto = Path(sys.argv[1]), int(Path(sys.argv[2]).read_text())
for n in range(4):
    if not (folder / f"{n}.txt").exists():
        if n == upto:
            (folder / "half.tmp").write_text("ha")
            os.kill(os.getpid(), signal.SIGKILL)
        (folder / f"{n}.txt").write_text(str(os.getpid()))
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A project of two toy modules."""
    folder = tmp_path / "project/models/training"
    folder.mkdir(parents=True)
    (folder / "write.py").write_text(WRITE, encoding="utf-8")
    (folder / "count.py").write_text(COUNT, encoding="utf-8")
    (folder / "word.py").write_text('WORD = ""\n', encoding="utf-8")
    (tmp_path / "project/data").mkdir()
    (tmp_path / "project/data/a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "work").mkdir()
    return Place(tmp_path / "project", tmp_path / "work", {"voices": str(tmp_path / "project/data")})


def write(name: str, *parts: str, **options: object) -> Step:
    """A step that writes its arguments, or the files that they name, into one file."""
    return replace(Step(name, (("models.training.write", "{out}/x.txt", *parts),), ("x.txt",)), **options)


CHAIN = (
    write("first", "{voices}/a.txt"),
    write("second", "{first}/x.txt", "b"),
    write("other", "data/a.txt"),
    write("last", "{second}/x.txt", "{other}/x.txt"),
)


def ran(place: Place, capsys: pytest.CaptureFixture[str], steps: tuple[Step, ...] = CHAIN) -> list[str]:
    """Names of the steps that run now."""
    capsys.readouterr()
    run(in_order(steps), place)
    return [line.split()[1].rstrip(":") for line in capsys.readouterr().out.splitlines() if "about" in line]


def test_each_step_runs_once(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """After what it needs; what is done is not done again."""
    assert ran(place, capsys) == ["first", "second", "other", "last"]
    assert (place.work / "last/x.txt").read_text(encoding="utf-8") == "a+b+a"
    assert ran(place, capsys) == []
    assert stamp_of("last", place)["outputs"] == {"x.txt": hashlib.sha256(b"a+b+a").hexdigest()}


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("input", ["first", "second", "other", "last"]),
        ("code", ["first", "second", "other", "last"]),
        ("arguments", ["second", "last"]),
        ("output", ["other"]),
        ("no output", ["first"]),
        ("nothing that counts", ["second"]),
    ],
)
def test_what_hangs_on_a_change_runs_again(
    place: Place, capsys: pytest.CaptureFixture[str], change: str, again: list[str]
) -> None:
    """And nothing else: a step that makes the same bytes again stops there."""
    ran(place, capsys)
    steps = CHAIN
    if change == "input":
        (place.root / "data/a.txt").write_text("A", encoding="utf-8")
    elif change == "code":
        (place.root / "models/training/word.py").write_text('WORD = "!"\n', encoding="utf-8")
    elif change == "arguments":
        steps = (CHAIN[0], write("second", "{first}/x.txt", "c"), *CHAIN[2:])
    elif change == "output":
        (place.work / "other/x.txt").write_text("tampered with", encoding="utf-8")
    elif change == "no output":
        (place.work / "first/x.txt").unlink()
    else:
        steps = (CHAIN[0], replace(CHAIN[1], commands=(*CHAIN[1].commands, CHAIN[1].commands[0])), *CHAIN[2:])
    assert ran(place, capsys, steps) == again
    assert ran(place, capsys, steps) == []


def test_a_failure_leaves_what_was_done_and_nothing_half(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the step and quotes its log; the step before it is done, its old output stands."""
    ran(place, capsys, CHAIN[:2])
    steps = (CHAIN[0], write("second", "{first}/x.txt", outputs=("x.txt", "y.txt")))
    with pytest.raises(StepError, match=r"second: made no y\.txt"):
        run(steps, place)
    assert (place.work / "second/x.txt").read_text(encoding="utf-8") == "a+b"
    assert not stale(CHAIN[0], place)
    broken = Step("broken", (("models.training.write",),), ("x.txt",))
    with pytest.raises(
        StepError, match=r"broken: models.training.write ended with status 1[\s\S]*ValueError"
    ):
        run((broken,), place)
    assert not (place.work / "broken").exists()


@pytest.mark.parametrize("resumes", [True, False])
def test_a_killed_step_goes_on_or_begins_anew(place: Place, resumes: bool) -> None:
    """One that says it can goes on, as long as nothing that it hangs on has changed."""
    (place.root / "upto.txt").write_text("2", encoding="utf-8")
    count = ("models.training.count", "{out}", str(place.root / "upto.txt"))
    step = Step("count", (count,), ("3.txt",), resumes=resumes)
    with pytest.raises(StepError, match="status -9"):
        run_step(step, place)
    assert not (place.work / "count").exists()
    assert stale(step, place) == "not run yet"
    left = (place.work / ".running-count/0.txt").read_text(encoding="utf-8")
    with pytest.raises(StepError, match="status -9"):
        run_step(step, place)
    assert ((place.work / ".running-count/0.txt").read_text(encoding="utf-8") == left) is resumes
    (place.root / "upto.txt").write_text("9", encoding="utf-8")
    run_step(step, place)
    assert (place.work / "count/0.txt").read_text(encoding="utf-8") != left
    assert sorted(made(place.work / "count")) == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert not (place.work / ".running-count").exists()


@pytest.mark.slow
def test_a_killed_run_leaves_its_step_alone_at_work(tmp_path: Path) -> None:
    """Whoever comes next is told so, until that step has ended."""
    work = tmp_path / "work"
    sleep = "[sys.executable, '-c', 'import time; time.sleep(3)']"
    sleeper = f"import subprocess, sys; subprocess.run({sleep}, pass_fds=[{{}}])"
    code = (
        "import sys\nfrom pathlib import Path\nfrom models.training.graph import _alone\n"
        f"with _alone(Path({str(work)!r})) as lock:\n"
        f"    print('held', flush=True)\n    exec({sleeper!r}.format(lock.fileno()))\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        time.sleep(0.3)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        with pytest.raises(StepError, match="at work"), _alone(work):
            pass
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with _alone(work):
                return
        except StepError:
            time.sleep(0.2)
    pytest.fail("the lock outlived the step")


@pytest.mark.slow
def test_a_stopped_run_stops_its_step_with_all_that_it_started(place: Place) -> None:
    """The processes of a pool, too: nothing holds the lock any longer."""
    code = (
        "import subprocess, sys, time\nfrom pathlib import Path\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], close_fds=False)\n"
        "Path(sys.argv[1]).write_text(str(child.pid))\ntime.sleep(60)\n"
    )
    (place.root / "models/training/pool.py").write_text(code, encoding="utf-8")
    pid = place.work / "pid"
    runner = (
        "from pathlib import Path\nfrom models.training.graph import _alone, run\n"
        "from models.training.step import Place, Step\n"
        f"place = Place(Path({str(place.root)!r}), Path({str(place.work)!r}))\n"
        f"step = Step('pool', (('models.training.pool', {str(pid)!r}),), ('x.txt',))\n"
        "with _alone(place.work) as lock:\n    run((step,), place, lock=lock)\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", runner], cwd=root, stderr=subprocess.DEVNULL) as outer:
        deadline = time.monotonic() + 50
        while not pid.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        outer.send_signal(signal.SIGTERM)
        outer.wait()
    time.sleep(0.5)
    with _alone(place.work):
        assert not (place.work / "pool").exists()


def test_a_step_sees_what_was_learned_in_place_of_what_is_registered(place: Place) -> None:
    """The registry, too, knows its SHA-256; the project itself stays as it is."""
    old = place.root / "models/ear.onnx"
    old.write_text("old", encoding="utf-8")
    registry = place.root / "models/registry.toml"
    registry.write_text(f'sha256 = "{hashlib.sha256(b"old").hexdigest()}"\n', encoding="utf-8")
    step = write(
        "uses", "models/ear.onnx", "models/registry.toml", networks=(("models/ear.onnx", "learned/x.txt"),)
    )
    run(in_order((write("learned", "new"), step)), place)
    text = (place.work / "uses/x.txt").read_text(encoding="utf-8")
    assert text == f'new+sha256 = "{hashlib.sha256(b"new").hexdigest()}"\n'
    assert old.read_text(encoding="utf-8") == "old"
    assert not list(place.work.glob(".tree-*"))


def test_a_step_writes_beside_what_was_laid_in(place: Place) -> None:
    """The files are links, and none of its own outputs; what its commands print can be one."""
    first = Step("calls", (("models.training.write", "{out}/a.wav", "sound"),), ("a.wav",))
    second = replace(write("heard", "{out}/a.wav", says="said.txt"), lays=("calls",))
    run(in_order((first, second)), place)
    assert (place.work / "heard/x.txt").read_text(encoding="utf-8") == "sound"
    assert (place.work / "heard/a.wav").is_symlink()
    assert set(stamp_of("heard", place)["outputs"]) == {"x.txt", "said.txt"}
    assert "wrote sound" in (place.work / "heard/said.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("steps", "wanted", "says"),
    [
        ((write("a", "{b}/x"), write("b", "{a}/x")), (), "a -> b -> a"),
        ((write("a", "{c}/x"),), (), "a: no step is called c"),
        ((write("a"), write("a")), (), "same name"),
        ((write("a"),), ("z",), "no step is called z"),
    ],
)
def test_a_graph_that_cannot_run_is_refused(
    steps: tuple[Step, ...], wanted: tuple[str, ...], says: str
) -> None:
    """With the steps' names."""
    with pytest.raises(StepError, match=says):
        in_order(steps, wanted)


def test_only_what_is_wanted_and_what_it_needs() -> None:
    """In an order in which it can run."""
    assert [step.name for step in in_order(CHAIN, ["second"])] == ["first", "second"]


def test_the_command_lists_and_plans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without running anything."""
    options = ["--work", str(tmp_path), "--voices", str(tmp_path / "none"), "--scale", "tiny"]
    assert main(["list", *options]) == 0
    assert "train-adapter-first  [torch" in capsys.readouterr().out
    assert main(["run", "--dry-run", "--until", "collect", *options]) == 0
    out = capsys.readouterr().out
    assert "collect: to run (not run yet)" in out
    assert "train-adapter" not in out
    assert main(["run", "nothing", *options]) == 2
    assert "no step is called nothing" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_stamp_is_one_readable_file(place: Place) -> None:
    """With when it was made and how long that took."""
    run_step(CHAIN[0], place)
    stamp = json.loads((place.work / "stamps/first.json").read_text(encoding="utf-8"))
    assert set(stamp) == {"key", "outputs", "seconds", "finished"}
    assert set(stamp["key"]["code"]) == {"models.training.write", "models.training.word"}
