"""Speak scripts for training; people are drawn from all of Japan's names.

    python -m models.training.calls.speak --scripts FILE... --out DIR [--seed N] [--part 0/1]
    python -m models.training.calls.speak --scripts FILE... --out DIR --voices NAME...
        [--styles NPZ] [--hts DIR] [--crowded]

Without ``--voices`` the voice is Open JTalk's Mei (CC BY 3.0, Nagoya Institute of Technology), made many by
speed, pitch and the size of the throat: in a twentieth of the time that good voices take.  With it, each call
has two of the voices named, as ``split.toml`` names them (``models.training.calls.voices``), and its truth
says which.  A dialogue that is there already is not spoken again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from models.training.calls.pools import training_pools
from models.training.calls.voices import ManyVoices, MeiVoices
from sample_audio.make_calls import make_call
from sample_audio.pools import Pools
from sample_audio.script import Dialogue, read_scripts
from sample_audio.voices import Voices, join_network

CACHE = Path(tempfile.gettempdir()) / "kaiji-voices"
"""As ``sample_audio.make_calls`` has it."""


@dataclass(frozen=True, slots=True)
class _Studio:
    """What a process needs to speak dialogues: whom, with what, and where to."""

    seed: int
    out: Path
    pools: Pools
    voices: Voices
    among: tuple[str, ...] | None

    def speak(self, dialogue: Dialogue) -> str:
        """Speak one; returns a line that says so."""
        name = dialogue.dialogue_id
        if (self.out / f"{name}.case.json").exists():
            return f"{name}\tthere"
        try:
            length = make_call(dialogue, self.seed, self.out, self.voices, pools=self.pools, among=self.among)
        except ValueError as error:
            # A sentence too long for a voice, or one that it keeps silent at: hours of others go on.
            return f"{name}\tleft out: {error}"
        return f"{name}\t{length:.1f} s"


def _shortest(dialogues: Sequence[Dialogue]) -> list[Dialogue]:
    """The shortest of each set of scripts, then the second shortest of each."""
    seen: Counter[str] = Counter()
    ranked = []
    for dialogue in sorted(dialogues, key=lambda each: len(each.turns)):
        group = dialogue.dialogue_id.partition("-")[0]
        ranked.append((seen[group], len(dialogue.turns), dialogue.dialogue_id, dialogue))
        seen[group] += 1
    return [dialogue for *_, dialogue in sorted(ranked, key=lambda each: each[:3])]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m models.training.calls.speak", description=__doc__)
    parser.add_argument("--scripts", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--part", default="0/1", help="i/n: every n-th dialogue from the i-th")
    parser.add_argument("--limit", type=int, help="only so many, the shortest of each set: to try it")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--crowded", action="store_true", help="third parties near to the requester")
    parser.add_argument("--voices", nargs="+", default=(), help="names, as in split.toml")
    parser.add_argument("--styles", type=Path, help="kokoro-styles.npz, where a voice is one of those")
    parser.add_argument("--hts", type=Path, help="the folder of .htsvoice files, likewise")
    parser.add_argument("--cache", type=Path, default=CACHE, help="sentences that were spoken before")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    which, parts = map(int, options.part.split("/"))
    dialogues: Sequence[Dialogue] = read_scripts(options.scripts)[which::parts]
    if options.limit:
        dialogues = _shortest(dialogues)[: options.limit]
    voices: Voices = MeiVoices()
    if options.voices:
        voices = ManyVoices(options.voices, options.cache, styles=options.styles, hts=options.hts)
    among = tuple(options.voices) or None
    pools = replace(training_pools(options.seed), crowded=options.crowded)
    studio = _Studio(options.seed, options.out, pools, voices, among)
    if options.jobs == 1:
        for dialogue in dialogues:
            print(studio.speak(dialogue), flush=True)
    else:
        if options.voices:
            join_network()
        with ProcessPoolExecutor(options.jobs) as pool:
            for line in pool.map(studio.speak, dialogues):
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
