"""YAML that costs more than it says: refused before anything is built from it."""

from __future__ import annotations

import pytest

from flows.intake.lists import read_lists
from flows.intake.tabular import FileError
from models.company.file import read_definitions
from models.company.yaml_lines import MAX_BYTES, RecognizerFileError, read_yaml

BOMB = "\n".join(
    [
        "a: &a [x,x,x,x,x,x,x,x,x]",
        *(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefg", "bcdefgh", strict=True)),
    ]
)

FILES = {
    "an alias bomb": BOMB,
    "an alias bomb in the list": f"staff: [{BOMB.splitlines()[0][3:]}, *a]",
    "a node within itself": "&a [*a]",
    "a mapping within itself": "recognizers: &r\n- *r\n",
    "a merge of an alias": "base: &b {text: 山本}\nstaff:\n- {<<: *b}\n",
    "a repeated scalar": "staff: [&n 山本, *n]",
    "an alias as a key": "&k staff: [山本]\n? *k\n: [佐藤]\n",
    "deep flow nesting": "[" * 5_000 + "]" * 5_000,
    "deep block nesting": "\n".join(" " * n + "a:" for n in range(2_000)),
    "a file of megabytes": "staff:\n" + "- 山本\n" * (MAX_BYTES // 8),
}


@pytest.mark.parametrize("what", FILES)
def test_what_would_grow_is_refused(tmp_path, what):
    """By the lists of the desk and by a company's recognizers."""
    path = tmp_path / "list.yaml"
    path.write_text(FILES[what], encoding="utf-8")

    with pytest.raises(FileError) as refused:
        read_lists(path)
    assert "山本" not in str(refused.value)
    with pytest.raises(RecognizerFileError):
        read_definitions(path)


@pytest.mark.parametrize(
    "number", ["9" * 5_000, "9" * 10, "-1", "1e400", ".nan", ".inf", "0x7fffffffffffffff"]
)
def test_a_number_out_of_bounds_is_a_mistake(tmp_path, number):
    """Where a whole number, or one from 0 to 1, has to stand."""
    path = tmp_path / "a.yaml"
    path.write_text(f"n: {number}\n", encoding="utf-8")
    entry = read_yaml(path)[0].keys()["n"]

    for read in (entry.whole, entry.number):
        with pytest.raises(RecognizerFileError):
            read()
