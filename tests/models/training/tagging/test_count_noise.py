"""What is counted when everything is heard right, and when a name is not."""

from __future__ import annotations

from models.training.tagging.count_noise import Counts
from tests.builders import transcript, utterance
from tests.models.tagger.scripted import READER
from tests.models.training.calls.test_examples import TRUTH


def counted(second: str) -> Counts:
    """The counts of a two-channel call whose second turn was heard as given."""
    counts = Counts()
    heard = transcript(utterance("お名前は", 0.0, 0, "op"), utterance(second, 2.0, 1, "cu"))
    counts.add(heard, TRUTH, READER)
    return counts


def test_what_is_heard_right_is_no_error() -> None:
    """Every mora the same, the name whole and spelt as in the script."""
    counts = counted("隣の長谷川さんです")
    assert counts.same == counts.said
    assert counts.said["NAME"] == 4
    assert (counts.spans["NAME"], counts.whole["NAME"], counts.spelt["NAME"]) == (1, 1, 1)
    assert not +counts.lost
    assert not +counts.made


def test_a_name_heard_otherwise_is_counted_by_mora() -> None:
    """ハセガワ heard as ハシガワ is one mora taken for another; the name is neither whole nor spelt right."""
    counts = counted("隣のはしがわさんです")
    assert counts.other["NAME"] == 1
    assert counts.heard_as["se"]["shi"] == 1
    assert (counts.whole["NAME"], counts.spelt["NAME"], counts.vanished["NAME"]) == (0, 0, 0)


def test_a_name_not_heard_has_vanished() -> None:
    """Nothing where a name was said."""
    counts = counted("隣のさんです")
    assert counts.vanished["NAME"] == 1
    assert counts.lost["NAME"] >= 3
