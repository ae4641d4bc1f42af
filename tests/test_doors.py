"""A folder that others can write to has one door: ``flows/folders/open_folder.py``.

Every other module that makes, writes, moves or removes anything by a path is named here, with the folder of
ours in which it does so.  A new name is a decision, not an accident.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.test_architecture import PACKAGES, ROOT, sources

CHANGES = {
    *("mkdir", "makedirs", "mkdtemp", "mkstemp", "mkfifo", "touch", "truncate"),
    *("write_text", "write_bytes", "copyfile", "copy2", "copytree", "copystat"),
    *("rename", "renames", "unlink", "rmdir", "rmtree", "removedirs", "move"),
    *("symlink", "symlink_to", "hardlink_to", "link", "chmod", "chown", "fdopen"),
}
"""Methods and functions that change what lies under a path, or open one in a way of their own."""

DOOR = {"flows/folders/open_folder.py", "flows/folders/way.py", "flows/folders/secret_file.py"}

THROUGH_THE_DOOR = {"move"}
"""Also a method of an open folder."""

IN_A_FOLDER_OF_OURS = {
    "flows/cli/case.py": "what comes on stdin: a private folder of the store",
    "flows/desk/cases/calls.py": "a turned copy: a private folder of the store",
    "flows/cli/orders.py": "the null device, when nobody reads our output any more",
    "flows/desk/integrity/database.py": "the database: KAIJI_HOME",
    "flows/desk/storage/local_files.py": "sealed files: KAIJI_STORE",
    "flows/desk/storage/sources.py": "a copy of a recording: a private folder of the store",
    "flows/desk/storage/store.py": "clear copies: a private folder of the store; a bucket",
    "flows/exchange/outbox.py": "the instructions before they are put out: a private folder of the store",
    "flows/folders/moving.py": "the journal: a held folder of KAIJI_WORK",
    "flows/intake/systems/take_vcon.py": "recordings of a vCon: a private folder of the store",
    "flows/masking/mask_case_call.py": "products of a call: a private folder of the store",
    "flows/masking/visit_copy.py": "products of a visit: a private folder of the store",
    "flows/outputs.py": "products before they are published: a held folder of KAIJI_WORK",
    "flows/practice/practice_desk.py": "the practice desk: its own folder in KAIJI_HOME",
    "flows/prefect_api/secret.py": "the secret of Prefect's API: KAIJI_HOME",
    "flows/releasing/package.py": "manifest and sums: a private folder of the store",
    "flows/releasing/passages.py": "passages: a private folder of the store",
    "flows/releasing/release.py": "the package: a private folder of the store",
    "flows/review/__main__.py": "the page's own socket, which nobody listens on",
    "flows/review/clerk/sent_file.py": "what a person sent: a private folder of the store",
    "flows/runs/case_task.py": "the log of failures: KAIJI_HOME",
    "flows/runs/parts.py": "logs of our processes: KAIJI_HOME",
    "flows/runs/serve.py": "logs and their lock: KAIJI_HOME",
    "flows/workspace.py": "values of a run: a held folder of KAIJI_WORK",
    "models/speech/embedded.py": "weights: a temporary folder, made with a random name",
    "models/speech/listening_encoder.py": "weights: a temporary folder, made with a random name",
    "pipeline/audio/mp3.py": "an MP3 of one of these folders",
    "pipeline/audio/wav.py": "a WAV file of one of these folders",
    "pipeline/file_bytes.py": "reads only: an ordinary file",
}
"""Each with what it writes, and the folder of ours where that lies."""


def changes(path: str) -> Iterator[str]:
    """Names of what a module calls to change something by a path."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        by_one = isinstance(called, ast.Attribute) and len(node.args) == 1 and not node.keywords
        if (
            name in CHANGES - THROUGH_THE_DOOR
            # ``Path.replace`` takes one argument, ``str.replace`` two, ``dataclasses.replace`` is no method.
            or (name == "replace" and by_one)
            or (name in {"open", "FileIO"} and _writes(node))
            or (name == "open" and isinstance(called, ast.Attribute) and _is(called.value, "os"))
            or (name == "move" and isinstance(called, ast.Attribute) and _is(called.value, "shutil"))
            or (name == "remove" and isinstance(called, ast.Attribute) and _is(called.value, "os"))
        ):
            yield name


def _is(node: ast.expr, module: str) -> bool:
    return isinstance(node, ast.Name) and node.id == module


def _writes(node: ast.Call) -> bool:
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    modes = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(mode in {"w", "a", "x", "wb", "ab", "xb", "r+", "r+b", "w+b", "a+b", "rb+"} for mode in modes)


ALL = [path.relative_to(ROOT).as_posix() for package in PACKAGES for path in sources(package)]


def test_only_named_modules_write_by_a_path():
    """All others go through the door, or write nothing."""
    found = {path: sorted(set(changes(path))) for path in ALL}
    beside = {path: names for path, names in found.items() if names and path not in DOOR}

    assert {path: names for path, names in beside.items() if path not in IN_A_FOLDER_OF_OURS} == {}
    assert set(IN_A_FOLDER_OF_OURS) <= set(beside), "a name that is not needed any more"


@pytest.mark.parametrize(
    "module",
    [
        *("flows/exchange/redacted_vcon.py", "flows/intake/drop_folder.py", "flows/intake/drop_stay.py"),
        *("flows/intake/faults.py", "flows/measuring/drawn.py", "flows/measuring/labels.py"),
        *("flows/measuring/plot_call.py", "flows/new_files.py", "flows/releasing/fetch.py"),
        *("flows/runs/inbox.py", "flows/desk/sealing/keys.py", "flows/folders/leftovers.py"),
    ],
)
def test_what_works_in_other_peoples_folders_has_no_way_of_its_own(module: str):
    """These may never be named above."""
    assert module not in IN_A_FOLDER_OF_OURS
    assert list(changes(module)) == []


@pytest.mark.parametrize(
    "line",
    [
        *(
            "p.unlink()",
            "p.open('wb')",
            "open(p, 'w')",
            "p.open(mode='a')",
            "os.open(p, flags)",
            "q.replace(p)",
        ),
        *(
            "shutil.rmtree(p)",
            "os.rename(p, q)",
            "p.mkdir()",
            "os.remove(p)",
            "p.hardlink_to(q)",
            "p.touch()",
        ),
        *("tempfile.mkdtemp(dir=p)", "shutil.move(p, q)", "p.chmod(0o600)", "p.write_bytes(b'')"),
    ],
)
def test_the_look_sees(tmp_path, line: str):
    """Each way to change something by a path."""
    module = tmp_path / "module.py"
    module.write_text(line)

    assert list(changes(str(module)))


@pytest.mark.parametrize(
    "line", ["text.replace('a', 'b')", "p.open('rb')", "replace(value, x=1)", "names.remove(x)"]
)
def test_the_look_passes_over(tmp_path, line: str):
    """What changes nothing by a path."""
    module = tmp_path / "module.py"
    module.write_text(line)

    assert list(changes(str(module))) == []
