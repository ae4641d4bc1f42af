from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.types import Leak, MaskAction, Party, TimeSpan
from pipeline.verifying.widen import HEARD_MARGIN_SECONDS, MAX_GROWTH_SECONDS, SOURCE, widen
from tests.builders import item, plan, recording, transcript, utterance

WORDS = transcript(utterance("佐藤さんはい", 1.0), utterance("サトウさんの佐藤です", 4.0))
CALL = recording(10.0)


def heard(start: float, end: float, item_id: str | None = "m0000") -> Leak:
    """A masked value heard again."""
    return Leak("HEARD_AGAIN", item_id, TimeSpan(start, end))


def test_a_mask_grows_over_what_is_heard_beside_it():
    """The mask covers what was heard and a margin; nothing else changes."""
    before = plan(item(1.0, 1.4), item(5.0, 6.0, item_id="m0001"))
    after = widen(before, (heard(1.5, 1.9),), WORDS, CALL)

    assert after is not None
    assert after.revision == 1
    assert after.items[0].time.start == pytest.approx(1.0 - HEARD_MARGIN_SECONDS)
    assert after.items[0].time.end == pytest.approx(1.9 + HEARD_MARGIN_SECONDS)
    assert after.items[0].needs_review
    assert after.items[1] == before.items[1]


def test_what_is_heard_through_a_mask_sounds_on_another_channel():
    """The mask reaches all of them: growing over it again and again would never silence it."""
    before = plan(replace(item(1.0, 2.0), channels=(0,)))
    after = widen(before, (heard(1.25, 1.55),), WORDS, recording(10.0, channels=2))
    assert after is not None
    assert after.items[0].channels == (0, 1)
    assert after.items[0].time == before.items[0].time
    assert after.items[0].needs_review


def test_what_is_heard_elsewhere_gets_a_mask_of_its_own():
    """Far from its item a new one is added, on every channel, flagged, in order of time."""
    before = plan(item(7.0, 8.0, chars=(0, 2)))
    after = widen(before, (heard(2.0, 2.4),), WORDS, recording(10.0, channels=2))

    assert after is not None
    new, old = after.items
    assert old == before.items[0]
    assert (new.time.start, new.time.end) == pytest.approx(
        (2.0 - HEARD_MARGIN_SECONDS, 2.4 + HEARD_MARGIN_SECONDS)
    )
    assert new.channels == (0, 1)
    assert new.action is MaskAction.MASK
    assert new.needs_review
    assert new.item_id != old.item_id


def test_masks_stay_within_the_call():
    """Growing stops at both ends of the recording."""
    after = widen(plan(item(0.0, 0.1), item(9.9, 10.0, item_id="m0001")),
                  (heard(0.0, 0.2), heard(9.9, 10.0, "m0001")), WORDS, CALL)  # fmt: skip

    assert after is not None
    assert after.items[0].time.start == 0.0
    assert after.items[1].time.end == 10.0


def test_words_read_again_are_masked_where_they_sound():
    """Every unmasked place that reads as the masked words do gets a mask over its own time."""
    before = plan(item(1.0, 1.4, chars=(0, 2)))
    after = widen(before, (Leak("TEXT", "m0000", TimeSpan(4.0, 5.0)),), WORDS, CALL)

    assert after is not None
    (new,) = [each for each in after.items if each.item_id != "m0000"]
    assert WORDS.text[new.chars.start : new.chars.end] == "佐藤"
    assert new.time.start <= 5.25
    assert new.time.end >= 5.6


def test_a_given_name_goes_with_a_surname_that_is_read_again():
    """What stands between a surname and an honorific is the rest of the name, however it was heard."""
    words = transcript(utterance("佐藤さん", 1.0), utterance("あの佐藤日曜様です", 4.0))
    after = widen(
        plan(item(1.0, 1.4, chars=(0, 2))), (Leak("TEXT", "m0000", TimeSpan(4.0, 5.0)),), words, CALL
    )

    assert after is not None
    (new,) = [each for each in after.items if each.item_id != "m0000"]
    assert words.text[new.chars.start : new.chars.end] == "佐藤日曜"


def test_words_a_finding_keeps_are_not_masked():
    """The requester's own surname stays where a relative of the same surname is masked."""
    kept = item(5.2, 5.6, item_id="m0001", chars=(13, 15), action=MaskAction.KEEP, party=Party.REQUESTER)
    leaks = (Leak("TEXT", "m0000", TimeSpan(4.0, 5.0)),)

    assert WORDS.text[13:15] == "佐藤"
    assert widen(plan(item(1.0, 1.4, chars=(0, 2)), kept), leaks, WORDS, CALL) is None


def test_words_that_end_in_a_finding_that_stays_are_masked_up_to_it():
    """どうさん is read again where the company's こもれびふどう is called さん: that さん is masked."""
    words = transcript(utterance("どうさんです", 1.0), utterance("こもれびふどうさん", 4.0))
    kept = item(4.0, 5.4, item_id="m0001", chars=(7, 14), action=MaskAction.KEEP, party=Party.COMPANY)
    leak = Leak("TEXT", "m0000", TimeSpan(4.0, 5.0))
    after = widen(plan(item(1.0, 1.8, chars=(0, 4)), kept), (leak,), words, CALL)

    assert after is not None
    assert words.text[7:14] == "こもれびふどう"
    assert [words.text[i.chars.start : i.chars.end] for i in after.items] == [
        "どうさん",
        "こもれびふどう",
        "さん",
    ]


def test_width_and_marks_do_not_hide_words():
    """What verify_text finds by folding is found here by the same folding."""
    words = transcript(utterance("０９０−１です", 1.0), utterance("090、1", 4.0))
    after = widen(
        plan(item(1.0, 2.0, chars=(0, 5))), (Leak("TEXT", "m0000", TimeSpan(4.0, 5.0)),), words, CALL
    )

    assert after is not None
    assert [words.text[i.chars.start : i.chars.end] for i in after.items] == ["０９０−１", "090、1"]


def test_what_is_read_again_is_masked_where_its_words_sound():
    """A hit with the very times of words is those words: their characters and channel, edges by sound."""
    words = transcript(utterance("佐藤さん", 1.0), utterance("サドウさん", 4.0, channel=1))
    after = widen(plan(item(1.0, 1.4, chars=(0, 2))), (heard(4.0, 4.6),), words, recording(10.0, channels=2))

    assert after is not None
    _, new = after.items
    assert words.text[new.chars.start : new.chars.end] == "サドウ"
    assert 1 in new.channels
    assert new.action is MaskAction.MASK
    assert new.time.start <= 4.1
    assert new.time.end >= 4.5


def test_what_may_be_masked_is_kept_and_shown():
    """A doubtful likeness stays in the copy; the analyst finds it among what is to be decided."""
    before = plan(item(1.0, 1.4, chars=(0, 2)))
    after = widen(before, (Leak("PERHAPS", "m0000", TimeSpan(4.0, 4.6), 0.2),), WORDS, CALL)

    assert after is not None
    assert after.masked == before.masked
    (shown,) = [each for each in after.items if each not in before.items]
    assert WORDS.text[shown.chars.start : shown.chars.end] == "サトウ"
    assert (shown.action, shown.needs_review, shown.ground) == (MaskAction.KEEP, True, 0)
    assert shown.score == 0.2  # its own chance, by which an analyst's time is shared out
    assert shown.party is Party.UNKNOWN
    assert shown.source == SOURCE


def test_a_doubt_alone_never_refuses_a_call():
    """Where its words cannot be told it is shown by its time."""
    after = widen(plan(item(1.0, 1.4)), (Leak("PERHAPS", "m0000", TimeSpan(8.0, 8.5)),), WORDS, CALL)

    assert after is not None
    assert [each.action for each in after.items] == [MaskAction.MASK, MaskAction.KEEP]


@pytest.mark.parametrize(
    "leak",
    [
        Leak("AUDIO_UNCHANGED", "m0000", TimeSpan(1.0, 2.0)),
        Leak("OUTSIDE_CHANGED", None, TimeSpan(1.0, 2.0)),
        Leak("SHAPE", None, TimeSpan(0.0, 10.0)),
        Leak("NOT_HEARD", None, TimeSpan(0.0, 10.0)),
        Leak("HEARD_AGAIN", "m9999", TimeSpan(1.0, 2.0)),
    ],
    ids=lambda leak: f"{leak.kind}-{leak.item_id}",
)
def test_other_leaks_cannot_be_mended(leak):
    """A wrong sample or an unproven stretch is no matter of width."""
    assert widen(plan(item(1.0, 2.0)), (leak,), WORDS, CALL) is None


def test_a_clip_in_which_nothing_was_heard_is_masked_in_a_call_of_many():
    """Nothing is proven there, so nothing is left to hear; a person is asked."""
    before = plan(*(item(n, n + 0.4, item_id=f"m{n:04}") for n in range(20)))
    after = widen(before, (Leak("NOT_HEARD", None, TimeSpan(3.4, 4.6)),), WORDS, recording(30.0, channels=2))

    assert after is not None
    (new,) = set(after.items) - set(before.items)
    assert (new.time.start, new.time.end) == pytest.approx(
        (3.4 - HEARD_MARGIN_SECONDS, 4.6 + HEARD_MARGIN_SECONDS)
    )
    assert (new.channels, new.action, new.party) == ((0, 1), MaskAction.MASK, Party.UNKNOWN)
    assert new.needs_review
    assert new.source == SOURCE


def test_where_more_is_not_heard_the_recogniser_fails():
    """Two clips of twenty: what it heard in the others proves little either."""
    before = plan(*(item(n, n + 0.4, item_id=f"m{n:04}") for n in range(20)))
    leaks = tuple(Leak("NOT_HEARD", None, TimeSpan(at, at + 1.0)) for at in (3.4, 9.4))
    assert widen(before, leaks, WORDS, recording(30.0)) is None


def test_a_candidate_does_not_hide_a_value_that_is_still_read():
    """What only stays until somebody has listened is no reason to leave a masked name in the text."""
    at = WORDS.text.rindex("佐藤")
    shown = item(
        5.0, 5.6, item_id="m0001", chars=(at, at + 2), action=MaskAction.KEEP, needs_review=True, ground=0
    )
    leak = Leak("TEXT", "m0000", TimeSpan(4.0, 5.0))
    after = widen(plan(item(1.0, 1.4, chars=(0, 2)), shown), (leak,), WORDS, CALL)

    assert after is not None
    assert any(each.action is MaskAction.MASK and each.chars.start == at for each in after.items)


def test_a_word_of_no_length_is_masked_with_its_surroundings():
    """The recogniser squeezed it against a mask; it sounds beside the moment that it is given."""
    after = widen(plan(item(7.0, 8.0)), (heard(2.0, 2.0),), WORDS, CALL)
    assert after is not None
    assert (after.items[0].time.start, after.items[0].time.end) == pytest.approx(
        (2.0 - MAX_GROWTH_SECONDS, 2.0 + MAX_GROWTH_SECONDS)
    )


def test_a_word_timed_into_a_mask_of_all_channels_makes_it_grow():
    """It sounds beside it: the same plan again would hear it again, round after round."""
    before = plan(replace(item(1.0, 2.0), channels=(0, 1)))
    after = widen(before, (heard(2.0, 2.0),), WORDS, recording(10.0, channels=2))
    assert after is not None
    (grown,) = after.items
    assert grown.time.start < 1.0
    assert grown.time.end == pytest.approx(2.0 + MAX_GROWTH_SECONDS)


def test_a_stretch_that_sounds_like_many_masked_values_is_masked_once():
    """The widest mask stays; one that masks anything else stays beside it."""
    leaks = (heard(2.0, 2.4), heard(2.1, 2.3), heard(2.0, 2.4), heard(2.2, 2.8))
    after = widen(plan(item(7.0, 8.0)), leaks, WORDS, CALL)
    assert after is not None
    times = [(each.time.start, each.time.end) for each in after.items if each.source == SOURCE]
    assert times == [
        pytest.approx((2.0 - HEARD_MARGIN_SECONDS, 2.4 + HEARD_MARGIN_SECONDS)),
        pytest.approx((2.2 - HEARD_MARGIN_SECONDS, 2.8 + HEARD_MARGIN_SECONDS)),
    ]


def test_a_value_masked_twice_is_read_again_once():
    """Both masks of it leak in the text; each place where it still stands gets one mask."""
    words = transcript(utterance("佐藤さんと佐藤", 1.0), utterance("あの佐藤です", 4.0))
    before = plan(item(1.0, 1.4, chars=(0, 2)), item(2.0, 2.4, item_id="m0001", chars=(5, 7)))
    leaks = tuple(Leak("TEXT", f"m000{n}", TimeSpan(4.0, 5.0)) for n in range(2))
    after = widen(before, leaks, words, CALL)
    assert after is not None
    assert [words.text[i.chars.start : i.chars.end] for i in after.items if i.source == SOURCE] == ["佐藤"]
