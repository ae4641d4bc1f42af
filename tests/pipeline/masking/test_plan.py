from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.masking.plan import make_plan, transcript_sha256
from pipeline.reasons import Reason, Why
from pipeline.types import CallCase, CharSpan, EntitySpan, Finding, MaskAction, MaskPolicy, Party, TimeSpan
from tests.builders import transcript, utterance

CALL = transcript(utterance("隣の長谷川隆さん", 0.0))
CASE = CallCase("R-1")


def finding(
    start: float = 1.0,
    kind: str = "PERSON",
    party: Party = Party.THIRD_PARTY,
    score: float = 0.9,
    doubt: bool = False,
) -> Finding:
    """A finding of half a second that ``align`` has placed."""
    entity = EntitySpan(kind, CharSpan(2, 5), score, "Honorific", (Why(Reason.BEFORE_HONORIFIC),))
    return Finding(entity, party, Reason.NAME_OF_NOBODY, doubt, TimeSpan(start, start + 0.5), (0,))


MANY = MaskPolicy(review_seconds=600, review_questions=600)
"""No limit to what is asked."""


def action_of(found: Finding, case: CallCase = CASE) -> tuple[MaskAction, int, bool]:
    """What the plan says of a single finding: action, ground, whether a person must look."""
    (item,) = make_plan((found,), CALL, case, MANY).items
    return item.action, item.ground, item.needs_review


@pytest.mark.parametrize(
    ("kind", "party", "action", "ground", "review"),
    [
        ("PERSON", Party.THIRD_PARTY, MaskAction.MASK, 1, False),
        ("PERSON", Party.UNKNOWN, MaskAction.MASK, 1, True),
        ("PERSON", Party.REQUESTER, MaskAction.KEEP, 0, False),
        ("PERSON", Party.STAFF, MaskAction.KEEP, 0, False),
        ("PHONE_NUMBER", Party.COMPANY, MaskAction.KEEP, 0, False),
        ("CONFIDENTIAL", Party.COMPANY, MaskAction.MASK, 2, False),
        ("CONFIDENTIAL", Party.REQUESTER, MaskAction.MASK, 2, False),
    ],
)
def test_party_and_kind_decide(
    kind: str, party: Party, action: MaskAction, ground: int, review: bool
) -> None:
    """Third parties and secrets are masked on their ground, what is the requester's or the house's stays."""
    assert action_of(finding(kind=kind, party=party)) == (action, ground, review)


def test_the_case_decides_for_its_own_side() -> None:
    """A policy that masks the staff is followed."""
    case = CallCase("R-1", actions=((Party.STAFF, MaskAction.MASK), (Party.REQUESTER, MaskAction.KEEP)))
    assert action_of(finding(party=Party.STAFF), case)[0] is MaskAction.MASK
    assert action_of(finding(party=Party.REQUESTER), case)[0] is MaskAction.KEEP


@pytest.mark.parametrize("kind", ["PERSON", "CONFIDENTIAL"])
def test_no_case_can_keep_what_must_go(kind: str) -> None:
    """Even a policy that says so keeps neither a third party's data nor a secret."""
    case = CallCase("R-1", actions=tuple((party, MaskAction.KEEP) for party in Party))
    assert action_of(finding(kind=kind), case)[0] is MaskAction.MASK


def test_a_party_that_the_policy_forgets_is_masked() -> None:
    """No entry, no release."""
    assert action_of(finding(party=Party.COMPANY), CallCase("R-1", actions=()))[0] is MaskAction.MASK


@pytest.mark.parametrize(
    ("found", "review"),
    [
        (finding(score=0.3), True),
        (finding(score=0.3, party=Party.REQUESTER), False),
        (finding(doubt=True), True),
        (finding(doubt=True, party=Party.REQUESTER), True),
        (finding(score=math.nan), True),
    ],
)
def test_doubt_is_shown_to_a_person(found: Finding, review: bool) -> None:
    """An unsure mask, or a doubt about whose it is, needs an analyst."""
    assert action_of(found)[2] is review


def test_findings_below_the_least_score_are_dropped() -> None:
    """``min_score`` itself stays in."""
    found = (finding(1.0, score=0.1), finding(2.0, score=0.2), finding(3.0, score=0.3))
    kept = make_plan(found, CALL, CASE, MaskPolicy(min_score=0.2)).items
    assert [item.score for item in kept] == [0.2, 0.3]


def test_no_part_of_a_likely_finding_is_dropped() -> None:
    """The policy's bound asks the finding; a part of another that is unlikely goes with the whole of it."""
    likely = [
        replace(finding(float(at), score=score), reason=Reason.NAME_OF_NOBODY, notes=(Reason.PART_OF_RUN,))
        for at, score in ((1, 0.1), (2, 0.4))
    ]
    unlikely = [
        replace(finding(float(at), score=score), reason=Reason.RELATIVE, notes=(Reason.PART_OF_RUN,))
        for at, score in ((3, 0.1), (4, 0.15))
    ]
    kept = make_plan((*likely, *unlikely), CALL, CASE, MaskPolicy(min_score=0.2)).items
    assert [item.time.start for item in kept] == [1.0, 2.0]


def test_a_score_that_is_no_number_is_masked() -> None:
    """A broken witness is doubt, and doubt is masked."""
    (item,) = make_plan((finding(score=math.nan),), CALL, CASE, replace(MANY, min_score=0.2)).masked
    assert item.needs_review


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 100), max_size=8))
def test_items_are_in_order_and_told_apart(starts: list[float]) -> None:
    """One item for each finding, in order of time, each with its own id."""
    made = make_plan(tuple(map(finding, starts)), CALL, CASE, MaskPolicy())
    assert [item.time.start for item in made.items] == sorted(starts)
    assert len({item.item_id for item in made.items}) == len(starts)


def test_ids_do_not_depend_on_what_is_dropped() -> None:
    """A stricter policy leaves the ids of the rest alone."""
    found = (finding(1.0, score=0.1), finding(2.0, score=0.9))
    loose = make_plan(found, CALL, CASE, MaskPolicy())
    strict = make_plan(found, CALL, CASE, MaskPolicy(min_score=0.5))
    assert strict.items[0].item_id == loose.items[1].item_id


def test_a_finding_that_was_not_aligned_is_refused() -> None:
    """What has no time cannot be silenced, so there is no plan."""
    with pytest.raises(ValueError, match="finding 1 was not aligned"):
        make_plan((finding(), replace(finding(), time=None)), CALL, CASE, MaskPolicy())


def test_a_plan_is_bound_to_what_it_was_made_from() -> None:
    """Audio and text are named by their hashes, and another text has another hash."""
    made = make_plan((finding(),), CALL, CASE, MaskPolicy())
    assert (made.call_id, made.revision, made.audio_sha256) == ("c-test", 0, "0" * 64)
    assert made.transcript_sha256 == transcript_sha256(CALL)
    assert transcript_sha256(replace(CALL, text=CALL.text + "。")) != transcript_sha256(CALL)


def test_a_plan_holds_no_text() -> None:
    """Not a character of the name is in the plan; the reasons are there."""
    made = make_plan((finding(),), CALL, CASE, MaskPolicy())
    assert "長谷川" not in repr(made)
    assert made.items[0].reasons == (Why(Reason.BEFORE_HONORIFIC), Why(Reason.NAME_OF_NOBODY))


def candidate(party: Party = Party.THIRD_PARTY, score: float = 0.05, start: float = 1.0) -> Finding:
    """A finding too unlikely to be masked."""
    found = finding(start, party=party, score=score)
    return replace(found, entity=replace(found.entity, candidate=True))


def test_a_candidate_stays_and_is_shown() -> None:
    """An analyst hears it and decides; until then it stays."""
    (item,) = make_plan((candidate(),), CALL, CASE, MANY).items
    assert (item.action, item.needs_review, item.ground) == (MaskAction.KEEP, True, 0)


def test_a_candidate_that_stays_anyway_is_not_shown() -> None:
    """What may be the requester's own is kept in either case."""
    plan = make_plan((candidate(Party.REQUESTER),), CALL, CASE, MANY)
    assert plan.items == ()
    masked = CallCase("R-1", actions=((Party.REQUESTER, MaskAction.MASK),))
    assert make_plan((candidate(Party.REQUESTER),), CALL, masked, MANY).items


def test_candidates_are_shown_as_far_as_the_time_goes() -> None:
    """The likeliest first; the call's length is that of its words."""
    call = transcript(utterance("隣の長谷川隆さん", 0.0), utterance("はい", 59.6))
    found = (candidate(score=0.02, start=1.0), candidate(score=0.08, start=3.0))
    other = replace(found[1].entity, chars=CharSpan(0, 1))
    found = (found[0], replace(found[1], entity=other))
    (item,) = make_plan(found, call, CASE, replace(MANY, review_seconds=0.6)).items
    assert item.time.start == 3.0
