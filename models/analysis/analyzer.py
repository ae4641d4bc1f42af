"""Load Presidio's ``AnalyzerEngine`` on ja_ginza with kaiji's recognizers."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from models.analysis.whole_address import whole_addresses
from models.calls.artifacts import Call, CallArtifacts, CallRecognizer, Named, SecondHearing
from models.calls.hearings import carry_over, pair_hearings
from models.language.readings import Reader, load_reader
from models.weighing.judge.doubt import load_doubt
from models.weighing.judge.judge import Judge, load_judge
from models.weighing.phonetic_tagger.tagger import PhoneticTagger, load_phonetic_tagger
from models.weighing.tagger.tagger import Tagger, load_tagger
from pipeline.finding.detect import unite
from pipeline.types import CallCase, CharSpan, EntitySpan, Party, Transcript

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

CHUNK_CHARS = 2000
"""Greatest number of characters passed to ja_ginza at once.  Sudachi refuses more than 49,149 bytes, and an
hour of talk (23,000 characters) at once takes 1.0 GiB more memory and yields the same entities."""


@dataclass(frozen=True, slots=True)
class TextModels:
    """Models that read a call before any recognizer runs.

    Attributes:
        nlp: Tokens and entities of the text.
        written: Tagger of the written text.
        heard: Tagger of the heard morae.
    """

    nlp: Language
    written: Tagger
    heard: PhoneticTagger


class _GinzaEngine(SpacyNlpEngine):
    """Presidio's spaCy engine around a pipeline that is already loaded."""

    def __init__(self, nlp: Language) -> None:
        super().__init__()
        self.nlp = {"ja": nlp}  # type: ignore[assignment]  # declared None until loaded


class CallAnalyzer:
    """Runs every recognizer on a call, in two passes.

    The recognizers of the second pass use the findings of the first: a name that was found once is searched
    in the whole call.  Use one instance in one thread only: Sudachi's tokenizer is not thread-safe.

    Attributes:
        reader: Reader of Japanese.
        read_with: Models that read the text; measurements may wrap them (``tests.bench``).
    """

    def __init__(
        self,
        passes: tuple[AnalyzerEngine, ...],
        reader: Reader,
        read_with: TextModels,
        judge: Judge | None,
    ) -> None:
        self._passes = passes
        self.reader = reader
        self.read_with = read_with
        self._judge = judge

    def analyze(
        self, transcript: Transcript, case: CallCase, again: Transcript | None = None
    ) -> tuple[EntitySpan, ...]:
        """Find personal data in a call.

        Args:
            transcript: The recognised call.
            case: The request; some recognizers compare with it.
            again: The second hearing of the call, if any.

        Returns:
            Findings in order of text.  With a judge they are disjoint, and their scores are probabilities.
            Without one they are the findings of single recognizers, which may overlap.
        """
        call = self.call(transcript, case, again)
        found = self.witnessed(call)
        if self._judge is None:
            return found
        told = self._judge.without_other_numbers(call, found)
        return whole_addresses(call, self._judge.judged(call, unite(told)))

    def call(self, transcript: Transcript, case: CallCase, again: Transcript | None = None) -> Call:
        """Prepare the call for the recognizers, with the findings of its second hearing."""
        call = Call(transcript, case, self.reader, morae=self.read_with.heard.on_characters(transcript))
        if again is None or not again.segments:
            return call
        other = Call(again, case, self.reader)
        morae = self.read_with.heard.on_characters(again)
        pairing = pair_hearings(call, other)
        kinds, parties = other.tagged(self.read_with.written)
        spans = carry_over(unite(self.witnessed(other)), pairing, call)
        carried = (pairing.carried(each) for each in (kinds, parties, other.sounds, morae))
        return call.heard_again(SecondHearing(spans, *carried))

    def witnessed(self, call: Call) -> tuple[EntitySpan, ...]:
        """Return the findings of every recognizer, overlapping ones included, in order of text."""
        named, results = tuple(self._named(call.text)), list[RecognizerResult]()
        read = functools.cache(functools.partial(self._as_one, call.text))
        for engine in self._passes:
            artifacts = CallArtifacts(named, engine.nlp_engine, call, tuple(results), read)
            # Presidio keeps its recognizers in a set: their order differs between processes.
            results += sorted(
                engine.analyze(call.text, language="ja", nlp_artifacts=artifacts), key=_place_and_recognizer
            )
        left = call.case.kinds_left
        found = (_frozen(result) for result in results if result.entity_type not in left)
        return tuple(sorted(found, key=lambda span: span.chars))

    def _named(self, text: str) -> Iterator[Named]:
        """Yield the entities of ja_ginza, chunk by chunk, so that no spaCy document is kept."""
        start = 0
        for doc in self._read(text):
            for span in doc.ents:
                yield Named(start + span.start_char, start + span.end_char, span.label_, span.text)
            start += len(doc.text)

    def _as_one(self, text: str) -> Doc:
        """Return the whole text as one spaCy document."""
        from spacy.tokens import Doc

        docs = list(self._read(text))
        if len(docs) == 1:
            return docs[0]
        # Without user data: spaCy's warning about it would print words of the call.
        whole = {"ensure_whitespace": False, "exclude": ["user_data"]}
        joined = Doc.from_docs(docs, **whole)  # type: ignore[arg-type]  # spaCy's stub lacks exclude
        return joined or docs[0]

    def _read(self, text: str) -> Iterator[Doc]:
        # One chunk at a time: spaCy's default batch of a thousand would hold all of a long call.
        yield from self.read_with.nlp.pipe(_chunks(text), batch_size=1)


def load_analyzer(
    leave_out: frozenset[str] = frozenset(),
    *,
    judged: bool = True,
    company: tuple[CallRecognizer, ...] = (),
    tagger: Tagger | None = None,
) -> CallAnalyzer:
    """Load ja_ginza, the recognizers and the lexicons (about 1.5 s).

    Args:
        leave_out: Names of recognizers to leave out, for an ablation.
        judged: Whether the judge weighs the findings; calibration needs the recognizers' own scores.
        company: The company's own recognizers (``models.company.recognizers``).
        tagger: Tagger in place of the registered one, for fitting.

    Returns:
        The analyzer.
    """
    from models.language.ginza import load_ginza
    from models.language.lexicon.lexicon import load_lexicon
    from models.recognizers import all_recognizers

    load_lexicon().read_ahead()
    tagger = tagger or load_tagger()
    nlp = load_ginza()
    nlp_engine = _GinzaEngine(nlp)
    chosen = [r for r in (*all_recognizers(tagger), *company) if r.name not in leave_out]
    passes = tuple(
        _engine([r for r in chosen if r.second_pass is second], nlp_engine)
        for second in (False, True)
        if any(r.second_pass is second for r in chosen)
    )
    return CallAnalyzer(
        passes,
        load_reader(),
        TextModels(nlp, tagger, load_phonetic_tagger()),
        load_judge(tagger, load_doubt()) if judged else None,
    )


def _engine(recognizers: list[CallRecognizer], nlp_engine: _GinzaEngine) -> AnalyzerEngine:
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=["ja"])
    return AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=["ja"])


def _chunks(text: str) -> list[str]:
    """Cut a text at line ends into consecutive chunks of at most ``CHUNK_CHARS`` characters."""
    chunks = [""]
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), CHUNK_CHARS):
            piece = line[start : start + CHUNK_CHARS]
            if len(chunks[-1]) + len(piece) > CHUNK_CHARS:
                chunks.append("")
            chunks[-1] += piece
    return chunks


def _place_and_recognizer(result: RecognizerResult) -> tuple[int, int, str, str]:
    metadata = result.recognition_metadata or {}
    name = str(metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, ""))
    return result.start, result.end, name, result.entity_type


def _frozen(result: RecognizerResult) -> EntitySpan:
    metadata = result.recognition_metadata or {}
    party = metadata.get("hint")
    return EntitySpan(
        result.entity_type,
        CharSpan(result.start, result.end),
        float(result.score),
        str(metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, "")),
        tuple(metadata.get("why", ())),
        bool(metadata.get("needs_review", False)),
        Party(party) if party else None,
        int(metadata.get("morae", 0)),
    )
