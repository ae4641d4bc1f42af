"""How near what the case knows is to what is written in a finding, and to what is heard in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from models.language.readings import Reader
from pipeline.ownership.compare.kanji import explained_at, explained_share
from pipeline.ownership.compare.spelling import BLANKS
from pipeline.ownership.heard.heard_stretch import Stretch, runs
from pipeline.ownership.heard.spoken_forms import SpokenForm, spoken_forms
from pipeline.sound.digits import digits_of, longest_common_run
from pipeline.sound.morae import morae, undrawn
from pipeline.sound.search import SoundText
from pipeline.sound.spotting import Hit, covered, spotted
from pipeline.types import CallCase, Party

__all__ = ["KINDS", "Nearness"]

KINDS: Final = ("surname", "given name", "whole name", "place", "figures", "staff", "company")
"""What a form of the case is of."""

FAINT_ODDS, FAIR_ODDS = -2.2, -1.0
"""Log odds for each of its morae from which a form may be said at all, and well."""

MAX_PRICE: Final = 0.6
"""Price over its length up to which a form may be what is written."""

MARGIN_STEPS: Final = 25
"""Steps around a finding in which a form of it may begin and end: a second."""

WORTH_PER_LOG_MORA: Final = 0.6
"""What a longer form is worth against a nearer one, for each natural logarithm of its morae."""

MAX_EXPLAINED_SHARE: Final = 1.5
"""Share of an explanation beyond which more of it tells no more."""

_PIECE: Final = re.compile(r"[、。,，.．・のノ\-\s]+")
"""What parts the groups of a number."""

_SAID_AROUND: Final = re.compile(
    r"サン|サマ|デス(?:ケド|ネ|ガ)?|ハイ|^[ノワガトモエーン]+|[ノワガトニモオデヨネーン]+$"
)


class Nearness:
    """The forms of a case, ready to be compared with.

    Args:
        case: The requester, the staff and the company.
        reader: Reads text, and knows kanji.
    """

    def __init__(self, case: CallCase, reader: Reader) -> None:
        self._reader = reader
        self._forms = spoken_forms(case, reader)
        own = [form for form in self._forms if form.party is Party.REQUESTER and form.value < 0]
        whole = max((len(form.sound) for form in own), default=0)
        self._kinds = tuple(_kind(form, whole) for form in self._forms)
        self._sizes = tuple(len(form.sound) for form in self._forms)
        self._names = tuple(BLANKS.sub("", name.text) for name in case.requester.names)
        known = (*case.requester.phones, *(address.text for address in case.requester.addresses))
        self._numbers = tuple(map(digits_of, known))

    def written(self, text: str) -> dict[str, float]:
        """How near the forms are to what is written.

        Args:
            text: A finding's.

        Returns:
            Of each kind the likeness of the nearest, 0 to 1, and how much of the text it takes; and figures.
        """
        line = morae(self._reader.kana(text))
        sound = SoundText(line)
        near = dict.fromkeys(KINDS, (0.0, 0.0))
        matched = sound.find_each([form.sound for form in self._forms], MAX_PRICE)
        for matches, kind, size in zip(matched, self._kinds, self._sizes, strict=True):
            for match in matches:
                found = (1 - match.price / size, (match.end - match.start) / len(line))
                near[kind] = max(near[kind], found)
        values = {f"written {kind}": likeness for kind, (likeness, _) in near.items()}
        values |= {f"written {kind}, share": share for kind, (_, share) in near.items()}
        values |= {"morae written": math.log1p(len(line))} | self._in_pieces(text)
        return values | self._figures("written", text)

    def explained(self, text: str, stretches: Sequence[Stretch]) -> dict[str, float]:
        """How much there is of an explanation of their name's kanji, in what is written and heard.

        Args:
            text: A finding's.
            stretches: Of the finding; none where nothing is heard.
        """
        values = {"explains, written": self._explained(text)}
        if stretches:
            values["explains, heard"] = max(self._explained(stretch.kana()) for stretch in stretches)
        return values

    def heard(self, stretches: Sequence[Stretch]) -> dict[str, float]:
        """How near they are to what is heard.

        Args:
            stretches: Of a finding.

        Returns:
            Of each kind the log odds for each mora of the best, and how long it is; how much of the finding
            the requester's forms take, and how much they leave; figures; nothing where nothing is heard.
        """
        if not stretches:
            return {}
        best = dict.fromkeys(KINDS, (FAINT_ODDS, 0.0))
        steps, fair, faint, left = 0, 0.0, 0.0, 0.0
        for stretch in map(_near, stretches):
            hits = [hit for hit in self._hits(stretch) if stretch.holds(hit)]
            for hit in hits:
                kind = self._kinds[hit.form]
                best[kind] = max(best[kind], self._fit(hit, stretch), key=_worth)
            own = [hit for hit in hits if self._forms[hit.form].party is Party.REQUESTER]
            well = [hit for hit in own if hit.score >= FAIR_ODDS * self._sizes[hit.form]]
            here = slice(stretch.first, stretch.last)
            fair += float(covered(well, len(stretch.logs))[here].sum())
            faint += float(covered(own, len(stretch.logs))[here].sum())
            left += sum(map(_counted, _left(stretch, well)))
            steps += max(1, stretch.last - stretch.first)
        kana = "".join(stretch.kana() for stretch in stretches)
        values = {
            "heard": 1.0,
            "heard well": fair / steps,
            "heard faintly": faint / steps,
            "left": math.log1p(left),
            "lasts": math.log(steps),
            "morae heard": math.log1p(len(morae(kana))),
            "explains": max(map(self._explains, stretches)),
        }
        values |= {f"heard {kind}": odds for kind, (odds, _) in best.items()}
        values |= {f"heard {kind}, length": length for kind, (_, length) in best.items()}
        return values | self._figures("heard", kana)

    def _hits(self, stretch: Stretch) -> tuple[Hit, ...]:
        return spotted(
            [f.sound for f in self._forms], stretch.logs, [FAINT_ODDS * size for size in self._sizes]
        )

    def _fit(self, hit: Hit, stretch: Stretch) -> tuple[float, float]:
        """Log odds for each mora, and how long a form is, as far as it lies in the finding."""
        inside = min(hit.end, stretch.last) - max(hit.start, stretch.first)
        size = self._sizes[hit.form]
        return hit.score / size, math.log(size) * inside / max(1, hit.end - hit.start)

    def _figures(self, where: str, text: str) -> dict[str, float]:
        """How many figures are said, and how many of them in a row are the requester's."""
        said = digits_of(text)
        own = max((longest_common_run(said, number) for number in self._numbers), default=0)
        return {
            f"figures {where}": math.log1p(len(said)),
            f"figures {where}, own": math.log1p(own),
            f"figures {where}, other": math.log1p(len(said) - own),
        }

    def _in_pieces(self, text: str) -> dict[str, float]:
        """How many figures the groups of a number have that are in one of theirs, and that are in none."""
        groups = [digits for digits in map(digits_of, _PIECE.split(text)) if len(digits) > 1]
        own = sum(len(group) for group in groups if any(group in number for number in self._numbers))
        every = sum(map(len, groups))
        return {"groups, own": math.log1p(own), "groups, other": math.log1p(every - own)}

    def _explained(self, text: str) -> float:
        shares = (explained_share(text, name, self._reader) for name in self._names)
        return min(max(shares, default=0.0), MAX_EXPLAINED_SHARE)

    def _explains(self, stretch: Stretch) -> float:
        """How much of what is heard explains the requester's name."""
        kana = stretch.kana()
        told = (explained_at(kana, name, self._reader) for name in self._names if kana)
        return max((sum(at.end - at.start for at in each) / len(kana) for each in told), default=0.0)


def _kind(form: SpokenForm, whole: int) -> str:
    if form.party is not Party.REQUESTER:
        return "staff" if form.party is Party.STAFF else "company"
    if form.value >= 0:
        return "figures" if form.figures else "place"
    return "surname" if form.surname else ("whole name" if len(form.sound) == whole else "given name")


def _near(stretch: Stretch) -> Stretch:
    """A stretch with less around it: what is said of it farther away is for others to ask."""
    start, end = max(0, stretch.first - MARGIN_STEPS), stretch.last + MARGIN_STEPS
    return Stretch(
        stretch.logs[start:end], stretch.times[start:end], stretch.first - start, stretch.last - start
    )


def _worth(fit: tuple[float, float]) -> float:
    return fit[0] + WORTH_PER_LOG_MORA * fit[1]


def _left(stretch: Stretch, hits: Sequence[Hit]) -> Iterator[str]:
    """What is heard outside of hits, without what is said around names."""
    for _, run in runs(stretch, covered(hits, len(stretch.logs))):
        yield _SAID_AROUND.sub("", run)


def _counted(kana: str) -> int:
    return len(undrawn(morae(kana)))
