"""Load Presidio's ``AnalyzerEngine`` on ja_ginza with kaiji's recognizers."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from models.analysis.whole_address import whole_addresses
from models.calls.artifacts import Call, CallArtifacts, CallRecognizer, HeardAgain, Named
from models.calls.hearings import carry_over, pair_hearings
from models.language.readings import Reader, load_reader
from models.weighing.judge.doubt import load_doubt
from models.weighing.judge.judge import Judge, load_judge
from models.weighing.phonetic_tagger.tagger import PhoneticTagger, load_phonetic_tagger
from models.weighing.tagger.tagger import Tagger, load_tagger
from pipeline.finding.detect import unite
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.types import CallCase, CharSpan, EntitySpan, Finding, Party, Transcript

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["CallAnalyzer", "load_analyzer"]

LONGEST = 2000
"""Characters given to ja_ginza at once; Sudachi refuses more than 49 149 bytes (facts.md 3).  Of an hour's
23 000 characters together it takes 1.0 GiB more than of so many at a time, and finds the same."""


@dataclass(frozen=True, slots=True)
class Taggers:
    """What has learned to mark personal data: in what was written, and in what was heard."""

    written: Tagger
    heard: PhoneticTagger


class _GinzaEngine(SpacyNlpEngine):
    """Presidio's spaCy engine around a pipeline that is already loaded."""

    def __init__(self, nlp: Language) -> None:
        super().__init__()
        self.nlp = {"ja": nlp}  # type: ignore[assignment]  # declared None until loaded


class CallAnalyzer:
    """Asks every recognizer about a call, in two passes.  One instance is for one thread (facts.md 3).

    The second pass asks those that build on what the first found: a name settled once is
    looked for in the whole call.
    """

    def __init__(
        self,
        passes: tuple[AnalyzerEngine, ...],
        nlp: Language,
        reader: Reader,
        taggers: Taggers,
        judge: Judge | None,
    ) -> None:
        self._passes = passes
        self._nlp = nlp
        self.reader = reader
        self._taggers = taggers
        self._judge = judge

    def analyze(
        self, transcript: Transcript, case: CallCase, again: Transcript | None = None
    ) -> tuple[EntitySpan, ...]:
        """Find, unite and judge.

        Args:
            transcript: The recognised call.
            case: Who asks; recognizers compare with it.
            again: The second hearing of the call, where there is one.

        Returns:
            Findings in order of text.  With a judge they are disjoint and their scores are
            probabilities; without one, all witnesses' own findings, overlapping ones included.
        """
        call = self.call(transcript, case, again)
        found = self.witnessed(call)
        if self._judge is None:
            return found
        told = self._judge.without_other_numbers(call, found)
        return whole_addresses(call, self._judge.judged(call, unite(told)))

    def call(self, transcript: Transcript, case: CallCase, again: Transcript | None = None) -> Call:
        """The call as the recognizers read it, with what its second hearing brings."""
        call = Call(transcript, case, self.reader, morae=self._taggers.heard.on_characters(transcript))
        if again is None or not again.segments:
            return call
        other = Call(again, case, self.reader)
        morae = self._taggers.heard.on_characters(again)
        pairing = pair_hearings(call, other)
        kinds, parties = other.tagged(self._taggers.written)
        # Whose a finding of the second hearing clearly is by the rules is a hint for the first hearing's
        # (``EntitySpan.heard_again_as``), which the chain weighs with all else.
        found = attribute(unite(self.witnessed(other)), Context(again, case, self.reader), passes=RULES)
        spans = carry_over(map(_told, found), pairing, call)
        carried = (pairing.carried(each) for each in (kinds, parties, other.sounds, morae))
        return call.heard_again(HeardAgain(spans, *carried))

    def witnessed(self, call: Call) -> tuple[EntitySpan, ...]:
        """What every witness says, overlapping findings included, in order of text."""
        named, results = tuple(self._named(call.text)), list[RecognizerResult]()
        read = functools.cache(functools.partial(self._as_one, call.text))
        for engine in self._passes:
            artifacts = CallArtifacts(named, engine.nlp_engine, call, tuple(results), read)
            # Presidio asks its recognizers in no order: a set of objects, another one in every process.
            results += sorted(
                engine.analyze(call.text, language="ja", nlp_artifacts=artifacts), key=_place_and_witness
            )
        return tuple(sorted((_frozen(r) for r in results), key=lambda s: s.chars))

    def _named(self, text: str) -> Iterator[Named]:
        """The language model's entities, of one piece of the text after another: no document is kept."""
        start = 0
        for doc in self._read(text):
            for span in doc.ents:
                yield Named(start + span.start_char, start + span.end_char, span.label_, span.text)
            start += len(doc.text)

    def _as_one(self, text: str) -> Doc:
        """The whole text as one document."""
        from spacy.tokens import Doc

        docs = list(self._read(text))
        if len(docs) == 1:
            return docs[0]
        # Without user data: spaCy would print ginza's, words of the call among them, as a warning.
        whole = {"ensure_whitespace": False, "exclude": ["user_data"]}
        joined = Doc.from_docs(docs, **whole)  # type: ignore[arg-type]  # spaCy's stub lacks exclude
        return joined or docs[0]

    def _read(self, text: str) -> Iterator[Doc]:
        # One at a time: spaCy's own batch is a thousand, that is all of a long call at once.
        yield from self._nlp.pipe(_chunks(text), batch_size=1)


def load_analyzer(
    leave_out: frozenset[str] = frozenset(),
    *,
    judged: bool = True,
    company: tuple[CallRecognizer, ...] = (),
    tagger: Tagger | None = None,
) -> CallAnalyzer:
    """Load ja_ginza, the recognizers and the lexicons (about 1.5 s).

    Args:
        leave_out: Names of recognizers to switch off, for an ablation.
        judged: Weigh the witnesses; else their own scores stand, as calibration needs them.
        company: Recognizers of the company's own (``models.company.recognizers``).
        tagger: Default: the registered one.

    Returns:
        The analyzer.
    """
    from models.language.ginza import load_ginza
    from models.recognizers import all_recognizers
    from models.wording.names import read_ahead

    read_ahead()
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
        nlp,
        load_reader(),
        Taggers(tagger, load_phonetic_tagger()),
        load_judge(tagger, load_doubt()) if judged else None,
    )


def _told(finding: Finding) -> EntitySpan:
    """A finding of the second hearing with whose it is, where its words leave no doubt.

    What is another's says so, too: 早し is 林, and 死の behind it nobody's 志乃; both of them are 早ししの.
    """
    known = finding.party in {Party.REQUESTER, Party.STAFF, Party.COMPANY} and not finding.needs_review
    told = known or finding.party is Party.THIRD_PARTY
    return replace(finding.entity, heard_again_as=finding.party if told else None)


def _engine(recognizers: list[CallRecognizer], nlp_engine: _GinzaEngine) -> AnalyzerEngine:
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=["ja"])
    return AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=["ja"])


def _chunks(text: str) -> list[str]:
    """Cut at line ends into pieces of at most ``LONGEST`` characters that tile the text."""
    chunks = [""]
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), LONGEST):
            piece = line[start : start + LONGEST]
            if len(chunks[-1]) + len(piece) > LONGEST:
                chunks.append("")
            chunks[-1] += piece
    return chunks


def _place_and_witness(result: RecognizerResult) -> tuple[int, int, str, str]:
    metadata = result.recognition_metadata or {}
    name = str(metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, ""))
    return result.start, result.end, name, result.entity_type


def _frozen(result: RecognizerResult) -> EntitySpan:
    metadata = result.recognition_metadata or {}
    party, again = metadata.get("hint"), metadata.get("heard_again_as")
    return EntitySpan(
        result.entity_type,
        CharSpan(result.start, result.end),
        float(result.score),
        str(metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, "")),
        tuple(metadata.get("why", ())),
        bool(metadata.get("needs_review", False)),
        Party(party) if party else None,
        int(metadata.get("morae", 0)),
        heard_again_as=Party(again) if again else None,
    )
