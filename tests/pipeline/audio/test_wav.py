from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.g711 import LAWS, quantise
from pipeline.audio.recording import read_recording
from pipeline.audio.wav import open_wav, write_pieces, write_wav
from pipeline.errors import UnreadableAudioError
from tests.audio_files import FORMATS, babble, encode, white

FORM = {form.name: form for form in FORMATS}


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 44100])
@pytest.mark.parametrize("law", LAWS)
def test_what_is_written_is_read(law: str, rate: int, channels: int, tmp_path: Path) -> None:
    """Samples, rate, channels and law survive; another library reads the same."""
    samples = quantise(babble(rate, 0.77, channels), law)[:, :-1]
    path = tmp_path / "call.wav"
    write_wav(path, samples, rate, law)
    recording = read_recording(path)
    assert np.array_equal(recording.samples, samples)
    assert (recording.rate, recording.law) == (rate, law)
    other, other_rate = soundfile.read(path, dtype="int16", always_2d=True)
    assert np.array_equal(other.T, samples)
    assert other_rate == rate


@pytest.mark.parametrize("name", ["mulaw", "alaw"])
def test_untouched_g711_bytes_come_back(name: str, tmp_path: Path) -> None:
    """Decoded and written again the audio bytes are those of the input, but for negative zero."""
    form = FORM[name]
    source = encode(tmp_path / "in.wav", white(8000, 1.0, form.channels), form)
    recording = read_recording(source)
    write_wav(tmp_path / "out.wav", recording.samples, recording.rate, recording.law)
    before, after = ((tmp_path / each).read_bytes() for each in ("in.wav", "out.wav"))
    size = recording.length * recording.channels
    start = before.index(b"data") + 8
    wanted = before[start : start + size]
    assert after[-size:] == (wanted.replace(b"\x7f", b"\xff") if name == "mulaw" else wanted)


def test_holds_nothing_but_header_and_samples(tmp_path: Path) -> None:
    """No tag, no other chunk, and one length for one number of samples."""
    path = tmp_path / "call.wav"
    write_wav(path, babble(8000, 1.0), 8000, "pcm16")
    assert path.stat().st_size == 44 + 16000
    write_wav(path, quantise(babble(8000, 1.0)[:, :-1], "mulaw"), 8000, "mulaw")
    assert path.stat().st_size == 58 + 8000  # an odd number of bytes is padded


def test_a_value_the_law_cannot_hold_is_refused(tmp_path: Path) -> None:
    """Nothing is written that would be read otherwise, and nothing is left behind."""
    with pytest.raises(ValueError, match="mulaw"):
        write_wav(tmp_path / "call.wav", np.full((1, 9000), 5, np.int16), 8000, "mulaw")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_writing_fails(tmp_path: Path) -> None:
    """The file is replaced whole or not at all."""
    path = tmp_path / "call.wav"
    path.write_bytes(b"older")
    with pytest.raises(ValueError, match="alaw"):
        write_wav(path, np.full((1, 9000), 5, np.int16), 8000, "alaw")
    assert path.read_bytes() == b"older"
    write_wav(path, babble(8000, 1.0), 8000, "pcm16")
    assert [each.name for each in tmp_path.iterdir()] == ["call.wav"]
    assert stat.S_ISREG(path.stat().st_mode)


def test_unknown_law_is_refused(tmp_path: Path) -> None:
    """A law that WAV has no number for here is a programming error."""
    with pytest.raises(ValueError, match="law"):
        write_wav(tmp_path / "call.wav", babble(8000, 1.0), 8000, "adpcm")


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("law", LAWS)
def test_a_stored_recording_is_what_a_decoder_reads(law: str, channels: int, tmp_path: Path) -> None:
    """Left in its file, a product gives stretch by stretch what FFmpeg decodes of it."""
    samples = quantise(white(8000, 0.77, channels), law)[:, :-1]
    path = tmp_path / "call.wav"
    write_wav(path, samples, 8000, law)
    stored, decoded = open_wav(path), read_recording(path)
    assert (stored.rate, stored.law, stored.channels) == (decoded.rate, decoded.law, decoded.channels)
    assert (stored.length, stored.duration) == (decoded.length, decoded.duration)
    assert stored.samples.shape == decoded.samples.shape
    for start, stop in ((0, 99999), (0, 1), (6158, 6159), (500, 700), (700, 500)):
        for channel in range(channels):
            piece = stored.samples[channel, start:stop]
            assert piece.dtype == np.int16
            assert np.array_equal(piece, decoded.samples[channel, start:stop])


def _product(path: Path) -> bytearray:
    write_wav(path, babble(8000, 1.0), 8000, "pcm16")
    return bytearray(path.read_bytes())


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"LIST\x04\0\0\0name",
        lambda data: data[:-2],
        lambda data: data[:20] + b"\x05" + data[21:],
        lambda data: data[:22] + b"\0\0" + data[24:],
        lambda data: data[:36] + b"LIST" + data[40:],
        lambda data: data[:4] + b"\xff\xff\xff\xff" + data[8:],
        lambda data: data[:30],
        lambda data: data[:44] + bytes(len(data) - 44),
        lambda data: data[:0],
    ],
)
def test_nothing_else_passes_for_a_product(change: Callable[[bytearray], bytes], tmp_path: Path) -> None:
    """A chunk more, a byte less, another header, or nothing but silence: it is not what was written."""
    path = tmp_path / "call.wav"
    path.write_bytes(change(_product(path)))
    with pytest.raises(UnreadableAudioError):
        open_wav(path)


def test_a_missing_product_is_refused(tmp_path: Path) -> None:
    """No file is one clear error."""
    with pytest.raises(UnreadableAudioError, match="ありません"):
        open_wav(tmp_path / "call.wav")


def test_pieces_that_are_not_all_are_refused(tmp_path: Path) -> None:
    """A header that promises more than was written is never left behind."""
    with pytest.raises(ValueError, match="promised"):
        write_pieces(tmp_path / "call.wav", [babble(8000, 1.0)], (1, 8001), 8000, "pcm16")
    assert list(tmp_path.iterdir()) == []
