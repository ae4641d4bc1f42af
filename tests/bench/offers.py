"""How often the case's own words are offered where they are said, from stored recognition.

    python -m tests.bench.offers CALLS_DIR... [--only h3,h4]

Of each mention of a word of the case (requester, staff, company) in the truth: whether the transcript has it
as the case writes it, or the page would offer it; and how many offers stand where that word is said.  Both by
the reading alone, as without a listener, and with what was heard.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from models.language.readings import Reader, load_reader
from models.training.calls.stored import StoredCall, stored_calls
from models.wording.known import known_words
from pipeline.correcting.spoken_offers import offers_for
from pipeline.types import CharSpan, TimeSpan, Transcript
from tests.bench.figures import add_arguments

NEAR_SECONDS = 0.3
"""Seconds by which the times of words are off."""


class _Made(NamedTuple):
    """An offer and the time of the words in whose place it would stand."""

    text: str
    time: TimeSpan


def _made(transcript: Transcript, call: StoredCall, reader: Reader) -> Iterator[_Made]:
    words = known_words(call.case, reader)
    for line in transcript.segments:
        sounds = reader.line(transcript.text[line.chars.start : line.chars.end])
        for offer in offers_for(transcript, line.chars, sounds, words):
            start = line.chars.start
            yield _Made(
                offer.text,
                _time_of(transcript, CharSpan(start + offer.chars.start, start + offer.chars.end)),
            )


def _time_of(transcript: Transcript, chars: CharSpan) -> TimeSpan:
    words = [w.time for s in transcript.segments for w in s.words if w.chars.overlaps(chars)]
    return TimeSpan(min(w.start for w in words), max(w.end for w in words))


def _written(transcript: Transcript, time: TimeSpan) -> str:
    near = (w for s in transcript.segments for w in s.words if _is_near(w.time, time))
    return "".join(transcript.text[w.chars.start : w.chars.end] for w in near)


def _is_near(one: TimeSpan, other: TimeSpan) -> bool:
    return one.start < other.end + NEAR_SECONDS and other.start < one.end + NEAR_SECONDS


def counted(call: StoredCall, reader: Reader) -> Counter[str]:
    """Count the mentions, what is written rightly, and offers, in all and right, in both ways."""
    names = sorted((word.text for word in known_words(call.case, reader)), key=len, reverse=True)
    said = [(span, next((n for n in names if n in span.surface), "")) for span in call.truth.spans]
    bare = replace(
        call.transcript, segments=tuple(replace(s, posteriorgrams=()) for s in call.transcript.segments)
    )
    made = {"read": list(_made(bare, call, reader)), "heard": list(_made(call.transcript, call, reader))}
    count: Counter[str] = Counter()
    for way, each in made.items():
        count[f"offers {way}"] += len(each)
        count[f"right {way}"] += sum(
            any(_is_near(one.time, s.time) and one.text in s.surface for s, _ in said) for one in each
        )
    for span, name in said:
        if not name:
            continue
        count["mentions"] += 1
        if name in _written(call.transcript, span.time):
            count["written"] += 1
            continue
        for way, each in made.items():
            count[f"offered {way}"] += any(
                _is_near(one.time, span.time) and one.text in span.surface for one in each
            )
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    only = [each for each in options.only.split(",") if each]
    reader, total, calls = load_reader(), Counter[str](), 0
    for call in stored_calls(options.folders, only, exact=options.exact):
        total += counted(call, reader)
        calls += 1
    if not calls:
        print("no calls with words there", file=sys.stderr)
        return 2
    left = total["mentions"] - total["written"]
    print(f"{calls} calls: {total['mentions']} mentions, {total['written']} written as the case has them\n")
    print("| offered by | of the others | offers | right |\n|---|--:|--:|--:|")
    for way in ("read", "heard"):
        there, made, right = (total[f"{what} {way}"] for what in ("offers_for", "offers", "right"))
        print(f"| {way} | {there} of {left} | {made} | {right} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
