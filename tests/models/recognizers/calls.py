"""Calls for table tests: lines in, lines with the findings in 【】 out."""

from __future__ import annotations

from functools import lru_cache

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.language.readings import Reader, load_reader
from pipeline.types import CallCase, CharSpan, Segment, TimeSpan, Transcript

NOBODY = CallCase("R-0")
"""A case that names no one."""


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return load_reader()


def call_of(lines: tuple[str, ...], case: CallCase = NOBODY) -> Call:
    """A call from lines such as ``cu: 隣の【佐藤】さん``; ``--:`` for nobody knows who; 【】 are dropped."""
    segments: list[Segment] = []
    texts: list[str] = []
    start = 0
    for number, line in enumerate(lines):
        speaker, _, said = line.partition(": ")
        text = said.replace("【", "").replace("】", "")
        known = None if speaker == "--" else speaker
        time = TimeSpan(4.0 * number, 4.0 * number + 3.0)
        segments.append(Segment(CharSpan(start, start + len(text)), time, int(speaker == "cu"), known, ()))
        texts.append(text)
        start += len(text) + 1
    return Call(
        Transcript("call", "\n".join(texts), tuple(segments), "ja", "given", "0" * 64), case, _reader()
    )


def artifacts_of(call: Call, *first: CallRecognizer) -> CallArtifacts:
    """Artifacts without a language model; ``found`` is what the recognizers in ``first`` say."""
    plain = CallArtifacts((), None, call)
    found = tuple(result for recognizer in first for result in recognizer.find(call, plain))
    return CallArtifacts((), None, call, found)


def shown(
    recognizer: CallRecognizer, lines: tuple[str, ...], *first: CallRecognizer, case: CallCase = NOBODY
) -> tuple[str, ...]:
    """The lines with every stretch that the recognizer finds in 【】; a stretch over two lines in two."""
    call = call_of(lines, case)
    inside = [False] * (len(call.text) + 1)
    for result in recognizer.find(call, artifacts_of(call, *first)):
        inside[result.start : result.end] = [True] * (result.end - result.start)
    out: list[str] = []
    for line, segment in zip(lines, call.transcript.segments, strict=True):
        text, open_ = line.partition(": ")[0] + ": ", False
        for index in range(segment.chars.start, segment.chars.end):
            if inside[index] != open_:
                text, open_ = text + ("【" if inside[index] else "】"), inside[index]
            text += call.text[index]
        out.append(text + ("】" if open_ else ""))
    return tuple(out)
