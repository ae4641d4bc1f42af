from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import tape
from pipeline.audio.g711 import LAWS, quantise
from pipeline.audio.recording import Recording, Resampled, for_recogniser, read_recording, to_samples, to_span
from pipeline.audio.stored import StoredSamples
from pipeline.audio.wav import write_wav
from pipeline.errors import UnreadableAudioError
from pipeline.types import TimeSpan
from tests.audio_files import FORMATS, Format, Samples, babble, encode, encode_gsm, white
from tests.strategies import time_spans

FORM = {form.name: form for form in FORMATS}


# --- seconds and samples -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0.0, 0.0, (0, 0)),
        (0.1, 0.3, (800, 2400)),  # 0.1 * 8000 and 0.3 * 8000 are not whole in binary
        (0.10001, 0.10002, (800, 801)),
        (0.99999, 1.00001, (7999, 8001)),
        (0.5, 99.0, (4000, 16000)),
        (50.0, 99.0, (16000, 16000)),
        (1.0, float("inf"), (8000, 16000)),
    ],
)
def test_to_samples(start: float, end: float, expected: tuple[int, int]) -> None:
    """Seconds become samples outward, clipped to the call."""
    assert to_samples(TimeSpan(start, end), 8000, 16000) == expected


@given(time_spans(20000.0), st.sampled_from([8000, 11025, 44100, 48000]), st.integers(0, 10**9))
def test_to_samples_covers_the_span(span: TimeSpan, rate: int, length: int) -> None:
    """Every sample within the span is in, and at most one more on each side."""
    start, end = to_samples(span, rate, length)
    assert 0 <= start <= end <= length
    assert start <= span.start * rate + 1e-5
    assert end >= min(length, span.end * rate - 1e-5)
    assert start >= min(length, span.start * rate - 1)
    assert end <= span.end * rate + 1


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.sampled_from([8000, 11025, 22050, 44100, 48000]))
def test_to_span_and_back(start: int, length: int, rate: int) -> None:
    """Samples turned into seconds come back as the same samples."""
    assert to_samples(to_span(start, start + length, rate), rate, start + length) == (start, start + length)


# --- every format --------------------------------------------------------------------------


def _difference(decoded: Samples, original: Samples, shift: int) -> float:
    """RMS difference at the best shift up to ``shift``, as a share of the original's RMS."""
    size = min(decoded.shape[1], original.shape[1]) - shift - 1
    reference = original[0, :size].astype(float)
    errors = [np.sqrt(np.mean((decoded[0, at : at + size] - reference) ** 2)) for at in range(shift + 1)]
    return float(min(errors) / np.sqrt(np.mean(reference**2)))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_reads_every_format(form: Format, tmp_path: Path) -> None:
    """A call in any format comes back at its rate, with its channels, its length and its sound."""
    samples = babble(form.rate, 1.5, form.channels)
    path = encode(tmp_path / f"call.{form.suffix}", samples, form)
    recording = read_recording(path)
    assert (recording.rate, recording.channels) == (form.rate, form.channels)
    assert recording.samples.dtype == np.int16
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert recording.law == (form.name if form.name in LAWS else "pcm16")
    if form.error == 0:
        assert np.array_equal(recording.samples, samples)
    else:
        assert abs(recording.duration - 1.5) < 0.25
        assert _difference(recording.samples, samples, round(form.delay * form.rate)) < form.error


def test_reads_gsm(tmp_path: Path) -> None:
    """A GSM recording is read at 8 kHz."""
    samples = babble(8000, 2.0)
    recording = read_recording(encode_gsm(tmp_path / "call.wav", samples, 8000))
    assert (recording.rate, recording.channels, recording.law) == (8000, 1, "pcm16")
    assert _difference(recording.samples, samples, 40) < 0.4


@pytest.mark.parametrize("name", ["pcm-s16", "mulaw", "alaw", "mp3-44k", "opus"])
def test_agrees_with_libsndfile(name: str, tmp_path: Path) -> None:
    """Another library reads the same samples, to within rounding of lossy decoders."""
    form = FORM[name]
    path = encode(tmp_path / f"call.{form.suffix}", babble(form.rate, 1.5, form.channels), form)
    other, rate = soundfile.read(path, dtype="int16", always_2d=True)
    recording = read_recording(path)
    assert rate == recording.rate
    if form.container == "wav":
        assert np.array_equal(other.T, recording.samples)
    else:
        assert _difference(recording.samples, other.T[:, : recording.length], 3000) < 0.02


def test_tags_and_cover_art_are_not_audio(tmp_path: Path) -> None:
    """A file with tags decodes to the same samples as one without."""
    samples, form = babble(44100, 1.0, 2), FORM["mp3-44k"]
    plain = encode(tmp_path / "plain.mp3", samples, form)
    tagged = encode(tmp_path / "tagged.mp3", samples, form, tags={"title": "山田花子 090-1234-5678"})
    assert "山田花子".encode() in tagged.read_bytes()
    assert np.array_equal(read_recording(plain).samples, read_recording(tagged).samples)


def test_variable_rate_without_a_length_is_whole(tmp_path: Path) -> None:
    """A loud beginning makes FFmpeg guess a length far too short or long; nothing is refused for that."""
    rate = 8000
    samples = np.concatenate([white(rate, 10.0) // 1000, white(rate, 10.0)], axis=1)
    path = encode(tmp_path / "call.mp3", samples, FORM["mp3-8k"], write_xing="0")
    assert read_recording(path).duration == pytest.approx(20.2, abs=0.2)


# --- what is refused -----------------------------------------------------------------------


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def _wav(samples: Samples, path: Path, rate: int = 8000) -> Path:
    soundfile.write(path, samples.T, rate, subtype="PCM_16")
    return path


def _two_streams(path: Path) -> Path:
    with av.open(str(path), "w", format="matroska") as container:
        streams = [container.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(2)]
        for stream in streams:
            frame = av.AudioFrame.from_ndarray(babble(8000, 1.0), format="s16", layout="mono")
            frame.sample_rate = 8000
            container.mux(stream.encode(frame))
    return path


def _bytes(data: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda path: path, "ありません"),
    "folder": (lambda path: path.parent, "フォルダ"),
    "empty": (_bytes(b""), "空のファイル"),
    "text": (_bytes("これは音声ではありません。".encode() * 50), "音声として読めません"),
    "play-list": (_bytes(b"#EXTM3U\n#EXTINF:10,\n/etc/hostname\n"), "音声として読めません"),
    "concatenation": (_bytes(b"ffconcat version 1.0\nfile call.mp3\n"), "音声として読めません"),
    "noise": (_bytes(np.random.default_rng(1).bytes(5000)), "音声"),
    "only a header": (_bytes(b"RIFF\x24\0\0\0WAVEfmt "), "音声"),
    "a tenth of a second": (lambda path: _wav(babble(8000, 0.1), path), "短すぎます"),
    "digital silence": (lambda path: _wav(np.zeros((1, 16000), np.int16), path), "無音"),
    "quiet hiss": (lambda path: _wav(white(8000, 2.0) // 200, path), "無音"),
    "six channels": (lambda path: _wav(babble(8000, 1.0, 6), path), "6チャンネル"),
    "4 kHz": (lambda path: _wav(babble(4000, 1.0), path, 4000), "サンプリング"),
    "96 kHz": (lambda path: _wav(babble(96000, 1.0), path, 96000), "サンプリング"),
    "two streams": (_two_streams, "2本"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case: str, tmp_path: Path) -> None:
    """A file that is no call is refused for the right reason, without its name in the message."""
    make, cause = REFUSED[case]
    path = make(tmp_path / "山田花子.wav")
    with pytest.raises(UnreadableAudioError, match=cause) as caught:
        read_recording(path)
    assert "山田" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_refuses_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission is refused with that cause; root could read it, so it is pretended."""

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError

    path = _wav(babble(8000, 1.0), tmp_path / "call.wav")
    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(UnreadableAudioError, match="権限"):
        read_recording(path)


@pytest.mark.parametrize("share", [0.1, 0.33, 0.5, 0.9])
@pytest.mark.parametrize("name", sorted(FORM))
def test_refuses_a_file_that_was_cut_off(name: str, share: float, tmp_path: Path) -> None:
    """A file that breaks in the middle is refused, never read by half.

    AMR is the exception: it has no length and no end mark, so one cut between two frames is
    a shorter whole call to anybody.
    """
    form = FORM[name]
    path = encode(tmp_path / f"call.{form.suffix}", babble(form.rate, 6.0, form.channels), form)
    data = _cut(path.read_bytes(), share)
    if name == "amr":
        # 6 bytes of mark, then frames of 32 (12.2 kbit/s) or fewer; cut inside one.
        data += b"\x3c" if len(data) < path.stat().st_size else b""
    path.write_bytes(data)
    with pytest.raises(UnreadableAudioError):
        read_recording(path)


@pytest.mark.parametrize("name", ["mp3-8k", "mp3-44k"])
def test_refuses_a_bare_mp3_cut_inside_a_frame(name: str, tmp_path: Path) -> None:
    """Without a count of frames, the last frame tells."""
    form = FORM[name]
    path = encode(tmp_path / "call.mp3", babble(form.rate, 6.0, form.channels), form, write_xing="0")
    data = path.read_bytes()
    assert read_recording(path).duration == pytest.approx(6, abs=0.3)
    path.write_bytes(data[: len(data) // 2 + 3])
    with pytest.raises(UnreadableAudioError):
        read_recording(path)


@pytest.mark.parametrize("size", [b"\xff\xff\xff\xff"])
def test_reads_a_wav_whose_writer_could_not_seek_back(size: bytes, tmp_path: Path) -> None:
    """A size left open means: up to the end of the file."""
    samples = babble(8000, 1.0)
    path = tmp_path / "call.wav"
    write_wav(path, samples, 8000, "pcm16")
    data = path.read_bytes()
    path.write_bytes(data[:4] + size + data[8:40] + size + data[44:])
    assert np.array_equal(read_recording(path).samples, samples)


# --- memory -----------------------------------------------------------------------------

_PEAK = """
import sys
from pathlib import Path
from pipeline.audio.recording import read_recording
recording = read_recording(Path(sys.argv[1]))
# Not ru_maxrss: a child inherits its parent's, and pytest may be large.
status = Path("/proc/self/status").read_text().split()
print(recording.samples.nbytes, int(status[status.index("VmHWM:") + 1]) * 1024)
"""


def decoded_alone(script: str, channels: int, folder: Path) -> tuple[int, int]:
    """What a process says of the memory in which it decoded an hour and a quarter of so many channels."""
    path = folder / "call.wav"
    write_wav(path, np.tile(babble(8000, 60.0), (channels, 75)), 8000, "pcm16")
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = map(int, done.stdout.split())
    return first, second


@pytest.mark.slow
def test_hours_need_little_more_memory_than_their_samples(tmp_path: Path) -> None:
    """An hour and a quarter is decoded in less than twice its samples' memory plus what Python takes."""
    samples, peak = decoded_alone(_PEAK, 1, tmp_path)
    assert samples == 75 * 60 * 8000 * 2  # more than one block of the tape
    assert peak < 2 * samples + (120 << 20)


_PEAK_ASIDE = """
import sys
from pathlib import Path
from pipeline.audio.recording import read_recording
status = Path("/proc/self/status").read_text().split()
before = int(status[status.index("VmHWM:") + 1]) * 1024
path = Path(sys.argv[1])
recording = read_recording(path, path.parent)
status = Path("/proc/self/status").read_text().split()
print(recording.length, int(status[status.index("VmHWM:") + 1]) * 1024 - before)
"""


@pytest.mark.slow
def test_hours_laid_aside_need_no_memory(tmp_path: Path) -> None:
    """An hour and a quarter of two channels, 144 MB of samples, is decoded in a few blocks' memory."""
    length, more = decoded_alone(_PEAK_ASIDE, 2, tmp_path)
    assert length == 75 * 60 * 8000
    assert more < 100 << 20


@pytest.mark.parametrize("law", ["pcm16", "mulaw"])
def test_samples_laid_aside_are_those_in_memory(
    law: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, of one channel and of a stretch; and the file has no name."""
    monkeypatch.setattr(tape, "_FILE_BLOCK_SAMPLES", 1000)
    path, aside = tmp_path / "call.wav", tmp_path / "aside"
    aside.mkdir()
    write_wav(path, quantise(white(8000, 0.77, 2), law), 8000, law)
    here, there = read_recording(path), read_recording(path, aside)
    assert isinstance(there.samples, StoredSamples)
    assert list(aside.iterdir()) == []
    assert (there.rate, there.law, there.sha256) == (here.rate, here.law, here.sha256)
    assert (there.channels, there.length, there.duration) == (here.channels, here.length, here.duration)
    assert np.array_equal(np.asarray(there.samples), here.samples)
    for channel, track in enumerate(there.samples):
        assert len(track) == here.length
        for part in (slice(0, 99999), slice(998, 2003), slice(6159, 6159), slice(700, 500)):
            assert np.array_equal(track[part], here.samples[channel][part])
            assert np.array_equal(there.samples[:, part], here.samples[:, part])


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_samples_laid_aside_are_resampled_alike(
    rate: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recogniser hears the same, wherever the samples lie."""
    monkeypatch.setattr(tape, "_FILE_BLOCK_SAMPLES", 1000)
    path = tmp_path / "call.wav"
    write_wav(path, white(rate, 1.3, 2), rate, "pcm16")
    here, there = read_recording(path), read_recording(path, tmp_path)
    for one, other in zip(here.samples, there.samples, strict=True):
        whole, apart = Resampled(one, rate), Resampled(other, rate)
        assert len(whole) == len(apart)
        for part in (slice(0, 4000), slice(7001, 20_000), slice(20_700, 99_999)):
            assert np.array_equal(whole[part], apart[part])


def test_a_short_call_stays_in_memory(tmp_path: Path) -> None:
    """A file is only made for what is long."""
    path = tmp_path / "call.wav"
    write_wav(path, babble(8000, 1.0), 8000, "pcm16")
    assert isinstance(read_recording(path, tmp_path).samples, np.ndarray)


def test_the_file_goes_with_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing keeps it open: a channel does as long as it is looked at."""
    monkeypatch.setattr(tape, "_FILE_BLOCK_SAMPLES", 1000)
    path = tmp_path / "call.wav"
    write_wav(path, babble(8000, 1.0), 8000, "pcm16")
    before = len(list(Path("/proc/self/fd").iterdir()))
    recording = read_recording(path, tmp_path)
    track = next(iter(recording.samples))
    del recording
    assert len(track[:2000]) == 2000
    del track
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_cut_short_is_an_error(tmp_path: Path) -> None:
    """A stretch is whole or none."""
    path = tmp_path / "samples"
    path.write_bytes(bytes(4000))
    stored = StoredSamples(path, (2, 1000), "pcm16", 0)
    assert stored[0, 0:1000].shape == (1000,)
    path.write_bytes(bytes(3000))
    with pytest.raises(OSError, match="shorter"):
        _ = stored[:, 500:1000]


# --- for the recogniser --------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 48000])
def test_resampling_keeps_time(rate: int) -> None:
    """A click of known shape is where it was, to a hundredth of a sample, and as loud."""

    def shape(at: np.ndarray) -> np.ndarray:
        return 0.4 * np.sin(2 * np.pi * 600 * at) * np.exp(-(((at - 0.7) / 0.02) ** 2))

    samples = np.rint(shape(np.arange(rate) / rate) * 32768).astype(np.int16)
    heard = for_recogniser(samples, rate)
    assert heard.dtype == np.float32
    assert heard.shape == (16000,)
    assert np.abs(heard - shape(np.arange(16000) / 16000)).max() < 1e-3


def test_resampling_lets_nothing_alias() -> None:
    """What 16 kHz cannot hold is gone, not folded back."""
    time = np.arange(48000) / 48000
    samples = np.rint(20000 * np.sin(2 * np.pi * 11000 * time)).astype(np.int16)
    assert np.abs(for_recogniser(samples, 48000)[200:-200]).max() < 1e-3


@given(st.integers(1, 5000), st.sampled_from([8000, 11025, 44100]))
def test_resampling_any_length(length: int, rate: int) -> None:
    """The result is as long as the input, in seconds."""
    assert for_recogniser(np.ones(length, np.int16), rate).shape == (round(length * 16000 / rate),)


RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 9973]
"""What calls come at, and a prime that shares no period with 16 kHz."""


@pytest.mark.parametrize("rate", RATES)
def test_a_stretch_is_resampled_as_in_the_whole(rate: int) -> None:
    """Whatever stretch is cut out, its values are those of the whole channel resampled, to the bit."""
    samples = white(rate, 3.0)[0]
    whole, channel = for_recogniser(samples, rate), Resampled(samples, rate)
    assert len(channel) == len(whole)
    random = np.random.default_rng(rate)
    cuts = [sorted(random.integers(0, len(whole) + 1, 2).tolist()) for _ in range(40)]
    for start, stop in [*cuts, [0, len(whole)], [0, 1], [len(whole) - 1, len(whole)]]:
        piece = channel[start:stop]
        assert piece.dtype == np.float32
        assert np.array_equal(piece, whole[start:stop]), (start, stop)


@pytest.mark.parametrize("part", [slice(None), slice(47_000, 99_000), slice(50_000, 60_000), slice(9, 3)])
def test_a_stretch_is_bounded_as_an_array_is(part: slice) -> None:
    """Beyond the end, the wrong way round, or without bounds: a slice is what an array's would be."""
    samples = white(8000, 3.0)[0]
    whole = for_recogniser(samples, 8000)
    assert np.array_equal(Resampled(samples, 8000)[part], whole[part])


def test_samples_stay_out_of_repr() -> None:
    """A recording in a log line shows no sound."""
    assert "array" not in repr(Recording(babble(8000, 1.0), 8000, "pcm16", "00"))
