from __future__ import annotations

import pytest

from pipeline.correcting.wording import Correction, Piece
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import fold, undecided
from pipeline.reviewing.rules import check
from pipeline.reviewing.wordings import MAX_CHARS, check_text, read_at, text_changes, wording_after
from pipeline.types import CharSpan
from tests.builders import item, transcript, utterance
from tests.review_builders import AT, START, decision

CALL = transcript(utterance("たかなさんに", 0.0, 0, "op"), utterance("はい", 2.0, 1, "cu"))
KINDS = ReviewKind


def words(number: int, start: int, end: int, text: str, **more: object) -> ReviewDecision:
    """One piece."""
    chars = CharSpan(start, end)
    return decision(number, KINDS.WORDS, correction=Correction(chars, (Piece(chars, text),)), **more)


def line(number: int, kind: ReviewKind, start: int) -> ReviewDecision:
    """A line that starts or goes on."""
    return decision(number, kind, correction=Correction(CharSpan(start, start)))


def undo(number: int, undoes: int) -> ReviewDecision:
    """A decision taken back."""
    return decision(number, KINDS.UNDO, undoes=undoes)


def test_sides_are_turned_by_one_decision_and_back_by_its_undo():
    """What is said of a line afterwards stands, whatever becomes of the turn."""
    sides = decision(1, KINDS.SIDES)
    after = decision(2, KINDS.SPEAKER, correction=Correction(CharSpan(0, 6), speaker="op"))

    assert wording_after([sides]).turned
    assert wording_after([sides, after]).speakers == ((CharSpan(0, 6), "op"),)
    assert wording_after([after, decision(3, KINDS.SIDES)]).speakers == ((CharSpan(0, 6), "cu"),)
    assert not wording_after([sides, after, undo(3, 1)]).turned
    check_text(CALL, [], sides)


def test_a_third_persons_line_is_joined_to_nobody_elses():
    """Neither before nor behind; two of theirs are."""
    call = transcript(
        utterance("あ", 0.0, 0, "cu"), utterance("い", 1.0, 0, "third"), utterance("う", 2.0, 0, "third")
    )
    with pytest.raises(ReviewRuleError, match="第三の話者"):
        check_text(call, [], line(1, KINDS.JOIN, 2))
    check_text(call, [], line(1, KINDS.JOIN, 4))


def test_the_last_words_stand_and_an_undo_brings_the_earlier_ones_back():
    """Append-only, like all decisions."""
    made = [words(1, 0, 3, "田中"), words(2, 0, 3, "高梨"), undo(3, 2)]

    assert [wording_after(made[:n]).pieces[0].text for n in (1, 2, 3)] == ["田中", "高梨", "田中"]
    assert wording_after([*made, undo(4, 1)]).pieces == ()


def test_from_what_to_what_is_told_of_each():
    """Of undos too, also of those that were undone."""
    made = [words(1, 0, 3, "田中"), undo(2, 1), undo(3, 2), decision(4, KINDS.READ)]
    told = text_changes(CALL, made)

    assert {number: (each.before, each.after) for number, each in told.items()} == {
        1: ("たかな", "田中"),
        2: ("田中", "たかな"),
        3: ("たかな", "田中"),
    }


def test_reading_is_dated_and_can_be_taken_back():
    """The last time counts."""
    made = [decision(1, KINDS.READ), words(2, 0, 3, "田中"), decision(3, KINDS.READ)]

    assert read_at(made[1:2]) is None
    assert read_at(made) == made[2].decided_at > AT
    assert read_at([*made, undo(4, 3)]) == made[0].decided_at


def test_what_new_words_brought_out_comes_and_goes_with_them():
    """A finding that nobody has decided is masked and open."""
    name = item(7.0, 8.0, item_id="w0001.0", needs_review=True)
    made = [words(1, 0, 3, "田中", found=(name,))]

    assert name in fold(START, made).masked
    assert name.item_id in undecided(START, made)
    assert name not in fold(START, [*made, undo(2, 1)]).items
    check(START, made, [decision(2, KINDS.MASK, "w0001.0")])
    with pytest.raises(ReviewRuleError) as refused:
        check(START, made, [decision(2, KINDS.KEEP, "w0001.0")])
    assert refused.value.needs == "reason"


@pytest.mark.parametrize(
    "new",
    [
        words(2, 0, 3, "田\n中"),
        words(2, 0, 3, "田\u200b中"),
        words(2, 0, 3, "あ" * (MAX_CHARS + 1)),
        words(2, 0, 99, "あ"),
        decision(2, KINDS.WORDS, correction=Correction(CharSpan(0, 3))),
        decision(2, KINDS.WORDS),
        decision(2, KINDS.SPEAKER, correction=Correction(CharSpan(0, 3), speaker="田中")),
        line(2, KINDS.BREAK, 0),
        line(2, KINDS.BREAK, 2),
        line(2, KINDS.JOIN, 3),
        line(2, KINDS.JOIN, 7),
    ],
)
def test_what_may_not_be_added(new):
    """Invisible letters, nothing, the beginning of a line, the inside of a written word, another channel."""
    with pytest.raises(ReviewRuleError):
        check_text(CALL, [words(1, 1, 3, "中")], new)


def test_a_line_may_be_divided_and_joined_again():
    """Each by a decision of its own."""
    made = [line(1, KINDS.BREAK, 3)]
    check_text(CALL, [], made[0])
    check_text(CALL, made, line(2, KINDS.JOIN, 3))

    assert wording_after([*made, line(2, KINDS.JOIN, 3)]).lines == ((3, False),)
