"""When each phoneme, and each piece, of a sentence sounds, as HTS_engine lays it out before it makes sound.

``pyopenjtalk.htsengine`` holds HTS_engine 1.10 (https://hts-engine.sourceforge.net/, ``HTS_engine.h``), but
shows no durations.  Its functions are called here as C declares them; nothing is synthesised.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

ENGINE_BYTES: Final = 8192
"""Room for a ``HTS_Engine``, which the library fills in; it takes less than 1,000."""

_PHONEME = re.compile(r"-([^+]+)\+")
"""The phoneme itself in a full-context label: ``xx^sil-k+o=...``."""


SILENT: Final = frozenset(("pau", "sil"))
"""What Open JTalk calls the silence in a sentence, and around it."""


@dataclass(frozen=True, slots=True)
class Phoneme:
    """A phoneme, as Open JTalk names it, and from when to when it sounds, in seconds."""

    name: str
    start: float
    end: float


class Durations:
    """The durations of one voice.

    Args:
        path: A ``.htsvoice`` file; ``None`` for Mei, the voice that comes with ``pyopenjtalk``.

    Raises:
        ValueError: HTS_engine cannot read it.
    """

    def __init__(self, path: Path | None = None) -> None:
        from pyopenjtalk import htsengine

        library = Path(htsengine.__file__)
        path = path or library.with_name("htsvoice") / "mei_normal.htsvoice"
        self._c = ctypes.CDLL(str(library))
        for name in ("nstate", "state_duration", "fperiod", "sampling_frequency"):
            getattr(self._c, f"HTS_Engine_get_{name}").restype = ctypes.c_size_t
        for name in ("load", "generate_state_sequence_from_strings"):
            getattr(self._c, f"HTS_Engine_{name}").restype = ctypes.c_byte
        self._engine = ctypes.create_string_buffer(ENGINE_BYTES)
        self._c.HTS_Engine_initialize(self._engine)
        if not self._c.HTS_Engine_load(self._engine, (ctypes.c_char_p * 1)(str(path).encode()), _size(1)):
            raise ValueError(f"HTS_engine cannot read {path.name}")

    def of(self, labels: Sequence[str], speed: float) -> tuple[Phoneme, ...]:
        """Lay a sentence out in time.

        Args:
            labels: Full-context labels (``pyopenjtalk.extract_fullcontext``), one for each phoneme.
            speed: 1 is the voice's own.

        Returns:
            A phoneme for each label, in order of time.

        Raises:
            ValueError: HTS_engine refuses the labels.
        """
        self._c.HTS_Engine_set_speed(self._engine, ctypes.c_double(speed))
        lines = (ctypes.c_char_p * len(labels))(*(label.encode() for label in labels))
        try:
            if not self._c.HTS_Engine_generate_state_sequence_from_strings(
                self._engine, lines, _size(len(labels))
            ):
                raise ValueError(f"HTS_engine refuses {len(labels)} labels")
            return tuple(self._phonemes(labels))
        finally:
            self._c.HTS_Engine_refresh(self._engine)

    def _phonemes(self, labels: Sequence[str]) -> list[Phoneme]:
        states = self._c.HTS_Engine_get_nstate(self._engine)
        frame = self._c.HTS_Engine_get_fperiod(self._engine) / self._c.HTS_Engine_get_sampling_frequency(
            self._engine
        )
        phonemes, frames = [], 0
        for index, label in enumerate(labels):
            found, begun = _PHONEME.search(label), frames
            for state in range(index * states, (index + 1) * states):
                frames += self._c.HTS_Engine_get_state_duration(self._engine, _size(state))
            phonemes.append(Phoneme(found[1] if found else "", begun * frame, frames * frame))
        return phonemes


def when_spoken(
    pieces: Sequence[Sequence[str]], sentence: Sequence[Phoneme]
) -> Iterator[tuple[float, float]]:
    """From when to when each piece of a sentence sounds.

    A piece may be read otherwise by itself than in the sentence (は as wa), so its phonemes are aligned with
    those of the sentence; silence belongs to no piece.

    Args:
        pieces: The phonemes of each piece, read by itself.
        sentence: The phonemes of all of it.

    Yields:
        Start and end in seconds, in order, without overlap; of no length where a piece has no sound.
    """
    spoken = [each for each in sentence if each.name not in SILENT]
    alone = [[name.lower() for name in piece if name not in SILENT] for piece in pieces]
    names = [name for piece in alone for name in piece]
    at = [0] * len(names) + [len(spoken)]
    matcher = SequenceMatcher(None, names, [each.name.lower() for each in spoken], autojunk=False)
    for _, first, last, low, high in matcher.get_opcodes():
        for index in range(first, last):
            at[index] = low + (index - first) * (high - low) // (last - first)
    begun, before = 0, 0.0
    for piece in alone:
        here = spoken[at[begun] : at[begun + len(piece)]] if piece else []
        yield (here[0].start, here[-1].end) if here else (before, before)
        begun, before = begun + len(piece), here[-1].end if here else before


def _size(number: int) -> ctypes.c_size_t:
    return ctypes.c_size_t(number)
