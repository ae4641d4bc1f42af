"""One probability for what all witnesses say, and what an analyst is shown beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.calls.artifacts import Call
from models.language.readings import load_reader
from models.training.calls.stored import unlistened
from models.training.weighing.calibrate import fit
from models.weighing.judge.doubt import SOURCE, Doubt, DoubtFeature, doubt_features, load_doubt
from models.weighing.judge.features import CallValues, call_values, features
from models.weighing.judge.judge import MASK_FROM, Judge, load_judge
from models.weighing.tagger.tagger import Tagger, load_tagger
from pipeline.errors import ModelError
from pipeline.types import CallCase, CharSpan, EntitySpan
from tests.builders import transcript, utterance

CASE = CallCase("R-0")
LINES = ("お名前をお願いします", "長谷川隆と申します", "荷物が届かなくて困っています")


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """The real one."""
    return load_tagger()


@pytest.fixture(scope="module")
def call() -> Call:
    """A name in a plain slot, and plain talk."""
    lines = [
        utterance(text, 5.0 * at, at % 2, "op" if at % 2 == 0 else "cu") for at, text in enumerate(LINES)
    ]
    return Call(transcript(*lines), CASE, load_reader())


def found(call: Call, words: str, witness: str = "LearnedRecognizer", kind: str = "PERSON") -> EntitySpan:
    """A finding of the given words."""
    at = call.text.index(words)
    return EntitySpan(kind, CharSpan(at, at + len(words)), 0.8, witness)


def test_a_name_is_likelier_than_plain_talk(call: Call, tagger: Tagger) -> None:
    """The same witness's word is worth more where the tagger agrees."""
    name, *talk = load_judge(tagger).judged(call, (found(call, "長谷川隆"), found(call, "荷物")))
    assert name.score > 0.5
    assert not name.candidate
    assert all(span.score < 0.5 for span in talk)


@pytest.mark.parametrize(("address", "kind"), [(0.8, "ADDRESS"), (0.3, "PHONE_NUMBER")])
def test_a_number_that_was_heard_as_an_address_is_one(
    call: Call, tagger: Tagger, monkeypatch: pytest.MonkeyPatch, address: float, kind: str
) -> None:
    """Whatever the one witness that marked it took it for; of two that are as likely it stays a number."""
    values = call_values(call, tagger)
    both = np.tile(np.array([0.1, 0.0, address, 0.15], np.float32), (len(call.text), 1))
    monkeypatch.setattr("models.weighing.judge.judge.call_values", lambda *_: replace(values, both=both))
    judge = Judge({"bias": 3.0, "witness:LearnedRecognizer": 0.0}, tagger)
    (span,) = judge.judged(call, (found(call, "長谷川隆", kind="PHONE_NUMBER"),))
    assert span.entity_type == kind


def test_what_explains_a_name_keeps_its_ends(call: Call, tagger: Tagger) -> None:
    """Its form tells where it begins and ends, also where that is a word like any other."""
    witnesses = ("LearnedRecognizer", "LearnedRecognizer+KanjiDescriptionRecognizer")
    judge = Judge({"bias": 3.0, **{f"witness:{name}": 0.0 for name in witnesses[1].split("+")}}, tagger)
    spans = [found(call, "長谷川隆と申します", each) for each in witnesses]
    (cut,), (whole,) = (judge.judged(call, (span,)) for span in spans)
    assert (call.text[cut.chars.start : cut.chars.end], whole.chars) == ("長谷川隆", spans[1].chars)


def test_what_is_unlikely_is_a_candidate_or_nothing(call: Call, tagger: Tagger) -> None:
    """Weights that believe nothing leave nothing; weights in doubt leave it for an analyst."""
    witness = {"witness:LearnedRecognizer": 0.0}
    span = (found(call, "長谷川隆"),)
    assert Judge({"bias": -9.0, **witness}, tagger).judged(call, span) == ()
    (shown,) = Judge({"bias": -2.5, **witness}, tagger).judged(call, span)
    assert shown.candidate
    assert shown.score < MASK_FROM["PERSON"]


def test_what_hardly_is_data_at_either_end_is_left_out(call: Call, tagger: Tagger) -> None:
    """Where the tagger believes in none of it, the finding stays as it was found."""
    judge = Judge({"bias": 2.0, "witness:LearnedRecognizer": 0.0}, tagger)
    name, talk = judge.judged(call, (found(call, "長谷川隆と申します"), found(call, "荷物が届かなくて")))
    assert call.text[name.chars.start : name.chars.end] == "長谷川隆"
    assert call.text[talk.chars.start : talk.chars.end] == "荷物が届かなくて"


def test_what_is_left_of_a_finding_was_said(
    call: Call, tagger: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the break between two turns is likely data, all of it stays: a break sounds nowhere."""
    at = call.text.index("長谷川隆")
    both = np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (len(call.text), 1))
    both[at - 1] = (0.2, 0.8, 0.0, 0.0)
    assert call.text[at - 1] == "\n"
    values = replace(call_values(call, tagger), both=both)
    monkeypatch.setattr("models.weighing.judge.judge.call_values", lambda *_: values)

    over_the_break = EntitySpan("PERSON", CharSpan(at - 2, at + 2), 0.8, "LearnedRecognizer")
    (span,) = Judge({"bias": 3.0, "witness:LearnedRecognizer": 0.0}, tagger).judged(call, (over_the_break,))
    assert span.chars == over_the_break.chars


def test_a_finding_in_which_nothing_is_said_is_none(call: Call, tagger: Tagger) -> None:
    """Where a number was cut out of a name, what is left may be the break between two turns, or a comma."""
    at = call.text.index("\n")
    judge = Judge({"bias": 3.0, "witness:LearnedRecognizer": 0.0}, tagger)
    left = EntitySpan("PERSON", CharSpan(at, at + 1), 0.9, "LearnedRecognizer")
    assert judge.judged(call, (left,)) == ()
    assert judge.judged(call, (replace(left, chars=CharSpan(at, at + 3)),)) != ()


def test_an_unlikely_word_that_stands_elsewhere_is_a_word(tagger: Tagger) -> None:
    """What is masked in one place and read in the next hides nothing; a likely name stays masked."""
    lines = (utterance("荷物の長谷川です", 0.0), utterance("荷物が届かなくて", 5.0))
    call = Call(transcript(*lines), CASE, load_reader())
    weights = {"bias": -1.0, "witness:LearnedRecognizer": 0.0}
    word, name = Judge(weights, tagger).judged(call, (found(call, "荷物"), found(call, "長谷川")))
    assert (word.candidate, name.candidate) == (True, False)
    both = (found(call, "荷物"), replace(found(call, "荷物"), chars=CharSpan(9, 11)))
    assert call.text[9:11] == "荷物"
    assert not any(span.candidate for span in Judge(weights, tagger).judged(call, both))
    (likely,) = Judge({"bias": 1.0, "witness:LearnedRecognizer": 0.0}, tagger).judged(call, both[:1])
    assert not likely.candidate
    # That the same word was looked for, and hardly believed, is no finding of it.
    again = replace(both[1], recognizer="RepeatedMentionRecognizer")
    judge = Judge({**weights, "witness:RepeatedMentionRecognizer": -2.0}, tagger)
    assert all(span.candidate for span in judge.judged(call, (both[0], again)))


def test_figures_are_no_words(tagger: Tagger) -> None:
    """A group of a number stands elsewhere because it was said twice."""
    lines = (utterance("番号は67です", 0.0), utterance("67ですね", 5.0))
    call = Call(transcript(*lines), CASE, load_reader())
    judge = Judge({"bias": -0.3, "witness:LearnedRecognizer": 0.0}, tagger)
    (number,) = judge.judged(call, (found(call, "67", kind="PHONE_NUMBER"),))
    assert not number.candidate


def test_a_stranger_keeps_its_own_score(call: Call, tagger: Tagger) -> None:
    """A company's recognizer, and a secret of the case, are no matter of our probability."""
    spans = (found(call, "荷物", "社内の型"), found(call, "困って", "Terms", "CONFIDENTIAL"))
    judged = Judge({"bias": -9.0, "witness:Terms": 0.0}, tagger).judged(call, spans)
    assert tuple(replace(span, owners=()) for span in judged) == spans


def test_a_finding_knows_whose_it_is_read_as(call: Call, tagger: Tagger) -> None:
    """Third party, requester, staff, company: they add up to one."""
    (span,) = Judge({"bias": 9.0, "witness:LearnedRecognizer": 0.0}, tagger).judged(
        call, (found(call, "荷物"),)
    )
    assert sum(span.owners) == pytest.approx(1.0, abs=1e-3)
    assert len(span.owners) == 4


def test_a_postal_code_that_is_no_telephone_number_is_an_address_still(tagger: Tagger) -> None:
    """What one witness took for a number, and the question tells to be none, hides no other's address."""
    text = "郵便番号の番号をどうぞ", "663の1688", "663の16888"
    call = Call(transcript(*(utterance(t, 3.0 * n) for n, t in enumerate(text))), CASE, load_reader())
    address = found(call, "663の1688", kind="ADDRESS")
    number = found(call, "663の1688\n663の16888", "AskedForRecognizer", "PHONE_NUMBER")
    witnesses = {"witness:LearnedRecognizer": 0.0, "witness:AskedForRecognizer": 0.0}
    assert Judge(witnesses, tagger).without_other_numbers(call, (number, address)) == (address,)


def test_a_call_heard_once_has_no_second_opinion(call: Call, tagger: Tagger) -> None:
    """What is only known of a second hearing is not made up."""
    values = features(found(call, "長谷川隆"), call_values(call, tagger))
    assert not {"heard twice", "peak again", "nothing heard again"} & values.keys()
    assert values["bias"] == 1.0


def test_doubt_shows_what_nobody_marked(call: Call, tagger: Tagger) -> None:
    """Candidates share no character with a finding or one another, and cross no line."""
    taken = (found(call, "荷物"),)
    doubted = Doubt({"bias": 0.0}).candidates(call, call_values(call, tagger), taken)
    chars = [at for span in (*taken, *doubted) for at in range(span.chars.start, span.chars.end)]
    assert len(chars) == len(set(chars))
    assert all(span.candidate and span.recognizer == SOURCE for span in doubted)
    assert not any("\n" in call.text[s.chars.start : s.chars.end] for s in doubted)
    assert Doubt({"bias": -20.0}).candidates(call, call_values(call, tagger), taken) == ()


def test_what_is_only_in_doubt_is_shown_and_only_a_likely_number_or_place_is_masked(tagger: Tagger) -> None:
    """A name never is, however likely: no witness found it."""

    class Certain(Doubt):
        def candidates(
            self, call: Call, seen: CallValues, judged: Sequence[EntitySpan]
        ) -> tuple[EntitySpan, ...]:
            return tuple(
                EntitySpan(kind, CharSpan(at, at + 2), score, SOURCE, candidate=True)
                for at, kind, score in (
                    (2, "ADDRESS", 0.6),
                    (0, "PERSON", 0.9),
                    (4, "PHONE_NUMBER", 0.6),
                    (6, "PHONE_NUMBER", 0.4),
                    (8, "ADDRESS", 0.4),
                )
            )

    call = Call(transcript(utterance("荷物が届かなくて困る", 1.0, sure=0.3)), CASE, load_reader())
    judged = Judge({}, tagger, Certain({})).judged(call, ())
    assert [(span.chars.start, span.candidate) for span in judged] == [
        (0, True),
        (2, False),
        (4, False),
        (6, True),
        (8, True),
    ]
    assert [span.needs_review for span in judged] == [False, True, True, False, False]


def test_doubt_is_greater_where_the_tagger_half_believes(call: Call, tagger: Tagger) -> None:
    """By the fitted weights a name in its slot is more doubtful than plain talk, were nobody to mark it."""
    chance = load_doubt().probabilities(call, call_values(call, tagger), ())
    name, talk = call.text.index("長谷川"), call.text.index("荷物")
    assert chance[name : name + 3].mean() > chance[talk : talk + 2].mean()


def test_weights_of_other_features_are_refused(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt one would weigh nothing, and nobody would see it."""
    given: dict[str, bytes] = {"judge": b'{"lenght": 1.0}', "doubt": b'{"bias": 1.0, "lenght": 1.0}'}
    for module in ("judge", "doubt"):
        monkeypatch.setattr(f"models.weighing.judge.{module}.registered_bytes", lambda name, *_: given[name])
    with pytest.raises(ModelError, match="other features"):
        load_judge(tagger)
    with pytest.raises(ModelError, match="other features"):
        load_doubt()


def test_doubt_knows_what_was_asked_for(call: Call, tagger: Tagger) -> None:
    """The line after お名前をお願いします is an answer to it."""
    column = doubt_features(call, call_values(call, tagger), ())[
        :, list(DoubtFeature).index(DoubtFeature.ASKED_FOR_A_NAME)
    ]
    answer = call.text.index("長谷川")
    assert column[answer] == 1.0
    assert column[0] == 0.0


def test_an_unsure_word_is_seen_as_such(call: Call, tagger: Tagger) -> None:
    """The recogniser's own probability goes into both."""
    segments = tuple(
        replace(s, words=tuple(replace(w, probability=0.2) for w in s.words))
        for s in call.transcript.segments
    )
    unsure = Call(replace(call.transcript, segments=segments), CASE, call.reader)
    assert np.nanmax(call_values(unsure, tagger).sure) == pytest.approx(0.2)


def test_a_price_is_no_telephone_number(tagger: Tagger) -> None:
    """It is neither masked nor shown, and nobody doubts it either; a number that is none stays."""
    lines = ("お電話番号をお願いします", "四五の一二三の六七八九です", "料金は一時間で一四八〇円です")
    spoken = [
        utterance(text, 5.0 * at, at % 2, "op" if at % 2 == 0 else "cu") for at, text in enumerate(lines)
    ]
    call = Call(transcript(*spoken), CASE, load_reader())
    phone, price = (
        found(call, words, kind="PHONE_NUMBER") for words in ("四五の一二三の六七八九", "一四八〇")
    )
    judged = load_judge(tagger, load_doubt()).judged(call, (phone, price))
    assert any(span.chars == phone.chars for span in judged)
    assert not any(span.chars.overlaps(price.chars) for span in judged)


def test_fitted_weights_stay_near_those_that_were_believed() -> None:
    """Where nothing contradicts them; many observations do."""
    table, believed = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([0.5, 2.0])
    assert fit(table[:0], np.zeros(0), believed) == pytest.approx(believed)
    contradicted = fit(np.tile(table, (200, 1)), np.tile([0.0, 1.0], 200), believed)
    assert contradicted[1] < -2.0


def test_what_sounds_like_data_is_weighed(call: Call, tagger: Tagger) -> None:
    """The judge sees what the ear heard, and whether it listened at all."""
    span = found(call, "荷物")
    assert "listened" not in features(span, call_values(call, tagger))
    segments = tuple(
        replace(s, words=tuple(replace(w, sounds=(0.1, 0.7, 0.1)) for w in s.words))
        for s in call.transcript.segments
    )
    listened = Call(replace(call.transcript, segments=segments), CASE, call.reader)
    values = features(replace(span, entity_type="ADDRESS"), call_values(listened, tagger))
    assert values["listened"] == 1.0
    assert values["sound of this kind"] == pytest.approx(0.7)
    assert values["sound peak"] == pytest.approx(np.log(0.9 / 0.1), abs=1e-3)
    assert unlistened(listened.transcript) == call.transcript
