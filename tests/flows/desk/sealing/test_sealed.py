from __future__ import annotations

import pytest

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.sealing.keys import Keyring, new_key
from flows.desk.sealing.sealed import blind_marks, fold_number, fold_text, put_sealed, reseal, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import RecordingRow, RequestRow

TEXT = Shape(str)


@pytest.fixture
def ring() -> Keyring:
    """One key."""
    return Keyring((new_key(),))


def test_a_row_holds_its_value_sealed(ring):
    """It comes back from the row it was put into."""
    row = RequestRow(id="q1")
    put_sealed(row, "鈴木花子", TEXT, ring)

    assert take_sealed(row, TEXT, ring) == "鈴木花子"
    assert "鈴木".encode() not in row.sealed


@pytest.mark.parametrize("other", [RequestRow(id="q2"), RecordingRow(id="q1")])
def test_a_value_belongs_to_its_table_and_row(ring, other):
    """Copied into another row or table it does not open."""
    row = RequestRow(id="q1")
    put_sealed(row, "鈴木花子", TEXT, ring)
    other.sealed = row.sealed

    with pytest.raises(SealBrokenError):
        take_sealed(other, TEXT, ring)


def test_a_value_of_another_shape_is_an_error_without_the_value(ring):
    """A row whose value is not what the program expects tells its table and nothing else."""
    row = RequestRow(id="q1")
    put_sealed(row, "鈴木花子", TEXT, ring)

    with pytest.raises(SealBrokenError) as raised:
        take_sealed(row, Shape(int), ring)

    assert "鈴木" not in str(raised.value)
    assert raised.value.__context__ is None


def test_resealing_changes_the_key_and_not_the_value(ring):
    """Once; a row of the current key is left alone."""
    row = RequestRow(id="q1")
    put_sealed(row, "鈴木花子", TEXT, ring)
    newer = Keyring((new_key(), *ring.keys))

    assert reseal(row, newer)
    assert not reseal(row, newer)
    assert take_sealed(row, TEXT, Keyring(newer.keys[:1])) == "鈴木花子"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("090-1234-5678", "09012345678"),
        ("０９０(1234)5678", "09012345678"),
        ("+81 90 1234 5678", "09012345678"),
        ("+81(0)3-1234-5678", "0312345678"),
        ("110", "110"),
        ("12", ""),
        ("", ""),
    ],
)
def test_numbers_are_folded(written, folded):
    """Width, punctuation and the country code make no difference."""
    assert fold_number(written) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("すずき はなこ", "スズキハナコ"), ("ｽｽﾞｷ", "スズキ"), ("ｃ－１２", "C-12"), ("鈴木　花子", "鈴木花子")],
)
def test_texts_are_folded(one, other):
    """Width, case, kind of kana and spaces make no difference."""
    assert fold_text(one) == fold_text(other)


def test_nothing_has_no_mark(ring):
    """An empty field must not make all rows with an empty field alike."""
    assert blind_marks("customer", " ", ring) == ()
    assert blind_marks("number", "x", ring) == ()
