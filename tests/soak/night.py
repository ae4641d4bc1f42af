"""A whole night as a company would have it: ``python -m tests.soak.night`` (part of ``make soak``).

``make serve`` itself on a fresh home, twenty requests of the sample calls with some of them broken on
purpose, one call on demand over Prefect's API, then the night.  At the end every good call is in review,
every broken one set aside with its reason, the record is whole, and nothing personal lies in clear.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, CompanyList, NewRecording, NewRequest, StaffList
from flows.files.case_file import parse_case
from flows.settings import Settings
from pipeline.audio.recording import read_recording
from pipeline.audio.wav import write_wav
from pipeline.types import CallCase
from tests.desk_builders import CLERK, NOW, identity
from tests.sentinels import everything_under, found_in
from tests.serving import ROOT, Serving

SAMPLES = sorted((ROOT / "sample_audio").glob("*.wav"))

BREAKS = ("unreadable_audio", "recording_changed", "recording_unreadable", "unreadable_audio")
"""What is done to the last requests' recordings, in turn."""


@dataclass
class Asked:
    """A request's call, and how it has to end."""

    call: Call
    recording: Path
    kind: str | None


def main() -> int:
    """Run the night; 0 when all is as it must be."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="kaiji-night-") as folder:
        home = Path(folder) / "home"
        desk = open_desk(Settings(home=home, work=home / "work"))
        asked = list(_ask(desk, Path(folder), options))
        serving = Serving(home, by_make=True)
        try:
            return _report(_night(desk, serving, asked), asked)
        finally:
            # Make ends by the signal itself (-2) once what it started has ended.
            print("stopped with", serving.stop())
            print(serving.printed[-400:])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--broken", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=0.0, help="of each sample call; 0: all of it")
    return parser.parse_args()


def _ask(desk: Desk, folder: Path, options: argparse.Namespace) -> Iterator[Asked]:
    cases = [_case(sample) for sample in SAMPLES]
    lists.import_staff(desk, CLERK, StaffList(tuple({name for case in cases for name in case.staff})))
    company = CompanyList(
        tuple({name for case in cases for name in case.company_names}),
        tuple({phone for case in cases for phone in case.company_phones}),
        tuple({term for case in cases for term in case.confidential_terms}),
    )
    lists.import_company(desk, CLERK, company)
    for number in range(options.requests):
        sample, case = SAMPLES[number % len(SAMPLES)], cases[number % len(SAMPLES)]
        path = folder / f"{number:02d}-{sample.name}"
        _cut(sample, path, options.seconds)
        broken = number - (options.requests - options.broken)
        kind = BREAKS[broken % len(BREAKS)] if broken >= 0 else None
        if kind == "unreadable_audio":
            path.write_bytes(b"no audio")
        request = requests.receive(desk, CLERK, NewRequest(case.requester, NOW, "post"))
        do(desk, CLERK, identity(request.number))
        added = catalogue.add_recordings(desk, CLERK, [NewRecording(f"PBX-{number}", NOW, str(path))])
        call = calls.attach_call(desk, CLERK, request.number, added.new[0])
        if kind == "recording_changed":
            path.write_bytes(path.read_bytes() + b"\0\0")
        if kind == "recording_unreadable":
            path.unlink()
        yield Asked(call, path, kind)


def _case(sample: Path) -> CallCase:
    return parse_case(json.loads(sample.with_suffix(".case.json").read_text(encoding="utf-8")), "case")


def _cut(sample: Path, path: Path, seconds: float) -> None:
    if not seconds:
        path.write_bytes(sample.read_bytes())
        return
    recording = read_recording(sample)
    write_wav(path, recording.samples[:, : round(seconds * recording.rate)], recording.rate, recording.law)


def _night(desk: Desk, serving: Serving, asked: list[Asked]) -> list[str]:
    """On demand, then the night; returns what is not as it must be."""
    began = time.monotonic()
    serving.await_ready()
    print(f"serving after {time.monotonic() - began:.0f} s:", sorted(serving.deployments()))
    faults = [] if len(serving.deployments()) == 4 else ["not four deployments"]
    began = time.monotonic()
    state = serving.await_end(serving.begin("mask-call/on-demand", call_id=asked[0].call.call_id))
    now = calls.get_call(desk, asked[0].call.call_id).state
    print(f"on demand: {state['type']}, call {now}, {time.monotonic() - began:.0f} s")
    faults += [] if now is State.IN_REVIEW else ["on demand"]
    began = time.monotonic()
    state = serving.await_end(serving.begin("nightly/nightly"), 6 * 3600)
    print(f"nightly: {state['type']}, {time.monotonic() - began:.0f} s")
    print(serving.artifact("nightly-summary"))
    faults += [] if state["type"] == "COMPLETED" else ["nightly"]
    faults += [f"record: {fault}" for fault in audit.verify(desk)]
    return faults + list(_fates(desk, asked)) + list(_clear_text(desk, asked))


def _fates(desk: Desk, asked: list[Asked]) -> Iterator[str]:
    for one in asked:
        call = calls.get_call(desk, one.call.call_id)
        wanted = State.IN_REVIEW if one.kind is None else State.FAILED
        print(f"{call.call_id} {call.state:10} {call.failure_kind or '':22} {call.failure_reason or ''}")
        if (call.state, call.failure_kind) != (wanted, one.kind):
            yield f"{one.recording.name}: {call.state} {call.failure_kind}, not {wanted} {one.kind}"


def _clear_text(desk: Desk, asked: list[Asked]) -> Iterator[str]:
    names = {one.recording.name for one in asked}
    for case in map(_case, SAMPLES):
        names |= {name.text for name in case.requester.names if len(name.text) > 2}
        names |= set(case.requester.phones)
    for path, raw in everything_under(desk.settings.home):
        yield from (f"{path.name}: a name in clear" for _ in found_in(raw, tuple(names)))


def _report(faults: list[str], asked: list[Asked]) -> int:
    print(f"{len(asked)} requests,", "all as it must be" if not faults else f"{len(faults)} faults")
    for fault in faults:
        print(" ", fault)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
