from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.audio.recording import to_samples
from pipeline.masking.audio import mask_audio
from pipeline.masking.text import as_text, mask_text
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import ANALYST, MIN_ITEM_SECONDS, effective, fold, unconfirmed, undecided
from pipeline.types import CharSpan, MaskAction, MaskPlan, Party, TimeSpan
from tests.builders import item, plan
from tests.review_builders import DOUBTFUL, START, SURE, decision, stretch
from tests.strategies import plans, transcripts_with_plans

RATE, SECONDS = 8_000, 4.0
LEVEL = 12_345  # no fill is as loud
KINDS = ReviewKind


# --- what any series of decisions comes to ---------------------------------------------------


@st.composite
def series(draw: st.DrawFn, of: MaskPlan, seconds: float, channels: int) -> tuple[ReviewDecision, ...]:
    """Decisions of three people on a plan, about its items, their pieces, added ones, and none at all."""
    ids = [each.item_id for each in of.items]
    made: list[ReviewDecision] = []
    for number in range(1, draw(st.integers(0, 14)) + 1):
        kind = draw(st.sampled_from(KINDS))
        known = [*ids, "i0.1", "i0.2", "i1.3", "a0001", "a0002", "a0004", "nothing"]
        items = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
        more: dict[str, object] = {"reviewer": draw(st.sampled_from(["tanaka", "sato", "mori"]))}
        more["reason"] = draw(st.sampled_from(["", "本人の家族"]))
        if kind is KINDS.UNDO:
            more["undoes"] = draw(st.integers(1, max(1, number + 1)))
            items = []
        elif kind is KINDS.ADD:
            start = draw(st.floats(0, seconds - 0.2))
            end = min(seconds, start + draw(st.floats(0.03, 1.0)))
            more["stretch"] = stretch(start, end, channels=(draw(st.integers(0, channels - 1)),))
            items = []
        elif kind in {KINDS.NUDGE_START, KINDS.NUDGE_END}:
            more["seconds"] = draw(st.sampled_from([-0.5, -0.05, 0.05, 0.5]))
        elif kind is KINDS.SPLIT:
            more |= {"at": draw(st.floats(0, seconds)), "cut": draw(st.integers(0, 20))}
        elif kind is KINDS.PARTY:
            more["party"] = draw(st.sampled_from(Party))
        elif kind is KINDS.GROUND:
            more["ground"] = draw(st.sampled_from([1, 2, 3]))
        made.append(decision(number, kind, *items, **more))
    return tuple(made)


def stands(number: int, made: tuple[ReviewDecision, ...]) -> bool:
    """Whether a decision counts: no later undo of it does."""
    later = [u for u in made if u.kind is KINDS.UNDO and u.undoes == number and u.number > number]
    return not any(stands(undo.number, made) for undo in later)


class Told:
    """The last word spoken on each item, kept without looking at how ``fold`` does it."""

    def __init__(self, start: MaskPlan) -> None:
        self.said = {each.item_id: each.action for each in start.items}
        self.edges = {each.item_id: (each.time.start, each.time.end) for each in start.items}
        self.by_people: set[str] = set()

    def hear(self, d: ReviewDecision) -> None:
        """One decision that stands."""
        if d.kind is KINDS.ADD and d.stretch is not None:
            one = f"a{d.number:04d}"
            self.said[one], self.edges[one] = MaskAction.MASK, (d.stretch.time.start, d.stretch.time.end)
            self.by_people.add(one)
        model = d.items[0] if d.items else ""
        as_model = (self.said.get(model), model in self.by_people)
        for one in d.items:
            if one in self.said and (d.kind is not KINDS.SAME or (one != model and as_model[0])):
                self._hear_of(one, d, as_model)

    def _hear_of(self, one: str, d: ReviewDecision, as_model: tuple[MaskAction | None, bool]) -> None:
        if d.kind in {KINDS.MASK, KINDS.KEEP}:
            self.said[one] = MaskAction(d.kind.value)
            self.by_people.add(one)
        elif d.kind is KINDS.PARTY and d.party is Party.THIRD_PARTY:
            self.said[one] = MaskAction.MASK
        elif d.kind is KINDS.SAME:
            self.said[one] = as_model[0]
            (self.by_people.add if as_model[1] else self.by_people.discard)(one)
        elif d.kind in {KINDS.SPLIT, KINDS.NUDGE_START, KINDS.NUDGE_END}:
            self._move(one, d)

    def _move(self, one: str, d: ReviewDecision) -> None:
        begin, end = self.edges[one]
        if d.kind is KINDS.NUDGE_START:
            self.edges[one] = (max(0.0, min(round(begin + d.seconds, 4), end - MIN_ITEM_SECONDS)), end)
        elif d.kind is KINDS.NUDGE_END:
            self.edges[one] = (begin, max(round(end + d.seconds, 4), begin + MIN_ITEM_SECONDS))
        elif begin + MIN_ITEM_SECONDS <= d.at <= end - MIN_ITEM_SECONDS:
            second = f"{one}.{d.number}"
            self.said[second] = self.said[one]
            self.edges[one], self.edges[second] = (begin, d.at), (d.at, end)
            if one in self.by_people:
                self.by_people.add(second)


def words_of_people(start: MaskPlan, made: tuple[ReviewDecision, ...]) -> dict[str, MaskAction]:
    """What people said last of each item that they decided."""
    told = Told(start)
    for each in made:
        if stands(each.number, made):
            told.hear(each)
    return {one: action for one, action in told.said.items() if one in told.by_people}


@st.composite
def reviewed(draw: st.DrawFn) -> tuple[MaskPlan, tuple[ReviewDecision, ...]]:
    """A plan for two channels and what people decided on it."""
    start = draw(plans(SECONDS, 2))
    return start, draw(series(start, SECONDS, 2))


@given(reviewed())
def test_the_sound_is_masked_and_kept_as_people_decided(given_):
    """Masks silence all of theirs; of a kept stretch nothing is silent but what masks lie on."""
    start, made = given_
    final = fold(start, made)
    # Nudged beyond the end of the sound, end first and then start, a mask is refused when it is made.
    assume(all(each.time.start < SECONDS for each in final.masked))
    original = np.full((2, round(SECONDS * RATE)), LEVEL, np.int16)
    out = mask_audio(original, RATE, final)
    length = original.shape[1]
    items = {each.item_id: each for each in final.items}
    under_masks = np.zeros(original.shape, bool)
    for each in final.masked:
        first, last = to_samples(each.time, RATE, length)
        under_masks[list(each.channels), first:last] = True

    for one, action in words_of_people(start, made).items():
        first, last = to_samples(items[one].time, RATE, length)
        assert (items[one].action, items[one].decided, items[one].needs_review) == (action, True, False)
        for channel in items[one].channels:
            changed = out[channel, first:last] != LEVEL
            if action is MaskAction.MASK:
                assert changed.all()
            else:
                assert not changed[~under_masks[channel, first:last]].any()


@given(reviewed(), st.randoms())
def test_replaying_gives_the_same_bytes(given_, chance: random.Random):
    """From the decisions as they are stored, in whatever order they are read."""
    start, made = given_
    kept = TypeAdapter(tuple[ReviewDecision, ...])
    again = list(kept.validate_json(kept.dump_json(made)))
    chance.shuffle(again)
    plans_json = TypeAdapter(MaskPlan)
    original = np.full((2, round(SECONDS * RATE)), LEVEL, np.int16)

    first, second = fold(start, made), fold(start, again)
    assume(all(each.time.start < SECONDS for each in first.masked))

    assert plans_json.dump_json(first) == plans_json.dump_json(second)
    assert mask_audio(original, RATE, first).tobytes() == mask_audio(original, RATE, second).tobytes()


@st.composite
def reviewed_texts(draw: st.DrawFn):
    """A transcript, a plan over its text, and masks and keeps of its items."""
    transcript, start = draw(transcripts_with_plans())
    ids = [each.item_id for each in start.items]
    made = []
    if ids:
        for number in range(1, draw(st.integers(1, 6)) + 1):
            kind = draw(st.sampled_from([KINDS.MASK, KINDS.KEEP]))
            made.append(decision(number, kind, draw(st.sampled_from(ids))))
    return transcript, start, tuple(made)


@given(reviewed_texts())
def test_the_text_is_masked_and_kept_as_people_decided(given_):
    """No character of a masked item is left; a kept word stays where no mask lies on it."""
    transcript, start, made = given_
    final = fold(start, made)
    text = as_text(mask_text(transcript, final))
    silent = [each.time for each in final.masked]
    for each in final.items:
        said = transcript.text[each.chars.start : each.chars.end]
        if each.action is MaskAction.MASK:
            assert not set(said) & set(text)
            continue
        for word in (w for s in transcript.segments for w in s.words if w.chars.overlaps(each.chars)):
            if any(word.time.overlaps(time) or time.start <= word.time.start < time.end for time in silent):
                continue
            if not any(word.chars.overlaps(other.chars) for other in final.masked):
                assert transcript.text[word.chars.start : word.chars.end] in text


@given(reviewed())
def test_what_stands_is_what_was_not_undone(given_):
    """An undo of an undo brings a decision back."""
    _, made = given_

    assert {each.number for each in effective(made)} == {
        each.number for each in made if each.kind is not KINDS.UNDO and stands(each.number, made)
    }


# --- one by one ------------------------------------------------------------------------------


def after(*made: ReviewDecision, start: MaskPlan = START):
    """The items by id."""
    return {each.item_id: each for each in fold(start, made).items}


def test_nothing_decided_changes_nothing_but_the_revision():
    """The doubtful one waits."""
    assert fold(START, ()) == replace(START, revision=1)
    assert undecided(START, ()) == ("m0000",)


@pytest.mark.parametrize("kind", [KINDS.MASK, KINDS.KEEP])
def test_a_decision_settles_a_doubt_and_its_undo_raises_it_again(kind):
    """And undoing the undo settles it again."""
    made = (
        decision(1, kind, "m0000", reason="本人の兄と確認"),
        decision(2, KINDS.UNDO, undoes=1),
        decision(3, KINDS.UNDO, undoes=2),
    )

    assert undecided(START, made[:1]) == ()
    assert undecided(START, made[:2]) == ("m0000",)
    assert undecided(START, made) == ()
    assert after(*made)["m0000"].action == kind.value


@pytest.mark.parametrize(
    "made",
    [
        decision(1, KINDS.PARTY, "m0000", party=Party.REQUESTER),
        decision(1, KINDS.GROUND, "m0000", ground=3),
        decision(1, KINDS.NUDGE_END, "m0000", seconds=0.05),
        decision(1, KINDS.SAME, "m0001", "m0000"),
    ],
)
def test_what_is_no_decision_on_masking_leaves_the_doubt(made):
    """Whose it is and where it ends is not yet whether it goes out."""
    assert undecided(START, (made,)) == ("m0000",)


def test_a_kept_item_that_turns_out_to_be_a_third_partys_is_masked():
    """As the first plan would have it; keeping it then takes a word of its own."""
    turned = decision(1, KINDS.PARTY, "m0002", party=Party.THIRD_PARTY)

    assert (after(turned)["m0002"].action, after(turned)["m0002"].ground) == (MaskAction.MASK, 1)
    kept = after(turned, decision(2, KINDS.KEEP, "m0002", reason="公表されている"))["m0002"]
    assert (kept.action, kept.party, kept.ground) == (MaskAction.KEEP, Party.THIRD_PARTY, 0)


def test_grounds():
    """Of the mask, of the kind of data, or as told; none of what is kept."""
    secret = item(1.0, 2.0, entity_type="CONFIDENTIAL", party=Party.COMPANY, action=MaskAction.KEEP, ground=0)
    start = plan(secret, SURE)

    assert after(decision(1, KINDS.MASK, "m0000"), start=start)["m0000"].ground == 2
    assert after(decision(1, KINDS.MASK, "m0000", ground=3), start=start)["m0000"].ground == 3
    assert after(decision(1, KINDS.GROUND, "m0001", ground=3), start=start)["m0001"].ground == 3
    assert after(decision(1, KINDS.GROUND, "m0000", ground=3), start=start)["m0000"].ground == 0


def test_edges_move_and_never_cross():
    """By so many seconds, and 20 ms are left at least."""
    made = (
        decision(1, KINDS.NUDGE_START, "m0001", seconds=-0.05),
        decision(2, KINDS.NUDGE_END, "m0001", seconds=0.05),
    )
    assert after(*made)["m0001"].time == TimeSpan(2.95, 4.05)
    assert after(decision(1, KINDS.NUDGE_START, "m0001", seconds=9.0))["m0001"].time == TimeSpan(3.98, 4.0)
    assert after(decision(1, KINDS.NUDGE_END, "m0001", seconds=-9.0))["m0001"].time == TimeSpan(3.0, 3.02)
    assert after(decision(1, KINDS.NUDGE_START, "m0000", seconds=-9.0))["m0000"].time == TimeSpan(0.0, 2.0)


def test_a_split_makes_two_that_are_decided_apart():
    """Both are in doubt if the whole was; the text is cut where it is told."""
    start = plan(replace(DOUBTFUL, chars=CharSpan(10, 14)))
    parted = decision(1, KINDS.SPLIT, "m0000", at=1.4, cut=12)
    items = after(parted, start=start)

    assert [(i.time, i.chars) for i in items.values()] == [
        (TimeSpan(1.0, 1.4), CharSpan(10, 12)),
        (TimeSpan(1.4, 2.0), CharSpan(12, 14)),
    ]
    assert undecided(start, (parted,)) == ("m0000", "m0000.1")
    kept = decision(2, KINDS.KEEP, "m0000.1", reason="「さんから」だけ")
    assert undecided(start, (parted, kept)) == ("m0000",)
    assert after(parted, kept, decision(3, KINDS.UNDO, undoes=1), start=start).keys() == {"m0000"}


def test_an_added_stretch_is_a_decided_mask():
    """Named after the decision that added it."""
    added = after(decision(7, KINDS.ADD, stretch=stretch(8.0, 9.0)))["a0007"]

    assert (added.action, added.source, added.decided, added.ground) == (MaskAction.MASK, ANALYST, True, 1)


def test_what_is_decided_of_one_mention_holds_for_all_of_the_same_person():
    """Party, action and ground of the first."""
    made = (
        decision(1, KINDS.KEEP, "m0001", reason="本人の旧姓", party=Party.REQUESTER),
        decision(2, KINDS.SAME, "m0001", "m0000", reason="本人の旧姓"),
    )
    items = after(*made)

    assert (items["m0000"].action, items["m0000"].party) == (MaskAction.KEEP, Party.REQUESTER)
    assert undecided(START, made) == ()


def test_the_companys_work_is_no_ground_before_a_second_person_says_so():
    """Of another login, after a reason was typed; whatever changes the item voids it."""
    start = plan(item(1.0, 2.0, entity_type="CONFIDENTIAL", party=Party.COMPANY, ground=2))
    reasoned = decision(1, KINDS.MASK, "m0000", reason="交渉中の値引き条件")
    own = decision(2, KINDS.CONFIRM, "m0000")
    other = replace(own, reviewer="sato")

    assert unconfirmed(start, ()) == ("m0000",)
    assert unconfirmed(start, (reasoned, own)) == ("m0000",)
    assert unconfirmed(start, (replace(other, number=1),)) == ("m0000",)
    assert unconfirmed(start, (reasoned, other)) == ()
    wider = decision(3, KINDS.NUDGE_END, "m0000", seconds=0.5)
    assert unconfirmed(start, (reasoned, other, wider)) == ("m0000",)


def test_a_kept_word_between_two_masks_is_heard():
    """Masks so near are one, unless a person decided to keep what lies between."""
    start = plan(
        item(1.0, 2.0),
        item(2.0, 2.1, item_id="m0001", party=Party.REQUESTER, action=MaskAction.KEEP, ground=0),
        item(2.1, 3.0, item_id="m0002"),
    )
    sound = np.full((1, 4 * RATE), LEVEL, np.int16)
    between = slice(2 * RATE, round(2.1 * RATE))

    assert (mask_audio(sound, RATE, fold(start, ()))[0, between] != LEVEL).all()
    decided = fold(start, (decision(1, KINDS.KEEP, "m0001"),))
    assert (mask_audio(sound, RATE, decided)[0, between] == LEVEL).all()
