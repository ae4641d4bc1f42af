"""What every recognizer reads of a call, computed once.

Presidio hands ``NlpArtifacts`` to each recognizer; ours carry the whole conversation too:
segments with speakers, Sudachi's tokens, the call as a line of morae, the case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from models.language.readings import Reader, SoundLine, Token
from pipeline.reasons import Reason, Why
from pipeline.types import SOUND_KINDS, CallCase, EntitySpan, Segment, Transcript

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from models.weighing.tagger.tagger import Tagger

__all__ = ["Call", "CallArtifacts", "CallRecognizer", "HeardAgain", "Named", "Tagged", "Witnessed"]

Tagged = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Probabilities of kinds and of parties for each character (``models.tagger``)."""


@dataclass(frozen=True)
class Call:
    """One call as the recognizers see it."""

    transcript: Transcript
    case: CallCase
    reader: Reader = field(repr=False)
    again: HeardAgain | None = field(default=None, repr=False)
    morae: NDArray[np.float32] | None = field(default=None, repr=False)
    """What the phonetic tagger makes of each character (``models.phonetic``), shape (characters, 3)."""

    @property
    def text(self) -> str:
        """The raw transcript."""
        return self.transcript.text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Sudachi's morphemes, longest unit."""
        return self.reader.tokens(self.text)

    @cached_property
    def line(self) -> SoundLine:
        """The call as morae with their characters."""
        return self.reader.line(self.text, self.tokens)

    @cached_property
    def sounds(self) -> NDArray[np.float32]:
        """What the ear heard in each character's word (``Word.sounds``), shape (characters, 3).

        NaN where nobody listened, and for the newline between two utterances.
        """
        out = np.full((len(self.text), len(SOUND_KINDS)), np.nan, dtype=np.float32)
        for segment in self.transcript.segments:
            for word in segment.words:
                if word.sounds:
                    out[word.chars.start : word.chars.end] = word.sounds
        return out

    def tagged(self, tagger: Tagger) -> Tagged:
        """What the learned tagger makes of the call, worked out once for all who ask."""
        if tagger not in self._tagged:
            self._tagged[tagger] = tagger.probabilities(self.transcript, self.tokens, self.line)
        return self._tagged[tagger]

    @cached_property
    def _tagged(self) -> dict[Tagger, Tagged]:
        return {}

    def heard_again(self, again: HeardAgain) -> Call:
        """The call with what its second hearing brought; what was worked out of the first stays."""
        other = replace(self, again=again)
        worked_out = ("tokens", "line", "sounds", "_tagged", "_owners")
        other.__dict__.update({name: getattr(self, name) for name in worked_out})
        return other

    @cached_property
    def _owners(self) -> tuple[int, ...]:
        owners = [-1] * (len(self.text) + 1)
        for index, segment in enumerate(self.transcript.segments):
            owners[segment.chars.start : segment.chars.end] = [index] * (
                segment.chars.end - segment.chars.start
            )
        return tuple(owners)

    def segment_at(self, char: int) -> Segment | None:
        """The utterance that holds a character; ``None`` for the newline between two."""
        index = self._owners[char]
        return None if index < 0 else self.transcript.segments[index]


@dataclass(frozen=True)
class HeardAgain:
    """What the second hearing of a call brought, on the characters of the first (``models.calls.hearings``).

    Attributes:
        spans: What was found in it; a finding where the first hearing has no word is left out.
        kinds: The tagger's probabilities of its kinds for each character of the first hearing,
            shape (characters, kinds); NaN where the second has nothing.
        parties: Likewise, of parties.
        sounds: Likewise, of what the ear heard (``Call.sounds``).
        morae: Likewise, of what the phonetic tagger makes of it (``Call.morae``).
    """

    spans: tuple[EntitySpan, ...]
    kinds: NDArray[np.float32] = field(repr=False)
    parties: NDArray[np.float32] = field(repr=False)
    sounds: NDArray[np.float32] = field(repr=False)
    morae: NDArray[np.float32] | None = field(default=None, repr=False)


_OF_WORDS = frozenset({"tokens", "tokens_indices", "lemmas", "keywords"})


@dataclass(frozen=True, slots=True)
class Named:
    """What the language model took for an entity: spaCy's own ``Span`` would keep the document."""

    start_char: int
    end_char: int
    label_: str
    text: str = field(repr=False)


class CallArtifacts(NlpArtifacts):
    """Presidio's artifacts with the call beside them.

    Our recognizers read the entities and the call.  What else Presidio's artifacts hold, the words of the
    whole call as one spaCy document, grows with the call: a company's own recognizer gets it where it asks.

    Args:
        entities: What the language model found, in order of text.
        engine: Presidio's.
        call: The call.
        found: What the other witnesses said in a first pass; empty during that pass.
        read: Reads the whole call as one document.
    """

    def __init__(
        self,
        entities: Sequence[Named],
        engine: NlpEngine,
        call: Call,
        found: tuple[RecognizerResult, ...] = (),
        read: Callable[[], Doc] | None = None,
    ) -> None:
        # Not the base's: it wants the words at once.
        self.entities = list(entities)  # type: ignore[arg-type]  # has of a Span what Presidio reads
        self.scores = [0.85] * len(self.entities)  # as Presidio's own
        self.nlp_engine = engine
        self.call = call
        self.found = found
        self._read = read

    def __getattr__(self, name: str) -> object:
        """What hangs on the words, all of it when the first of it is asked for."""
        if name not in _OF_WORDS or self._read is None:
            raise AttributeError(name)
        doc = self._read()
        super().__init__(
            entities=self.entities,
            tokens=doc,
            tokens_indices=[token.idx for token in doc],
            lemmas=[token.lemma_ for token in doc],
            nlp_engine=self.nlp_engine,
            language="ja",
            scores=self.scores,
        )
        return self.__dict__[name]


class Witnessed(RecognizerResult):
    """A finding that stays beside what other witnesses found at the same place.

    Presidio drops a result that another of its type contains, and of two alike one: their
    sum, which decides here, would be lost.
    """

    @property
    def witness(self) -> str:
        """Name of the recognizer that found it."""
        return str((self.recognition_metadata or {}).get(RecognizerResult.RECOGNIZER_NAME_KEY, ""))

    def contained_in(self, other: RecognizerResult) -> bool:
        """Whether another finding of the same witness holds this one."""
        return (
            isinstance(other, Witnessed)
            and other.witness == self.witness
            and bool(super().contained_in(other))
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Witnessed) and other.witness == self.witness and bool(super().__eq__(other))

    def __hash__(self) -> int:
        return hash((self.entity_type, self.start, self.end, self.score, self.witness))


class CallRecognizer(EntityRecognizer):
    """Base of our recognizers: they read a ``CallArtifacts`` and need no loading.

    Presidio asks for inheritance; nothing else is shared here.
    """

    name: str
    entities: tuple[str, ...] = ()
    second_pass: bool = False
    """Whether it needs what the others found, and so is asked after them."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(
            supported_entities=list(self.entities), supported_language="ja", name=name or type(self).__name__
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Find entities in a call.

        Args:
            text: The raw transcript; the same as ``nlp_artifacts.call.text``.
            entities: Types asked for.
            nlp_artifacts: A ``CallArtifacts``.

        Returns:
            Findings, overlapping ones included; empty for artifacts of another make.
        """
        if not isinstance(nlp_artifacts, CallArtifacts):
            return []
        return [r for r in self.find(nlp_artifacts.call, nlp_artifacts) if r.entity_type in entities]

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """The recognizer's own work."""
        raise NotImplementedError

    def result(
        self, entity_type: str, start: int, end: int, score: float, *why: Reason | Why
    ) -> RecognizerResult:
        """A finding of this recognizer.

        Args:
            entity_type: PERSON, ADDRESS, PHONE_NUMBER, EMAIL_ADDRESS or CONFIDENTIAL.
            start: First character.
            end: One past the last.
            score: 0 to 1.
            why: Why it is found.

        Returns:
            Presidio's form of it.
        """
        return Witnessed(
            entity_type,
            start,
            end,
            score,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                "why": tuple(each if isinstance(each, Why) else Why(each) for each in why),
            },
        )
