"""Count what the recogniser does to speech: the noise channel's rates and confusions.

    python -m models.training.tagging.count_noise CALLS_DIR... --out models/training/tagging/confusions.json

The folders hold ``<stem>.heard.json``, ``.heard2.json`` (``models.training.calls.hear``) and ``.truth.json``.
What comes out is counts of morae: nothing of what was said can be read from it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.language.readings import Reader, load_reader
from models.training.calls.align_labels import aligned
from models.training.calls.examples import spoken_and_heard
from models.training.calls.hear import read_heard
from pipeline.sound.morae import mora_price
from pipeline.types import Transcript

FAR_OFF = 0.75
"""Price of a pair beyond which it is no confusion but a stretch that was lost and another made up."""

LOST = 0.75
"""Share of a span's morae that nothing was heard for, from which the span was lost."""


@dataclass(slots=True)
class Counts:
    """What was counted: by kind of speech (``""`` for what is nobody's data), and by mora."""

    said: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    spelt: Counter[str] = field(default_factory=Counter)
    vanished: Counter[str] = field(default_factory=Counter)
    heard_as: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """What a mora was heard as; ``""`` for nothing, and by ``""`` what was made up."""

    def add(self, transcript: Transcript, truth: dict[str, Any], reader: Reader) -> None:
        """Count one call.

        Args:
            transcript: Recognised from its audio.
            truth: Its truth.json.
            reader: Reads both.
        """
        kind_of = ["", *(span["kind"] for span in truth["spans"])]
        for _, said, sounds, chars, times in spoken_and_heard(transcript, truth, reader):
            pairs = aligned(said, sounds, times)
            label = 0
            found: dict[int, list[int]] = defaultdict(list)
            right: Counter[int] = Counter()
            for i, j in pairs:
                label = said[i].label if i is not None else label
                kind = kind_of[label]
                one = "" if i is None else "".join(said[i].mora)
                two = "" if j is None else "".join(sounds[j])
                if i is not None and j is not None and mora_price(said[i].mora, sounds[j]) > FAR_OFF:
                    self.heard_as[one][""] += 1
                    self.heard_as[""][two] += 1
                else:
                    self.heard_as[one][two] += 1
                self.said[kind] += i is not None
                self.made[kind] += i is None
                self.lost[kind] += j is None
                self.same[kind] += one == two
                self.other[kind] += i is not None and j is not None and one != two
                if label and j is not None and i is not None:
                    found[label].append(j)
                    right[label] += one == two
            size = Counter(m.label for m in said)
            for label in sorted(size.keys() - {0}):
                kind = kind_of[label]
                heard = found[label]
                self.spans[kind] += 1
                self.vanished[kind] += len(heard) <= (1 - LOST) * size[label]
                self.whole[kind] += right[label] == size[label]
                text = transcript.text[chars[heard[0]].start : chars[heard[-1]].end] if heard else ""
                self.spelt[kind] += text == truth["spans"][label - 1]["surface"]

    def lines(self) -> list[str]:
        """The counts as shares, one line a kind."""
        return [
            f"{kind or 'other'}: {self.said[kind]} morae, other {self.other[kind] / self.said[kind]:.3f}, "
            f"lost {self.lost[kind] / self.said[kind]:.3f}, made {self.made[kind] / self.said[kind]:.3f}"
            + (
                f"; {self.spans[kind]} spans, whole by sound {self.whole[kind] / self.spans[kind]:.2f}, "
                f"spelt right {self.spelt[kind] / self.spans[kind]:.2f}, "
                f"vanished {self.vanished[kind] / self.spans[kind]:.2f}"
                if self.spans[kind]
                else ""
            )
            for kind in sorted(self.said)
        ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.tagging.count_noise", description=__doc__
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    reader, counts, hearings = load_reader(), Counts(), 0
    for path in sorted(p for folder in options.folders for p in folder.glob("*.heard*.json")):
        stem = path.name.split(".heard")[0]
        truth = json.loads(path.with_name(f"{stem}.truth.json").read_text(encoding="utf-8"))
        counts.add(read_heard(path), truth, reader)
        hearings += 1
    print(f"{hearings} hearings", *counts.lines(), sep="\n")
    if options.out:
        table = {said: dict(sorted(heard.items())) for said, heard in sorted(counts.heard_as.items())}
        options.out.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
