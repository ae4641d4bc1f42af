from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from flows.desk.integrity import audit
from flows.desk.work.reviews import load_review
from flows.review.content.sound import UNUSED_SECONDS, WAV_HEADER_BYTES, Shelf, View
from flows.review.routes.sound import ADDRESS_SECONDS
from pipeline.audio.recording import read_recording
from pipeline.masking.audio import mask_audio
from tests.browser.made_calls import SAMPLES, into_review, sample_call
from tests.builders import item, plan, recording


def play(person, call, what: str, **stretch: float):
    """An address."""
    return person.post(f"/api/calls/{call.call_id}/play", {"what": what, **stretch})


def samples(body: bytes) -> np.ndarray:
    """Of a WAV file: (channels, n)."""
    with wave.open(io.BytesIO(body)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels()).T


@pytest.fixture
def original() -> np.ndarray:
    """What was recorded."""
    return read_recording(SAMPLES / "accident-witness.wav").samples


def test_the_original_is_heard_and_that_goes_on_record(analyst, call, desk, original):
    """Who, which call, which stretch: once for each play, however many pieces a browser asks for."""
    before = len(audit.entries(desk))
    told = play(analyst, call, "original", start=1.0, end=2.5).json()
    for part in ("bytes=0-99", "bytes=100-", "bytes=-10"):
        assert analyst.get(told["url"], headers={"Range": part}).status_code == 206

    heard = [e for e in audit.entries(desk)[before:] if e.action == "call.listen"]
    assert [(e.actor.name, e.subject.call_id, dict(e.detail)) for e in heard] == [
        ("kubota", call.call_id, {"from_ms": 1000, "to_ms": 2500})
    ]
    body = analyst.get(told["url"]).content
    assert np.array_equal(samples(body), original[:, 8000:20000])


def test_the_masked_copy_is_the_draft_as_it_is_now(analyst, call, desk, original):
    """The very samples that the final copy will have, without a word in the record."""
    before = [e for e in audit.entries(desk) if e.action == "call.listen"]
    told = play(analyst, call, "masked").json()
    body = analyst.get(told["url"]).content
    draft = load_review(desk, call.call_id).draft
    assert np.array_equal(samples(body), mask_audio(original, 8000, draft, "alaw"))

    open_ = analyst.get(f"/api/calls/{call.call_id}/state").json()["undecided"]
    kept = {"kind": "keep", "items": open_[:1], "reason": "本人"}
    analyst.post(f"/api/calls/{call.call_id}/decisions", {"count": 0, "decisions": [kept]})
    later = analyst.get(play(analyst, call, "masked").json()["url"]).content
    draft = load_review(desk, call.call_id).draft
    assert np.array_equal(samples(later), mask_audio(original, 8000, draft, "alaw"))
    # The address from before still is the copy from before.
    assert analyst.get(told["url"]).content == body
    assert [e for e in audit.entries(desk) if e.action == "call.listen"] == before


def test_pieces_make_the_whole(analyst, call):
    """Whatever is asked for is that part of the file, with the right head."""
    url = play(analyst, call, "masked").json()["url"]
    whole = analyst.get(url)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "no-store"
    assert whole.headers["content-type"] == "audio/wav"
    for wanted, first, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=43-46", 43, 47),
        ("bytes=101-70000", 101, 70001),
        ("bytes=-7", size - 7, size),
        (f"bytes={size - 3}-{size + 50}", size - 3, size),
        ("bytes=45-", 45, size),
    ):
        part = analyst.get(url, headers={"Range": wanted})
        assert (part.status_code, part.content) == (206, whole.content[first:stop])
        assert part.headers["content-range"] == f"bytes {first}-{stop - 1}/{size}"
        assert part.headers["content-length"] == str(stop - first)
    beyond = analyst.get(url, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for odd in ("bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=-", "bytes=" + "9" * 400 + "-"):
        assert analyst.get(url, headers={"Range": odd}).status_code == 200


def test_both_channels_of_a_call(analyst, desk):
    """As they are."""
    stems = sorted(path.stem for path in SAMPLES.glob("*.wav"))
    stereo = next(s for s in stems if read_recording(SAMPLES / f"{s}.wav").channels == 2)
    call = into_review(desk, sample_call(stereo))
    body = analyst.get(play(analyst, call, "original").json()["url"]).content

    assert np.array_equal(samples(body), read_recording(SAMPLES / f"{stereo}.wav").samples)
    assert len(analyst.get(f"/api/calls/{call.call_id}/peaks").json()["channels"]) == 2


def test_an_address_is_good_for_a_while(analyst, call, clock):
    """And not for ever; nor changed, nor guessed."""
    url = play(analyst, call, "original").json()["url"]
    assert call.call_id not in url
    for wrong in (url[:-4] + "AAAA", url.replace(url[20:24], "zzzz"), "/audio/" + "A" * 200):
        assert analyst.get(wrong).status_code == 404
    for wrong in ("/audio/short", "/audio/../desk.sqlite3", "/audio/" + "A" * 2000, "/audio/%2e%2e%2fkey"):
        assert analyst.get(wrong).status_code in {404, 422}
    clock.pass_(seconds=ADDRESS_SECONDS + 1)
    assert analyst.get(url).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"what": "raw"},
        {"what": "original", "start": 99.0},
        {"what": "original", "start": 3.0, "end": 2.0},
        {"what": "original", "start": -1.0},
        {"what": "original", "file": "/etc/passwd"},
    ],
)
def test_what_cannot_be_heard(analyst, call, desk, body):
    """And nothing is on record of it."""
    before = len(audit.entries(desk))

    assert analyst.post(f"/api/calls/{call.call_id}/play", body).status_code == 422
    assert [e for e in audit.entries(desk)[before:] if e.action == "call.listen"] == []


def test_a_draft_that_cannot_be_masked_is_not_played():
    """On a channel that is not there, or after the end."""
    from pipeline.errors import CallUnsafeError

    call = recording(4.0)
    for wrong in (item(1.0, 2.0, channels=(1,)), item(1.0, 2.0, channels=()), item(5.0, 6.0)):
        with pytest.raises(CallUnsafeError):
            View(call, 0, call.length, plan(wrong))


def test_a_view_reads_anywhere():
    """Windows that begin before a piece and end after it."""
    call = recording(10.0, channels=2)
    silent = plan(item(0.5, 9.5, channels=(0,)), item(4.0, 4.1, item_id="m0001", channels=(1,)))
    view = View(call, 0, call.length, silent)
    whole = b"".join(view.read(0, view.size))
    wanted = mask_audio(call.samples, call.rate, silent).T.astype("<i2").tobytes()

    assert whole[WAV_HEADER_BYTES:] == wanted
    assert b"".join(view.read(100_001, 150_002)) == whole[100_001:150_002]


def test_memory_is_bounded(desk, monkeypatch):
    """The call heard longest ago goes first."""
    decoded = []
    shelf = Shelf(desk, 3 * recording(2.0).samples.nbytes)

    def decode(_, call_id):
        decoded.append(call_id)
        return recording(2.0)

    monkeypatch.setattr(shelf, "_decoded", decode)
    for call_id in ("a", "b", "c", "a", "d", "a", "b"):
        shelf.get(None, call_id, "")
    assert decoded == ["a", "b", "c", "d", "b"]


def test_what_nobody_listens_to_is_let_go_of(desk, monkeypatch):
    """When the next call is opened."""
    shelf = Shelf(desk, 1 << 30)
    monkeypatch.setattr(shelf, "_decoded", lambda *_: recording(2.0))
    first = shelf.get(None, "a", "")
    assert shelf.get(None, "a", "") is first
    first.used -= UNUSED_SECONDS + 1
    shelf.get(None, "b", "")

    assert shelf.get(None, "a", "") is not first
