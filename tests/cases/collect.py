"""Cut cases out of invented calls: what is masked that must be kept, what is kept that must be masked.

    python -m tests.cases.collect --scripts tests/bench/unseen/u56a.script.txt --seed 916847
    python -m tests.cases.collect --heard CALLS_DIR... --voice mei
        [--into DIR] [--guards 3] [--most 12] [--most-of-call 3]

Scripts are taken in their exact words; folders as they were heard (``tests.cases.heard_calls``).  Each miss
becomes a case of the smallest window of its call in which it is missed still, under the cause that it has:
not found, found in part, only shown, or another's.  ``--guards`` also takes what is right and no longer would
be if one pass of ownership were left out.  What the files hold already stays as it is.

Only invented people may come into a case: nothing but these two sources is read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.files.case_file import parse_case
from flows.loaded_models import Models
from flows.settings import Settings
from pipeline.ownership.chain import NAMES
from pipeline.reasons import Reason
from pipeline.types import CharSpan, MaskAction, MaskItem, TimeSpan, Transcript
from tests.cases.case_files import FOLDER, segments_json, transcript_of, write_cases
from tests.cases.exact_words import exact_calls
from tests.cases.heard_calls import heard_calls
from tests.cases.material import Material, Target
from tests.cases.outcomes import ENOUGH, Call, Machinery, Outcome, found, outcome, planned

WINDOWS = (1, 3, 6, 10)
"""Utterances on each side of a miss, from the smallest window tried to the largest."""

CLEAR = 0.5
"""Share of its characters below which a stretch of recognised words is a miss, for where exactly something
begins in garbled words is itself a guess; of exact words it is ``ENOUGH``."""

MAX_SOUND = 4_096
"""Characters of a case's packed sound; of more, the sound of the outermost utterances is dropped."""


@dataclass(frozen=True, slots=True)
class _Miss:
    """A stretch that is not as it has to be, or a pass without which it would not be (``guard``)."""

    target: Target
    cause: str
    why: str = field(repr=False)
    guard: str = ""

    @property
    def subject(self) -> str:
        """The file it goes into."""
        if self.target.action is MaskAction.KEEP:
            return "keep_requester" if self.target.party == "requester" else "keep_company_and_staff"
        owned = self.cause.startswith("taken for") or self.guard
        return "ownership" if owned and self.target.subject != "secrets" else self.target.subject


class _Files:
    """The case files of a folder, how many cases of each kind they hold, and what was met beside."""

    def __init__(self, folder: Path, most: int, guards: int) -> None:
        self.folder, self._most, self._guards = folder, most, guards
        self._cases: dict[str, list[dict[str, Any]]] = {}
        for path in sorted(folder.glob("*.json")):
            self._cases[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        self._kinds = Counter(
            (subject, case["from"].get("cause"), case["from"].get("words"))
            for subject, cases in self._cases.items()
            for case in cases
        )
        self._known = {_essence(case) for cases in self._cases.values() for case in cases}
        self.met: Counter[str] = Counter()

    def room(self, miss: _Miss, words: str) -> bool:
        """Whether a case of this kind is wanted still."""
        most = self._guards if miss.guard else self._most
        return self._kinds[miss.subject, miss.cause, words] < most

    def add(self, miss: _Miss, case: dict[str, Any]) -> bool:
        """Take a case, unless the same is there."""
        if _essence(case) in self._known:
            return False
        self._known.add(_essence(case))
        self._kinds[miss.subject, miss.cause, case["from"]["words"]] += 1
        self._cases.setdefault(miss.subject, []).append(case)
        return True

    def write(self) -> None:
        """Write all files."""
        for subject, cases in self._cases.items():
            write_cases(self.folder / f"{subject}.json", cases)


def _essence(case: Mapping[str, Any]) -> str:
    """Alike in it, two cases are the same: their cause, and the words around what is expected."""
    each = case["expect"][0]
    near = [row["text"] for row in case["segments"] if each["text"] in row["text"]]
    return json.dumps([case["from"].get("cause"), each, near[:1]], ensure_ascii=False, sort_keys=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scripts", type=Path, nargs="+", default=())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--heard", type=Path, nargs="+", default=())
    parser.add_argument("--voice", default="kokoro")
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--most", type=int, default=12, help="cases of one subject and cause")
    parser.add_argument("--most-of-call", type=int, default=3)
    parser.add_argument("--guards", type=int, default=0, help="cases for each pass, subject and direction")
    options = parser.parse_args(arguments)
    machinery = Models("base", Settings())
    files = _Files(options.into, options.most, options.guards)
    calls = 0
    for material in (
        *exact_calls(options.scripts, options.seed),
        *heard_calls(options.heard, options.voice, machinery.reader),
    ):
        calls += 1
        _collect(material, machinery, files, options.most_of_call, guards=options.guards > 0)
    files.write()
    print(f"{calls} calls", file=sys.stderr)
    for cause, count in files.met.most_common():
        print(f"{count}\t{cause}", file=sys.stderr)
    return 0


def _collect(
    material: Material, machinery: Machinery, files: _Files, most_of_call: int, *, guards: bool
) -> None:
    words = str(material.source["words"])
    taken = 0
    for miss in _misses(material, machinery, guards=guards):
        if not miss.guard:
            files.met[f"{words}: {miss.target.party} {miss.target.subject}: {miss.cause}"] += 1
        if (taken >= most_of_call and not miss.guard) or not files.room(miss, words):
            continue
        case = _smallest(material, miss, machinery)
        if case is None:
            files.met[f"{words}: {miss.target.party} {miss.target.subject}: not so in a window"] += 1
        elif files.add(miss, case):
            taken += not miss.guard


def _misses(material: Material, machinery: Machinery, *, guards: bool) -> Iterator[_Miss]:
    """What is wrong in a call, each surface once for each cause; then what one pass alone gets right."""
    call = _call(material)
    entities = found(call, machinery)
    result = planned(call, entities, machinery)
    enough = CLEAR if material.again else ENOUGH
    seen: set[tuple[str, str]] = set()
    for target in material.targets:
        if result.share_right(target.chars, target.action) < enough:
            cause, why = _cause(target, result, call.transcript.text)
            if (target.said, cause) not in seen:
                seen.add((target.said, cause))
                yield _Miss(target, cause, why)
    for name in sorted(NAMES) if guards else ():
        without = planned(call, entities, machinery, leave_out=frozenset({name}))
        for target in material.targets:
            right = result.share_right(target.chars, target.action) >= ENOUGH
            if right and without.share_right(target.chars, target.action) < CLEAR:
                said = f"{_whose(target)} {target.said!r} is right only by the pass {name}."
                yield _Miss(target, f"only by {name}", said, name)


def _call(material: Material) -> Call:
    return Call(material.words, parse_case(material.raw_case, "case"), material.again)


_PARTY_NAME = {
    "third": "a third party",
    "requester": "the requester",
    "staff": "the staff",
    "company": "the company",
    "third_party": "a third party",
    "unknown": "nobody known",
}
_SUBJECT_NAME = {
    "names": "name",
    "addresses": "address",
    "numbers": "number",
    "mail": "mail address",
    "kanji": "explanation of kanji",
    "secrets": "secret",
}


def _whose(target: Target) -> str:
    return f"{_PARTY_NAME[target.party].capitalize()}'s {_SUBJECT_NAME[target.subject]}"


def _cause(target: Target, result: Outcome, text: str) -> tuple[str, str]:
    """Why a stretch is wrong: a class of misses, and a sentence."""
    written = text[target.chars.start : target.chars.end]
    said = f"{_whose(target)} {target.said!r}"
    said += "" if written == target.said else f", written {written!r},"
    decisive = MaskAction.KEEP if target.action is MaskAction.MASK else MaskAction.MASK
    there = [item for item in result.plan.items if item.chars.overlaps(target.chars)]
    wrong = [item for item in there if item.action is decisive]
    if not wrong:
        cause = "found in part" if there else "not found"
        return cause, f"{said} is {cause}."
    item = max(wrong, key=lambda each: _shared(each, target))
    reason = item.reasons[-1].reason if item.reasons else Reason.NOT_GIVEN
    if reason is Reason.CANDIDATE_LEFT:
        return "only shown", f"{said} is found, but too unlikely to be masked."
    if target.action is MaskAction.KEEP:
        what = f"{item.entity_type} of {_PARTY_NAME[str(item.party)]}"
        return f"masked as {item.party}", f"{said} is masked as {what} ({reason.name})."
    return f"taken for {item.party}", f"{said} is taken for {_PARTY_NAME[str(item.party)]}'s ({reason.name})."


def _shared(item: MaskItem, target: Target) -> int:
    return min(item.chars.end, target.chars.end) - max(item.chars.start, target.chars.start)


def _smallest(material: Material, miss: _Miss, machinery: Machinery) -> dict[str, Any] | None:
    """The case of the smallest window in which it is missed, or guarded, as in the whole call."""
    touched = [n for n, s in enumerate(material.words.segments) if s.chars.overlaps(miss.target.chars)]
    for around in WINDOWS:
        first, last = max(0, touched[0] - around), touched[-1] + around + 1
        case = _cut(material, miss, first, last)
        call = Call(
            transcript_of(case["segments"], case["id"]),
            parse_case(case["case"], "case"),
            transcript_of(case["second"], case["id"]) if "second" in case else None,
        )
        here, action = CharSpan(*case["expect"][0]["chars"]), miss.target.action
        right = outcome(call, machinery).share_right(here, action) >= ENOUGH
        if not miss.guard:
            if not right:
                return case
        elif right:
            without = outcome(call, machinery, leave_out=frozenset({miss.guard}))
            if without.share_right(here, action) < CLEAR:
                return case
    return None


def _cut(material: Material, miss: _Miss, first: int, last: int) -> dict[str, Any]:
    """A window of a call as a case."""
    words, target = material.words, miss.target
    window = words.segments[first:last]
    time = TimeSpan(min(s.time.start for s in window), max(s.time.end for s in window))
    offset = window[0].chars.start
    rows = segments_json(words, first, last, time.start)
    if material.again is None:
        rows = [{key: row[key] for key in ("speaker", "channel", "text")} for row in rows]
    at = [target.chars.start - offset, target.chars.end - offset]
    case: dict[str, Any] = {
        "id": ".".join([*_call_id(material), str(target.chars.start), *([miss.guard] if miss.guard else [])]),
        "from": {**material.source, "cause": miss.cause},
        "why": miss.why,
        "case": material.raw_case,
        "segments": _with_less_sound(rows),
    }
    if material.again is not None and (second := _within(material.again, time)):
        case["second"] = second
    case["expect"] = [
        {
            "chars": at,
            "text": words.text[target.chars.start : target.chars.end],
            "entity": target.kind,
            "party": target.party,
            "action": str(target.action),
        }
    ]
    case["known_failure"] = not miss.guard
    return case


def _call_id(material: Material) -> tuple[str, str]:
    """A call, and who spoke it; of exact words nobody."""
    return str(material.source["call"]), str(material.source.get("voice", "exact"))


def _within(again: Transcript, time: TimeSpan) -> list[dict[str, Any]]:
    """The utterances of a second hearing that lie in a window; without their sound, which the first has."""
    inside = [n for n, s in enumerate(again.segments) if s.time.overlaps(time)]
    zero = min([time.start, *(again.segments[n].words[0].time.start for n in inside)])
    rows = (row for n in inside for row in segments_json(again, n, n + 1, zero))
    return [{key: value for key, value in row.items() if key != "sound"} for row in rows]


def _with_less_sound(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop sound from the outside inwards until what is left is short enough."""
    middle = (len(rows) - 1) / 2
    outwards = sorted(range(len(rows)), key=lambda number: -abs(number - middle))
    for number in outwards:
        if sum(len(json.dumps(row.get("sound", ""))) for row in rows) <= MAX_SOUND:
            break
        rows[number].pop("sound", None)
    return rows


if __name__ == "__main__":
    sys.exit(main())
