"""What is decided together is one question, and the one that may leak most comes first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reasons import Reason, Why
from pipeline.reviewing.questions import by_letters, question_ids, questions
from pipeline.types import CharSpan, MaskAction, MaskItem, Party, TimeSpan
from tests.builders import item

TEXT = "合造さんとゴウゾウ、カード・ｶｰﾄﾞと鈴木の鈴木"


def at(number: int, word: str, nth: int = 0, **changes: object) -> MaskItem:
    """A second-long doubtful mask over the nth place of a word in ``TEXT``."""
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(word, start + 1)
    chars = (start, start + len(word))
    values: dict[str, object] = {"item_id": f"m{number:04d}", "chars": chars, "needs_review": True}
    return item(6.0 * number, 6.0 * number + 1, **(values | changes))  # type: ignore[arg-type]


def groups(*items: MaskItem) -> set[frozenset[int]]:
    """The questions as numbers of their items."""
    return {frozenset(int(each[1:]) for each in one.item_ids) for one in questions(items, by_letters(TEXT))}


def test_what_reads_alike_is_one_question() -> None:
    """Width and case apart; masked or not; of one kind."""
    found = (at(0, "カード"), at(1, "ｶｰﾄﾞ", action=MaskAction.KEEP), at(2, "合造"))
    assert groups(*found) == {frozenset({0, 1}), frozenset({2})}
    assert len(groups(found[0], replace(found[1], entity_type="ADDRESS"))) == 2


def test_where_nothing_was_recognised_each_place_is_its_own() -> None:
    """Two noises are not one person's name."""
    assert len(groups(*(replace(at(n, "合造"), chars=CharSpan(3, 3)) for n in range(2)))) == 2


def test_what_is_kept_as_one_partys_is_one_question() -> None:
    """The requester's name was heard in two ways; a colleague's is asked about by itself."""
    own = {"action": MaskAction.KEEP, "party": Party.REQUESTER}
    found = (at(0, "鈴木", **own), at(1, "カード", **own), at(2, "合造", **(own | {"party": Party.STAFF})))
    assert groups(*found) == {frozenset({0, 1}), frozenset({2})}


def test_the_parts_of_one_finding_are_one_question() -> None:
    """They were split so that one can be given back."""
    part = (Why(Reason.PART_OF_RUN),)
    assert groups(at(0, "合造", reasons=part), at(1, "カード", reasons=part)) == {frozenset({0, 1})}


def test_the_question_that_may_leak_most_comes_first() -> None:
    """A likely name that is not masked, then a hardly likely one, then masks by what they may waste."""
    candidate = {"action": MaskAction.KEEP}
    found = (
        at(0, "合造", score=0.9),
        at(1, "カード", score=0.4),
        at(2, "鈴木", score=0.1, **candidate),
        at(3, "さんと", score=0.3, **candidate),
    )
    numbers = question_ids(found, by_letters(TEXT))
    assert [numbers[f"m000{n}"].question for n in (3, 2, 1, 0)] == ["q1", "q2", "q3", "q4"]
    settled = replace(found[3], needs_review=False)
    numbers = question_ids((*found[:3], settled), by_letters(TEXT))
    assert "m0003" not in numbers
    assert [numbers[f"m000{n}"].question for n in (2, 1, 0)] == ["q1", "q2", "q3"]


def test_the_question_worth_most_is_chosen_first() -> None:
    """A second of leak weighs four of over-mask, and what is heard with a question counts in it."""
    mask, candidate = at(0, "合造", score=0.4), at(1, "カード", score=0.1, action=MaskAction.KEEP)
    near = replace(candidate, item_id="m0002", chars=CharSpan(2, 4), time=TimeSpan(9.0, 10.0))
    first, second = questions((mask, candidate), by_letters(TEXT))
    assert (first.item_ids, second.item_ids) == (("m0000",), ("m0001",))
    first, second = questions((mask, candidate, near), by_letters(TEXT))
    assert (first.item_ids, first.beside, second.item_ids) == (("m0001",), ("m0002",), ("m0000",))


def test_a_candidate_within_three_seconds_of_a_question_is_heard_with_it() -> None:
    """What must be decided has it first; one that is likelier than not, or on the other side, is its own."""
    near = item(9.4, 9.7, item_id="m0005", chars=(3, 5), score=0.1, action=MaskAction.KEEP, needs_review=True)
    found = at(1, "合造")
    (question,) = questions((found, near), by_letters(TEXT))
    assert (question.item_ids, question.beside) == (("m0001",), ("m0005",))
    for other in (
        replace(near, score=0.6),
        replace(near, channels=(1,)),
        replace(near, time=TimeSpan(10.1, 10.4)),
        replace(near, action=MaskAction.MASK),
    ):
        assert len(questions((found, other), by_letters(TEXT))) == 2
    places = question_ids((found, near), by_letters(TEXT))
    assert [(places[each].question, places[each].beside) for each in ("m0001", "m0005")] == [
        ("q1", False),
        ("q1", True),
    ]


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.sampled_from(Party)), max_size=20))
def test_every_finding_is_in_exactly_one_question(found: list[tuple[int, bool, Party]]) -> None:
    """However they are grouped, nothing is lost and nothing is asked twice."""
    items = [
        at(n, TEXT[char : char + 2], action=MaskAction.MASK if masked else MaskAction.KEEP, party=party)
        for n, (char, masked, party) in enumerate(found)
    ]
    found = questions(items, by_letters(TEXT))
    asked = [each for one in found for each in (*one.item_ids, *one.beside)]
    assert sorted(asked) == [each.item_id for each in items]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.booleans()), max_size=20), st.integers(0, 20)
)
def test_the_first_questions_alone_are_the_same(found: list[tuple[int, int, bool]], most: int) -> None:
    """So that as many are shown as were chosen."""
    items = [
        item(
            float(start),
            start + 0.5,
            item_id=f"m{n:04d}",
            chars=(n, n + 1),
            score=tenths / 10,
            action=MaskAction.MASK if masked else MaskAction.KEEP,
            needs_review=True,
        )
        for n, (start, tenths, masked) in enumerate(found)
    ]
    chosen = questions(items, lambda one: one.item_id)[:most]
    left = {each for one in chosen for each in (*one.item_ids, *one.beside)}
    assert questions([each for each in items if each.item_id in left], lambda one: one.item_id) == chosen
