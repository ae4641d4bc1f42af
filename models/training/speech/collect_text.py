"""Collect windows and what is said in them: for the telephone adapter and the ears.

    python -m models.training.speech.collect_text CALLS_DIR... --out FOLDER [--seed N]
    python -m models.training.speech.collect_text --clips VOICES_DIR --part PART --out FOLDER [--seed N]

writes ``<folder>/<name>-first.f16`` (what an encoder reads of every window, one after another, float16) and
``<name>-first.jsonl`` (a line for each window: its frames; its lines with their times, text, tokens, kana,
and when somebody's data is said in them), and ``-again`` of windows as the second hearing cuts and colours
them.
Calls need their ``.wav`` and ``.truth.json``.  With ``--clips`` the speech is of people (Common Voice, as
``split.toml`` shares them out): what one has read is strung together and sent down a telephone line
(``models.training.speech.clips``).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.registry import embedded_asr, verified_bytes
from models.speech.whisper.frames import HOP, MOST_FRAMES, PADDING_SECONDS
from models.training.calls.lines import on_a_line
from models.training.speech.line_windows import Said, silences, windows_of_lines
from models.training.speech.spoken_calls import SpokenCall, add_sources, sources
from pipeline.audio.recording import Resampled
from pipeline.errors import ModelError
from pipeline.hearing.second_hearing import SECOND_WINDOW_SECONDS, brightened
from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import MAX_WINDOW_SECONDS, Window

EMPTY_SHARE = 0.05
"""Windows in which nobody speaks, as a share of the others: nothing may be written there."""


_PIECES = re.compile(r"[A-Za-z]|[^A-Za-z]+")


class _Writer:
    """Appends windows to the two files of a set."""

    def __init__(self, out: Path, name: str, tokens: Callable[[str], list[int]]) -> None:
        self._tokens = tokens
        self._steps = (out / f"{name}.f16").open("wb")
        self._lines = (out / f"{name}.jsonl").open("w", encoding="utf-8")
        self.windows, self.seconds = 0, 0.0

    def add(self, steps: NDArray[np.float32], lines: Sequence[Said], window: Window, voices: Any) -> None:
        """One window more."""
        self._steps.write(steps.astype(np.float16).tobytes())
        written = [
            (one.start, one.end, one.text, self._tokens(one.text), one.kana, one.data) for one in lines
        ]
        row = {"steps": len(steps), "width": steps.shape[1], "lines": written, "voices": voices}
        self._lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.windows += 1
        self.seconds += window.duration

    def close(self) -> None:
        """Close both."""
        self._steps.close()
        self._lines.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_sources(parser)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    tokens = _tokens()
    for name, calls in sources(options):
        _collect(name, calls, tokens, options)
    return 0


def _tokens() -> Callable[[str], list[int]]:
    """How the embedded model writes a text: letters one by one, a narrow vocabulary has no English words."""
    model = embedded_asr("base")
    if model is None:
        raise ModelError("the registry names no embedded model")
    (file,) = (file for file in model.files if file.name == "tokenizer.json")
    tokenizer = Tokenizer.from_buffer(verified_bytes(file))

    def tokens(text: str) -> list[int]:
        pieces = _PIECES.findall(text)
        return [token for piece in pieces for token in tokenizer.encode(piece, add_special_tokens=False).ids]

    return tokens


def _collect(
    name: str,
    calls: Iterable[SpokenCall],
    tokens: Callable[[str], list[int]],
    options: argparse.Namespace,
) -> None:
    first, again = (_Writer(options.out, f"{name}-{kind}", tokens) for kind in ("first", "again"))
    for call, recording, lines, voices in calls:
        rng = random.Random(f"{options.seed} {call}")
        for index, samples in enumerate(recording.samples):
            channel = Resampled(on_a_line(samples, recording.rate, rng), recording.rate)
            own = [line for line in lines if recording.channels == 1 or line.channel == index]
            duration = len(channel) / RATE
            for window, said in windows_of_lines(own, duration, MAX_WINDOW_SECONDS, rng):
                first.add(_spectrogram(window.samples(channel)), said, window, voices)
            for window, said in windows_of_lines(own, duration, SECOND_WINDOW_SECONDS, rng):
                sound = brightened(window.samples(channel))
                again.add(_spectrogram(sound, SECOND_WINDOW_SECONDS + PADDING_SECONDS), said, window, voices)
            for window in silences(own, duration, rng):
                if rng.random() < EMPTY_SHARE:
                    first.add(_spectrogram(window.samples(channel)), (), window, voices)
    for writer, kind in ((first, "first"), (again, "again")):
        writer.close()
        print(f"{name}-{kind}: {writer.windows} windows, {writer.seconds / 60:.0f} min", flush=True)


def _spectrogram(
    samples: NDArray[np.float32], seconds: float = MOST_FRAMES * HOP / RATE
) -> NDArray[np.float32]:
    """What the encoder reads of a window, shape (frames, mels); zero behind its end.

    Args:
        samples: 16 kHz mono, float32, shape (n,).
        seconds: That it is filled up to.
    """
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.feature_extractor import FeatureExtractor

    frames = round(seconds * RATE) // HOP
    return np.ascontiguousarray(pad_or_trim(FeatureExtractor()(samples)[..., :-1], frames).T)


if __name__ == "__main__":
    sys.exit(main())
