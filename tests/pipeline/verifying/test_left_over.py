"""What a finished copy still reveals is a finding at its place, until a person has decided it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.reasons import Reason
from pipeline.types import Leak, MaskAction, TimeSpan
from pipeline.verifying.left_over import places_of, unanswered
from pipeline.verifying.widen import SOURCE
from tests.builders import item, plan, recording, transcript, utterance

CALL = transcript(utterance("隣の長谷川さんです", 1.0), utterance("あの長谷川さんが", 5.0))
NAME = item(1.4, 2.0, chars=(2, 5), decided=True)
PLAN = plan(NAME)


def test_the_same_words_elsewhere_are_a_finding_where_they_sound() -> None:
    """Masked and undecided, so that nothing leaks while nobody has looked."""
    (found,) = places_of(PLAN, (Leak("TEXT", "m0000", TimeSpan(5.0, 6.0)),), CALL, recording()) or ()
    assert CALL.text[found.chars.start : found.chars.end] == "長谷川"
    assert found.time.start == pytest.approx(5.4, abs=0.3)
    assert (found.action, found.needs_review, found.decided) == (MaskAction.MASK, True, False)
    assert [why.reason for why in found.reasons] == [Reason.LEAK_WRITTEN_AGAIN]


def test_a_mask_that_is_too_short_is_a_finding_over_it() -> None:
    """Its words are those of the mask, its time longer; what was decided stays as it is."""
    (found,) = places_of(PLAN, (Leak("HEARD_AGAIN", "m0000", TimeSpan(2.05, 2.3)),), CALL, recording()) or ()
    assert (found.item_id, found.needs_review, found.decided) == ("m0000", True, False)
    assert found.time.end > 2.3
    assert [why.reason for why in found.reasons] == [Reason.LEAK_SOUNDS_AGAIN]


def test_what_no_mask_mends_is_no_finding() -> None:
    """A change outside of all masks is a fault of the program."""
    assert places_of(PLAN, (Leak("OUTSIDE_CHANGED", None, TimeSpan(0.0, 1.0)),), CALL, recording()) is None


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, 0),
        ({"decided": False}, 1),
        ({"action": MaskAction.MASK}, 1),
        ({"source": "analyst"}, 1),
        ({"time": TimeSpan(6.0, 6.9)}, 1),
    ],
)
def test_a_person_who_listened_at_the_place_knows_better(changes: dict[str, object], left: int) -> None:
    """Only of a finding of this check, decided and kept, at that very place."""
    kept = replace(item(5.0, 5.9, item_id="h1"), source=SOURCE, decided=True, action=MaskAction.KEEP)
    kept = replace(kept, **changes)  # type: ignore[arg-type]
    heard = Leak("HEARD_AGAIN", "m0000", TimeSpan(5.2, 5.6))
    assert len(unanswered((heard,), plan(NAME, kept))) == left
    written = replace(heard, kind="TEXT")
    assert unanswered((written,), plan(NAME, kept)) == (written,)
