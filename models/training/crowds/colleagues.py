"""A company's staff list for a made call: any number of colleagues, third parties' namesakes among them.

    third party 山根恵子      colleagues 山根 (surname), 山音 (reads alike), 恵子 (given name), and others

In a company of 200 people a quarter of all third parties share a surname with somebody on the list, in one
of 1,000 half of them (by the lexicon's frequencies).  Here everybody does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import Final

from models.language.lexicon.lexicon import NameRow, load_lexicon
from models.language.readings import load_reader
from models.training.calls.pools import spellings
from pipeline.measuring.truth import CallTruth
from pipeline.sound.morae import fold_kana
from pipeline.types import CallCase, CaseName

SIZES: Final = (5, 50, 200, 1000)
"""People on the lists that are made: a shop, an office, a company, a group of companies."""


def with_colleagues(case: CallCase, truth: CallTruth, size: int, seed: int) -> CallCase:
    """The case with more people on its staff list; who was on the call stays.

    Args:
        case: Of the call.
        truth: Of the call; each third party's surname, reading and given name gets a bearer on the list.
        size: People on the list, those of the case among them.
        seed: Decides them, with the call's id.
    """
    rng = random.Random(f"{seed}/{truth.call_id}/{size}")
    namesakes = [*_namesakes(truth, rng)]
    rng.shuffle(namesakes)
    own = {name.text for name in case.staff}
    count = max(0, size - len(case.staff))
    # Most of the list are strangers, as in life.
    shared = [name for name in namesakes if name.text not in own][: max(1, count // 2)]
    drawn = [_drawn(rng) for _ in range(max(0, count - len(shared)))]
    added = dict.fromkeys((*shared[:count], *drawn))
    staff = [*case.staff, *(name for name in added if name.text not in own)]
    rng.shuffle(staff)
    return replace(case, staff=tuple(staff))


def _namesakes(truth: CallTruth, rng: random.Random) -> Iterator[CaseName]:
    """Somebody for each third party's surname, for its reading in other kanji, and for each given name."""
    lexicon, reader = load_lexicon(), load_reader()
    said = {
        (span.surface, fold_kana(span.reading))
        for span in truth.spans
        if span.must_mask and span.kind == "NAME" and span.reading
    }
    for surface, reading in sorted(said):
        parts = reader.name_parts(surface, reading) or (reading, reading)
        if (entry := lexicon.surnames.get(parts[0])) is not None:
            given = _common("given")
            same = [row for row in entry.rows if surface.startswith(row.surface)] or [entry.rows[0]]
            yield _joined(same[0], rng.choice(given))
            yield _joined(rng.choice(entry.rows), rng.choice(given))
        if (entry := lexicon.given_names.get(parts[1])) is not None:
            yield _joined(_surname(rng), rng.choice(entry.rows))


def _drawn(rng: random.Random) -> CaseName:
    """Somebody, by how common names are; one in three is on the list by the surname alone."""
    (given,) = rng.choices(_common("given"), cum_weights=_summed_weights("given"))
    surname = _surname(rng)
    return CaseName(surname.surface, surname.reading) if rng.random() < 1 / 3 else _joined(surname, given)


def _surname(rng: random.Random) -> NameRow:
    return rng.choices(_common("surnames"), cum_weights=_summed_weights("surnames"))[0]


def _joined(surname: NameRow, given: NameRow) -> CaseName:
    return CaseName(surname.surface + given.surface, surname.reading + given.reading)


@lru_cache(maxsize=2)
def _common(kind: str) -> tuple[NameRow, ...]:
    lexicon = load_lexicon()
    return spellings(lexicon.surnames if kind == "surnames" else lexicon.given_names)


@lru_cache(maxsize=2)
def _summed_weights(kind: str) -> tuple[float, ...]:
    """Running sums of the weights, made once and not at each draw."""
    return tuple(accumulate(row.weight for row in _common(kind)))
