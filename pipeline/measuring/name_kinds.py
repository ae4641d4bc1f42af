"""Classify the names of a truth: full, surname or given name alone, katakana, short, spelled out.

The kind decides how hard a name is: a name of two morae drowns in noise, a foreign name is in no lexicon.
Each name has one kind, so the kinds add up to all names.  The first rule that fits counts:

    the truth states it    "name_kind": "short"
    spelled                タ、グ、チ ・ うかんむりの宏     kana by kana, or an explanation of kanji
    katakana               エリカ ・ マイケル・スミス       written in katakana, mostly foreign
    short                  堀 ・ 凛                         one or two morae
    surname, given         石井 ・ 夏樹, said alone         a fuller name of the call begins or ends with it,
                                                            or more people bear it so than otherwise
    full                   石井夏樹                         a surname and a given name
    surname, given         山の内                           borne with this reading, in whatever spelling
    other                                                   no rule fits
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.sound.morae import fold_kana, morae

Bearers = Callable[[str, str], tuple[float, float]]
"""Look-up of a name by spelling and reading ("" where unknown): the people per million who bear it as surname
and as given name."""

SHORT_MORAE = 2
"""Greatest number of morae of a short name."""

_KANA = re.compile(r"[ァ-ヺー]+")
_EXPLAINED = re.compile(r"[、，,]|..の\w$")
_MARKS = re.compile(r"[\s・＝=･]+")


def with_name_kinds(truth: CallTruth, bearers: Bearers) -> CallTruth:
    """Classify each name of a truth.

    Args:
        truth: The truth as read; a kind that it states stays.
        bearers: Look-up of surnames and given names.

    Returns:
        The truth with a ``name_kind`` in each span of kind NAME.
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
    """Return the spelling without spaces and middle dots."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", span.surface))


def _reading(span: TruthSpan) -> str:
    """Return the katakana of a name: of its reading, or of its surface where that is kana; else ""."""
    if span.reading:
        return fold_kana(span.reading)
    kana = fold_kana(span.surface)
    return kana if len(kana) == len(_written(span)) else ""


def _part_of_fuller(written: str, people: Sequence[TruthSpan]) -> str:
    """Classify a name by the fuller names of the call; "" where they do not decide."""
    fuller = {_written(span) for span in people if not _EXPLAINED.search(span.surface)} - {written}
    begins = any(name.startswith(written) for name in fuller)
    ends = any(name.endswith(written) for name in fuller)
    return "" if begins == ends else "surname" if begins else "given"


def _borne_as(bearers: tuple[float, float]) -> str:
    surname, given = bearers
    return "" if not surname and not given else "surname" if surname >= given else "given"


def _in_full(written: str, reading: str, bearers: Bearers) -> str:
    """Return ``"full"`` where the name splits into a surname and a given name, else ""."""
    cuts = [(written[:at], written[at:]) for at in range(1, len(written))]
    readings = [(reading[:at], reading[at:]) for at in range(1, len(reading))] or [("", "")]
    known = any(
        bearers(surname, first)[0] and bearers(given, last)[1]
        for surname, given in cuts
        for first, last in readings
    )
    return "full" if known else ""
