from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import Consent, ReviewKind
from pipeline.reviewing.fold import fold, undecided
from pipeline.reviewing.rules import check, check_complete
from pipeline.reviewing.voice_rules import consents
from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import MaskAction, Party
from tests.builders import item, plan
from tests.review_builders import SURE, decision, stretch

KINDS = ReviewKind
VOICE = item(
    10.0, 14.0, item_id="m0007", chars=(30, 60), entity_type=THIRD_VOICE, score=1.0, needs_review=True
)
START = plan(SURE, VOICE)
SAID = Consent("高橋大輝（次男）", date(2026, 11, 20), "電話で確かめた")


def keep(number: int = 1, *items: str, **more: object):
    """A decision to keep the voice."""
    return decision(number, KINDS.KEEP, *(items or ("m0007",)), **more)


def allowed(*made) -> None:
    """Each may be added after the ones before it."""
    for place, each in enumerate(made):
        check(START, made[:place], (each,))


def refused(*made) -> ReviewRuleError:
    """The last may not."""
    with pytest.raises(ReviewRuleError) as caught:
        allowed(*made)
    return caught.value


def voice(*made):
    """The voice after some decisions."""
    return next(each for each in fold(START, made).items if each.item_id == "m0007")


def test_a_voice_is_kept_with_its_speakers_consent_and_not_by_a_reason():
    """Who, when and how; a reason alone, however good, is none."""
    assert refused(keep(reason="本人が希望")).needs == "consent"
    allowed(keep(consent=SAID))
    kept = voice(keep(consent=SAID))
    assert (kept.action, kept.party, kept.needs_review) == (MaskAction.KEEP, Party.THIRD_PARTY, False)
    check_complete(START, (keep(consent=SAID),))


@pytest.mark.parametrize(
    "said",
    [
        Consent("", date(2026, 11, 20), "電話で"),
        Consent("高橋大輝", date(2026, 11, 20), " "),
        Consent("高橋大輝", date(2026, 11, 26), "電話で"),
        Consent("高" * 501, date(2026, 11, 20), "電話で"),
    ],
)
def test_a_consent_says_all_of_it(said: Consent):
    """Nobody, no way, a day that is still to come where it is decided, and a text without end are refused."""
    assert refused(keep(consent=said)).needs == "consent"


def test_a_consent_today_counts_by_the_day_of_japan():
    """16:00 UTC is already the next day there."""
    late = decision(1, KINDS.KEEP, "m0007", consent=Consent("高橋", date(2026, 11, 26), "電話で"))
    check(START, (), (replace(late, decided_at=datetime(2026, 11, 25, 16, 0, tzinfo=UTC)),))


def test_only_a_voice_takes_a_consent():
    """A name's mask rests on other things."""
    refused(keep(1, "m0001", "m0007", consent=SAID))


def test_no_other_decision_keeps_a_voice():
    """However they come, the fold itself keeps nothing without a consent."""
    other = decision(1, KINDS.KEEP, "m0001", reason="公表されている情報")
    series = [
        (keep(reason="本人が希望"),),
        (keep(consent=Consent("", date(2026, 11, 20), "")),),
        (other, decision(2, KINDS.SAME, "m0001", "m0007", reason="同じ")),
        (keep(consent=SAID), decision(2, KINDS.PARTY, "m0007", party=Party.THIRD_PARTY)),
        (keep(consent=SAID), decision(2, KINDS.PARTY, "m0007", party=Party.UNKNOWN)),
        (decision(1, KINDS.PARTY, "m0007", party=Party.UNKNOWN), keep(2, reason="不明")),
        (keep(consent=SAID), decision(2, KINDS.UNDO, undoes=1)),
    ]
    for made in series:
        assert voice(*made).action is MaskAction.MASK, made
    refused(*series[2])


def test_whoever_says_whose_voice_it_was_says_why():
    """It was the requester after all: kept with a reason, without a consent."""
    assert refused(keep(party=Party.REQUESTER)).needs == "reason"
    mine = keep(party=Party.REQUESTER, reason="声が同じ")
    allowed(mine)
    assert voice(mine).action is MaskAction.KEEP


@pytest.mark.parametrize(
    ("kind", "remains"),
    [(KINDS.VOICE_TEXT, Remains.TEXT), (KINDS.VOICE_IN_PERSON, Remains.IN_PERSON)],
)
def test_text_only_and_in_person_are_masks_with_a_reason(kind: ReviewKind, remains: Remains):
    """Nothing of them is audible; a plain mask takes back what remained."""
    assert refused(decision(1, kind, "m0007")).needs == "reason"
    assert refused(decision(1, kind, "m0001", reason="家族")).items == ("m0001",)
    made = decision(1, kind, "m0007", reason="家族")
    allowed(made)
    check_complete(START, (made,))
    assert (voice(made).action, voice(made).remains) == (MaskAction.MASK, remains)
    assert voice(made, decision(2, KINDS.MASK, "m0007")).remains is Remains.NOTHING
    assert fold(START, (decision(1, kind, "m0001", reason="家族"),)).items == (*START.items[:1], VOICE)


def test_undecided_it_holds_the_review_open():
    """As every finding in doubt does."""
    assert undecided(START, ()) == ("m0007",)
    with pytest.raises(ReviewRuleError):
        check_complete(START, ())


def test_a_voice_that_is_added_is_a_third_partys():
    """Nobody asks for a consent to a stretch that somebody called the requester's."""
    new = stretch(20.0, 22.0, entity_type=THIRD_VOICE)
    allowed(decision(1, KINDS.ADD, stretch=new))
    refused(decision(1, KINDS.ADD, stretch=replace(new, party=Party.REQUESTER)))


def test_consents_are_told_by_item_and_by_its_pieces():
    """The last one counts; one that was undone does not."""
    again = Consent("高橋", date(2026, 11, 21), "書面で")
    made = (
        keep(1, consent=SAID),
        decision(2, KINDS.SPLIT, "m0007", at=12.0),
        keep(3, consent=again),
        decision(4, KINDS.UNDO, undoes=3),
    )
    assert consents(made) == {"m0007": SAID, "m0007.2": SAID}
    assert consents(made[:3]) == {"m0007": again, "m0007.2": SAID}
    assert "高橋" not in repr(made)
    assert "電話" not in repr(made)
