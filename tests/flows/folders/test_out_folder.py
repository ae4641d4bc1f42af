"""``--out`` is a folder that others may write to: what they lay there costs nothing of ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows import outputs
from flows.folders.leftovers import NotOursError
from flows.intake.faults import Fault, write_report
from flows.measuring.drawn import note_drawn
from flows.new_files import new_folder, write_new
from flows.outputs import OutputFolderError, open_output, publish, staging, withdraw, write_error
from pipeline.errors import CallUnsafeError

OLD = (0, 0)


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``KAIJI_WORK`` of its own."""
    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))
    return tmp_path / "work"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A shared folder."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of ours that nobody has written to for long."""
    folder = tmp_path / "mine"
    (folder / "deep").mkdir(parents=True)
    (folder / "precious").write_text("ours")
    (folder / "deep" / "precious").write_text("ours")
    os.utime(folder, OLD)
    return folder


def whole(folder: Path) -> bool:
    """Whether all is still in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == [
        "deep", "deep/precious", "precious",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [".kaiji-x", ".kaiji-0123456789abcdef", f".kaiji-{'a' * 32}.part", "mask-x"])
@pytest.mark.parametrize("how", ["link", "moved there", "link to the lock's folder"])
def test_a_start_empties_no_folder_of_ours(out: Path, mine: Path, name: str, how: str):
    """Neither by a link under a name of ours, nor when somebody gives our own folder that name."""
    if how == "link to the lock's folder":
        # Nobody holds the lock, as after a kill.
        (mine.parent / "lock").touch()
        (out / name).symlink_to(mine)
    elif how == "link":
        (out / name).symlink_to(mine)
    else:
        mine = mine.rename(out / name)
        os.utime(mine, OLD)
    open_output(out)
    withdraw(out, "call")
    write_error(out, "call", CallUnsafeError("x"))

    assert whole(mine)
    assert (out / name).is_dir()


@pytest.mark.parametrize("name", ["call.error.json", "call.manifest.json", "call.masked.wav"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "folder"])
def test_what_has_the_name_of_a_product_is_left_as_it_is(out: Path, mine: Path, name: str, kind: str):
    """It is nobody's product of ours: no step reads, writes or removes it."""
    {
        "link": lambda path: path.symlink_to(mine / "precious"),
        "dangling link": lambda path: path.symlink_to(mine / "new"),
        "pipe": os.mkfifo,
        "folder": lambda path: path.mkdir(),
    }[kind](out / name)
    open_output(out)
    with pytest.raises(NotOursError):
        withdraw(out, "call")

    assert os.path.lexists(out / name)
    assert whole(mine)


def test_the_folder_is_swapped_while_its_files_are_moved_in(
    out: Path, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """They come whole into the folder that was opened, and nothing comes where its path leads by then."""
    with staging() as made:
        for name in outputs.PRODUCTS:
            (made / name).write_text(name)
        real = outputs.move_in

        def meanwhile(*args: object) -> None:
            out.rename(tmp_path / "away")
            out.symlink_to(mine)
            real(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(outputs, "move_in", meanwhile)
        publish(made, out, "call")

    assert whole(mine)
    assert len(list((tmp_path / "away").iterdir())) == len(outputs.PRODUCTS)


def test_a_work_folder_that_others_can_write_to_masks_nothing(out: Path, work: Path):
    """The clear text would lie there."""
    work.mkdir()
    work.chmod(0o777)
    with pytest.raises(OutputFolderError, match="KAIJI_WORK"):
        open_output(out)


@pytest.mark.parametrize("name", ["evaluate.drawn.json.part", "evaluate.drawn.json", "report.csv"])
def test_no_list_is_written_through_a_link(out: Path, mine: Path, name: str):
    """Of what was drawn, and of the mistakes of an import: the names can be guessed."""
    (out / "index.html").write_text("page")
    (out / name).symlink_to(mine / "precious")
    if name == "report.csv":
        with pytest.raises(OSError):  # noqa: PT011
            write_report([Fault(1, "a", "b")], out / name)
    elif name.endswith(".part"):
        note_drawn(out, ["index.html"])
    else:
        with pytest.raises((OSError, NotOursError)):
            note_drawn(out, ["index.html"])

    assert (mine / "precious").read_text() == "ours"


def test_a_new_folder_that_is_swapped_is_filled_where_it_was_made(out: Path, mine: Path, tmp_path: Path):
    """And when that fails, nothing of the other is removed."""

    def failing() -> None:
        with new_folder(out, "R-1") as folder:
            (out / "R-1").rename(tmp_path / "away")
            mine.rename(out / "R-1")
            folder.add("letter", b"clear")
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, OSError)):
        failing()
    assert whole(out / "R-1")
    assert list((tmp_path / "away").iterdir()) == []


@pytest.mark.parametrize("name", ["../new", "/new", "deep/new"])
def test_a_new_file_is_one_step_from_its_folder(out: Path, tmp_path: Path, name: str):
    """Whatever made its name."""
    (out / "deep").mkdir()
    with pytest.raises(OutputFolderError):
        write_new(out, {"first": b"1", name: b"2"})

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
