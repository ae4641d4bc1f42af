"""How near the forms of a case are to what is written in a finding, and to what is heard in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pipeline.ownership.evidence.stretches import Stretch
from pipeline.ownership.known.forms import SpokenForm
from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.sound.morae import Mora, morae, undrawn
from pipeline.sound.search import SoundText
from pipeline.sound.spotting import covered, spotted
from pipeline.types import Party

__all__ = ["heard", "without_honorific", "written"]

MAX_PRICE, FAIR_PRICE = 0.6, 0.3
"""Price, as a share of a form's length, up to which it may be what is written at all, and fairly."""

FAINT_ODDS, FAIR_ODDS = -2.2, -1.0
"""Log odds for each mora of a form from which it may be said at all, and fairly."""

_ENDS: Final = re.compile(r"(?:サン|サマ|チャン|クン|デス(?:ケド|ネ|ガ)?|ハイ|ト?モ[ーオウ]シマス)+$")
"""What is said right behind a name."""

_BESIDE: Final = re.compile(r"サン|サマ|チャン|クン|^[ノワガトモエーン]+|[ノワガトニモオデヨネーン]+$")
"""The same, and particles, beside something of the case: a name may begin with any of them, what is left of a
finding hardly does."""

Values = dict[str, float]


def without_honorific(kana: str) -> str:
    """Kana of a name without what is said right behind it."""
    return _ENDS.sub("", kana)


def written(line: tuple[Mora | None, ...], forms: Sequence[SpokenForm]) -> Mapping[Party, Values]:
    """How near the forms are to what is written.

    Args:
        line: How a finding's words read; ``None`` is a break that no form reaches across.
        forms: What the case knows.

    Returns:
        For each party, of each kind of form that may be there: how near the one that tells most is (0 to 1;
        its worth also grows with its length) and what share of the line it takes; and of all that is fairly
        near what share of the line it covers, and how many morae it leaves before and behind; how many morae
        there are.
    """
    out: dict[Party, Values] = {party: {} for party in KNOWN_PARTIES}
    if not any(line):
        return out
    fair = {party: np.zeros(len(line), np.bool_) for party in KNOWN_PARTIES}
    found = SoundText(line).find_each([form.sound for form in forms], MAX_PRICE)
    for form, matches in zip(forms, found, strict=True):
        size = len(form.sound)
        for match in matches:
            near = 1 - match.price / size
            share = (match.end - match.start) / len(line)
            _keep_best(out[form.party], f"written {form.kind}", near, size, share)
            if match.price <= FAIR_PRICE * size:
                fair[form.party][match.start : match.end] = True
    sounds = np.array([mora is not None for mora in line])
    said = int(sounds.sum())
    for party, there in fair.items():
        first = int(np.argmax(there)) if there.any() else len(line)
        out[party] |= {
            "written morae": math.log1p(said),
            "written covered": float(there.sum()) / said,
            "written left before": math.log1p(first),
            "written left behind": math.log1p(int((~there[first:] & sounds[first:]).sum())),
        }
    return out


def heard(stretches: Sequence[Stretch], forms: Sequence[SpokenForm]) -> Mapping[Party, Values]:
    """How near the forms are to what is heard, whatever was written.

    Args:
        stretches: Of a finding; none where nobody listened.
        forms: What the case knows.

    Returns:
        As ``written``, for what is heard; empty where nothing is.
    """
    out: dict[Party, Values] = {party: {} for party in KNOWN_PARTIES}
    fair, before, behind = (dict.fromkeys(KNOWN_PARTIES, 0.0) for _ in range(3))
    sizes = [len(form.sound) for form in forms]
    steps = sum(max(1, stretch.last - stretch.first) for stretch in stretches)
    for stretch in stretches:
        hits = spotted([form.sound for form in forms], stretch.logs, [FAINT_ODDS * size for size in sizes])
        own = [hit for hit in hits if stretch.holds(hit)]
        for hit in own:
            form, size = forms[hit.form], sizes[hit.form]
            inside = min(hit.end, stretch.last) - max(hit.start, stretch.first)
            near = 1 - hit.score / size / FAINT_ODDS
            _keep_best(
                out[form.party], f"heard {form.kind}", near, size, inside / max(1, hit.end - hit.start)
            )
        for party in KNOWN_PARTIES:
            well = [h for h in own if forms[h.form].party is party and h.score >= FAIR_ODDS * sizes[h.form]]
            there = covered(well, len(stretch.logs))
            first = min((hit.start for hit in well), default=len(stretch.logs))
            fair[party] += float(there[stretch.first : stretch.last].sum())
            for start, run in stretch.left(there):
                side = before if start < first else behind
                side[party] += len(undrawn(morae(_BESIDE.sub("", without_honorific(run)))))
    if stretches:
        said = sum(len(undrawn(morae(stretch.kana()))) for stretch in stretches)
        for party in KNOWN_PARTIES:
            out[party] |= {
                "heard morae": math.log1p(said),
                "heard covered": fair[party] / steps,
                "heard left before": math.log1p(before[party]),
                "heard left behind": math.log1p(behind[party]),
            }
    return out


def _keep_best(values: Values, name: str, near: float, size: int, share: float) -> None:
    """Keep a form that tells more than the one before: how near it is, times the logarithm of its length."""
    worth = near * math.log1p(size)
    if worth > values.get(f"{name}, worth", 0.0):
        values |= {name: near, f"{name}, worth": worth, f"{name}, share": share}
