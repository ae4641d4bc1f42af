"""Small core values for tests: say only what the test is about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from pipeline.audio.recording import Recording
from pipeline.audio.wav import write_wav
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.types import CharSpan, MaskAction, MaskItem, MaskPlan, MaskPolicy, Party, TimeSpan, Transcript

RATE = 8_000

CASE = {
    "case_id": "R-2026-0042",
    "requester": {
        "names": [{"text": "鈴木花子", "kana": "スズキハナコ"}],
        "phones": ["090-1234-5678"],
        "addresses": [{"text": "東京都港区青葉1-2-3", "kana": "トウキョウトミナトクアオバ"}],
    },
    "staff": [{"text": "山本", "kana": "ヤマモト"}],
    "company": {"names": ["青空通信"], "phones": ["0120444444"]},
    "confidential_terms": ["特別値引き枠"],
    "policy": {"staff": "keep", "company": "keep", "requester": "keep", "unknown": "mask"},
}
"""A case with every key of the contract."""


def voice(seconds: float, seed: int = 1, channels: int = 1) -> np.ndarray:
    """Something as loud as speech: noise that swells four times a second; int16, (channels, n)."""
    n = round(seconds * RATE)
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * np.arange(n) / RATE)
    noise = np.random.default_rng(seed).normal(0, 3000, (channels, n))
    return np.clip(noise * swell, -32768, 32767).astype(np.int16)


def recording(seconds: float = 10.0, channels: int = 1) -> Recording:
    """A decoded call of 8 kHz."""
    return Recording(voice(seconds, channels=channels), RATE, "pcm16", "0" * 64)


def voice_file(path: Path, seconds: float = 10.0, channels: int = 1) -> Path:
    """A call's file of 8 kHz, PCM."""
    write_wav(path, voice(seconds, channels=channels), RATE, "pcm16")
    return path


def utterance(
    text: str, start: float, channel: int = 0, speaker: str | None = None, *, sure: float = 0.9
) -> HeardSegment:
    """Words of one character, a fifth of a second each."""
    words = tuple(
        HeardWord(char, start + 0.2 * i, start + 0.2 * (i + 1), sure) for i, char in enumerate(text)
    )
    return HeardSegment(words, 0.0, channel, speaker)


def transcript(*utterances: HeardSegment) -> Transcript:
    """A transcript of the given utterances."""
    return build_transcript(utterances, "c-test", "fake", "0" * 64)


def item(
    start: float, end: float, *, item_id: str = "m0000", chars: tuple[int, int] = (0, 1), **changes: object
) -> MaskItem:
    """A masked third-party name on channel 0."""
    values: dict[str, object] = {
        "entity_type": "PERSON",
        "channels": (0,),
        "party": Party.THIRD_PARTY,
        "action": MaskAction.MASK,
        "reasons": (),
        "source": "test",
        "score": 0.9,
        "needs_review": False,
        "ground": 1,
    } | changes
    return MaskItem(item_id=item_id, chars=CharSpan(*chars), time=TimeSpan(start, end), **values)  # type: ignore[arg-type]


def plan(*items: MaskItem, policy: MaskPolicy | None = None) -> MaskPlan:
    """A first plan of the given items."""
    return MaskPlan("c-test", 0, "0" * 64, "0" * 64, policy or MaskPolicy(), tuple(items))


def case_file(path: Path, **changes: object) -> Path:
    """``CASE`` with some keys changed, as a file."""
    path.write_text(json.dumps({**CASE, **changes}, ensure_ascii=False), encoding="utf-8")
    return path


def words_file(path: Path, utterances: Iterable[tuple[float, str]]) -> Path:
    """A transcript as faster-whisper's JSON, of ``(start, text)``."""
    segments = [
        {
            "words": [
                {"word": w.text, "start": w.start, "end": w.end, "probability": w.probability}
                for w in u.words
            ]
        }
        for u in (utterance(text, start) for start, text in utterances)
    ]
    path.write_text(json.dumps({"segments": segments}, ensure_ascii=False), encoding="utf-8")
    return path


def spoken_file(path: Path, lines: Iterable[str]) -> Path:
    """A call of 8 kHz in which an offline voice says the lines, half a second apart."""
    import pyopenjtalk

    pieces = []
    for line in lines:
        wave, rate = pyopenjtalk.tts(line)
        frame = av.AudioFrame.from_ndarray(
            (wave * (10_000 / np.abs(wave).max())).astype(np.int16)[None], layout="mono"
        )
        frame.sample_rate = rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        pieces += [piece.to_ndarray()[0] for part in (frame, None) for piece in resampler.resample(part)]
        pieces.append(np.zeros(RATE // 2, np.int16))
    write_wav(path, np.concatenate(pieces)[None], RATE, "pcm16")
    return path


def said_file(path: Path, lines: Iterable[str]) -> Path:
    """The words of ``spoken_file`` where it says them, a character each, as faster-whisper's JSON."""
    import pyopenjtalk

    segments, at = [], 0.0
    for line in lines:
        wave, rate = pyopenjtalk.tts(line)
        step = len(wave) / rate / len(line)
        words = [
            {"word": char, "start": at + i * step, "end": at + (i + 1) * step, "probability": 0.9}
            for i, char in enumerate(line)
        ]
        segments.append({"words": words})
        at += len(wave) / rate + 0.5
    path.write_text(json.dumps({"segments": segments}, ensure_ascii=False), encoding="utf-8")
    return path


LEVELS = {"voice": 3000, "quiet": 3}


def sounding(*parts: tuple[str, float]) -> Recording:
    """A mono call of 8 kHz: ``("voice" | "quiet", seconds)``, each as loud throughout."""
    random = np.random.default_rng(1)
    pieces = [random.normal(0, LEVELS[what], round(seconds * 8_000)) for what, seconds in parts]
    return Recording(np.concatenate(pieces).astype(np.int16)[None], 8_000, "pcm16", "0" * 64)
