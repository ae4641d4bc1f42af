"""Does it find names where nobody telephones?  Recall and precision on text of quite another style.

    python -m tests.bench.text_sets [--iob FILE] [--dialogues FILE.jsonl.gz] [--most 150]

Prints a markdown table for kaiji's detector and for plain ja_ginza in the same Presidio, on

    written     tests/bench/text_sets/*.txt: letters, minutes, news, chat, notices, written for this
    iob         ``hironsan/corpus/iob_sents.txt`` of the package hironsancorpus (MIT): 500 sentences of
                news by somebody else, persons only (its places are no addresses)
    dialogues   typed travel-desk dialogues (jmultiwoz-tc): numbers by their form, addresses by
                「住所は…です」; names in them are shops', and are not judged

    recall      share of true spans of which nine characters in ten are found, whatever as
    typed       the same, found as what they are
    precision   share of findings of a kind with at least half their characters in true spans of any kind
    per 1,000   findings of the kind that are not, per thousand characters of text

The sets of others stay where they are: nothing of them is in the project.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from models.analysis.analyzer import load_analyzer
from pipeline.finding.detect import detect
from pipeline.types import CallCase, CharSpan, EntitySpan, Segment, TimeSpan, Transcript

OWN = Path(__file__).with_name("text_sets")
KINDS = {"N": "PERSON", "A": "ADDRESS", "P": "PHONE_NUMBER", "E": "EMAIL_ADDRESS"}
_MARK = re.compile(r"\{([NAPE]):([^}]*)\}")

FOUND, RIGHT = 0.9, 0.5
"""Shares of characters: of a true span, for it to be found; of a finding, for it to be right."""

TOGETHER = 10
"""Sentences of the IOB set that make one text; they follow each other in the news."""

_NUMBER = re.compile(r"(?<!\d)0\d{9,10}(?!\d)")
_ADDRESS = re.compile(
    r"住所は、?[「『]?((?:北海道|東京都|京都府|大阪府|.{2,3}県).{2,40}?\d[\d\-ー－−丁目番地号の条]*)"
)

PLAIN = {
    "Person": "PERSON", "Postal_Address": "ADDRESS", "City": "ADDRESS", "Province": "ADDRESS",
    "County": "ADDRESS", "GPE_Other": "ADDRESS", "Phone_Number": "PHONE_NUMBER", "Email": "EMAIL_ADDRESS",
}  # fmt: skip
"""What anyone would map of ja_ginza's labels."""

Detector = Callable[["Document"], Sequence[EntitySpan]]


@dataclass(frozen=True, slots=True)
class Document:
    """A text, who speaks in each line where that is known, and what is in it."""

    text: str = field(repr=False)
    speakers: tuple[str | None, ...]
    truth: tuple[tuple[str, CharSpan], ...]
    judged: frozenset[str]

    def transcript(self) -> Transcript:
        """As a call: a line is an utterance."""
        segments, start = [], 0
        for number, (line, speaker) in enumerate(zip(self.text.split("\n"), self.speakers, strict=True)):
            time = TimeSpan(4.0 * number, 4.0 * number + 3.0)
            chars = CharSpan(start, start + len(line))
            segments.append(Segment(chars, time, int(speaker == "cu"), speaker, ()))
            start += len(line) + 1
        return Transcript("text", self.text, tuple(segments), "ja", "given", "0" * 64)


@dataclass
class Counts:
    """What was found of one kind."""

    true: int = 0
    found: int = 0
    typed: int = 0
    findings: int = 0
    right: int = 0
    characters: int = 0


def marked(path: Path) -> Iterator[Document]:
    """Texts with ``{N:…}`` marks, a blank line between two; lines with ``#`` are remarks."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for block in "\n".join(lines).strip().split("\n\n"):
        text, truth, last = "", [], 0
        for match in _MARK.finditer(block):
            text += block[last : match.start()]
            truth.append((KINDS[match[1]], CharSpan(len(text), len(text) + len(match[2]))))
            text, last = text + match[2], match.end()
        text += block[last:]
        speakers = (None,) * (text.count("\n") + 1)
        yield Document(text, speakers, tuple(truth), frozenset(KINDS.values()))


def of_iob(path: Path) -> Iterator[Document]:
    """Sentences of tab-separated tokens, the tag last, a blank line between two; PSN is a person."""
    sentences = path.read_text(encoding="utf-8").strip().split("\n\n")
    for first in range(0, len(sentences), TOGETHER):
        text, truth = "", []
        for sentence in sentences[first : first + TOGETHER]:
            for token in sentence.splitlines():
                surface, *_, tag = token.split("\t")
                if tag == "B-PSN":
                    truth.append(CharSpan(len(text), len(text) + len(surface)))
                elif tag == "I-PSN":
                    truth[-1] = CharSpan(truth[-1].start, len(text) + len(surface))
                text += surface
            text += "\n"
        text = text.removesuffix("\n")
        spans = tuple(("PERSON", span) for span in truth)
        yield Document(text, (None,) * (text.count("\n") + 1), spans, frozenset({"PERSON"}))


def of_dialogues(path: Path, most: int = 150) -> Iterator[Document]:
    """Dialogues in which an address is told, about ``most`` of them, evenly from the whole file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        dialogues = [json.loads(line)["turns"] for line in file]
    texts = [[turn["text"].replace("\n", " ") for turn in turns] for turns in dialogues]
    chosen = [index for index, turns in enumerate(texts) if any(_ADDRESS.search(turn) for turn in turns)]
    for index in chosen[:: max(1, len(chosen) // most)]:
        text = "\n".join(texts[index])
        truth = [("PHONE_NUMBER", CharSpan(*match.span())) for match in _NUMBER.finditer(text)]
        truth += [("ADDRESS", CharSpan(*match.span(1))) for match in _ADDRESS.finditer(text)]
        speakers = tuple("op" if turn["speaker"] == "operator" else "cu" for turn in dialogues[index])
        yield Document(text, speakers, tuple(truth), frozenset({"PHONE_NUMBER", "ADDRESS"}))


def counted(documents: Iterable[Document], detector: Detector) -> dict[str, Counts]:
    """Count by kind.

    Args:
        documents: Texts with their truth.
        detector: What finds something in them.

    Returns:
        Counts for each kind that the texts are judged by.
    """
    counts: dict[str, Counts] = {}
    for document in documents:
        found = [each for each in detector(document) if each.chars.start < each.chars.end]
        covered = _painted(document, ((each.entity_type, each.chars) for each in found))
        true = _painted(document, document.truth)
        for kind in sorted(document.judged):
            count = counts.setdefault(kind, Counts())
            count.characters += len(document.text)
            for span in (span for of, span in document.truth if of == kind):
                count.true += 1
                count.found += _share(covered, span, None) >= FOUND
                count.typed += _share(covered, span, kind) >= FOUND
            for each in (each.chars for each in found if each.entity_type == kind):
                count.findings += 1
                count.right += _share(true, each, None) >= RIGHT
    return counts


def kaiji() -> Detector:
    """The product's detector on exact words, with a case that names no one: what it would mask."""
    analyzer, nobody = load_analyzer(), CallCase("no-case")

    def found(document: Document) -> tuple[EntitySpan, ...]:
        spans = detect(document.transcript(), analyzer, nobody)
        return tuple(span for span in spans if not span.candidate)

    return found


def plain() -> Detector:
    """ja_ginza's entities and Presidio's phone numbers of Japan, in a Presidio set up as its manual says."""
    import spacy

    labels = [label for label in spacy.load("ja_ginza").get_pipe("ner").labels if label not in PLAIN]
    configuration = {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "ja", "model_name": "ja_ginza"}],
        "ner_model_configuration": {"model_to_presidio_entity_mapping": PLAIN, "labels_to_ignore": labels},
    }
    engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    registry = RecognizerRegistry(supported_languages=["ja"])
    registry.add_nlp_recognizer(engine)
    registry.add_recognizer(PhoneRecognizer(supported_language="ja", supported_regions=("JP",)))
    presidio = AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["ja"])
    return lambda document: [
        EntitySpan(each.entity_type, CharSpan(each.start, each.end), each.score, "plain")
        for each in presidio.analyze(document.text, language="ja")
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--iob", type=Path)
    parser.add_argument("--dialogues", type=Path)
    parser.add_argument("--most", type=int, default=150, help="dialogues")
    options = parser.parse_args(arguments)
    sets = {"written": [document for path in sorted(OWN.glob("*.txt")) for document in marked(path)]}
    if options.iob:
        sets["iob"] = list(of_iob(options.iob))
    if options.dialogues:
        sets["dialogues"] = list(of_dialogues(options.dialogues, options.most))
    systems = {"kaiji": kaiji(), "ja_ginza": plain()}
    print("| set | kind | spans | system | recall | typed | precision | wrong per 1,000 |")
    print("|---|---|--:|---|--:|--:|--:|--:|")
    for name, documents in sets.items():
        results = {system: counted(documents, detector) for system, detector in systems.items()}
        for kind in results["kaiji"]:
            for system, counts in results.items():
                print(_row(name, kind, system, counts[kind]))
    return 0


def _row(name: str, kind: str, system: str, count: Counts) -> str:
    shares = (
        (count.found, count.true),
        (count.typed, count.true),
        (count.right, count.findings),
    )
    cells = " | ".join(f"{100 * part / whole:.1f}" if whole else "–" for part, whole in shares)
    wrong = 1000 * (count.findings - count.right) / count.characters
    return f"| {name} | {kind} | {count.true} | {system} | {cells} | {wrong:.2f} |"


def _painted(document: Document, spans: Iterable[tuple[str, CharSpan]]) -> list[set[str]]:
    """The kinds that lie on each character."""
    kinds: list[set[str]] = [set() for _ in document.text]
    for kind, span in spans:
        for at in range(span.start, span.end):
            kinds[at].add(kind)
    return kinds


def _share(kinds: list[set[str]], span: CharSpan, kind: str | None) -> float:
    """Share of a span's characters on which a kind, or any, lies."""
    inside = kinds[span.start : span.end]
    return sum(bool(each if kind is None else kind in each) for each in inside) / max(1, len(inside))


if __name__ == "__main__":
    sys.exit(main())
