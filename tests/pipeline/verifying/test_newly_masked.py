"""What a plan made anew masks of what was given by nobody's decision, longer than an edge."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import MaskAction, MaskItem, Party
from pipeline.verifying.newly_masked import MIN_SECONDS, Course, Since, masked_since
from pipeline.verifying.widen import SOURCE
from tests.builders import item, plan, recording, transcript, utterance

CALL = transcript(utterance("隣の長谷川さんと小早川さん", 1.0))
WHOLE = ((0.0, math.inf),)

NAME = item(1.4, 2.0, chars=(2, 5))
KEPT = replace(NAME, action=MaskAction.KEEP, party=Party.COMPANY, ground=0)
OTHER = item(2.6, 3.2, item_id="m0001", chars=(8, 11))
VOICE = item(1.0, 3.6, item_id="m0009", chars=(0, 13), entity_type=THIRD_VOICE)


def since(
    given: tuple[MaskItem, ...],
    now: tuple[MaskItem, ...],
    first: tuple[MaskItem, ...] | None = None,
    within: tuple[tuple[float, float], ...] = WHOLE,
    channels: int = 1,
) -> Since:
    """The difference; without a first plan nobody has decided anything."""
    course = Course(plan(*(given if first is None else first)), plan(*given))
    return masked_since(course, plan(*now), CALL, recording(channels=channels), within)


def test_what_was_kept_and_is_masked_is_told_with_whose_it_was():
    """In seconds; what is masked as before is not."""
    found = since((KEPT, OTHER), (NAME, OTHER))

    assert [(mask.entity_type, mask.before) for mask in found.masks] == [("PERSON", Party.COMPANY)]
    assert found.masks[0].spans == ((pytest.approx(1.4), pytest.approx(2.0)),)
    assert found.seconds == pytest.approx(0.6)


def test_what_nobody_found_was_nobodys():
    """Also where a mask only grows: the rest of it was given."""
    assert [mask.before for mask in since((), (NAME,)).masks] == [None]
    found = since((NAME,), (replace(NAME, time=replace(NAME.time, end=2.3)),))
    assert found.seconds == pytest.approx(0.3)
    assert found.masks[0].before is Party.THIRD_PARTY


def test_a_neighbour_that_only_sounds_into_it_says_nothing_of_whose_it_was():
    """Masks of words that stand beside each other overlap by their pads."""
    beside = item(1.0, 1.5, item_id="m0002", chars=(0, 2))

    assert [mask.before for mask in since((NAME,), (NAME, beside)).masks] == [None]


@pytest.mark.parametrize(("more", "listed"), [(MIN_SECONDS - 0.01, False), (MIN_SECONDS + 0.02, True)])
def test_an_edge_that_is_set_otherwise_is_no_new_mask(more: float, *, listed: bool):
    """Up to a twentieth of a second on each side."""
    wider = replace(NAME, time=replace(NAME.time, start=NAME.time.start - more))

    assert bool(since((NAME,), (wider,)).masks) is listed


def test_a_channel_that_was_given_counts():
    """The same seconds on two channels are those seconds once."""
    both = replace(NAME, channels=(0, 1))

    assert since((NAME,), (both,), channels=2).seconds == pytest.approx(0.6)
    assert since((), (both,), channels=2).seconds == pytest.approx(0.6)
    assert since((both,), (NAME,), channels=2).masks == ()


@pytest.mark.parametrize(
    "by_a_person",
    [replace(KEPT, decided=True), replace(KEPT, party=Party.REQUESTER)],
    ids=["kept", "said whose it is"],
)
def test_what_a_person_decided_is_given(by_a_person: MaskItem):
    """However much longer the finding is now, and never what lies beside it."""
    longer = replace(NAME, time=replace(NAME.time, end=2.2))
    found = since((by_a_person,), (longer, OTHER), first=(KEPT,))

    assert found.seconds == pytest.approx(0.6)
    assert found.masks[0].spans[0][0] == pytest.approx(2.6)


def test_more_words_than_a_person_decided_on_are_new():
    """Of a longer name only the rest."""
    decided = replace(KEPT, decided=True)
    longer = replace(NAME, time=replace(NAME.time, end=2.4), chars=replace(NAME.chars, end=7))

    assert since((decided,), (longer,)).masks[0].spans == ((pytest.approx(2.0), pytest.approx(2.4)),)


def test_what_a_person_took_off_a_mask_is_given():
    """An edge that was moved is a decision, too."""
    moved = replace(NAME, time=replace(NAME.time, start=1.6))

    assert since((moved,), (NAME,), first=(NAME,)).masks == ()
    assert since((moved,), (NAME,)).masks


def test_a_voice_and_the_words_in_it_are_decided_apart():
    """A consent gives a voice, and not a name that is said by it; a name kept gives no voice."""
    consented = replace(VOICE, action=MaskAction.KEEP, decided=True, ground=0)
    assert [m.entity_type for m in since((consented,), (VOICE, NAME), first=(VOICE,)).masks] == ["PERSON"]
    named = replace(KEPT, decided=True)
    assert [m.entity_type for m in since((named,), (VOICE, NAME)).masks] == [THIRD_VOICE]


def test_the_words_of_a_masked_voice_may_have_been_given():
    """Of a voice given in text, a name in it is new; of one masked whole, nothing is."""
    told = replace(VOICE, remains=Remains.TEXT, decided=True)

    assert [mask.entity_type for mask in since((told,), (VOICE, NAME), first=(VOICE,)).masks] == ["PERSON"]
    assert since((VOICE,), (VOICE, NAME)).masks == ()


def test_only_what_was_given_at_all_counts():
    """Of a finding that a passage cuts, the part inside."""
    assert since((), (NAME, OTHER), within=((0.0, 1.7),)).seconds == pytest.approx(0.3)
    assert since((), (NAME,), within=((4.0, 5.0),)).masks == ()


def test_what_would_be_given_is_counted():
    """Of masks by nobody's decision; what only listening brought is not looked for."""
    assert since((NAME, OTHER), (OTHER,)).opened == 1
    assert since((replace(NAME, decided=True),), ()).opened == 0
    assert since((replace(NAME, source=SOURCE),), ()).opened == 0
    assert since((NAME,), (), within=((4.0, 5.0),)).opened == 0
    assert since((NAME,), (replace(NAME, time=replace(NAME.time, start=1.6)),)).opened == 0
