"""Made calls read back from a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.files.case_file import parse_case
from flows.files.transcript_file import read_transcript
from models.training.calls.hear import main
from models.training.calls.stored import made_case, stored_calls
from pipeline.measuring.truth import exact_transcript

SAMPLES = Path(__file__).parents[4] / "sample_audio"
CASES = sorted(SAMPLES.glob("*.case.json"))


@pytest.mark.parametrize("path", CASES, ids=[path.name.partition(".")[0] for path in CASES])
def test_a_made_case_is_what_the_strict_reader_makes_of_it(path: Path) -> None:
    """The quick reader of our own files and the one for people's files give the same case."""
    document = json.loads(path.read_text(encoding="utf-8"))
    assert made_case(document) == parse_case(document, path.name)


def test_exact_words_are_what_a_file_of_them_would_give(tmp_path: Path) -> None:
    """Words from the truth are read as ``kaiji mask --transcript`` reads them."""
    (call,) = stored_calls([SAMPLES], ["clinic-kanji"], exact=True)
    path = tmp_path / "words.json"
    path.write_text(json.dumps(exact_transcript(call.truth)), encoding="utf-8")
    assert call.transcript == read_transcript(path, call.recording, "clinic-kanji")


def test_exact_words_are_taken_as_they_were_laid_on_the_sound(tmp_path: Path) -> None:
    """Where that is stored beside the call; they are the same words, and something was heard in them."""
    stem = "clinic-kanji"
    for ending in (".wav", ".truth.json", ".case.json"):
        (tmp_path / f"{stem}{ending}").symlink_to(SAMPLES / f"{stem}{ending}")
    (read,) = stored_calls([tmp_path], exact=True)
    assert main([str(tmp_path), "--hearings", "laid"]) == 0
    (laid,) = stored_calls([tmp_path], exact=True)
    assert laid.transcript.text == read.transcript.text
    assert laid.transcript.times_within == read.transcript.times_within
    assert not any(segment.posteriorgrams for segment in read.transcript.segments)
    assert all(segment.posteriorgrams for segment in laid.transcript.segments)
