"""Recognise foreign names in katakana where they are used as names: スミスさん, という者, 担当のグエン.

The judge does not weigh them yet.  Like the taggers it was trained on calls without such names, and it cuts
off parts that the taggers score low: フェルナ is left of フェルナンデス.  So a finding of this recognizer
keeps its score until the judge is fitted again.
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.abroad.runs import ForeignRun, Strength, foreign_runs
from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.introductions import LABEL_FRAME, RELATION_FRAME, ROLE_FRAME, SUFFIX_FRAME
from models.wording.names import token_at
from models.wording.vocabulary import HONORIFICS, TITLES
from pipeline.reasons import Reason
from pipeline.types import CharSpan

SCORES = {
    Strength.WORD: 0.6,
    Strength.HEARD: 0.7,
    Strength.RARE: 0.75,
    Strength.NAME: 0.9,
    Strength.UNMISTAKABLE: 0.93,
}
"""Score before an honorific, by the strength of the spelling."""

IN_A_FRAME = 0.85
"""Factor of the score in another frame, alone, or repeated."""

_TITLE = re.compile(rf"(?:{'|'.join(sorted(HONORIFICS | TITLES, key=len, reverse=True))})(?![式子々])")
_PET = re.compile(r"ちゃん|くん|君")
"""ワンちゃん is a dog: a common word before these is no name."""

_BEFORE = (
    LABEL_FRAME,
    RELATION_FRAME,
    ROLE_FRAME,
    re.compile(r"(?:(?:カタカナ|片仮名)で|お電話代わりました|わたくし|私|こちら)[、の]?"),
)
_CLOSES = re.compile(r"さん|様|さま|です|でご|って|と|宛|[。、？?\n]|$")
_PARTICLE = re.compile(r"[がはにもをじだやのか]")
"""Particle behind a name; a rare name may be a common word there."""

_BEGINS = frozenset(("", *"\n。、？?の "))
"""Characters before a name at the beginning of a sentence."""

_STANDS = re.compile(r"です|でございます|と申|ともうし|と言います|といいます|が承|が担当")
"""Words behind a name at the beginning of a sentence, by which a person is introduced or answers the
phone."""

_BEGINS_AMONG_NAMES = re.compile(r"(?:^|[\n。、？?の がはにもをとで]|から|より|って)$")
_STANDS_AMONG_NAMES = re.compile(r"[がはにもをと]|から|より|です|って|、|$")
"""Characters before and behind a word that may be a name, in a call that names others from abroad."""

_WORD = re.compile(r"[一-龠々A-Za-zＡ-Ｚａ-ｚ0-9０-９]")


class ForeignNameRecognizer(CallRecognizer):
    """Foreign names, by their context, and wherever they are repeated."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Return the runs of katakana that are used as names."""
        unknown = frozenset(token.chars.start for token in call.tokens if not token.known)
        runs = tuple(run for run in foreign_runs(call.text, unknown) if not _is_word(call, run))
        if not runs:
            return []
        framed = frozenset(match.end() for frame in _BEFORE for match in frame.finditer(call.text))
        why = {run: reason for run in runs if (reason := _why(call.text, run, framed))}
        if any(run.strength >= Strength.NAME for run in why):
            alone = ((run, _why_among_names(call.text, run)) for run in runs if run not in why)
            why |= {run: reason for run, reason in alone if reason}
        known = {name for run in why for name in run.names if run.strength > Strength.HEARD}
        known |= {_letters(call.text, run) for run in why if run.strength is Strength.HEARD}
        return [
            self._result(run, why.get(run)) for run in runs if run in why or _repeats(call.text, run, known)
        ]

    def _result(self, run: ForeignRun, why: Reason | None) -> RecognizerResult:
        score = SCORES[run.strength]
        if why is not Reason.NAME_BEFORE_TITLE:
            score = round(IN_A_FRAME * score, 2)
        return self.result("PERSON", run.start, run.end, score, why or Reason.SAME_SPELLING_AS_EARLIER)


def _is_word(call: Call, run: ForeignRun) -> bool:
    """Whether joined names form a dictionary word: ウェイ and トレス form ウェイトレス."""
    if len(run.names) == 1:
        return False
    token = call.tokens[token_at(call, run.start)]
    alone = token.chars == CharSpan(run.start, run.end)
    return alone and token.known and token.pos.startswith("名詞-普通名詞")


def _letters(text: str, run: ForeignRun) -> str:
    return text[run.start : run.end]


def _repeats(text: str, run: ForeignRun, known: set[str]) -> bool:
    """Whether a run repeats a known name that is no common word."""
    return run.strength > Strength.WORD and not known.isdisjoint((*run.names, _letters(text, run)))


def _why_among_names(text: str, run: ForeignRun) -> Reason | None:
    """Return the reason why a run is a name beside others from abroad; ``None`` without one.

    There an unknown word that sounds like a name needs a place where a name can stand, and nothing else.
    """
    stands = _BEGINS_AMONG_NAMES.search(text[max(0, run.start - 2) : run.start])
    if (
        run.strength in (Strength.HEARD, Strength.NAME)
        and stands
        and _STANDS_AMONG_NAMES.match(text, run.end)
    ):
        return Reason.DICTIONARY_NAME
    return None


def _why(text: str, run: ForeignRun, framed: frozenset[int]) -> Reason | None:
    """Return the reason why a run names a person here; ``None`` without one."""
    title = _TITLE.match(text, run.end)
    if title is not None and not (run.strength is Strength.WORD and _PET.fullmatch(title.group())):
        return Reason.NAME_BEFORE_TITLE
    if run.strength is Strength.WORD:
        return None
    if SUFFIX_FRAME.match(text, run.end):
        return Reason.INTRODUCTION
    sure = run.strength >= Strength.NAME
    if run.start in framed and (_CLOSES.match(text, run.end) or (sure and _PARTICLE.match(text, run.end))):
        return Reason.NAME_TOLD
    if sure and text[max(0, run.start - 1) : run.start] in _BEGINS and _STANDS.match(text, run.end):
        return Reason.INTRODUCTION
    beside = (text[run.start - 1 : run.start], text[run.end : run.end + 1])
    alone = run.strength is Strength.UNMISTAKABLE and not any(map(_WORD.match, beside))
    return Reason.DICTIONARY_NAME if alone else None
