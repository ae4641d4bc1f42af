"""Whatever form a call comes in, and whatever comes along with it, only its sound goes on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio.recording import read_recording
from pipeline.audio.wav import open_wav, write_wav
from pipeline.masking.audio import mask_audio, masked_windows
from tests.audio_files import FORMATS, Format, babble, encode, encode_gsm
from tests.strategies import make_item, make_plan

NAME = "山田花子 090-1234-5678"
PLAN = make_plan(make_item(0.4, 0.9))
ALIASES = {"gsm-wav": "wav", "gsm": "gsm", "vorbis": "ogg"}


def _source(name: str, folder: Path) -> Path:
    """A call of a second and a half in a form, under a name that tells whose it is."""
    path = folder / f"{NAME}.{ALIASES.get(name, '')}"
    if name == "gsm-wav":
        return encode_gsm(path, babble(8000, 1.5), 8000)
    if name == "gsm":
        # Bare frames, as exchanges store them.
        soundfile.write(path, babble(8000, 1.5)[0], 8000, format="RAW", subtype="GSM610")
        return path
    if name == "vorbis":
        soundfile.write(path, babble(16000, 1.5)[0], 16000, format="OGG", subtype="VORBIS")
        return path
    form = next(form for form in FORMATS if form.name == name)
    path = folder / f"{NAME}.{form.suffix}"
    return encode(path, babble(form.rate, 1.5, form.channels), form, tags={"title": NAME, "comment": NAME})


@pytest.mark.parametrize("name", [*(form.name for form in FORMATS), *ALIASES])
def test_every_format_is_masked_and_read_back(name: str, tmp_path: Path) -> None:
    """Outside the mask the product holds the very samples that were decoded, and beside them nothing."""
    call = read_recording(_source(name, tmp_path))
    product = tmp_path / "call.masked.wav"
    write_wav(product, mask_audio(call.samples, call.rate, PLAN, call.law), call.rate, call.law)
    back = read_recording(product)
    assert (back.rate, back.channels, back.length, back.law) == (
        call.rate,
        call.channels,
        call.length,
        call.law,
    )
    same = np.ones(call.length, bool)
    for start, end in masked_windows(PLAN, 0, call.rate, call.length):
        same[start:end] = False
    assert same.sum() < call.length
    assert np.array_equal(back.samples[0, same], call.samples[0, same])
    assert not np.array_equal(back.samples[0], call.samples[0])
    assert open_wav(product).length == call.length  # its header, and not a byte more than its samples
    assert not any(word.encode() in product.read_bytes() for word in NAME.split())


def _with_picture(path: Path, form: Format, picture: str) -> Path:
    """A call with a picture of its caller beside the sound, as a cover or a second stream."""
    rng = np.random.default_rng(1)
    image = av.VideoFrame.from_ndarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8), format="rgb24")
    image.pts, image.time_base = 0, Fraction(1, 1)
    sound = av.AudioFrame.from_ndarray(babble(form.rate, 1.5), format="s16p", layout="mono")
    sound.sample_rate, sound.pts = form.rate, 0
    with av.open(str(path), "w", format=form.container) as container:
        container.metadata["title"] = NAME
        stream = container.add_stream(form.codec, rate=form.rate, layout="mono")
        cover = container.add_stream(picture, rate=1)
        cover.width, cover.height = 64, 64
        cover.pix_fmt = {"png": "rgb24", "mjpeg": "yuvj420p"}[picture]
        cover.disposition = av.stream.Disposition.attached_pic
        for each in (image, None):
            container.mux(cover.encode(each))
        context, queue = stream.codec_context, av.AudioFifo()
        resampler = av.AudioResampler(format=context.format, layout="mono", rate=form.rate)
        for piece in (*resampler.resample(sound), *resampler.resample(None)):
            queue.write(piece)
        size = context.frame_size or 1024
        while (piece := queue.read(size) or queue.read(size, partial=True)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


PICTURED = [
    (Format("mp3", "mp3", "libmp3lame", "mp3", rate=44100), "png"),
    (Format("m4a", "mp4", "aac", "m4a", rate=16000), "mjpeg"),
    (Format("flac", "flac", "flac", "flac"), "png"),
    (Format("mkv", "matroska", "pcm_s16le", "mkv"), "mjpeg"),
]


@pytest.mark.parametrize(("form", "picture"), PICTURED, ids=lambda each: getattr(each, "name", each))
def test_a_picture_beside_the_sound_stays_behind(form: Format, picture: str, tmp_path: Path) -> None:
    """A cover or a picture stream is no sound: the call is read, and the product holds its samples alone."""
    source = _with_picture(tmp_path / f"call.{form.suffix}", form, picture)
    with av.open(str(source)) as container:
        assert [stream.type for stream in container.streams] == ["audio", "video"]
    assert NAME.split(maxsplit=1)[0].encode() in source.read_bytes()
    call = read_recording(source)
    assert call.duration == pytest.approx(1.5, abs=0.2)
    product = tmp_path / "call.masked.wav"
    write_wav(product, mask_audio(call.samples, call.rate, PLAN, call.law), call.rate, call.law)
    assert product.stat().st_size == 44 + 2 * call.length
    with av.open(str(product)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        assert not container.metadata
