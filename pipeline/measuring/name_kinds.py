"""Tell what each name of a truth is: in full, a surname or given name alone, katakana, short, spelled out.

Which names are missed depends on it: one of two morae is lost in the noise, a foreign one is in no lexicon.
Each name has one kind, so that the kinds add up to all names.  The first that fits counts:

    the truth says so      "name_kind": "short"
    spelled                タ、グ、チ ・ うかんむりの宏     kana by kana, or an explanation of kanji
    katakana               エリカ ・ マイケル・スミス       written so, mostly foreign
    short                  堀 ・ 凛                         one or two morae
    surname, given         石井 ・ 夏樹, said alone         a fuller name of the call begins or ends with it,
                                                            or more people bear it as this than as that
    full                   石井夏樹                         a surname and a given name
    surname, given         山の内                           borne as it sounds, in whatever spelling
    other                                                   none of these
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.sound.morae import fold_kana, morae

__all__ = ["SHORT_MORAE", "Bearers", "with_name_kinds"]

Bearers = Callable[[str, str], tuple[float, float]]
"""How many people per million bear a name, written and read so, as surname and as given name.

The reading is "" where it is not known."""

SHORT_MORAE = 2
"""Most morae of a short name."""

_KANA = re.compile(r"[ァ-ヺー]+")
_EXPLAINED = re.compile(r"[、，,]|..の\w$")
_MARKS = re.compile(r"[\s・＝=･]+")


def with_name_kinds(truth: CallTruth, bearers: Bearers) -> CallTruth:
    """Fill in what each name is.

    Args:
        truth: As read; a kind that it tells stays.
        bearers: Knows surnames and given names.

    Returns:
        The same truth, each span of kind NAME with its ``name_kind``.
    """
    people = [span for span in truth.spans if span.kind == "NAME" and span.party != "company"]
    return replace(
        truth,
        spans=tuple(
            replace(span, name_kind=span.name_kind or _kind(span, people, bearers))
            if span.kind == "NAME"
            else span
            for span in truth.spans
        ),
    )


def _kind(span: TruthSpan, people: Sequence[TruthSpan], bearers: Bearers) -> str:
    written, reading = _written(span), _reading(span)
    if not written:
        return "other"
    alone = bearers(written, reading)
    if _EXPLAINED.search(span.surface) and not any(alone):
        return "spelled"
    if _KANA.fullmatch(written):
        return "katakana"
    if reading and len(morae(reading)) <= SHORT_MORAE:
        return "short"
    return (
        _part_of_fuller(written, people)
        or _borne_as(alone)
        or _in_full(written, reading, bearers)
        or _borne_as(bearers(reading, reading))
        or "other"
    )


def _written(span: TruthSpan) -> str:
    """The name as written, without spaces and middle dots."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", span.surface))


def _reading(span: TruthSpan) -> str:
    """Its katakana; that of the surface where the truth tells none and the surface is kana."""
    if span.reading:
        return fold_kana(span.reading)
    kana = fold_kana(span.surface)
    return kana if len(kana) == len(_written(span)) else ""


def _part_of_fuller(written: str, people: Sequence[TruthSpan]) -> str:
    """What a name is by the fuller names of the same call; "" where they do not tell."""
    fuller = {_written(span) for span in people if not _EXPLAINED.search(span.surface)} - {written}
    begins = any(name.startswith(written) for name in fuller)
    ends = any(name.endswith(written) for name in fuller)
    return "" if begins == ends else "surname" if begins else "given"


def _borne_as(bearers: tuple[float, float]) -> str:
    surname, given = bearers
    return "" if not surname and not given else "surname" if surname >= given else "given"


def _in_full(written: str, reading: str, bearers: Bearers) -> str:
    """``"full"`` where the name can be cut into a surname and a given name, or else ""."""
    cuts = [(written[:at], written[at:]) for at in range(1, len(written))]
    readings = [(reading[:at], reading[at:]) for at in range(1, len(reading))] or [("", "")]
    known = any(
        bearers(surname, first)[0] and bearers(given, last)[1]
        for surname, given in cuts
        for first, last in readings
    )
    return "full" if known else ""
