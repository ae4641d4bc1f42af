"""Cut the chosen passages out of a call's approved copy: the same samples, and the words spoken in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from flows import outputs
from flows.desk.kinds.ways import Passage
from flows.releasing.letter_content import clock
from flows.releasing.material import CallMaterial, Material
from flows.releasing.names import passage_audio_names, passage_text_names
from flows.releasing.transcript_docx import transcript_docx
from pipeline.audio.mp3 import write_mp3
from pipeline.audio.recording import Recording, read_recording, to_samples
from pipeline.audio.wav import write_wav
from pipeline.errors import CallUnsafeError
from pipeline.masking.passages import masked_transcript, words_within
from pipeline.masking.text import as_text
from pipeline.types import TimeSpan


def write_passages(call: CallMaterial, products: Path, material: Material, inside: Path) -> None:
    """Write a call's passages into the package's folder, and nothing else of the call.

    Args:
        call: The call.
        products: Folder with its masked files, which are the approved ones and are verified.
        material: The material of the answer.
        inside: The package's folder.

    Raises:
        CallUnsafeError: when a passage lies outside the recording, or a cut differs from the copy.
    """
    if material.gives_audio:
        whole = read_recording(products / outputs.MASKED_WAV)
        for at, passage in enumerate(call.passages, start=1):
            wav, mp3 = passage_audio_names(call.number, at)
            write_mp3(inside / mp3, _cut(whole, passage, inside / wav))
    if material.gives_text:
        text, word = passage_text_names(call.number)
        told = _words(call.passages, json.loads((products / outputs.MASKED_JSON).read_text(encoding="utf-8")))
        (inside / text).write_text(told, encoding="utf-8")
        title = f"選んだ箇所の文字起こし　{material.request.number}　通話{call.number}"
        (inside / word).write_bytes(transcript_docx(title, told))


def _cut(whole: Recording, passage: Passage, path: Path) -> Recording:
    """Write one passage as a WAV file, and read it back."""
    start, end = to_samples(TimeSpan(passage.start, passage.end), whole.rate, whole.length)
    if start >= end:
        msg = f"{passage.call_id}: 選んだ箇所が録音の終わりの後にあります"
        raise CallUnsafeError(msg)
    samples = whole.samples[:, start:end]
    write_wav(path, samples, whole.rate, whole.law)
    back = read_recording(path)
    if back.rate != whole.rate or not np.array_equal(back.samples[:, 0 : end - start], samples):
        msg = f"{passage.call_id}: 切り出した箇所が、承認された写しと一致しません"
        raise CallUnsafeError(msg)
    return back


def _words(passages: tuple[Passage, ...], masked: dict[str, object]) -> str:
    """Return the words of passages, each under a line that says which it is.

    A note above the copy's text, such as that nobody has proofread it, is repeated above these.
    """
    whole = masked_transcript(masked)
    parts = [f"{masked['note']}\n"] if masked.get("note") else []
    for at, passage in enumerate(passages, start=1):
        span = TimeSpan(passage.start, passage.end)
        head = f"箇所{at} {clock(int(passage.start))}から{clock(-int(-passage.end // 1))}まで\n"
        parts.append(head + as_text(words_within(whole, span)))
    return "\n".join(parts)
