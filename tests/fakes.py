"""Stand-ins for the models: what they hear and find is given by the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.language.readings import Reader, load_reader
from models.speech.ears import SILENCE, EarOutput, NoEarsReason
from models.weighing.owner.owner import Owner, load_owner
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.types import CallCase, CharSpan, EntitySpan, Transcript
from tests.builders import utterance


@dataclass
class FakeRecogniser:
    """Hears the same in every call."""

    heard: tuple[HeardSegment, ...]
    foreign: bool = False
    name: str = "fake"
    adapter: str | None = None
    sha256: str = "f" * 64
    beside: FakeRecogniser | None = None
    encoder_sha256: str = "e" * 64
    at_once: int = 1
    unheard: NoEarsReason | None = None

    def recognise(self, samples: np.ndarray, **changes: object) -> tuple[HeardSegment, ...]:
        """What the test gave."""
        return self.heard

    def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
        """Nothing: a second hearing adds no word."""
        return tuple(HeardSegment(()) for _ in windows)

    def in_batches(self) -> FakeRecogniser:
        """Itself."""
        return self

    def is_foreign(self, samples: np.ndarray) -> bool:
        """What the test gave."""
        return self.foreign

    def score(self, samples: np.ndarray, texts: Sequence[str]) -> tuple[float, ...]:
        """What was heard first is right, and everything else a thousand times less likely."""
        return tuple(0.0 if text == texts[0] else -30.0 for text in texts)


@dataclass
class DeafListener:
    """Hears no mora in any call: no words are missing then."""

    at_once: int = 1
    encoder_sha256: str = "e" * 64

    def listen(self, samples: np.ndarray) -> EarOutput:
        """Nothing."""
        return SILENCE

    def on_words(self, words: Sequence[HeardWord], heard: EarOutput) -> tuple[HeardWord, ...]:
        """As they are."""
        return tuple(words)


@dataclass
class FakeAnalyzer:
    """Finds the given words wherever they stand: word -> entity type."""

    words: Mapping[str, str]

    def analyze(
        self, transcript: Transcript, case: CallCase, again: Transcript | None = None
    ) -> tuple[EntitySpan, ...]:
        """Every occurrence of every word."""
        found = []
        for word, kind in self.words.items():
            at = transcript.text.find(word)
            while at >= 0:
                found.append(EntitySpan(kind, CharSpan(at, at + len(word)), 0.9, "FakeAnalyzer"))
                at = transcript.text.find(word, at + 1)
        return tuple(found)


@dataclass
class FakeModels:
    """As the models that flows load: the recogniser hears ``heard``, the second listening ``heard_again``."""

    heard: tuple[HeardSegment, ...] = (utterance("隣の長谷川さんです", 1.0),)
    words: Mapping[str, str] = field(default_factory=lambda: {"長谷川": "PERSON"})
    heard_again: tuple[HeardSegment, ...] = (utterance("はい", 0.0),)
    company: None = None
    unheard: NoEarsReason | None = None
    voices: None = None  # nobody listens to voices: a line on one channel has no speaker

    @cached_property
    def recogniser(self) -> FakeRecogniser:
        """Hears ``heard``."""
        return FakeRecogniser(self.heard, unheard=self.unheard)

    @cached_property
    def mora_listener(self) -> DeafListener:
        """Hears nothing."""
        return DeafListener()

    @cached_property
    def analyzer(self) -> FakeAnalyzer:
        """Finds ``words``."""
        return FakeAnalyzer(self.words)

    @cached_property
    def reader(self) -> Reader:
        """The real one: it is quick."""
        return load_reader()

    @cached_property
    def owner(self) -> Owner:
        """The real one: it is quick."""
        return load_owner(self.reader)

    def listen(self, clips: Sequence[np.ndarray]) -> tuple[tuple[HeardSegment, ...], ...]:
        """What the test gave, in every clip."""
        return (self.heard_again,) * len(clips)
