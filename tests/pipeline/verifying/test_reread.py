from __future__ import annotations

import math
from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.masking.text import mask_text
from pipeline.types import MaskAction, Transcript
from pipeline.verifying.changes import Changes
from pipeline.verifying.listen import FULL_REACH_SECONDS
from pipeline.verifying.reread import MASK_LOG_ODDS, SHOW_LOG_ODDS, alike_in, read_by_sound, read_otherwise
from tests.builders import item, plan, transcript, utterance


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The dictionary."""
    return load_reader()


def call(second: str) -> Transcript:
    """サカモト is said and masked at one second; something else is said at five."""
    return transcript(utterance("サカモト", 1.0), utterance(second, 5.0))


MASKED = item(1.0, 1.8, chars=(0, 4))
READINGS = (("m0000", "サカモト"),)


def kinds(second: str, reader: Reader, *others: object, readings: tuple[tuple[str, str], ...] = READINGS):
    """What is found in the second utterance."""
    words, made = call(second), plan(MASKED, *others)  # type: ignore[arg-type]
    return [
        (leak.kind, leak.item_id) for leak in read_by_sound(mask_text(words, made), made, readings, reader)
    ]


@pytest.mark.parametrize(
    "said", ["それはサカモトの方です", "サガモトさんです", "酒本さまが来て", "サカモドくん"]
)
def test_a_name_said_again_is_found_however_it_is_written(said: str, reader: Reader):
    """What sounds like the masked name is a leak of its item, where its words sound."""
    assert kinds(said, reader) == [("HEARD_AGAIN", "m0000")]


@pytest.mark.parametrize(
    "said", ["そうですか、わかりました", "お電話ありがとうございます", "それは先月のことです"]
)
def test_ordinary_talk_is_left_alone(said: str, reader: Reader):
    """What does not sound like it is not even shown."""
    assert kinds(said, reader) == []


def test_what_may_be_the_name_is_shown_and_no_more(reader: Reader):
    """Between the two bounds nobody but a person can tell."""
    words, made = call("佐賀もです"), plan(MASKED)
    (hit,) = [h for h in alike_in(mask_text(words, made), made, READINGS, reader) if h.odds >= SHOW_LOG_ODDS]

    assert hit.odds < MASK_LOG_ODDS
    (leak,) = read_by_sound(mask_text(words, made), made, READINGS, reader)
    # Seldomer than among planted names.
    assert 0 < leak.chance < 1 / (1 + math.exp(-hit.odds))
    assert kinds("佐賀もです", reader) == [("PERHAPS", "m0000")]


@pytest.mark.parametrize(
    ("score", "decided", "kind"),
    [(0.89, False, "PERHAPS"), (0.91, False, "HEARD_AGAIN"), (0.3, True, "HEARD_AGAIN")],
)
def test_what_sounds_like_a_doubtful_value_is_shown(score: float, decided: bool, kind: str, reader: Reader):
    """What may itself be an ordinary word masks no others; what a person has decided does."""
    words, made = call("サカモトさん"), plan(replace(MASKED, score=score, decided=decided))

    assert [leak.kind for leak in read_by_sound(mask_text(words, made), made, READINGS, reader)] == [kind]


def test_what_a_doubtful_value_explains_better_is_masked_for_a_sure_one(reader: Reader):
    """Of two values that are alike there, the one that masks comes first."""
    doubtful = replace(item(4.0, 4.5, item_id="m0001", chars=(0, 0)), score=0.8)
    readings = (("m0000", "サカモテ"), ("m0001", "サカモト"))

    assert kinds("サカモトさん", reader, doubtful, readings=readings) == [("HEARD_AGAIN", "m0000")]


def test_what_is_shown_already_is_not_shown_again(reader: Reader):
    """The loop ends: a doubtful stretch stays, flagged, and is no leak the second time."""
    shown = item(5.0, 5.4, item_id="v1000", chars=(5, 7), action=MaskAction.KEEP, needs_review=True)

    assert kinds("佐賀もです", reader, shown) == []


def test_a_name_said_in_full_is_found_by_half(reader: Reader):
    """Who was named in full is called by the surname."""
    readings = (("m0000", "サカモトヒロユキ"),)

    assert kinds("サカモトさんです", reader, readings=readings) == [("HEARD_AGAIN", "m0000")]


def test_an_honorific_in_a_reading_finds_no_honorific(reader: Reader):
    """A mask that took さん along does not make every さん a leak."""
    assert kinds("奥さんとお客さんの件", reader, readings=(("m0000", "モリサン"),)) == []


def test_a_second_reading_of_the_same_item_counts_too(reader: Reader):
    """Two garbled readings of one mention find more than one."""
    assert kinds("ムラヤマさんです", reader) == []
    assert kinds("ムラヤマさんです", reader, readings=(*READINGS, ("m0000", "ムロヤマ"))) == [
        ("HEARD_AGAIN", "m0000")
    ]


def test_a_kept_item_that_sounds_there_explains_it(reader: Reader):
    """The requester's own name stays where a relative of the same name is masked."""
    own = item(5.0, 5.8, item_id="k", chars=(5, 9), action=MaskAction.KEEP)

    assert kinds("サカモトです", reader, own, readings=(*READINGS, ("k", "サカモト"))) == []


def test_the_nearest_item_of_that_sound_is_named(reader: Reader):
    """Of two masked mentions the one nearer in time is widened."""
    near = item(4.0, 4.5, item_id="m0001", chars=(0, 0))

    assert kinds("サカモトさん", reader, near, readings=(*READINGS, ("m0001", "サカモト"))) == [
        ("HEARD_AGAIN", "m0001")
    ]


@pytest.mark.parametrize("minutes", [1, 2, 8, 32])
def test_the_farther_from_every_mask_of_a_name_the_more_it_takes(minutes: int, reader: Reader):
    """A name said again is said soon; beyond a few minutes each doubling halves the odds."""
    made = plan(MASKED)
    far = transcript(utterance("サカモト", 1.0), utterance("佐賀もです", 60.0 * minutes))
    masked = [mask_text(words, made) for words in (call("佐賀もです"), far)]
    odds = [alike_in(each, made, READINGS, reader)[0].odds for each in masked]

    near, apart = (seconds - MASKED.time.end for seconds in (5.0, 60.0 * minutes))
    within = math.log((1 + min(apart, FULL_REACH_SECONDS)) / (1 + near))
    assert odds[0] - odds[1] == pytest.approx(0.76 * within + math.log(max(1.0, apart / FULL_REACH_SECONDS)))


def test_nothing_is_read_across_a_label(reader: Reader):
    """What stands before a label and what stands after it are not one word."""
    words = transcript(utterance("サカモト", 1.0), utterance("サカアアモト", 5.0))
    made = plan(MASKED, item(5.4, 5.8, item_id="m0001", chars=(7, 9)))

    assert words.text[7:9] == "アア"
    assert read_by_sound(mask_text(words, made), made, READINGS, reader) == ()


def test_digits_alike_are_no_name(reader: Reader):
    """The pieces of a masked number are in every other number, so only a long likeness counts."""
    number = item(1.0, 1.8, chars=(0, 4), entity_type="PHONE_NUMBER")
    words = call("三時に七人です")
    made = plan(number)

    assert read_by_sound(mask_text(words, made), made, (("m0000", "サンナナ"),), reader) == ()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("その7さんのことです", True),
        ("そう7です", True),
        ("7時です", False),
        ("57さん", False),
        ("7月", False),
    ],
)
def test_a_name_may_be_written_as_a_digit(said: str, found: bool, reader: Reader):
    """ナナ is heard as 7, but not every 7 is one: in numbers, dates and counts it is none."""
    assert bool(kinds(said, reader, readings=(("m0000", "ナナ"),))) == found


def test_a_given_name_after_a_surname_is_masked_with_it(reader: Reader):
    """Up to the honorific, where no particle stands between: it is one name, whatever it was heard as."""
    for said, end in (("サカモト日曜日さまに", 6.6), ("サカモトの奥さまに", 5.8)):
        words = call(said)
        (leak,) = read_by_sound(mask_text(words, plan(MASKED)), plan(MASKED), READINGS, reader)
        assert (leak.kind, leak.where.end) == ("HEARD_AGAIN", pytest.approx(end, abs=0.21)), said


def test_a_name_cut_in_two_utterances_is_one(reader: Reader):
    """A recogniser's utterance may end inside a name; only a pause parts two words."""
    for gap, found in ((0.1, 1), (0.8, 0)):
        words = transcript(utterance("サカモト", 1.0), utterance("サカ", 5.0), utterance("モト", 5.4 + gap))
        made = plan(MASKED)
        likely = read_by_sound(mask_text(words, made), made, READINGS, reader)
        assert len([leak for leak in likely if leak.kind == "HEARD_AGAIN"]) == found


@pytest.mark.parametrize(
    ("said", "start", "found"),
    [
        ("サカモトさん", 5.0, ["PERHAPS"]),
        ("わかりました", 5.0, []),
        ("サカモト", 1.9, []),  # beside the mask: the times of its own name are off
        ("サカモトさん", 9.0, ["PERHAPS"]),  # beside a mask of another kind, which is no name's
    ],
)
def test_what_another_hearing_says_elsewhere_is_shown(
    said: str, start: float, found: list[str], reader: Reader
):
    """A masked name that only the other hearing has is shown to a person, not masked on its word."""
    house = item(8.0, 8.9, item_id="m0001", chars=(0, 0), entity_type="ADDRESS")
    made, heard = plan(MASKED, house), transcript(utterance("サガモト", 1.0), utterance(said, start))
    leaks = read_otherwise(heard, made, READINGS, reader)
    assert [leak.kind for leak in leaks] == found
    assert all(leak.where.start >= 4.9 for leak in leaks)


def test_after_a_change_only_what_is_near_it_is_read_again(reader: Reader):
    """A name that was read before was masked then, or the plan would not be what it is."""
    words = transcript(
        utterance("サカモト", 1.0), utterance("サガモトさん", 5.0), utterance("サカモトさん", 15.0)
    )
    before, grown = plan(MASKED), item(14.0, 14.5, item_id="m0001", chars=(4, 4))
    made = plan(MASKED, grown)

    def found(changes: Changes | None) -> list[float]:
        read = read_by_sound(mask_text(words, made), made, READINGS, reader, changes=changes)
        return sorted(leak.where.start for leak in read)

    assert found(None) == [5.0, 15.0]
    assert found(Changes(before, made)) == [15.0]
    assert found(Changes(made, made)) == []


def test_after_a_change_nothing_is_asked_about_again(reader: Reader):
    """What only may be a masked value was shown, or left out for want of time, the first time."""
    words, made = call("佐賀もです"), plan(MASKED)
    near = Changes(plan(), plan(item(5.0, 5.5)))
    assert [leak.kind for leak in read_by_sound(mask_text(words, made), made, READINGS, reader)] == [
        "PERHAPS"
    ]
    assert read_by_sound(mask_text(words, made), made, READINGS, reader, changes=near) == ()
