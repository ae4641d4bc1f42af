"""Tests of pipeline.measuring.evaluate: each figure of the contract, on calls made of a few known frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.errors import CaseFileError
from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, OverMask, Share
from pipeline.measuring.frames import AudioPair, frames_of
from pipeline.measuring.review_rows import ReviewRow
from pipeline.measuring.truth import CallTruth, TruthSpan, TruthTurn
from pipeline.types import TimeSpan

RATE = 8000
LENGTH = 80  # samples of a 10 ms frame at 8 kHz
LOUD = 3000  # about -21 dBFS


def span(
    start: float, end: float, party: str = "third", kind: str = "NAME", speaker: str = "cu"
) -> TruthSpan:
    """A span of the truth, by default a third party's name said by the caller."""
    return TruthSpan(TimeSpan(start, end), speaker, kind, party)


def truth(*spans: TruthSpan, script: str = "") -> CallTruth:
    """A truth of the given spans, and of one turn when a script is given."""
    turns = (TruthTurn(TimeSpan(0, 1), "cu", script),) if script else ()
    return CallTruth("call", "mono", 1.0, spans, turns)


def speech(seconds: float = 1.0, channels: int = 1) -> NDArray[np.int16]:
    """Loud everywhere, so that every frame is speech."""
    return np.full((channels, round(seconds * RATE)), LOUD, dtype=np.int16)


def masked(
    original: NDArray[np.int16], *stretches: tuple[float, float], channels: Sequence[int] = (0,)
) -> AudioPair:
    """The original beside a copy that is silent in the given stretches."""
    copy = original.copy()
    for start, end in stretches:
        copy[list(channels), round(start * RATE) : round(end * RATE)] = 0
    return AudioPair(original, copy, RATE)


def row(
    start: float,
    end: float,
    *,
    needs_review: bool = True,
    mask: bool = True,
    channels: tuple[int, ...] = (0,),
) -> ReviewRow:
    """A finding, by default masked and up for review."""
    return ReviewRow(TimeSpan(start, end), channels, "PERSON", "honorific", mask, needs_review)


def test_leak_is_the_speech_left_unchanged_in_spans_that_had_to_be_masked() -> None:
    """Of 40 frames of a name, masking the first 30 leaves a quarter audible."""
    figures = measure_call(masked(speech(), (0.2, 0.5)), truth(span(0.2, 0.6)))
    assert figures.leak == Share(10, 40)
    assert figures.over_mask == Share(0, 60)


def test_what_the_program_claims_does_not_count() -> None:
    """A finding that says masked over untouched audio leaks all the same."""
    figures = measure_call(masked(speech()), truth(span(0.2, 0.6)), [row(0.2, 0.6, needs_review=False)])
    assert figures.leak == Share(40, 40)


@pytest.mark.parametrize(
    ("party", "kind", "leak", "kept", "over"),
    [
        ("third", "NAME", Share(0, 40), Share(0, 0), Share(10, 60)),
        ("company", "CONFIDENTIAL", Share(0, 40), Share(0, 0), Share(10, 60)),
        ("requester", "CONFIDENTIAL", Share(0, 40), Share(0, 0), Share(10, 60)),
        ("requester", "PHONE", Share(0, 0), Share(0, 40), Share(10, 60)),
        ("operator", "NAME", Share(0, 0), Share(0, 0), Share(10, 60)),
        ("company", "PHONE", Share(0, 0), Share(0, 0), Share(10, 60)),
    ],
)
def test_each_party_counts_where_the_contract_says(
    party: str, kind: str, leak: Share, kept: Share, over: Share
) -> None:
    """Staff and company spans are neither leak nor over-mask, whatever was done to them."""
    figures = measure_call(masked(speech(), (0.2, 0.7)), truth(span(0.2, 0.6, party, kind)))
    assert (figures.leak, figures.requester_kept, figures.over_mask) == (leak, kept, over)


@pytest.mark.parametrize(
    ("party", "kind", "staff", "company"),
    [
        ("operator", "NAME", Share(30, 40), Share(0, 0)),
        ("company", "PHONE", Share(0, 0), Share(30, 40)),
        ("company", "CONFIDENTIAL", Share(0, 0), Share(0, 0)),
        ("operator", "CONFIDENTIAL", Share(0, 0), Share(0, 0)),
        ("third", "NAME", Share(0, 0), Share(0, 0)),
        ("requester", "NAME", Share(0, 0), Share(0, 0)),
    ],
)
def test_what_is_kept_of_the_staffs_and_the_companys_data(
    party: str, kind: str, staff: Share, company: Share
) -> None:
    """Each by its own spans; a secret is nobody's to keep."""
    figures = measure_call(masked(speech(), (0.2, 0.3)), truth(span(0.2, 0.6, party, kind)))
    assert (figures.staff_kept, figures.company_kept) == (staff, company)


def test_only_frames_above_the_threshold_are_speech() -> None:
    """A frame at -37.9 dBFS is speech, one at -38.1 dBFS is not."""
    levels = [round(32768 * 10 ** (level / 20)) for level in (-37.9, -38.1)]
    original = np.repeat(np.array([levels], dtype=np.int16), LENGTH, axis=1)
    assert frames_of(masked(original)).speech.tolist() == [[True, False]]


def test_one_changed_sample_changes_its_frame_and_no_other() -> None:
    """A frame differs when any of its samples does; its neighbours are not touched."""
    original = speech(0.05)
    copy = original.copy()
    copy[0, 2 * LENGTH] += 1
    assert frames_of(AudioPair(original, copy, RATE)).changed.tolist() == [[False, False, True, False, False]]


def test_the_loudest_sample_does_not_overflow() -> None:
    """Full-scale frames, the most negative int16 included, are speech."""
    original = np.full((1, LENGTH), -32768, dtype=np.int16)
    assert frames_of(masked(original)).speech.all()


def test_a_short_last_frame_is_measured_by_its_own_length() -> None:
    """Ten samples of speech at the end are a frame of speech, not thinned by padding."""
    original = np.concatenate([speech(0.01), np.full((1, 10), 420, dtype=np.int16)], axis=1)
    frames = frames_of(masked(original))
    assert frames.speech.tolist() == [[True, True]]
    assert not frames.changed.any()


def test_a_mask_on_the_other_channel_hides_nothing_and_takes_too_much() -> None:
    """In a two-channel file the caller is on channel 1; silencing channel 0 is a leak and over-mask."""
    figures = measure_call(masked(speech(channels=2), (0.2, 0.6), channels=[0]), truth(span(0.2, 0.6)))
    assert figures.leak == Share(40, 40)
    assert figures.over_mask == Share(40, 160)
    assert figures.spans[0].channel == 1


def test_where_two_speak_at_once_in_mono_what_must_be_masked_comes_first() -> None:
    """The requester's own frames that also hold a third party's name are not asked to be kept."""
    spans = (span(0.2, 0.6), span(0.4, 0.8, "requester", speaker="op"))
    figures = measure_call(masked(speech(), (0.2, 0.6)), truth(*spans))
    assert (figures.leak, figures.requester_kept) == (Share(0, 40), Share(20, 20))
    spans = (span(0.2, 0.6), span(0.4, 0.8, "operator", speaker="op"))
    assert measure_call(masked(speech(), (0.2, 0.6)), truth(*spans)).staff_kept == Share(20, 20)


@pytest.mark.parametrize(("until", "caught"), [(0.59, False), (0.60, True), (0.7, True)])
def test_a_span_is_caught_from_nine_tenths_of_its_speech(until: float, caught: bool) -> None:
    """36 of 40 frames are enough, 35 are not."""
    figures = measure_call(masked(speech(), (0.24, until)), truth(span(0.2, 0.6)))
    assert figures.spans[0].caught is caught


def test_a_name_too_quiet_to_count_as_speech_is_judged_by_all_its_frames() -> None:
    """A whispered name left audible is not caught, although no frame of it is speech."""
    original = speech()
    original[0, 1600:4800] = 100
    assert measure_call(masked(original), truth(span(0.2, 0.6))).spans[0].caught is False
    assert measure_call(masked(original, (0.2, 0.6)), truth(span(0.2, 0.6))).spans[0].caught is True


def test_a_call_is_clean_when_every_third_party_span_is_caught() -> None:
    """A secret or the requester's own left as it was does not make a call unclean; a name does."""
    others = (span(0.6, 0.7, "company", "CONFIDENTIAL"), span(0.8, 0.9, "requester"))
    assert measure_call(masked(speech(), (0.2, 0.4)), truth(span(0.2, 0.4), *others)).clean
    assert not measure_call(masked(speech(), (0.2, 0.3)), truth(span(0.2, 0.4), *others)).clean


def after_review(audio: AudioPair, spans: Sequence[TruthSpan], *rows: ReviewRow) -> CallFigures:
    """The figures of a call whose findings are the given rows."""
    return measure_call(audio, truth(*spans), rows)


def test_review_masks_a_kept_finding_that_is_a_third_partys() -> None:
    """A kept finding up for review that overlaps a name is masked over its own stretch only."""
    figures = after_review(masked(speech()), [span(0.2, 0.6)], row(0.1, 0.5, mask=False))
    assert figures.leak == Share(40, 40)
    assert figures.leak_after_review == Share(10, 40)
    assert figures.over_mask_after_review == Share(10, 60)
    assert figures.spans[0].changed_after_review == 30


def test_review_frees_a_masked_finding_that_is_nobodys() -> None:
    """Up for review and on no third party: unmasked, with its soft edges; the settled one stays."""
    audio = masked(speech(), (0.18, 0.42), (0.7, 0.8))
    figures = after_review(audio, [], row(0.2, 0.4), row(0.7, 0.8, needs_review=False))
    assert figures.over_mask == Share(34, 100)
    assert figures.over_mask_after_review == Share(10, 100)


def test_review_gives_the_requester_back_what_is_theirs() -> None:
    """The requester's own number, masked in doubt, is kept once an analyst has looked."""
    figures = after_review(masked(speech(), (0.2, 0.4)), [span(0.2, 0.4, "requester")], row(0.2, 0.4))
    assert figures.requester_kept == Share(0, 20)
    assert figures.requester_kept_after_review == Share(20, 20)


def test_freeing_one_finding_does_not_open_another_that_shares_its_time() -> None:
    """Where a settled mask and a rejected one overlap, the audio stays masked."""
    audio = masked(speech(), (0.2, 0.6))
    figures = after_review(audio, [], row(0.2, 0.5), row(0.4, 0.6, needs_review=False))
    assert figures.over_mask_after_review == Share(20, 100)


def test_masked_audio_that_no_finding_owns_stays_masked_after_review() -> None:
    """What no row explains cannot be decided by looking at the rows."""
    figures = after_review(masked(speech(), (0.6, 0.8)), [], row(0.1, 0.2))
    assert figures.over_mask_after_review == Share(20, 100)


def test_a_finding_on_the_other_channel_is_not_the_span_it_shares_time_with() -> None:
    """In a two-channel file a finding on the operator's channel is not the caller's name."""
    audio = masked(speech(channels=2))
    figures = after_review(audio, [span(0.2, 0.6)], row(0.2, 0.6, mask=False, channels=(0,)))
    assert figures.leak_after_review == Share(40, 40)
    figures = after_review(audio, [span(0.2, 0.6)], row(0.2, 0.6, mask=False, channels=()))
    assert figures.leak_after_review == Share(0, 40)


def test_review_load_counts_shared_time_once_and_settled_findings_not_at_all() -> None:
    """Two overlapping doubts of 0.4 s from 0.1 to 0.7 are 0.6 s to listen to."""
    rows = (row(0.3, 0.7, channels=(1,)), row(0.1, 0.5), row(0.8, 0.9, needs_review=False))
    figures = after_review(masked(speech()), [], *rows)
    assert figures.review_seconds == pytest.approx(0.6)
    assert figures.review_findings == 2


def test_questions_are_real_where_one_of_their_rows_is_half_a_span_or_holds_half_of_one() -> None:
    """Settled rows are no questions; touching the margin of a name makes no other word real."""
    rows = (
        replace(row(0.15, 0.3), question="q1"),
        replace(row(0.5, 0.6), question="q1"),
        replace(row(0.34, 0.44), question="q2"),
        row(0.8, 0.9),
        row(0.8, 0.95, needs_review=False),
    )
    figures = after_review(masked(speech()), [span(0.2, 0.4)], *rows)
    assert figures.review_questions == Share(2, 3)
    assert after_review(masked(speech()), [span(0.41, 0.6)], *rows[2:3]).review_questions == Share(0, 1)


def test_over_mask_is_put_down_to_the_finding_that_took_it() -> None:
    """An edge too wide, a finding with nothing behind it, and frames nobody owns are told apart."""
    audio = masked(speech(), (0.1, 0.3), (0.5, 0.6), (0.9, 0.95))
    figures = after_review(audio, [span(0.2, 0.3)], row(0.1, 0.3), row(0.5, 0.6))
    assert set(figures.over_mask_causes) == {
        OverMask("honorific", "PERSON", beside_span=True, frames=10),
        OverMask("honorific", "PERSON", beside_span=False, frames=10),
        OverMask("", "", beside_span=False, frames=5),
    }


@pytest.mark.parametrize(
    ("script", "recognised", "edits"),
    [
        ("伊藤です。", "伊藤です", 0),
        ("ＡＢ、１２", "ab 12", 0),
        ("伊藤さん", "佐藤さん", 1),
        ("伊藤さん", "いとうさん", 3),
        ("伊藤さん", "", 4),
        ("伊藤", "あの伊藤さん", 4),
        ("コーヒー", "コヒ", 2),
        ("かきくけこ", "きくけこか", 2),
    ],
)
def test_character_errors_are_the_fewest_edits_between_letters(
    script: str, recognised: str, edits: int
) -> None:
    """Width, case, spaces and punctuation are no errors; substitutions, losses and gains are."""
    figures = measure_call(masked(speech()), truth(script=script), recognised=recognised)
    assert figures.character_errors.count == edits


def plain_edits(a: str, b: str) -> int:
    """The textbook table, cell by cell."""
    table = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, table[0] = table[0], i
        for j, y in enumerate(b, 1):
            diagonal, table[j] = table[j], min(table[j] + 1, table[j - 1] + 1, diagonal + (x != y))
    return table[-1]


letters = st.text(alphabet="いろはに", max_size=12)


@given(script=letters.filter(bool), recognised=letters)
def test_character_errors_equal_the_textbook_distance(script: str, recognised: str) -> None:
    """The row-at-a-time distance is the plain one on any two texts."""
    figures = measure_call(masked(speech(0.01)), truth(script=script), recognised=recognised)
    assert figures.character_errors == Share(plain_edits(script, recognised), len(script))


def test_without_recognised_text_there_is_no_character_error_rate() -> None:
    """Not knowing is not the same as no errors."""
    assert measure_call(masked(speech()), truth(script="あ")).character_errors.value is None


def test_a_call_without_script_adds_no_errors_to_the_others() -> None:
    """What was labelled without a script has nothing to be compared with."""
    assert measure_call(masked(speech()), truth(), recognised="あ").character_errors == Share(0, 0)


def test_a_truth_of_another_recording_is_refused() -> None:
    """A span that begins after the end belongs to another file; counting it would count nothing."""
    with pytest.raises(CaseFileError, match=r"spans\[0\]"):
        measure_call(masked(speech()), truth(span(1.5, 2.0)))


@pytest.mark.parametrize("other", [speech(0.9), speech(channels=2), speech().astype(np.float32), speech()[0]])
def test_two_recordings_of_different_shape_are_no_pair(other: Any) -> None:
    """A copy of another length, channel count or sample type cannot be compared frame by frame."""
    with pytest.raises(ValueError, match="not"):
        AudioPair(speech(), other, RATE)


stretches = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(
    lambda pair: (min(pair) / 100, max(pair) / 100)
)


@given(
    spans=st.lists(stretches, max_size=4),
    masks=st.lists(stretches, max_size=4),
    doubts=st.lists(stretches, max_size=4),
)
def test_masking_the_truth_leaks_nothing_and_review_never_adds_a_leak_to_it(
    spans: list[tuple[float, float]], masks: list[tuple[float, float]], doubts: list[tuple[float, float]]
) -> None:
    """On any call: the truth masked is no leak; counts stay within totals; frames add up."""
    hot = [span(*stretch) for stretch in spans if stretch[0] < 1]
    rows = [row(*stretch) for stretch in doubts]
    perfect = after_review(masked(speech(), *((one.time.start, one.time.end) for one in hot)), hot)
    assert perfect.leak.count == perfect.over_mask.count == 0
    figures = after_review(masked(speech(), *masks), hot, *rows)
    assert figures.leak.total + figures.over_mask.total == 100
    for share in (figures.leak, figures.leak_after_review, figures.over_mask, figures.over_mask_after_review):
        assert 0 <= share.count <= share.total
    assert sum(cause.frames for cause in figures.over_mask_causes) == figures.over_mask.count


def test_a_third_persons_voice_is_counted_apart() -> None:
    """Masking it is no over-mask; what is left of it is heard."""
    turns = (TruthTurn(TimeSpan(0, 0.5), "cu", "代わります"), TruthTurn(TimeSpan(0.5, 1), "third", "はい"))
    figures = measure_call(masked(speech(), (0.4, 0.8)), replace(truth(), script=turns))
    assert figures.over_mask == Share(10, 50)
    assert figures.third_heard == Share(20, 50)
