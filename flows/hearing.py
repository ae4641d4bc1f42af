"""What is heard of a call, whoever asks for it, and its words as its case writes them.

    hear         audio -> words, heard twice        nine tenths of a call's time; nothing of it knows the case
    put_words    the names of the case spelt as it writes them, both hearings together, who says what

A call that is masked for several cases is heard once (``flows.measuring.heard_once``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pipeline.given.aligned_words
import pipeline.given.given_words
import pipeline.given.listened_call
import pipeline.hearing.second_hearing
import pipeline.hearing.second_wording
import pipeline.hearing.spelt
import pipeline.hearing.supplement
import pipeline.hearing.transcribe
import pipeline.masking.echoed_words
import pipeline.speaking.speakers
from flows.files.transcript_file import read_transcript
from flows.listener import Listener, against_file, beside_words
from flows.workspace import JOB, LISTENER, RECORDING, SECOND_HEARING, TRANSCRIPT, Job, Workspace
from models.wording.known import known_people, known_trade
from pipeline.audio.memory import give_back
from pipeline.hearing.progress import part
from pipeline.types import Transcript

if TYPE_CHECKING:
    from flows.loaded_models import Models
    from models.speech.transcriber import FasterWhisperRecogniser
    from pipeline.audio.recording import Recording

FIRST_SHARE = 0.75
"""Share of the time that the first of both hearings takes; only a bar depends on it."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard of a call.

    Attributes:
        listener: Who listened.
        first: The words as recognised, or as a file has them, laid on the sound.
        second: The second hearing; ``None`` where the words came from a file.
    """

    listener: Listener
    first: Transcript = field(repr=False)
    second: Transcript | None = field(default=None, repr=False)


def hear(call: Workspace, models: Models) -> Hearing:
    """Hear a call twice, or hold the words of a file against its sound.

    Args:
        call: Holds the job and the recording.
        models: The speech model, or the ears alone.

    Returns:
        What was heard; the same for every case.
    """
    job, recording = call.get(JOB), call.get(RECORDING)
    if job.transcript is not None:
        given = read_transcript(job.transcript, recording, job.call_id)
        listener = against_file(models.mora_listener)
        heard = pipeline.given.listened_call.listen_to_call(recording, models.mora_listener)
        held = pipeline.given.given_words.check_against_sound(given, heard, recording, models.reader)
        return Hearing(listener, pipeline.given.aligned_words.align_with_sound(held, heard))
    listener = beside_words(models.recogniser)
    with part(0.0, FIRST_SHARE):
        first = pipeline.hearing.transcribe.transcribe(recording, models.recogniser, job.call_id)
    first = pipeline.masking.echoed_words.without_echo(first, recording)
    give_back()
    with part(FIRST_SHARE, 1.0):
        second = heard_again(recording, models.recogniser, job.call_id)
    return Hearing(listener, first, pipeline.masking.echoed_words.without_echo(second, recording))


def heard_again(recording: Recording, recogniser: FasterWhisperRecogniser, call_id: str) -> Transcript:
    """The second hearing: by the model beside the one that wrote the words, or by that in short windows."""
    if recogniser.beside is not None:
        return pipeline.hearing.second_hearing.hear_with_other_model(recording, recogniser.beside, call_id)
    return pipeline.hearing.second_hearing.hear_again(recording, recogniser.in_batches(), call_id)


def put_words(call: Workspace, hearing: Hearing, models: Models) -> int:
    """Make a call's words of what was heard, and leave both in its workspace.

    Args:
        call: Holds the job and the recording.
        hearing: Of this recording.
        models: Reads names, and tells voices apart.

    Returns:
        How many lines there are.
    """
    words = _words(call.get(JOB), call.get(RECORDING), hearing, models)
    call.put(LISTENER, hearing.listener)
    call.put(TRANSCRIPT, words)
    call.put(SECOND_HEARING, hearing.second)
    give_back()
    return len(words.segments)


def _words(job: Job, recording: Recording, hearing: Hearing, models: Models) -> Transcript:
    """The words with the names of the case and with speakers; those of a file as they are."""
    if hearing.second is None:
        return hearing.first
    words = pipeline.hearing.spelt.spelt(hearing.first, known_people(job.case, models.reader))
    words = pipeline.hearing.spelt.spelt_by_sound(words, known_trade(job.case, models.reader), models.reader)
    words = pipeline.hearing.supplement.supplemented(words, hearing.second)
    words = pipeline.speaking.speakers.with_speakers(recording, words, models.voices)
    return pipeline.hearing.second_wording.with_second(words, hearing.second)
