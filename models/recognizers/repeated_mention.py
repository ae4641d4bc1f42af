"""Recognise repeated mentions: search the whole call, by sound, for what another recognizer found once.

Over nine garbled names in ten lie within .3 of their length of the spoken name, so two
mentions of one name in different spellings still match.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.announced import cue_before
from models.wording.digits import UNIT_AFTER, runs
from models.wording.heard_mention import heard_names, mentions
from models.wording.names import Grade, grade, known_name, surface, token_at
from models.wording.vocabulary import HONORIFICS, NOT_NAMES, PLACE_TAILS
from pipeline.nearby import Nearby
from pipeline.reasons import Reason
from pipeline.sound.morae import Mora, morae
from pipeline.sound.search import SoundMatch, SoundText
from pipeline.types import CharSpan

EXPLAINS = {Reason.KANJI_EXPLAINED, Reason.ANSWERS_WHICH_KANJI, Reason.READ_ONE_BY_ONE}
"""Reasons of findings that explain a name's spelling and are no name themselves."""

SURE = 0.6
"""Score from which a finding is searched elsewhere; a doubtful one would multiply its error."""

BOUNDS = ((3, 0.0), (4, 0.14), (5, 0.2), (math.inf, 0.24))
"""Greatest price per mora, by morae below a limit: two morae occur in any sentence and must match exactly;
from five on a quarter may be wrong."""

_SPLIT = re.compile(r"[、\s・]|はい")


@dataclass(frozen=True, slots=True)
class _FoundName:
    """A name found before: spelling and sound."""

    text: str = field(repr=False)
    sound: tuple[Mora, ...] = field(repr=False)
    score: float


class RepeatedMentionRecognizer(CallRecognizer):
    """Repeated names and numbers."""

    entities = ("PERSON", "PHONE_NUMBER")
    second_pass = True

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Search each sure finding's words in the call; nothing in a first pass."""
        sure = [r for r in artifacts.found if r.score >= SURE]
        found: list[RecognizerResult] = []
        named = Nearby((r for r in sure if r.entity_type == "PERSON"), _chars)
        sounds = SoundText(call.line.morae)
        for known in _distinct(_names(call, sure)):
            found.extend(self._spelt(call, known))
            found.extend(self._sounding(call, known, sounds, named))
        return [*found, *self._heard(call, sure, named), *self._numbers(call, sure)]

    def _spelt(self, call: Call, known: _FoundName) -> Iterator[RecognizerResult]:
        for match in re.finditer(re.escape(known.text), call.text):
            if _stands_alone(call, match.start(), match.end(), known):
                yield self.result(
                    "PERSON", match.start(), match.end(), 0.9 * known.score, Reason.SAME_SPELLING_AS_EARLIER
                )

    def _sounding(
        self, call: Call, known: _FoundName, sounds: SoundText, named: Nearby[RecognizerResult]
    ) -> Iterator[RecognizerResult]:
        size = len(known.sound)
        bound = next(b for limit, b in BOUNDS if size < limit)
        if size < 3 or (size == 3 and bound == 0.0):
            return
        for match in sounds.find(known.sound, bound):
            chars = _words(call, match)
            if chars is None:
                continue
            near = named.touching(chars.start, chars.end)
            if any(r.start < chars.end and chars.start < r.end for r in near):
                continue
            if not _may_be_said(call, chars.start, chars.end, known, match):
                continue
            score = known.score * (0.6 - 1.2 * match.price / size)
            yield self.result("PERSON", chars.start, chars.end, max(0.2, score), Reason.SAME_SOUND_AS_EARLIER)

    def _heard(
        self, call: Call, sure: list[RecognizerResult], named: Nearby[RecognizerResult]
    ) -> Iterator[RecognizerResult]:
        """Yield names that are heard again, whatever is written there."""
        names = heard_names(call, [r for r in sure if r.entity_type == "PERSON"])
        for chars in dict.fromkeys(mentions(call, names) if names else ()):
            near = named.touching(chars.start, chars.end)
            if not any(r.start < chars.end and chars.start < r.end for r in near):
                yield self.result("PERSON", chars.start, chars.end, 0.5, Reason.SAME_SOUND_AS_EARLIER)

    def _numbers(self, call: Call, sure: list[RecognizerResult]) -> Iterator[RecognizerResult]:
        """Yield four digits or more that are the end, or a group, of a number found before."""
        phones = [r for r in sure if r.entity_type == "PHONE_NUMBER"]
        spoken = runs(call.text)
        digits = {
            run.digits
            for run in spoken
            for r in phones
            if r.start <= run.start < r.end and len(run.digits) >= 8
        }
        for run in spoken:
            count = len(run.digits)
            if (
                count < 3
                or UNIT_AFTER.match(call.text, run.end)
                or cue_before(call.text, run.start) == "other"
            ):
                continue
            again = any(
                run.digits in known and (count >= 4 or known.startswith(run.digits)) for known in digits
            )
            if again:
                yield self.result("PHONE_NUMBER", run.start, run.end, 0.8, Reason.PART_OF_EARLIER_NUMBER)


def _chars(result: RecognizerResult) -> CharSpan:
    return CharSpan(result.start, result.end)


def _is_explanation(result: RecognizerResult) -> bool:
    """Whether a finding explains a name's spelling, so that it is not searched elsewhere."""
    return any(why.reason in EXPLAINS for why in (result.recognition_metadata or {}).get("why", ()))


def _names(call: Call, sure: list[RecognizerResult]) -> Iterator[_FoundName]:
    """Yield every found name, and its surname and given name where the dictionary separates them."""
    for result in sure:
        if result.entity_type != "PERSON" or _is_explanation(result):
            continue
        text = call.text[result.start : result.end]
        pieces = [p for p in _SPLIT.split(text) if p]
        inside = call.tokens[token_at(call, result.start) : token_at(call, result.end - 1) + 1]
        tokens = [t for t in inside if result.start <= t.chars.start and t.chars.end <= result.end]
        words = [surface(call, t) for t in tokens]
        named = [w for w, t in zip(words, tokens, strict=True) if grade(w, t) >= Grade.ODD]
        for piece in dict.fromkeys([*pieces, *(named if len(words) <= 3 else [])]):
            if len(piece) > 1 or known_name(piece)[0] > 0 or known_name(piece)[1] > 0:
                yield _FoundName(piece, morae(call.reader.kana(piece)), float(result.score))


def _distinct(known: Iterable[_FoundName]) -> list[_FoundName]:
    best: dict[str, _FoundName] = {}
    for item in known:
        if item.text in NOT_NAMES or len(item.sound) < 2:
            continue
        if item.text not in best or best[item.text].score < item.score:
            best[item.text] = item
    return list(best.values())


def _stands_alone(call: Call, start: int, end: int, known: _FoundName) -> bool:
    """Whether the same letters are the same word here: at word edges, not 泉 in 温泉 or 泉運輸."""
    tokens = call.tokens
    first, last = token_at(call, start), token_at(call, end - 1)
    at_edges = tokens[first].chars.start == start and tokens[last].chars.end == end
    after = (
        surface(call, tokens[last + 1])
        if last + 1 < len(tokens) and tokens[last + 1].chars.start == end
        else ""
    )
    if after in PLACE_TAILS:
        return False
    ordinary = not any(grade(surface(call, t), t) >= Grade.ODD for t in tokens[first : last + 1])
    if ordinary and after not in HONORIFICS:
        return False  # a name misheard as a plain word (続き) leaves the plain word alone elsewhere
    if len(known.text) >= 3:
        return at_edges
    if not at_edges:
        return False
    before = tokens[first - 1] if first and tokens[first - 1].chars.end == start else None
    glued = before is not None and before.pos.startswith(("名詞", "接頭辞")) and "人名" not in before.pos
    return after in HONORIFICS or len(known.text) > 1 or not (glued or (after and _noun(call, last + 1)))


def _noun(call: Call, index: int) -> bool:
    return call.tokens[index].pos.startswith(("名詞", "接尾辞"))


def _words(call: Call, match: SoundMatch) -> CharSpan | None:
    """Return the whole words that a match mostly covers, without particles at its ends.

    ``None`` where the match begins inside a word: a recogniser's words begin where the speaker's do.
    """
    chars = call.line.span(match.start, match.end)
    first, last = token_at(call, chars.start), token_at(call, chars.end - 1)
    if call.tokens[first].chars.start != chars.start:
        return None
    tail = call.tokens[last].chars
    if (chars.end - tail.start) * 2 <= tail.end - tail.start:
        last -= 1
    while last >= first and (
        call.tokens[last].pos.startswith(("助詞", "助動詞", "補助記号", "空白", "接頭辞", "感動詞"))
        or surface(call, call.tokens[last]) in HONORIFICS
    ):
        last -= 1
    while first <= last and call.tokens[first].pos.startswith(("助詞", "補助記号", "空白")):
        first += 1
    return CharSpan(call.tokens[first].chars.start, call.tokens[last].chars.end) if first <= last else None


def _may_be_said(call: Call, start: int, end: int, known: _FoundName, match: SoundMatch) -> bool:
    """Whether the stretch is no ordinary phrase: a word in it looks like a name, or it sounds the same."""
    if "\n" in call.text[start:end] or call.text[start:end] in NOT_NAMES:
        return False
    first, last = token_at(call, start), token_at(call, end - 1)
    covered = call.tokens[first : last + 1]
    if (
        any(t.pos.startswith(("助動詞", "連体詞", "接続詞")) for t in covered[:1])
        or surface(call, covered[0]) in NOT_NAMES
    ):
        return False
    if any("数詞" in t.pos for t in covered) or (end - start == 1 and match.price > 0):
        return False
    if last + 1 < len(call.tokens) and surface(call, call.tokens[last + 1]) in PLACE_TAILS:
        return False
    odd = any(grade(surface(call, t), t) >= Grade.ODD for t in covered)
    after = surface(call, call.tokens[last + 1]) if last + 1 < len(call.tokens) else ""
    return odd or after in HONORIFICS or (match.price <= 0.05 * len(known.sound) and len(known.sound) >= 4)
