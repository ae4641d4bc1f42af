from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.correcting.corrected import Corrected, corrected
from pipeline.correcting.edit import pieces_of
from pipeline.correcting.wording import AS_RECOGNISED, Piece, Wording, with_pieces
from pipeline.masking.text import as_json, as_text, mask_text
from pipeline.types import CharSpan, Transcript
from tests.builders import item, plan, transcript, utterance


def call() -> Transcript:
    """A name among other words, an answer, and a line of the caller's."""
    return transcript(
        utterance("たかなさんに", 0.0, 0, "op"),
        utterance("はい", 2.0, 0, "op"),
        utterance("そう", 3.0, 1, "cu"),
    )


def written(*pieces: tuple[int, int, str], **more: object) -> Corrected:
    """The call with pieces."""
    made = tuple(Piece(CharSpan(start, end), text) for start, end, text in pieces)
    return corrected(call(), Wording(made, **more))  # type: ignore[arg-type]


def lines(now: Corrected) -> list[str]:
    """The text, line by line."""
    return now.transcript.text.split("\n")


def test_without_corrections_nothing_changes():
    """So that copies approved before anybody could correct are made again byte by byte."""
    made = plan(item(0.0, 0.6, chars=(0, 3)), item(4.0, 4.5, chars=(0, 0), item_id="m0001"))
    now = corrected(call(), AS_RECOGNISED)

    assert now.transcript == call()
    assert [each.chars for each in now.plan(made).items] == [each.chars for each in made.items]


def test_a_piece_is_one_word_at_the_time_of_what_it_replaces():
    """Its neighbours stay, and places are carried over in both directions."""
    now = written((0, 3, "田中"))

    assert lines(now) == ["田中さんに", "はい", "そう"]
    word = now.transcript.segments[0].words[0]
    assert (word.time.start, round(word.time.end, 3), len(word.heard)) == (0.0, 0.6, 3)
    assert now.chars(CharSpan(1, 4)) == CharSpan(0, 3)
    assert now.raw(CharSpan(1, 2)) == CharSpan(0, 3)
    assert now.raw(CharSpan(2, 5)) == CharSpan(3, 6)
    assert now.chars(CharSpan(7, 9)) == CharSpan(6, 8)
    assert [now.raw(CharSpan(at, at)).start for at in (0, 1, 2, 3, 5, 6)] == [0, 0, 3, 4, 6, 7]
    assert [now.chars(CharSpan(at, at)).start for at in (0, 2, 3, 4, 12)] == [0, 0, 2, 3, 11]


@pytest.mark.parametrize("pieces", [(5, 8, "に、はい"), (0, 99, "x")])
def test_a_piece_over_the_end_of_an_utterance_has_no_effect(pieces):
    """Nor has one that ends in no word."""
    assert written(pieces).transcript == call()


def test_what_is_written_as_it_was_recognised_is_no_correction():
    """Someone who writes the old words again takes the correction back."""
    assert written((0, 3, "たかな")).transcript == call()


def test_lines_begin_and_go_on_where_a_person_says():
    """A line's speaker is who was last said to speak its first character."""
    now = written(lines=((3, True), (7, False)), speakers=((CharSpan(0, 6), "cu"), (CharSpan(3, 6), "")))

    assert lines(now) == ["たかな", "さんにはい", "そう"]
    assert [segment.speaker for segment in now.transcript.segments] == ["cu", None, "cu"]
    assert [round(segment.time.start, 3) for segment in now.transcript.segments] == [0.0, 0.6, 3.0]


def test_a_third_person_has_lines_of_their_own():
    """From the first of their words to the last, wherever people had lines begin and go on."""
    now = written(lines=((7, False),), speakers=((CharSpan(3, 9), "third"),))

    assert lines(now) == ["たかな", "さんにはい", "そう"]
    assert [each.speaker for each in now.transcript.segments] == ["op", "third", "cu"]


def test_the_two_sides_are_turned_round():
    """As recognised and as people said before; a third person and nobody stay, and twice is never."""
    said = ((CharSpan(7, 9), "cu"), (CharSpan(0, 3), "third"), (CharSpan(3, 6), ""))
    turned = Wording(speakers=said, lines=((3, True),)).with_sides_turned()
    now = corrected(call(), turned)

    assert [each.speaker for each in now.transcript.segments] == ["third", None, "op", "op"]
    assert turned.with_sides_turned() == Wording(speakers=said, lines=((3, True),))


def test_a_line_is_not_joined_to_another_channels_and_does_not_begin_in_a_piece():
    """Both would be nobody's words."""
    now = written((0, 3, "田中"), lines=((1, True), (10, False)))

    assert lines(now) == ["田中さんに", "はい", "そう"]


def test_a_piece_is_masked_as_soon_as_one_of_its_words_is():
    """Whoever masks half of a written name masks it all, in letters or in time."""
    by_chars = plan(item(0.0, 0.2, chars=(0, 1)))
    by_time = plan(item(0.4, 0.6, chars=(0, 0)))
    now = written((0, 3, "田中"))

    for made in (by_chars, by_time):
        masked = mask_text(now.transcript, now.plan(made))
        assert as_text(masked).splitlines()[0] == "[00:00] 担当者: [氏名]さんに"


def test_json_says_which_words_a_person_wrote():
    """They have no probability; a word that was taken out is not there."""
    now = written((0, 3, "田中"), (7, 9, ""))
    first, second, _ = as_json(mask_text(now.transcript, now.plan(plan())))["segments"]

    assert first["words"][0] == {"word": "田中", "start": 0.0, "end": pytest.approx(0.6), "corrected": True}
    assert "probability" in first["words"][1]
    assert second["words"] == []


# --- edits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "masked", "pieces"),
    [
        ("田中さんに", (), [(0, 3, "田中")]),
        ("たかなさんと", (), [(5, 6, "と")]),
        ("あのたかなさんに", (), [(0, 1, "あのた")]),
        ("たかなさん、に", (), [(4, 5, "ん、")]),
        ("たかなおさんに", (2,), [(2, 3, "なお")]),
        ("たかなおさんに", (3,), [(3, 4, "おさ")]),
        ("", (), [(0, 6, "")]),
        ("たかなさんに", (), []),
    ],
)
def test_an_edit_becomes_the_pieces_that_changed(typed, masked, pieces):
    """What was put in beside a masked word belongs to it: it may be the rest of the name."""
    now = corrected(call(), AS_RECOGNISED)
    made = pieces_of(now, CharSpan(0, 6), typed, lambda part: part.raw.start in masked)

    assert [(piece.chars.start, piece.chars.end, piece.text) for piece in made] == pieces
    assert lines(corrected(call(), Wording(with_pieces((), made))))[0] == typed


def test_an_edit_of_a_joined_line_is_cut_where_the_utterances_meet():
    """So that it stands when the line is divided again."""
    now = written(lines=((7, False),))
    made = pieces_of(now, CharSpan(4, 8), "んと、ええ", lambda _: False)

    assert [(piece.chars.start, piece.chars.end, piece.text) for piece in made] == [
        (5, 6, "と、ええ"),
        (7, 9, ""),
    ]


def test_a_written_word_is_edited_as_a_whole():
    """The second correction takes the first one's place."""
    now = written((0, 3, "田中"))
    made = pieces_of(now, CharSpan(1, 2), "仲", lambda _: False)

    assert [(piece.chars.start, piece.chars.end, piece.text) for piece in made] == [(0, 3, "田仲")]


def test_half_a_line_has_no_second_hearing():
    """Nobody knows which of its words are the half's own; a whole line keeps it, whatever is corrected."""
    twice = replace(call(), segments=tuple(replace(each, again="高梨さんに") for each in call().segments))
    halves = corrected(twice, Wording(lines=((3, True),))).transcript.segments
    assert [each.again for each in halves] == ["", "", "高梨さんに", "高梨さんに"]
    whole = corrected(twice, Wording((Piece(CharSpan(0, 3), "田中"),))).transcript.segments
    assert whole[0].again == "高梨さんに"
