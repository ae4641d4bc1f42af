"""One request from the queue to its recipient, with the real recogniser: ``python -m tests.soak.release``.

A sample call is masked as at night, reviewed by one person over the page's own addresses (what the truth
says is masked, the rest kept, what was missed added), approved by another, released, and opened with the
tools a recipient has: 7z, sha256sum, LibreOffice.  What comes out stays in OUT for a person to look at.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, CompanyList, NewRecording, NewRequest, StaffList
from flows.files.case_file import parse_case
from flows.masking.mask_case_call import mask_case_call
from flows.review.app import create_app
from flows.settings import Settings
from pipeline.audio.recording import read_recording
from pipeline.measuring.truth import TruthSpan, read_truth
from tests.desk_builders import CLERK, NOW, WORKER, identity
from tests.release_builders import run, words_of
from tests.review_site import HOST, Person, add_people, signed_in
from tests.serving import ROOT

SAMPLES = ROOT / "sample_audio"

HIDDEN = {"NAME": "PERSON", "ADDRESS": "ADDRESS", "PHONE": "PHONE_NUMBER", "CONFIDENTIAL": "CONFIDENTIAL"}

WHY = "当社の業務の適正な実施に著しい支障を及ぼすおそれがあるため"


def main() -> int:
    """From the queue to the recipient; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--call", default="meter-mistake", help="of sample_audio")
    parser.add_argument("--out", type=Path, default=Path("build/release"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_desk(Settings(home=folder / "home", work=folder / "work")) as desk:
            add_people(desk)
            call = _masked(desk, options.call)
            app = create_app(desk.settings, desk)
            people = {login: signed_in(app, login) for login in ("kubota", "mori", "kobayakawa")}
            truth = _truth(options.call)
            _review(people, call, truth)
            number = requests.get(desk, call.request_id).number
            package = _go_out(desk, people["kobayakawa"], number, options.out)
        faults = list(_open(package, truth, SAMPLES / f"{options.call}.wav"))
    for fault in faults:
        print("WRONG:", fault)
    print("all as it must be" if not faults else f"{len(faults)} faults", "- look at", package[0].parent)
    return bool(faults)


def _truth(stem: str) -> tuple[TruthSpan, ...]:
    """What has to be masked of a call."""
    truth = read_truth(json.loads((SAMPLES / f"{stem}.truth.json").read_text(encoding="utf-8")))
    return tuple(span for span in truth.spans if span.party == "third" or span.kind == "CONFIDENTIAL")


def _masked(desk: Desk, stem: str) -> Call:
    """A request for the call, masked by the real models."""
    told = json.loads((SAMPLES / f"{stem}.case.json").read_text(encoding="utf-8"))
    case = parse_case(told, "case")
    lists.import_staff(desk, CLERK, StaffList(case.staff))
    company = CompanyList(case.company_names, case.company_phones, case.confidential_terms)
    lists.import_company(desk, CLERK, company)
    new = NewRequest(case.requester, NOW, "post", fee_yen=300, desk="お客様相談室")
    request = requests.receive(desk, CLERK, new)
    do(desk, CLERK, identity(request.number))
    recording = NewRecording("PBX-1", NOW, str(SAMPLES / f"{stem}.wav"))
    added = catalogue.add_recordings(desk, CLERK, [recording])
    call = calls.attach_call(desk, CLERK, request.number, added.new[0])
    began = time.monotonic()
    counts = mask_case_call(desk, WORKER, call.call_id)
    print(f"masked in {time.monotonic() - began:.0f} s:", dict(counts))
    return call


def _review(people: dict[str, Person], call: Call, truth: tuple[TruthSpan, ...]) -> None:
    """All of it decided, each in the order of the page, what was missed added; completed and approved."""
    analyst, path = people["kubota"], f"/api/calls/{call.call_id}"
    whole = analyst.get(path).json()
    # What the program masks as a secret waits for a person's reason too.
    waiting = {*whole["undecided"], *whole["unconfirmed"]}
    open_ = [found for found in whole["findings"] if found["item_id"] in waiting]
    made = [_decision(found, truth, whole["channels"]) for found in open_]
    missed = [span for span in truth if not _covered(span, whole)]
    made += [_added(span, whole["channels"]) for span in missed]
    state = _sent(analyst, f"{path}/decisions", {"count": whole["count"], "decisions": made})
    print(f"decided {len(made) - len(missed)} findings, added {len(missed)} that were missed")
    if state["unconfirmed"]:
        body = {"count": state["count"], "items": state["unconfirmed"], "reason": "確かめた"}
        state = _sent(people["mori"], f"{path}/confirm", body)
    state = _completed(analyst, path, state)
    if state.get("found"):
        # What the check of the copy still hears, such as an echo of what was added, waits for a decision too.
        whole = analyst.get(path).json()
        heard = [found for found in whole["findings"] if found["item_id"] in whole["undecided"]]
        print(f"the check of the copy found {len(heard)} more")
        made = [_decision(found, truth, whole["channels"]) for found in heard]
        state = _sent(analyst, f"{path}/decisions", {"count": whole["count"], "decisions": made})
        state = _completed(analyst, path, state)
    body = {"count": state["count"], "revision": state["revision"], "note": ""}
    state = _sent(people["kobayakawa"], f"{path}/approve", body)
    print("completed by kubota, approved by kobayakawa:", state["state_label"])


def _completed(analyst: Person, path: str, state: dict[str, Any]) -> dict[str, Any]:
    """Complete; where words that are masked stand elsewhere too, those are masked as the page offers them."""
    answer = _checked(analyst, path, state)
    if answer.status_code == 422:
        told = answer.json()
        print("asked about:", told["message"])
        found = [analyst.post(f"{path}/similar", {"item_id": item}).json() for item in told["items"]]
        same = [place for each in found for place in each["places"] if place["likeness"] == 1]
        names = ("start", "end", "channels", "start_char", "end_char")
        more = {"entity_type": "PERSON", "party": "third_party", "ground": 1}
        stretches = [{name: place[name] for name in names} | more for place in same]
        added = [{"kind": "add", "items": [], "stretch": each, "reason": "似た音"} for each in stretches]
        body = {"count": state["count"], "decisions": added}
        state = _sent(analyst, f"{path}/decisions", body)
        answer = _checked(analyst, path, state)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _checked(analyst: Person, path: str, state: dict[str, Any]) -> Any:
    """Complete, and wait until the copy is checked."""
    answer = analyst.post(f"{path}/complete", {"count": state["count"]})
    while answer.status_code == 202:
        time.sleep(1)
        answer = analyst.get(f"{path}/check")
    return answer


def _sent(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = person.post(path, body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _decision(found: dict[str, Any], truth: tuple[TruthSpan, ...], channels: int) -> dict[str, Any]:
    """As somebody decides who hears everything."""
    hits = [span for span in truth if _overlaps(span, found, channels)]
    if not hits:
        return {"kind": "keep", "items": [found["item_id"]], "reason": "聞いて、本人か会社のことと確かめた"}
    secret = any(span.kind == "CONFIDENTIAL" for span in hits)
    why = {"ground": 2, "reason": WHY} if secret else {"ground": 1, "reason": ""}
    return {"kind": "mask", "items": [found["item_id"]], **why}


def _overlaps(span: TruthSpan, found: dict[str, Any], channels: int) -> bool:
    within = found["start"] < span.time.end and span.time.start < found["end"]
    return bool(within and span.channel(channels) in found["channels"])


def _covered(span: TruthSpan, whole: dict[str, Any]) -> bool:
    """Whether findings that are masked, or that the decisions above will mask, lie over all of it."""
    at = span.time.start
    for found in sorted(whole["findings"], key=lambda one: one["start"]):
        masks = found["needs_review"] or found["action"] == "mask"
        if masks and _overlaps(span, found, whole["channels"]) and found["start"] <= at + 0.05:
            at = max(at, found["end"])
    return at >= span.time.end - 0.05


def _added(span: TruthSpan, channels: int) -> dict[str, Any]:
    secret = span.kind == "CONFIDENTIAL"
    stretch = {
        "start": max(0.0, span.time.start - 0.05), "end": span.time.end + 0.05,
        "channels": [span.channel(channels)], "start_char": None, "end_char": None,
        "entity_type": HIDDEN[span.kind], "party": "company" if secret else "third_party",
        "ground": 2 if secret else 1,
    }  # fmt: skip
    return {"kind": "add", "items": [], "stretch": stretch, "reason": WHY if secret else ""}


def _go_out(desk: Desk, approver: Person, number: str, out: Path) -> tuple[Path, Path, str]:
    """Released by the page's button; ZIP, instructions and password, as somebody takes them off the page."""
    page, began = f"/ledger/{number}", time.monotonic()

    def press(step: str, **more: str) -> str:
        form = {"csrf": approver.headers["X-CSRF-Token"], **more}
        answer = approver.client.post(f"{page}/{step}", data=form, headers={"Origin": HOST})
        assert answer.status_code == 200, answer.text
        return answer.text

    press("release")
    print(f"the page answers after {time.monotonic() - began:.1f} s", end=", ")
    while requests.get(desk, number).state is not State.RELEASED:
        shown = approver.get(page).text
        assert "開示できませんでした" not in shown, shown
        time.sleep(1)
    print(f"released after {time.monotonic() - began:.0f} s; record", audit.verify(desk) or "whole")
    shown = press("password", turn="1")
    found = re.search(r'class="secret">([^<]+)<', shown)
    assert found is not None, shown
    archive, told = out / f"{number}.zip", out / f"{number}_開封手順.txt"
    archive.write_bytes(approver.get(f"{page}/package").content)
    told.write_bytes(approver.get(f"{page}/instructions").content)
    return archive, told, found[1]


def _open(package: tuple[Path, Path, str], truth: tuple[TruthSpan, ...], original: Path) -> Iterator[str]:
    """What a recipient does with it; yields what is wrong."""
    archive, _, password = package
    folder = archive.parent
    if run("7z", "t", "-pwrong", archive).returncode == 0:
        yield "opens with a wrong password"
    opened = run("7z", "x", "-y", f"-p{password}", f"-o{folder}", archive)
    if opened.returncode:
        yield f"7z: {opened.stdout[-300:]}"
    inside = folder / archive.stem
    sums = run("sha256sum", "-c", "SHA256SUMS", cwd=inside)
    print(sums.stdout.strip())
    if sums.returncode:
        yield "hashes"
    made = run("soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, inside / "回答書.docx")
    pages = run("pdftoppm", "-r", "70", "-png", folder / "回答書.pdf", folder / "letter")
    if made.returncode or pages.returncode:
        yield "the letter does not open"
    own = original.with_suffix(".case.json").read_text(encoding="utf-8")
    # A family has one name: what is the requester's own stands in the letter.
    secrets = {span.surface for span in truth if len(span.surface) > 1 and span.surface not in own}
    for name, text in _texts(inside, folder / "回答書.pdf"):
        yield from (f"{name}: a masked value" for secret in secrets if secret in text)
    for path in inside.glob("*.mp3"):
        yield from _tags(path)
    yield from _sound(next(inside.glob("*.wav")), truth, original)


def _texts(inside: Path, letter: Path) -> Iterator[tuple[str, str]]:
    """All that can be read of a package, without spaces."""
    for path in (*inside.glob("*.txt"), *inside.glob("*.json")):
        yield path.name, re.sub(r"\s", "", path.read_text(encoding="utf-8-sig"))
    for path in inside.glob("*.docx"):
        yield path.name, re.sub(r"\s", "", words_of(path))
    yield letter.name, re.sub(r"\s", "", run("pdftotext", "-layout", letter, "-").stdout)


def _tags(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    for mark in (b"ID3", b"APETAGEX", b"TAG", b"Xing", b"Info"):
        if mark in raw[:200] or mark in raw[-160:]:
            yield f"{path.name}: {mark.decode()}"
    with av.open(io.BytesIO(raw)) as container:
        seconds = (container.duration or 0) / 1e6
        print(f"{path.name}: {container.format.name}, {seconds:.1f} s, tags", container.metadata)
        if container.metadata or any(stream.metadata for stream in container.streams):
            yield f"{path.name}: tags"


def _sound(path: Path, truth: tuple[TruthSpan, ...], original: Path) -> Iterator[str]:
    """How much of what had to be masked sounds as it did."""
    before, after = read_recording(original), read_recording(path)
    if before.samples.shape != after.samples.shape or before.rate != after.rate:
        yield "the sound has another shape"
        return
    same = total = 0
    for span in truth:
        channel = span.channel(before.channels)
        first, last = round(span.time.start * before.rate), round(span.time.end * before.rate)
        one, other = before.samples[channel, first:last], after.samples[channel, first:last]
        loud = np.abs(one.astype(np.int32)) > 410  # -38 dBFS, as ``kaiji evaluate`` counts speech
        same, total = same + int((loud & (one == other)).sum()), total + int(loud.sum())
    print(f"left unchanged of what had to be masked: {same / max(1, total):.2%} of {len(truth)} stretches")
    if same > 0.02 * total:
        yield "something that had to be masked is heard"


if __name__ == "__main__":
    sys.exit(main())
