"""Learn what speaks for a third person: weights for ``pipeline.speaking.third``.

    python -m models.training.voices.train_third NPZ --scripts FILE... --out third.json [--calls 150]

``NPZ`` is from ``models.training.voices.sittings``, of voices that the voice network has never heard.  The
calls are made up (``made_up``), half of them with a third person.  Weights are learned from each half of
voices, scripts and phrases and told on the other half, then learned from both and written.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.voices.made_up import MadeUp, Sittings, found_rightly, made_up, read_sittings
from models.voices.roles import load_roles
from models.voices.third import ALONE
from pipeline.speaking.hypotheses import THIRD, hypotheses
from pipeline.speaking.sides import share_between_sides
from pipeline.speaking.third import EVIDENCE, evidence
from sample_audio.script import read_scripts

Values = NDArray[np.float64]

ODDS: Final = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.5, 1.0)
"""From which a third person could be believed in: told for each."""

LEAST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class _Call:
    """A call's guesses: what speaks for each, and whether it is right."""

    third: bool
    announced: bool
    told: Values = field(repr=False)
    right: NDArray[np.bool_] = field(repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sittings", type=Path)
    parser.add_argument("--scripts", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--calls", type=int, default=150, help="of each half, with a third person and without"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    halves = [_calls(options, half) for half in (0, 1)]
    for half in (0, 1):
        _tell(half, halves[half], _learned(halves[1 - half]))
    learned = np.round(_learned([*halves[0], *halves[1]]), 3).tolist()
    weights = dict(zip((*EVIDENCE, ALONE), learned, strict=True))
    options.out.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    return 0


def _calls(options: argparse.Namespace, half: int) -> list[_Call]:
    sittings, roles = read_sittings(options.sittings), load_roles()
    own = Sittings({voice: sittings.voices[voice] for voice in sorted(sittings.voices)[half::2]})
    scripts = [
        each for each in read_scripts(sorted(options.scripts)[half::2]) if len(each.turns) >= LEAST_LINES
    ]
    calls = []
    for number in range(options.calls):
        for third in (True, False):
            rng = random.Random(f"{options.seed} {half} {number} {third}")
            made = made_up(rng.choice(scripts), own, roles, rng, half if third else None)
            calls.append(_seen(made, third))
    return calls


def _seen(made: MadeUp, third: bool) -> _Call:
    shared = share_between_sides(made.heard)
    told, right = [np.zeros((0, len(EVIDENCE)))], []
    for three in hypotheses(made.heard, shared):
        values = evidence(made.heard, shared, three)
        if values is not None:
            told.append(values[None])
            right.append(found_rightly(made, three.sides))
    begun = np.flatnonzero(made.speakers == THIRD)[:1]
    announced = any(made.heard.arrives[at] or made.heard.leaves[max(0, at - 4) : at].any() for at in begun)
    return _Call(third, announced, np.concatenate(told), np.array(right, dtype=bool))


def _learned(calls: Sequence[_Call]) -> Values:
    """Logistic regression: a weight for each kind of evidence, and one that stands alone."""
    told = np.concatenate([call.told for call in calls])
    right = np.concatenate([call.right for call in calls]).astype(np.float64)
    mean, spread = told.mean(axis=0), told.std(axis=0) + 1e-6
    rows = np.concatenate([(told - mean) / spread, np.ones((len(told), 1))], axis=1)
    weights = np.zeros(rows.shape[1])
    small = np.diag([0.01] * told.shape[1] + [1e-6])
    for _ in range(60):
        odds = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (odds - right) / len(rows) + small @ weights
        bend = (rows * (odds * (1 - odds))[:, None]).T @ rows / len(rows) + small
        weights -= np.linalg.solve(bend, slope)
    plain = weights[:-1] / spread
    return np.append(plain, weights[-1] - plain @ mean)


def _tell(half: int, calls: Sequence[_Call], weights: Values) -> None:
    scored = []
    for call in calls:
        odds = call.told @ weights[:-1] + weights[-1]
        best = int(odds.argmax()) if len(odds) else -1
        scored.append(
            (call, odds[best] if len(odds) else -np.inf, bool(len(odds)) and bool(call.right[best]))
        )
    for least in ODDS:
        kinds = {
            "announced": [
                right and odds >= least for call, odds, right in scored if call.third and call.announced
            ],
            "not announced": [
                right and odds >= least for c, odds, right in scored if c.third and not c.announced
            ],
            "none there": [odds >= least for call, odds, _ in scored if not call.third],
        }
        print(
            half,
            least,
            ", ".join(f"{name} {sum(got)} of {len(got)}" for name, got in kinds.items()),
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
