"""Made calls with their words, read back from a folder: judges learn from them, benchmarks measure with them.

A folder holds ``<stem>.wav``, ``.truth.json``, ``.case.json`` (``sample_audio.make_calls``), ``.heard.json``,
for the second hearing ``.heard2.json``, and for exact words laid on the sound ``.laid.json``
(``models.training.calls.hear``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.language.readings import load_reader
from models.training.calls.exact import exact_words
from models.training.calls.hear import read_heard
from models.wording.known import known_people, known_trade
from pipeline.audio.recording import Recording, read_recording
from pipeline.hearing.spelt import spelt, spelt_by_sound
from pipeline.hearing.supplement import supplemented
from pipeline.masking.echoed_words import without_echo
from pipeline.measuring.truth import CallTruth, read_truth
from pipeline.sound.identifiers import plates_in
from pipeline.types import CallCase, CaseName, Requester, Transcript


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A made call with its words, ready for detection.

    Attributes:
        recording: Its sound.
        transcript: Its words; with a second hearing, also what only that one heard.
        truth: Who said what when.
        case: Who asks.
        again: The second hearing, where there is one.
    """

    recording: Recording = field(repr=False)
    transcript: Transcript = field(repr=False)
    truth: CallTruth = field(repr=False)
    case: CallCase = field(repr=False)
    again: Transcript | None = field(default=None, repr=False)


def stored_calls(folders: Iterable[Path], only: Sequence[str] = (), *, exact: bool) -> Iterator[StoredCall]:
    """Every call that has its words.

    Args:
        folders: Where they lie.
        only: Beginnings of their names; all of them by default.
        exact: Words from the truth in place of recognised ones: laid on the sound, as the product lays words
            of a file, where ``.laid.json`` is there; otherwise nobody listens to them.

    Yields:
        The calls in order of folder and name.
    """
    reader = load_reader()
    for path in (found for folder in folders for found in sorted(folder.glob("*.truth.json"))):
        stem = path.name.removesuffix(".truth.json")
        audio, heard = path.with_name(f"{stem}.wav"), path.with_name(f"{stem}.heard.json")
        if not audio.exists() or not (exact or heard.exists()) or not stem.startswith(tuple(only) or ("",)):
            continue
        truth = read_truth(json.loads(path.read_text(encoding="utf-8")), stem)
        recording = read_recording(audio)
        told = path.with_name(f"{stem}.case.json")
        case = (
            made_case(json.loads(told.read_text(encoding="utf-8"))) if told.exists() else CallCase("no-case")
        )
        second = path.with_name(f"{stem}.heard2.json")
        again = without_echo(read_heard(second), recording) if second.exists() and not exact else None
        laid = path.with_name(f"{stem}.laid.json")
        if exact:
            words = read_heard(laid) if laid.exists() else exact_words(truth, recording.sha256)
        else:
            words = spelt(without_echo(read_heard(heard), recording), known_people(case, reader))
            words = spelt_by_sound(words, known_trade(case, reader), reader)
        yield StoredCall(
            recording,
            words if again is None else supplemented(words, again),
            truth,
            case,
            again,
        )


def made_case(document: Mapping[str, Any]) -> CallCase:
    """The case of a made call, as ``sample_audio.casting.case_json`` writes it.

    People's own case files are read by ``flows.files.case_file``, which trusts nothing; ``models`` does not
    import it, and a test holds both to the same result.
    """
    own, company = document["requester"], document["company"]
    return CallCase(
        document["case_id"],
        Requester(
            _named(own["names"]),
            tuple(own.get("phones", ())),
            _named(own.get("addresses", ())),
            own.get("birth_date", ""),
            tuple(own.get("emails", ())),
            tuple(own.get("customer_numbers", ())),
            tuple(plate.text for written in own.get("plates", ()) for plate in plates_in(written)),
            _named(own.get("workplaces", ())),
        ),
        _named(document["staff"]),
        _named(company["names"]),
        tuple(company["phones"]),
        _named(document["confidential_terms"]),
        on_call=_named([each for each in document["staff"] if each.get("on_call")]),
    )


def _named(values: Iterable[str | Mapping[str, str]]) -> tuple[CaseName, ...]:
    pairs = ((v, "") if isinstance(v, str) else (v["text"], v.get("kana", "")) for v in values)
    return tuple(CaseName(text, kana) for text, kana in pairs)


def unheard(call: StoredCall) -> StoredCall:
    """A call as another speech model has it, to which no network of ours listened."""
    again = None if call.again is None else unheard_words(call.again)
    return replace(call, transcript=unheard_words(call.transcript), again=again)


def unheard_words(transcript: Transcript) -> Transcript:
    """A transcript without all that our networks heard."""
    segments = tuple(replace(each, posteriorgrams=()) for each in unlistened(transcript).segments)
    return replace(transcript, segments=segments)


def unlistened(transcript: Transcript) -> Transcript:
    """A transcript without what the ear heard in its words; its morae stay."""
    return replace(
        transcript,
        segments=tuple(
            replace(segment, words=tuple(replace(word, sounds=()) for word in segment.words))
            for segment in transcript.segments
        ),
    )
