from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pipeline.audio.recording import Recording
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.masking.audio import mask_audio
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.types import CharSpan, MaskAction, MaskPlan
from pipeline.verifying.changes import Changes
from pipeline.verifying.listen import hear_masked, listen_again
from tests.audio_files import white
from tests.strategies import make_item, make_plan

RATE = 8000
SECONDS = 20.0


@dataclass(frozen=True)
class KanaLine:
    """A text of kana alone: each character is one mora."""

    morae: tuple[Mora, ...]

    def span(self, start: int, end: int) -> CharSpan:
        """Characters are morae."""
        return CharSpan(start, end)


class KanaReader:
    """Reads kana; the tests use names whose kana are one mora each."""

    def line(self, text: str) -> KanaLine:
        """One mora for each character."""
        sounds = tuple(sound for char in text for sound in (morae(fold_kana(char)) or (("", "a"),)))
        assert len(sounds) == len(text)
        return KanaLine(sounds)


@dataclass
class Hears:
    """Hears a text in every clip, so many seconds a character; keeps what it was given."""

    text: str
    seconds: float = 0.1
    clips: list[np.ndarray] = field(default_factory=list)

    def __call__(self, clips: Sequence[np.ndarray]) -> list[tuple[HeardSegment, ...]]:
        """The words of every clip."""
        self.clips += clips
        each = self.seconds
        words = tuple(HeardWord(c, each * n, each * (n + 1), 0.9) for n, c in enumerate(self.text))
        return [(HeardSegment(words),) if words else ()] * len(clips)


def product(plan: MaskPlan, channels: int = 1, loud: float = 1.0) -> Recording:
    """A masked call of noise as loud as speech."""
    samples = (white(RATE, SECONDS, channels) * loud).astype(np.int16)
    return Recording(mask_audio(samples, RATE, plan), RATE, "pcm16", "")


PLAN = make_plan(make_item(5, 6), make_item(5.5, 6.5, item_id="i1"), make_item(12, 13, item_id="i2"))
READINGS = (("i0", "サカモト"), ("i1", "ヤマダ"), ("i2", "サカモト"))


def test_listens_to_the_neighbours_of_masks_once() -> None:
    """A clip for each window: a second on both sides, a pause where the mask is, at the recogniser's rate."""
    listener = Hears("ソウデスカ")
    assert listen_again(product(PLAN), PLAN, READINGS, listener, KanaReader()) == ()
    assert [len(clip) / 16000 for clip in listener.clips] == [2.2, 2.2]
    assert listener.clips[0].dtype == np.float32


@pytest.mark.parametrize(
    ("heard", "items"),
    [
        ("ソコハサカモトデス", ["i0", "i2"]),
        ("ソコハサガモトデス", ["i0", "i2"]),  # カ as ガ, as a telephone makes it
        ("ソコハヤマダデス", ["i1", "i1"]),
        ("ソコハタナカデス", []),
    ],
)
def test_finds_masked_values_by_sound(heard: str, items: list[str]) -> None:
    """A masked value heard beside a mask is a leak of the nearest item that has it."""
    leaks = listen_again(product(PLAN), PLAN, READINGS, Hears(heard), KanaReader())
    assert [(leak.kind, leak.item_id) for leak in leaks] == [("HEARD_AGAIN", item) for item in items]


def test_where_is_where_the_words_sound() -> None:
    """The time of a leak is that of the words that sound like the value, in seconds of the call."""
    leak = listen_again(product(PLAN), PLAN, READINGS, Hears("ソコハサカモトデス"), KanaReader())[0]
    assert (leak.where.start, leak.where.end) == (pytest.approx(4.3), pytest.approx(4.7))


def test_words_on_both_sides_of_a_mask_are_carried_back_to_their_own() -> None:
    """The second that follows a mask is heard right after the pause, and lies after the mask."""
    leak = listen_again(product(PLAN), PLAN, READINGS, Hears("ア" * 13 + "サカモト"), KanaReader())[0]
    assert (leak.where.start, leak.where.end) == (pytest.approx(6.6), pytest.approx(7.0))


def test_where_never_leaves_the_clip() -> None:
    """Recognisers time words past the end of what they were given."""
    heard = "ア" * 60 + "サカモト"
    leak = listen_again(product(PLAN), PLAN, READINGS, Hears(heard), KanaReader())[0]
    assert leak.where.end <= 7.5


@pytest.mark.parametrize(("kana", "found"), [("ミカ", True), ("ミガ", False), ("ミ", False), ("", False)])
def test_short_values_must_be_heard_exactly(kana: str, found: bool) -> None:
    """Two morae are too few for likeness, one or none are never looked for."""
    plan = make_plan(make_item(5, 6))
    leaks = listen_again(product(plan), plan, (("i0", kana),), Hears("ソレハミカデス"), KanaReader())
    assert bool(leaks) == found


@pytest.mark.parametrize(
    ("kana", "minutes", "found"), [("サカモト", 2, 2), ("ミカ", 2, 2), ("サカモト", 64, 2), ("ミカ", 64, 0)]
)
def test_far_from_every_mask_of_a_value_chance_is_likelier(kana: str, minutes: int, found: int) -> None:
    """An hour away four morae are still a leak, two, that are in every minute of talk, are not."""
    far = make_item(60.0 * minutes, 60.0 * minutes + 1, item_id="far")
    plan = make_plan(make_item(5, 6), make_item(12, 13, item_id="i1"), far)
    leaks = listen_again(product(PLAN), plan, (("far", kana),), Hears(kana), KanaReader())
    assert len(leaks) == found


def test_a_kept_item_that_sounds_there_explains_a_likeness() -> None:
    """The requester's own surname stays beside a relative's mask; elsewhere the same sound is a leak."""
    kept = make_item(7, 7.5, item_id="k", action=MaskAction.KEEP)
    plan = make_plan(make_item(5, 6), make_item(12, 13, item_id="i1"), kept)
    readings = (("i0", "サカモト"), ("i1", "サカモト"), ("k", "サカモトハナ"))
    leaks = listen_again(product(plan), plan, readings, Hears("ア" * 17 + "サカモト"), KanaReader())
    assert [leak.item_id for leak in leaks] == ["i1"]


def test_a_value_the_plan_forgot_is_looked_for_too() -> None:
    """A reading without an item is reported under its own id."""
    readings = (*READINGS, ("forgotten", "ナガタ"))
    leaks = listen_again(product(PLAN), PLAN, readings, Hears("ナガタデス"), KanaReader())
    assert {leak.item_id for leak in leaks} == {"forgotten"}


def test_hearing_nothing_beside_speech_proves_nothing() -> None:
    """No word where there is speech is reported, after a second try with more around it."""
    listener = Hears("")
    leaks = listen_again(product(PLAN), PLAN, READINGS, listener, KanaReader())
    assert [(leak.kind, leak.item_id) for leak in leaks] == [("NOT_HEARD", None)] * 2
    assert [len(clip) / 16000 for clip in listener.clips] == [2.2, 2.2, 10.2, 10.2]
    assert (leaks[0].where.start, leaks[0].where.end) == (4.0, 7.5)


def test_punctuation_is_not_hearing() -> None:
    """A recogniser that answers with marks alone heard nothing."""
    leaks = listen_again(product(PLAN), PLAN, READINGS, Hears("。…"), KanaReader())
    assert [leak.kind for leak in leaks] == ["NOT_HEARD", "NOT_HEARD"]


def test_hearing_nothing_in_silence_is_right() -> None:
    """Where nobody speaks beside a mask nothing need be heard."""
    assert listen_again(product(PLAN, loud=0.01), PLAN, READINGS, Hears(""), KanaReader()) == ()


def test_listens_to_every_channel_that_is_masked() -> None:
    """Each channel has its own clips; a channel without masks has none."""
    plan = make_plan(make_item(5, 6, channels=(1,)), make_item(9, 10, item_id="i1", channels=(1,)))
    listener = Hears("ソウデスカ")
    listen_again(product(plan, 2), plan, READINGS, listener, KanaReader())
    assert len(listener.clips) == 2


def test_what_is_masked_is_heard_once_more() -> None:
    """The words of the original that lie in an item by more than half are its second reading."""
    plan = make_plan(make_item(5.0, 5.4), make_item(12.0, 12.3, item_id="i1", action=MaskAction.KEEP))
    listener = Hears("ア" * 10 + "サカモト" + "デス")
    original = Recording(white(RATE, SECONDS, 1), RATE, "pcm16", "")

    assert hear_masked(original, plan, listener) == (("i0", "サカモト"),)
    assert [len(clip) / 16000 for clip in listener.clips] == [pytest.approx(2.4)]


def test_where_nothing_is_heard_there_is_no_second_reading() -> None:
    """A mask under which no word is heard adds nothing to look for."""
    assert hear_masked(product(PLAN), PLAN, Hears("")) == ()


def test_after_a_change_only_what_is_near_it_is_heard_again() -> None:
    """The clip around the mask that grew; what is said beside the other was heard before."""
    wider = make_plan(make_item(5, 6), make_item(5.5, 7.0, item_id="i1"), make_item(12, 13, item_id="i2"))
    listener = Hears("ソレハサカモトデス")
    changes = Changes(PLAN, wider)
    leaks = listen_again(product(wider), wider, READINGS, listener, KanaReader(), changes=changes)
    assert len(listener.clips) == 1
    assert {leak.item_id for leak in leaks} == {"i0"}
    assert all(leak.where.start < 9 for leak in leaks)

    unchanged = Changes(wider, wider)
    assert listen_again(product(wider), wider, READINGS, listener, KanaReader(), changes=unchanged) == ()
    assert len(listener.clips) == 1


@pytest.mark.parametrize(
    ("start", "heard", "found"),
    [
        (5, "ソコハハセガタカイデス", True),
        (40, "ソコハハセガタカイデス", False),
        (40, "ソコハハセワタカシデス", True),
    ],
)
def test_far_from_its_mask_only_what_is_almost_the_value_is_a_leak(
    start: float, heard: str, found: bool
) -> None:
    """Beside its own mask an edge may be wrong; ordinary words are a third unlike some value everywhere."""
    plan = make_plan(make_item(5, 6), make_item(start, start + 1, item_id="m"))
    shown = product(make_plan(make_item(5, 6)))
    leaks = listen_again(shown, plan, (("m", "ハセガワタカシ"),), Hears(heard), KanaReader())
    assert bool(leaks) == found


@pytest.mark.parametrize(
    ("score", "decided", "found"), [(0.89, False, False), (0.91, False, True), (0.3, True, True)]
)
def test_a_doubtful_value_is_not_listened_for(score: float, decided: bool, found: bool) -> None:
    """What may itself be an ordinary word masks no others; what a person has decided does."""
    plan = make_plan(replace(make_item(5, 6), score=score, decided=decided))
    heard = Hears("ソコハサカモトデス")
    leaks = listen_again(product(plan), plan, (("i0", "サカモト"),), heard, KanaReader())
    assert bool(leaks) == found


@pytest.mark.parametrize(("kana", "found"), [("ゼロゼロ", False), ("ゼロハチゼロサンゴ", True)])
def test_a_piece_of_a_number_is_not_listened_for(kana: str, found: bool) -> None:
    """A digit or two are in other numbers, too."""
    plan = make_plan(make_item(5, 6, entity_type="PHONE_NUMBER"))
    leaks = listen_again(product(plan), plan, (("i0", kana),), Hears(f"ソコハ{kana}デス"), KanaReader())
    assert bool(leaks) == found


@pytest.mark.parametrize(("seconds", "found"), [(0.1, True), (1.0, False)])
def test_a_word_that_holds_a_pause_is_no_leak(seconds: float, found: bool) -> None:
    """Where words are timed over a long pause, a mask of theirs would take all of it."""
    plan = make_plan(make_item(9, 14))
    listener = Hears("サカモト", seconds)
    assert bool(listen_again(product(plan), plan, (("i0", "サカモト"),), listener, KanaReader())) == found
