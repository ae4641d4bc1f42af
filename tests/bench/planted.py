"""Does the loop of verification find a name that was masked here and missed there?

    python -m tests.bench.planted CALLS_DIR [CALLS_DIR ...] [--deaf] [--once] [--detected] [--missed]

A folder holds ``<stem>.wav``, ``.truth.json``, ``.case.json``, ``.heard.json`` and ``.heard2.json``
(``python -m models.training.calls.hear`` and the same with ``--again``).  A plan is made from the truth; for
every third party's name that is said again in its call, one mention is taken out of it, and the loop
runs as ``flows.stages`` runs it (the finished audio listened to, both hearings read, at most
``ROUNDS`` times wider, an analyst's time kept).  Counted are the mentions of which either hearing
wrote anything within .3 of their sound.  False alarms and over-mask are those of the loop on the whole
plan, in which nothing is missing.

``--deaf`` does not listen to the finished audio, ``--once`` leaves out the second hearing; what was
listened to is kept under ``--cache``.  ``--detected`` runs the loop on the plans of the program itself
instead: what it adds to them.  ``--missed`` tells of each mention that was not found what was heard.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.files.case_file import case_lookup
from flows.stages import ROUNDS, certain, known
from models.language.readings import Reader, load_reader
from models.training.calls.hear import read_heard
from models.training.weighing.collect_edges import heard_as
from pipeline.audio.recording import Recording, read_recording
from pipeline.finding.detect import detect
from pipeline.hearing.supplement import supplemented
from pipeline.hearing.transcribe import HeardSegment
from pipeline.masking.audio import mask_audio, masked_windows
from pipeline.masking.plan import within_review_time
from pipeline.masking.text import as_text, mask_text
from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, summarise
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.truth import CallTruth, read_truth
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.sound.search import find_sound
from pipeline.types import (
    CharSpan,
    Leak,
    MaskAction,
    MaskItem,
    MaskPlan,
    MaskPolicy,
    Party,
    TimeSpan,
    Transcript,
)
from pipeline.verifying.changes import Changes
from pipeline.verifying.listen import Listener, hear_masked, listen_again
from pipeline.verifying.reread import read_by_sound, read_otherwise
from pipeline.verifying.under_masks import said_under
from pipeline.verifying.verify import values, verify_text
from pipeline.verifying.widen import widen
from tests.bench.figures import StoredCall, planned

KINDS = {"NAME": "PERSON", "ADDRESS": "ADDRESS", "PHONE": "PHONE_NUMBER", "EMAIL": "PHONE_NUMBER"}
PARTIES = {"third": Party.THIRD_PARTY, "requester": Party.REQUESTER, "operator": Party.STAFF}
AUDIBLE = 0.3
"""Of its length, how far what was recognised may be from a name that counts as heard (issue 4)."""


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A made call, what was recognised of it, and the plan that the truth asks for."""

    path: Path
    recording: Recording = field(repr=False)
    transcript: Transcript = field(repr=False)
    truth: CallTruth = field(repr=False)
    spans: dict[str, dict[str, Any]] = field(repr=False)
    plan: MaskPlan = field(repr=False)
    again: Transcript | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the loop ended with; ``plan`` is the last one, whether it leaked or not."""

    plan: MaskPlan
    refused: bool


@dataclass(frozen=True, slots=True)
class Ears:
    """Who listens to the finished audio, if anyone, and what the second hearing wrote where it is masked."""

    listener: Listener | None = None
    heard: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Planted:
    """A mention that was taken out of a plan, and what became of it: shares of its time."""

    item: MaskItem
    masked: float
    shown: float
    refused: bool

    @property
    def found(self) -> bool:
        """Whether it is masked or shown to an analyst."""
        return self.masked >= 0.5 or self.shown >= 0.5


class Remembering:
    """A listener that keeps on disk what it heard.

    Args:
        folder: Where.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: Any = None

    def __call__(self, clips: Sequence[NDArray[np.float32]]) -> tuple[tuple[HeardSegment, ...], ...]:
        """Listen as ``flows.loaded_models.Models.listen`` does, or remember."""
        asked = hashlib.sha256()
        for clip in clips:
            asked.update(hashlib.sha256(clip.tobytes()).digest())
        path = self._folder / asked.hexdigest()[:32]
        if not path.exists():
            if self._models is None:
                from flows.loaded_models import Models
                from flows.settings import Settings

                self._models = Models("base", Settings(cpu_threads=1))
            path.write_bytes(pickle.dumps(self._models.listen(clips)))
        heard: tuple[tuple[HeardSegment, ...], ...] = pickle.loads(path.read_bytes())  # noqa: S301  ours
        return heard


def calls(folders: Sequence[Path], reader: Reader, *, once: bool = False) -> Iterator[MadeCall]:
    """Every call of the folders that was recognised; heard twice, where it was, unless ``once``."""
    for heard in sorted(path for folder in folders for path in folder.glob("*.heard.json")):
        path = heard.with_name(heard.name.removesuffix(".heard.json") + ".wav")
        document = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        transcript, recording, second = read_heard(heard), read_recording(path), None
        if not once and (again := path.with_suffix(".heard2.json")).exists():
            second = read_heard(again)
            transcript = supplemented(transcript, second)
        chars = {(span["start"], span["speaker"]): c for span, c in heard_as(document, transcript, reader)}
        spans = {f"t{number:03d}": span for number, span in enumerate(document["spans"])}
        items = tuple(_item(item_id, span, chars, document["layout"]) for item_id, span in spans.items())
        ordered = tuple(sorted(items, key=lambda item: (item.time, item.item_id)))
        plan = MaskPlan(transcript.call_id, 0, recording.sha256, "", MaskPolicy(), ordered)
        yield MadeCall(path, recording, transcript, read_truth(document, path.stem), spans, plan, second)


def _item(
    item_id: str, span: dict[str, Any], chars: dict[tuple[float, str], CharSpan], layout: str
) -> MaskItem:
    masked = span["party"] == "third" or span["kind"] == "CONFIDENTIAL"
    return MaskItem(
        item_id=item_id,
        entity_type=KINDS.get(span["kind"], span["kind"]),
        chars=chars.get((span["start"], span["speaker"]), CharSpan(0, 0)),
        time=TimeSpan(max(0.0, span["start"] - 0.02), span["end"] + 0.02),
        channels=(1,) if layout == "stereo" and span["speaker"] != "op" else (0,),
        party=PARTIES.get(span["party"], Party.COMPANY),
        action=MaskAction.MASK if masked else MaskAction.KEEP,
        reasons=(),
        source="truth",
        score=1.0,
        needs_review=False,
        ground=1 if masked else 0,
    )


def repeated(call: MadeCall, reader: Reader) -> Iterator[MaskItem]:
    """Third parties' names that the call says more than once and the recogniser heard this time."""
    names = {
        item.item_id: (item, morae(fold_kana(call.spans[item.item_id]["reading"])))
        for item in call.plan.masked
        if item.entity_type == "PERSON" and item.party is Party.THIRD_PARTY
    }
    for item_id, (item, sound) in names.items():
        others = [other for other_id, (_, other) in names.items() if other_id != item_id]
        again = any(
            len(short) >= 2 and find_sound(short, long, 0.0)
            for short, long in (sorted((sound, other), key=len) for other in others)
        )
        if again and _audible(call, item, sound, reader):
            yield item


def _audible(call: MadeCall, item: MaskItem, sound: tuple[Mora, ...], reader: Reader) -> bool:
    hearings = (call.transcript,) if call.again is None else (call.transcript, call.again)
    return any(find_sound(sound, reader.line(_near(item, each)).morae, AUDIBLE) for each in hearings)


def _near(item: MaskItem, hearing: Transcript) -> str:
    """What a hearing wrote within half a second of an item."""
    near = TimeSpan(max(0.0, item.time.start - 0.5), item.time.end + 0.5)
    return "".join(
        hearing.text[word.chars.start : word.chars.end]
        for segment in hearing.segments
        if segment.channel in item.channels
        for word in segment.words
        if word.time.overlaps(near)
    )


def loop(call: MadeCall, plan: MaskPlan, reader: Reader, ears: Ears) -> Outcome:
    """Verify and widen as ``flows.stages.recipe`` does, without files."""
    changes: Changes | None = None
    for _ in range(ROUNDS):
        leaks = _leaks(call, plan, reader, ears, changes)
        if not leaks:
            return Outcome(plan, refused=False)
        wider = widen(plan, leaks, call.transcript, call.recording)
        if wider is None:
            return Outcome(plan, refused=True)
        changes = Changes(plan, wider)
        plan = within_review_time(wider, call.transcript)
    return Outcome(plan, refused=bool(certain(_leaks(call, plan, reader, ears, changes))))


def _leaks(
    call: MadeCall, plan: MaskPlan, reader: Reader, ears: Ears, changes: Changes | None
) -> tuple[Leak, ...]:
    """As ``flows.stages.verify``."""
    masked, kept = (values(call.transcript, plan, action) for action in (MaskAction.MASK, MaskAction.KEEP))
    text = mask_text(call.transcript, plan)
    leaks = verify_text(as_text(text), masked, kept)
    looked_for = known(plan)
    masked = tuple(each for each in masked if each[0] in looked_for)
    readings = tuple((item_id, reader.kana(value)) for item_id, value in masked + kept)
    if ears.listener is not None:
        samples = mask_audio(call.recording.samples, call.recording.rate, plan, call.recording.law)
        product = replace(call.recording, samples=samples)
        leaks += listen_again(product, plan, readings, ears.listener, reader, changes=changes)
    own = {item_id for item_id, _ in masked}
    readings += tuple((item_id, reader.kana(said)) for item_id, said in ears.heard if item_id in own)
    if call.again is not None and plan.revision == 0:
        leaks += read_otherwise(call.again, plan, readings, reader)
    leaks += read_by_sound(text, plan, readings, reader, changes=changes)
    return certain(leaks) if plan.revision else leaks


def tell(call: MadeCall, planted: Planted, ears: Ears, reader: Reader) -> None:
    """Print what was heard of a mention that was not found, and what it was looked for by."""
    item = planted.item
    wanted = morae(fold_kana(call.spans[item.item_id]["reading"]))
    print(f"{call.path.stem} {item.item_id} {item.time.start:.1f}-{item.time.end:.1f} {_reading(call, item)}")
    for name, hearing in (("first", call.transcript), ("again", call.again)):
        if hearing is not None:
            near = _near(item, hearing)
            print(f"    {name}: {near}  {reader.kana(near)}")
    for other in call.plan.masked:
        sound = morae(fold_kana(_reading(call, other)))
        short, long = sorted((sound, wanted), key=len)
        if other is not item and len(short) >= 2 and find_sound(short, long, 0.0):
            text = call.transcript.text[other.chars.start : other.chars.end]
            under = [said for item_id, said in ears.heard if item_id == other.item_id]
            print(f"    looked for as {other.item_id} {_reading(call, other)}: {text} {under}")


def _reading(call: MadeCall, item: MaskItem) -> str:
    return str(call.spans[item.item_id]["reading"])


def covered(call: MadeCall, plan: MaskPlan, item: MaskItem, action: MaskAction) -> float:
    """Share of an item's time that other items of the plan mask, or show."""
    rate, channel = call.recording.rate, item.channels[0]
    if action is MaskAction.KEEP:
        shown = [i for i in plan.items if i.source == "verify" and i.action is action]
        plan = replace(plan, items=tuple(replace(i, action=MaskAction.MASK) for i in shown))
    own = np.zeros(call.recording.length, bool)
    for start, end in masked_windows(plan, channel, rate, call.recording.length):
        own[start:end] = True
    part = own[round((item.time.start + 0.02) * rate) : round((item.time.end - 0.02) * rate)]
    return float(part.mean()) if part.size else 0.0


def alarms(call: MadeCall, before: MaskPlan, after: MaskPlan, action: MaskAction) -> int:
    """Items that the loop added where no third party's data is said."""
    known = {item.item_id for item in before.items}
    data = [span.time for span in call.truth.spans if span.must_mask]
    near = [TimeSpan(max(0.0, time.start - 0.5), time.end + 0.5) for time in data]
    return sum(
        item.action is action and item.item_id not in known and not any(item.time.overlaps(t) for t in near)
        for item in after.items
    )


def figures(call: MadeCall, plan: MaskPlan) -> CallFigures:
    """The contract's figures of a plan."""
    samples = mask_audio(call.recording.samples, call.recording.rate, plan, call.recording.law)
    return measure_call(AudioPair(call.recording.samples, samples, call.recording.rate), call.truth, (), "")


def detected(call: MadeCall, analyzer: Any, reader: Reader) -> MaskPlan:
    """The plan that the program makes."""
    case = case_lookup(call.path.parent)(call.path)
    stored = StoredCall(call.recording, call.transcript, call.truth, case, call.again)
    return planned(stored, detect(call.transcript, analyzer, case, call.again), reader)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--detected", action="store_true")
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--only", default="", help="calls whose names begin so; several with commas")
    parser.add_argument("--cache", type=Path, default=Path("build/planted"))
    options = parser.parse_args()
    reader, listener = load_reader(), None
    if not options.deaf:
        options.cache.mkdir(parents=True, exist_ok=True)
        listener = Remembering(options.cache)
    analyzer = None
    if options.detected:
        from models.analysis.analyzer import load_analyzer

        analyzer = load_analyzer()
    found: list[Planted] = []
    before, after, counts = [], [], np.zeros(3, int)
    for call in calls(options.folders, reader, once=options.once):
        if not call.path.stem.startswith(tuple(options.only.split(","))):
            continue
        plan = call.plan if analyzer is None else detected(call, analyzer, reader)
        # What a missing item would have said is left out later.
        ears = Ears(listener, _under(call, plan, listener))
        whole = loop(call, plan, reader, ears)
        counts += [
            alarms(call, plan, whole.plan, action) for action in (MaskAction.MASK, MaskAction.KEEP)
        ] + [whole.refused]
        before.append(figures(call, plan))
        after.append(figures(call, whole.plan))
        for item in repeated(call, reader) if analyzer is None else ():
            found.append(plant(call, plan, item, reader, ears))
            if options.missed and not found[-1].found:
                tell(call, found[-1], ears, reader)
    report(found, summarise(before), summarise(after), counts)
    return 0


def _under(call: MadeCall, plan: MaskPlan, listener: Listener | None) -> tuple[tuple[str, str], ...]:
    """What is heard where the call is masked: by the second hearing, or else by listening there."""
    if call.again is not None:
        return said_under(plan, call.again)
    return () if listener is None else hear_masked(call.recording, plan, listener)


def plant(call: MadeCall, plan: MaskPlan, item: MaskItem, reader: Reader, ears: Ears) -> Planted:
    """Take an item out of a plan and let the loop run on what is left."""
    less = replace(plan, items=tuple(each for each in plan.items if each is not item))
    end = loop(call, less, reader, ears)
    masked, shown = (covered(call, end.plan, item, action) for action in (MaskAction.MASK, MaskAction.KEEP))
    return Planted(item, masked, shown, end.refused)


def report(found: Sequence[Planted], before: Any, after: Any, counts: NDArray[np.int_]) -> None:
    """Print the figures."""
    minutes = before.seconds / 60
    print(f"{len(before.calls)} calls, {minutes:.1f} min")
    if found:
        masked = [each.masked for each in found if each.masked >= 0.5]
        caught = sum(each.found for each in found)
        print(f"planted {len(found)}: masked {len(masked)} ({len(masked) / len(found):.3f}), ", end="")
        print(f"masked or shown {caught} ({caught / len(found):.3f}), ", end="")
        print(f"whole call refused {sum(each.refused for each in found)}")
        print(f"of those masked, share of their sound covered: {np.mean(masked) if masked else 0:.3f}")
    print(
        f"false alarms a minute: masked {counts[0] / minutes:.2f}, shown {counts[1] / minutes:.2f}; ", end=""
    )
    print(f"refused {counts[2]} calls")
    for name in ("leak", "over_mask", "requester_kept"):
        print(f"{name}: {_share(getattr(before, name))} -> {_share(getattr(after, name))}")


def _share(share: Share) -> str:
    return f"{share.count / max(1, share.total):.4f}"


if __name__ == "__main__":
    sys.exit(main())
