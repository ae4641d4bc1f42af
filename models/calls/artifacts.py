"""Input of the recognizers for one call, computed once.

Presidio passes ``NlpArtifacts`` to each recognizer.  This subclass also holds the conversation: segments with
speakers, Sudachi's tokens, the morae, and the case.
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

Tagged = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Probabilities of kinds and of parties for each character (``models.weighing.tagger``)."""


@dataclass(frozen=True)
class Call:
    """One call as input of the recognizers."""

    transcript: Transcript
    case: CallCase
    reader: Reader = field(repr=False)
    again: SecondHearing | None = field(default=None, repr=False)
    morae: NDArray[np.float32] | None = field(default=None, repr=False)
    """Probabilities of the phonetic tagger for each character (``models.weighing.phonetic_tagger``), shape
    (characters, 3)."""

    @property
    def text(self) -> str:
        """Text of the raw transcript."""
        return self.transcript.text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Sudachi's morphemes, longest unit."""
        return self.reader.tokens(self.text)

    @cached_property
    def line(self) -> SoundLine:
        """Morae of the call, each with its characters."""
        return self.reader.line(self.text, self.tokens)

    @cached_property
    def sounds(self) -> NDArray[np.float32]:
        """``Word.sounds`` of each character's word, shape (characters, 3).

        NaN without a listener, and at the newline between two utterances.
        """
        out = np.full((len(self.text), len(SOUND_KINDS)), np.nan, dtype=np.float32)
        for segment in self.transcript.segments:
            for word in segment.words:
                if word.sounds:
                    out[word.chars.start : word.chars.end] = word.sounds
        return out

    def tagged(self, tagger: Tagger) -> Tagged:
        """Return the tagger's probabilities for the call, computed once."""
        if tagger not in self._tagged:
            self._tagged[tagger] = tagger.probabilities(self.transcript, self.tokens, self.line)
        return self._tagged[tagger]

    @cached_property
    def _tagged(self) -> dict[Tagger, Tagged]:
        return {}

    def heard_again(self, again: SecondHearing) -> Call:
        """Return the call with its second hearing; cached values of the first are kept."""
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
        """Return the utterance that holds a character; ``None`` for the newline between two."""
        index = self._owners[char]
        return None if index < 0 else self.transcript.segments[index]


@dataclass(frozen=True)
class SecondHearing:
    """The second hearing of a call, mapped to the characters of the first (``models.calls.hearings``).

    The arrays have one row for each character of the first hearing, NaN where the second has no word.

    Attributes:
        spans: Findings of the second hearing, without those where the first has no word.
        kinds: The tagger's probabilities of kinds.
        parties: The tagger's probabilities of parties.
        sounds: The ear's probabilities (``Call.sounds``).
        morae: Probabilities of the phonetic tagger (``Call.morae``).
    """

    spans: tuple[EntitySpan, ...]
    kinds: NDArray[np.float32] = field(repr=False)
    parties: NDArray[np.float32] = field(repr=False)
    sounds: NDArray[np.float32] = field(repr=False)
    morae: NDArray[np.float32] | None = field(default=None, repr=False)


_OF_WORDS = frozenset({"tokens", "tokens_indices", "lemmas", "keywords"})


@dataclass(frozen=True, slots=True)
class Named:
    """An entity of ja_ginza.  spaCy's own ``Span`` would keep the whole document in memory."""

    start_char: int
    end_char: int
    label_: str
    text: str = field(repr=False)


class CallArtifacts(NlpArtifacts):
    """Presidio's artifacts with the call.

    The project's recognizers read only the entities and the call.  The rest of Presidio's artifacts, the
    words of the whole call as one spaCy document, takes memory in proportion to the call, so it is built only
    when a company's own recognizer reads it.

    Args:
        entities: Entities of ja_ginza, in order of text.
        engine: Presidio's NLP engine.
        call: The call.
        found: Findings of the first pass; empty during that pass.
        read: Builds the whole call as one spaCy document.
    """

    def __init__(
        self,
        entities: Sequence[Named],
        engine: NlpEngine,
        call: Call,
        found: tuple[RecognizerResult, ...] = (),
        read: Callable[[], Doc] | None = None,
    ) -> None:
        # The base class's __init__ is not called: it wants the words at once.
        self.entities = list(entities)  # type: ignore[arg-type]  # has of a Span what Presidio reads
        self.scores = [0.85] * len(self.entities)  # as Presidio's own
        self.nlp_engine = engine
        self.call = call
        self.found = found
        self._read = read

    def __getattr__(self, name: str) -> object:
        """Build all attributes that depend on the words when the first of them is read."""
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
    """A finding that other recognizers' findings at the same characters do not replace.

    Presidio drops a result that another one of its type contains, and one of two equal results.  Both are
    needed here: the judge weighs how many recognizers agree.
    """

    @property
    def witness(self) -> str:
        """Name of the recognizer that found it."""
        return str((self.recognition_metadata or {}).get(RecognizerResult.RECOGNIZER_NAME_KEY, ""))

    def contained_in(self, other: RecognizerResult) -> bool:
        """Whether another finding of the same recognizer contains this one."""
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
    """Base class of the recognizers: they read ``CallArtifacts`` and need no loading.

    Presidio requires inheritance.  A recognizer sets ``entities`` and implements ``find``.
    """

    name: str
    entities: tuple[str, ...] = ()
    second_pass: bool = False
    """Whether it needs the findings of the others (``CallArtifacts.found``) and runs after them."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(
            supported_entities=list(self.entities), supported_language="ja", name=name or type(self).__name__
        )

    def load(self) -> None:
        """Do nothing: there is nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Find entities in a call.

        Args:
            text: Text of the raw transcript; equal to ``nlp_artifacts.call.text``.
            entities: Types to find.
            nlp_artifacts: A ``CallArtifacts``.

        Returns:
            Findings, overlapping ones included; empty for artifacts of another class.
        """
        if not isinstance(nlp_artifacts, CallArtifacts):
            return []
        return [r for r in self.find(nlp_artifacts.call, nlp_artifacts) if r.entity_type in entities]

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find entities in a call; implemented by each recognizer."""
        raise NotImplementedError

    def result(
        self, entity_type: str, start: int, end: int, score: float, *why: Reason | Why
    ) -> RecognizerResult:
        """Make a finding of this recognizer.

        Args:
            entity_type: PERSON, ADDRESS, PHONE_NUMBER, EMAIL_ADDRESS or CONFIDENTIAL.
            start: First character.
            end: One past the last character.
            score: From 0 to 1.
            why: Reasons, for the analyst.

        Returns:
            The finding, for Presidio.
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
