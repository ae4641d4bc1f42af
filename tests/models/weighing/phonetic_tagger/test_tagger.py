"""Personal data in the morae that were heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.weighing.phonetic_tagger.tagger import PhoneticTagger, load_phonetic_tagger
from pipeline.sound.heard_morae import TimedMora
from pipeline.sound.morae import morae
from tests.builders import transcript, utterance
from tests.posteriorgrams import A_MORA, STEP, gram_of, spread

NAME, ADDRESS, PHONE = range(3)


@pytest.fixture(scope="module")
def tagger() -> PhoneticTagger:
    """The shipped network."""
    return load_phonetic_tagger()


def said(*phrases: str) -> tuple[TimedMora, ...]:
    """Phrases with a pause before each."""
    out, clock = [], 0.0
    for phrase in phrases:
        for number, mora in enumerate(morae(phrase)):
            out.append(TimedMora(mora, clock, 0, None, 0.0 if number else 0.5))
            clock += 0.14
        clock += 0.5
    return tuple(out)


@pytest.mark.parametrize(
    ("before", "data", "behind", "kind"),
    [
        ("オナマエヲオネガイシマス", "ハセガワタカシ", "トモウシマス", NAME),
        ("トナリノ", "ワタナベレイコ", "サンノニモツガトドキマシタ", NAME),
        ("オデンワバンゴウヲオネガイシマス", "ゼロハチゼロイチニサンヨンゴロクナナハチ", "デス", PHONE),
        ("ゴジュウショヲオネガイシマス", "カガワケンマルガメシドキチョウサンノニジュウイチ", "デス", ADDRESS),
    ],
)
def test_plain_data_is_marked(tagger: PhoneticTagger, before: str, data: str, behind: str, kind: int) -> None:
    """In the commonest of slots, more surely than anything around it, and as what it is."""
    chances = tagger.probabilities(said(before, data + behind))
    start, length = len(morae(before)), len(morae(data))
    inside = chances[start : start + length]
    outside = np.concatenate((chances[:start], chances[start + length + 1 :]))
    assert inside.sum(axis=1).mean() > 0.6
    assert int(inside.mean(axis=0).argmax()) == kind
    assert outside.sum(axis=1).max() < inside.sum(axis=1).mean()


def test_ordinary_talk_is_not(tagger: PhoneticTagger) -> None:
    """Hardly."""
    chances = tagger.probabilities(
        said("アシタノゴゴニ", "モウイチドカケナオシテイタダケマスカ", "ハイショウチシマシタ")
    )
    assert chances.sum(axis=1).mean() < 0.1


def test_characters_have_what_is_heard_where_they_stand(tagger: PhoneticTagger) -> None:
    """By time, whatever is written; without posteriorgrams nothing."""
    kana = "トナリノワタナベレイコサンノニモツ"
    written = "隣の渡鍋例子さんの荷物"
    plain = transcript(utterance(written, 0.0))
    call = replace(plain, segments=(spread(plain.segments[0], 0.0, A_MORA * STEP * len(kana)),))
    heard = replace(call, segments=(replace(call.segments[0], posteriorgrams=(gram_of(kana),)),))
    chances = tagger.on_characters(heard).sum(axis=1)
    assert chances.shape == (len(written),)
    assert chances[3:6].max() > chances[-1]
    assert np.isnan(tagger.on_characters(call)).all()


def test_long_calls_are_read_in_pieces(tagger: PhoneticTagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """With as much of the others as it looks at, so that nothing changes."""
    call = said(*["トナリノワタナベレイコサンノニモツガトドキマシタ"] * 30)
    whole = tagger.probabilities(call)
    monkeypatch.setattr("models.weighing.phonetic_tagger.tagger.CHUNK_MORAE", 200)
    assert tagger.probabilities(call) == pytest.approx(whole, abs=1e-4)
