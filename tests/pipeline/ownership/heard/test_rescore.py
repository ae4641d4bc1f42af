"""Whose a finding is, asked of the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from models.language.readings import Reader, load_reader
from pipeline.audio.recording import Recording
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.ownership.heard.rescore import rescore_by_sound
from pipeline.ownership.heard.weigh import MAX_FORMS, WINDOW_SECONDS, Hearing
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester
from tests.builders import transcript, utterance

CASE = CallCase(
    "R-1",
    Requester(
        (CaseName("野田多恵", "ノダタエ"),),
        addresses=(
            CaseName("神奈川県相模原市南区相模大野5番地", "カナガワケンサガミハラシミナミクサガミオオノ"),
        ),
    ),
    staff=(CaseName("永田美穂", "ナガタミホ"),),
)
RATE = 8_000


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


@dataclass
class Ear:
    """A recogniser that finds some texts as probable as another hears them, and the rest impossible."""

    likely: dict[str, float]
    at_once: int = 1
    asked: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def score(self, samples: NDArray[np.float32], texts: Sequence[str]) -> tuple[float, ...]:
        """Log probabilities: of what holds a likely word its number, of what was written -20."""
        self.asked.extend(texts)
        self.seconds.append(len(samples) / 16_000)
        written = texts[0]
        return tuple(
            -20.0
            if text == written
            else -20.0 + next((gain for word, gain in self.likely.items() if word in text), -40.0)
            for text in texts
        )


def heard(
    text: str,
    said: str,
    ear: Ear,
    reader: Reader,
    *,
    kind: str = "PERSON",
    case: CallCase = CASE,
    hint: Party | None = None,
) -> Finding:
    """The verdict on ``said`` in an utterance, by its words and then by its sound."""
    start = text.index(said)
    entity = EntitySpan(kind, CharSpan(start, start + len(said)), 0.9, "Test", hint=hint)
    words = transcript(utterance(text, 1.0))
    recording = Recording(np.zeros((1, 30 * RATE), np.int16), RATE, "pcm", "0" * 64)
    findings = attribute((entity,), Context(words, case, reader), passes=RULES)
    (found,) = rescore_by_sound(findings, case, Hearing(words, recording, ear, reader))
    return found


@pytest.mark.parametrize(
    ("text", "said", "likely", "party"),
    [
        ("お名前はのだ帯です", "のだ帯", {"野田多恵": -2.7}, Party.REQUESTER),
        ("お名前はのだ帯です", "のだ帯", {"野田多恵": -9.0}, Party.UNKNOWN),
        ("担当の長田です", "長田", {"永田": -1.2}, Party.STAFF),
        ("担当の長田です", "長田", {"永田": -12.0}, Party.THIRD_PARTY),
        ("お隣の山本さんが", "山本", {}, Party.THIRD_PARTY),
    ],
)
def test_a_garbled_name_is_the_one_that_the_sound_takes(
    text: str, said: str, likely: dict[str, float], party: Party, reader: Reader
) -> None:
    """What is nearly as probable as what was written is it, what is far from it is not."""
    assert heard(text, said, Ear(likely), reader).party is party


@pytest.mark.parametrize(
    ("hint", "gain", "party"),
    [
        (Party.THIRD_PARTY, -7.5, Party.THIRD_PARTY),
        (None, -7.5, Party.REQUESTER),
        (None, -9.5, Party.THIRD_PARTY),
        (Party.REQUESTER, -9.5, Party.REQUESTER),
        (Party.REQUESTER, -13.0, Party.THIRD_PARTY),
    ],
)
def test_the_conversation_counts_beside_the_sound(
    hint: Party | None, gain: float, party: Party, reader: Reader
) -> None:
    """What it does not call somebody else's is sooner the requester's, and looked at."""
    case = CallCase("R-1", Requester((CaseName("川崎浩二", "カワサキコウジ"),)))
    found = heard("最後に川崎工事です", "崎工事", Ear({"川崎浩二": gain}), reader, case=case, hint=hint)
    assert (found.party is Party.REQUESTER) is (party is Party.REQUESTER)
    assert found.needs_review or party is Party.THIRD_PARTY


def test_a_relative_is_none_whoever_the_conversation_means(reader: Reader) -> None:
    """Who rings for a daughter gives her name as asked for."""
    ear = Ear({"野田多恵": -8.0, "野田": -60.0})
    found = heard("お名前は野田杏です", "野田杏", ear, reader, hint=Party.REQUESTER)
    assert found.party is Party.UNKNOWN


def test_a_surname_alone_is_never_asked_for_where_a_given_name_follows(reader: Reader) -> None:
    """野田健一 is a relative's, however well 野田 fits the half of it."""
    ear = Ear({"野田": 0.0, "多恵": -30.0})
    found = heard("妹の野田健一さんが", "野田健一", ear, reader)
    assert found.party in {Party.THIRD_PARTY, Party.UNKNOWN}
    assert not any("の野田さん" in text for text in ear.asked)


@pytest.mark.parametrize(
    ("said", "gain", "party"),
    [
        ("探み晴らしみなみく探みおおの", -25.0, Party.REQUESTER),
        ("探み晴らしみなみく探みおおの", -60.0, Party.THIRD_PARTY),
        ("探み晴らしみなみく探みおおの6番地", -5.0, Party.THIRD_PARTY),
    ],
)
def test_a_garbled_address_is_the_registered_one(
    said: str, gain: float, party: Party, reader: Reader
) -> None:
    """By all of it, and not with another number."""
    ear = Ear({"相模原市": gain})
    found = heard(f"住所は{said}です", said, ear, reader, kind="ADDRESS")
    assert (found.party is Party.REQUESTER) is (party is Party.REQUESTER)


@pytest.mark.parametrize(
    ("likely", "party"),
    [
        ({"0706010": -5.0}, Party.REQUESTER),
        ({"0706010": -30.0}, Party.THIRD_PARTY),
        ({"070": -5.0}, Party.THIRD_PARTY),
    ],
)
def test_a_garbled_number_is_known_by_what_tells_it_from_others(
    likely: dict[str, float], party: Party, reader: Reader
) -> None:
    """What any number of its shape would fit as well says nothing."""
    case = CallCase("R-1", Requester(phones=("070-6010-6875",)))
    found = heard(
        "番号はマレナナマリ六マリ一マリです", "マレナナマリ六マリ一マリ", Ear(likely), reader, case=case
    )
    assert found.party is party


def test_what_fits_barely_is_looked_at(reader: Reader) -> None:
    """A person hears what is not clear."""
    assert not heard("担当の長田です", "長田", Ear({"永田": -0.5}), reader).needs_review
    assert heard("担当の長田です", "長田", Ear({"永田": -5.0}), reader).needs_review


def test_nothing_is_asked_of_what_is_kept_or_unlike(reader: Reader) -> None:
    """Every question costs a look at the sound."""
    ear = Ear({})
    assert heard("はい野田です", "野田", ear, reader).party is Party.REQUESTER
    assert heard("お隣の藤井さんが", "藤井", ear, reader).party is Party.THIRD_PARTY
    assert not ear.asked
    heard("お隣の藤井さんが", "藤井", ear, reader, case=CallCase("R-0"))
    assert not ear.asked


def test_a_question_is_short(reader: Reader) -> None:
    """A few seconds, what was written and few ways of writing a few forms."""
    ear = Ear({})
    heard("ああ" * 40 + "お名前はのだ帯ですはい" + "ええ" * 40, "のだ帯", ear, reader)
    (seconds,) = ear.seconds
    assert seconds <= WINDOW_SECONDS + 0.61
    assert 1 < len(ear.asked) <= 1 + 2 * MAX_FORMS


def test_what_the_model_cannot_write_is_left_as_it_was(reader: Reader) -> None:
    """Without a token for what was written there is nothing to compare with."""

    class Deaf(Ear):
        def score(self, samples: NDArray[np.float32], texts: Sequence[str]) -> tuple[float, ...]:
            return tuple(-np.inf for _ in texts)

    assert heard("お名前はのだ帯です", "のだ帯", Deaf({}), reader).party is Party.UNKNOWN
