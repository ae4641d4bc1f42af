"""Lines and who says them: from scripts, spoken by nobody, and from calls on two channels as they were heard.

    python -m models.training.voices.collect_roles --scripts FILE... [--heard CALLS_DIR...] --out LINES.jsonl

Each line stands there whole and in pieces, as a pause may cut it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.training.calls.hear import read_heard
from models.training.calls.pools import training_pools
from sample_audio.casting import cast
from sample_audio.script import read_scripts

_PIECE = re.compile(r"[^、。？！?!…]+[、。？！?!…]*")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scripts", type=Path, nargs="+", default=())
    parser.add_argument("--heard", type=Path, nargs="+", default=())
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    with options.out.open("w", encoding="utf-8") as out:
        for speaker, text in (*_written(options.scripts, options.seed), *_heard(options.heard)):
            pieces = _PIECE.findall(text)
            for said in {text, *pieces} if len(pieces) > 1 else {text}:
                out.write(json.dumps({"speaker": speaker, "text": said}, ensure_ascii=False) + "\n")
    return 0


def _written(scripts: Sequence[Path], seed: int) -> Iterator[tuple[str, str]]:
    pools = training_pools(seed)
    for dialogue in read_scripts(list(scripts)):
        yield from ((turn.speaker, turn.text) for turn in cast(dialogue, seed, pools).turns)


def _heard(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in (found for folder in folders for found in sorted(folder.glob("*.heard.json"))):
        transcript = read_heard(path)
        for segment in transcript.segments:
            if segment.speaker is not None:
                yield segment.speaker, transcript.text[segment.chars.start : segment.chars.end]


if __name__ == "__main__":
    sys.exit(main())
