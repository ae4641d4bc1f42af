"""Measure the similarity of the spoken forms of a case to the words and to the sound of a finding."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.evidence.stretches import Stretch
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.forms import SpokenForm
from pipeline.sound.morae import Mora, morae, undrawn
from pipeline.sound.search import SoundText
from pipeline.sound.spotting import covered, spotted

MAX_PRICE, FAIR_PRICE = 0.6, 0.3
"""Greatest price per mora of a form at which it may match the words at all, and fairly."""

FAINT_ODDS, FAIR_ODDS = -2.2, -1.0
"""Least log odds per mora of a form at which it may match the sound at all, and fairly."""

_ENDS: Final = re.compile(r"(?:サン|サマ|チャン|クン|デス(?:ケド|ネ|ガ)?|ハイ|ト?モ[ーオウ]シマス)+$")
"""Words right after a name."""

_BESIDE: Final = re.compile(r"サン|サマ|チャン|クン|^[ノワガトモエーン]+|[ノワガトニモオデヨネーン]+$")
"""The same, and particles, around a form of the case: a name may begin with any of them, the rest of a
finding hardly does."""

NearnessValues = dict[Feature, float]


def without_honorific(kana: str) -> str:
    """Return the kana of a name without the honorific behind it."""
    return _ENDS.sub("", kana)


def written_nearness(
    line: tuple[Mora | None, ...], forms: Sequence[SpokenForm]
) -> Mapping[Claimant, Mapping[Feature, float]]:
    """Measure the similarity of the forms to the words of a finding.

    Args:
        line: Morae of the finding's words; ``None`` is a break that no form crosses.
        forms: Spoken forms of the case.

    Returns:
        For each claimant: the similarity (0 to 1) and the worth of the best form of each kind, where worth
        also grows with the form's length; the share of the line that fairly similar forms cover, and the
        number of morae left before and after them; the number of morae of the line.
    """
    out: dict[Claimant, NearnessValues] = {claimant: {} for claimant in Claimant}
    if not any(line):
        return out
    fair = {claimant: np.zeros(len(line), np.bool_) for claimant in Claimant}
    found = SoundText(line).find_each([form.sound for form in forms], MAX_PRICE)
    for form, matches in zip(forms, found, strict=True):
        size = len(form.sound)
        for match in matches:
            _keep_best(out[form.claimant], f"written {form.kind}", 1 - match.price / size, size)
            if form.covers and match.price <= FAIR_PRICE * size:
                fair[form.claimant][match.start : match.end] = True
    sounds = np.array([mora is not None for mora in line])
    said = int(sounds.sum())
    for claimant, there in fair.items():
        first = int(np.argmax(there)) if there.any() else len(line)
        out[claimant] |= {
            Feature.WRITTEN_MORAE: math.log1p(said),
            Feature.WRITTEN_COVERED: float(there.sum()) / said,
            Feature.WRITTEN_LEFT_BEFORE: math.log1p(first),
            Feature.WRITTEN_LEFT_BEHIND: math.log1p(int((~there[first:] & sounds[first:]).sum())),
        }
    return out


def heard_nearness(
    stretches: Sequence[Stretch], forms: Sequence[SpokenForm]
) -> Mapping[Claimant, Mapping[Feature, float]]:
    """Measure the similarity of the forms to the sound of a finding.

    Args:
        stretches: Posteriorgrams of the finding; empty without a listener.
        forms: Spoken forms of the case.

    Returns:
        The same features as ``written_nearness``, for the sound; empty without a posteriorgram.
    """
    out: dict[Claimant, NearnessValues] = {claimant: {} for claimant in Claimant}
    fair, before, behind = (dict.fromkeys(Claimant, 0.0) for _ in range(3))
    sizes = [len(form.sound) for form in forms]
    steps = sum(max(1, stretch.last - stretch.first) for stretch in stretches)
    for stretch in stretches:
        hits = spotted([form.sound for form in forms], stretch.logs, [FAINT_ODDS * size for size in sizes])
        own = [hit for hit in hits if stretch.holds(hit)]
        for hit in own:
            form, size = forms[hit.form], sizes[hit.form]
            _keep_best(out[form.claimant], f"heard {form.kind}", 1 - hit.score / size / FAINT_ODDS, size)
        for claimant in Claimant:
            theirs = [h for h in own if (form := forms[h.form]).claimant is claimant and form.covers]
            there = covered([h for h in theirs if h.score >= FAIR_ODDS * sizes[h.form]], len(stretch.logs))
            fair[claimant] += float(there[stretch.first : stretch.last].sum())
            first = int(np.argmax(there)) if there.any() else len(stretch.logs)
            for start, run in stretch.left(there):
                side = before if start < first else behind
                side[claimant] += len(undrawn(morae(without_particles(run))))
    if stretches:
        said = sum(len(undrawn(morae(stretch.kana()))) for stretch in stretches)
        for claimant in Claimant:
            out[claimant] |= {
                Feature.HEARD_MORAE: math.log1p(said),
                Feature.HEARD_COVERED: fair[claimant] / steps,
                Feature.HEARD_LEFT_BEFORE: math.log1p(before[claimant]),
                Feature.HEARD_LEFT_BEHIND: math.log1p(behind[claimant]),
            }
    return out


def without_particles(kana: str) -> str:
    """Remove honorifics and particles around a name."""
    return _BESIDE.sub("", without_honorific(kana))


def _keep_best(values: NearnessValues, name: str, near: float, size: int) -> None:
    """Keep the form with the greater worth: similarity times the logarithm of the length."""
    worth = near * math.log1p(size)
    if worth > values.get(Feature.named(f"{name}, worth"), 0.0):
        values |= {Feature.named(name): near, Feature.named(f"{name}, worth"): worth}
