"""A file that is not whole, or holds more than its header tells, is refused; a whole one is read."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio.g711 import quantise
from pipeline.audio.recording import read_recording
from pipeline.audio.wav import write_wav
from pipeline.errors import UnreadableAudioError
from tests.audio_files import FORMATS, Format, babble, encode, white

OTHERS = (
    Format("adpcm", "wav", "adpcm_ima_wav", "wav"),
    Format("w64", "w64", "pcm_s16le", "w64"),
    Format("w64-mulaw", "w64", "pcm_mulaw", "w64"),
    Format("caf", "caf", "pcm_s16le", "caf"),
    Format("aiff", "aiff", "pcm_s16be", "aiff"),
    Format("aiff-mulaw", "aiff", "pcm_mulaw", "aiff"),
    Format("au", "au", "pcm_mulaw", "au"),
    Format("mkv", "matroska", "pcm_s16le", "mkv"),
    Format("mkv-opus", "matroska", "libopus", "mkv", rate=48000),
    Format("webm", "webm", "libopus", "webm", rate=48000),
    Format("mov", "mov", "pcm_s16le", "mov"),
    Format("alac", "ipod", "alac", "m4a", rate=16000),
    Format("ogg-flac", "ogg", "flac", "ogg"),
    Format("adts", "adts", "aac", "aac", rate=16000),
)
FORM = {form.name: form for form in (*FORMATS, *OTHERS)}
OPEN_ENDED = frozenset({"amr", "adts"})
"""Without a length: cut between two frames they are shorter whole calls."""

CUTS = (1, 2, 3, 7, 40, 200, 1000, 2500)
"""Bytes at the end, some less than a quarter of a second of every format."""


def _written(path: Path, form: Format, seconds: float = 3.0, **options: str) -> Path:
    return encode(path, babble(form.rate, seconds, form.channels), form, **options)


def _refused(path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    try:
        read_recording(path)
    except UnreadableAudioError:
        return True
    return False


@pytest.mark.parametrize("name", sorted(FORM))
def test_a_file_without_its_last_bytes_is_refused(name: str, tmp_path: Path) -> None:
    """However few bytes of its end are missing, and however many."""
    path = _written(tmp_path / f"call.{FORM[name].suffix}", FORM[name])
    assert read_recording(path).duration == pytest.approx(3.0, abs=0.15)
    data = path.read_bytes()
    cuts = {1} if name in OPEN_ENDED else {*CUTS, *(len(data) * share // 10 for share in (1, 3, 5, 7, 9))}
    read = [cut for cut in sorted(cuts) if not _refused(path, data[:-cut])]
    assert read == []


@pytest.mark.parametrize("name", sorted(FORM))
def test_what_follows_the_end_is_not_passed_over(name: str, tmp_path: Path) -> None:
    """Another recording or noise behind the end is refused or decoded; zeros are padding."""
    path = _written(tmp_path / f"call.{FORM[name].suffix}", FORM[name])
    data, length = path.read_bytes(), read_recording(path).length
    noise = np.random.default_rng(1).bytes(5000)
    for behind in (data, data[-3000:], noise, b"ab"):
        path.write_bytes(data + behind)
        try:
            read = read_recording(path).length
        except UnreadableAudioError:
            continue
        # ADTS and AMR simply go on; FLAC counts its samples, and has given them all.
        assert read > length or name == "flac"


def _wav(size: int, behind: bytes = b"", *, channels: int = 1, chunk: bytes = b"data") -> bytes:
    """A PCM WAV of three seconds whose header gives its samples a size of our choice."""
    raw = babble(8000, 3.0, channels).T.astype("<i2").tobytes()
    each = 2 * channels
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, channels, 8000, 8000 * each, each, 16)
    body = b"WAVE" + fmt + chunk + struct.pack("<I", size) + raw + behind
    return b"RIFF" + struct.pack("<I", len(body)) + body


LIST = b"LIST" + struct.pack("<I", 10) + b"INFOabcdef"

UNDERSTATED = (20, 16000, 24000, 24001, 23999, 47000, 47998, 47999)


@pytest.mark.parametrize("size", UNDERSTATED)
@pytest.mark.parametrize("behind", [b"", LIST], ids=["alone", "with a chunk behind"])
def test_a_wav_whose_header_understates_its_sound_is_refused(
    size: int, behind: bytes, tmp_path: Path
) -> None:
    """By half, by a sample, by an odd byte: what lies behind the declared end would be left out."""
    path = tmp_path / "call.wav"
    assert not _refused(path, _wav(48000, behind))
    assert _refused(path, _wav(size, behind))


@pytest.mark.parametrize("size", [48001, 48002, 50000, 52000, 0x7FFFF000])
def test_a_wav_whose_header_overstates_its_sound_is_refused(size: int, tmp_path: Path) -> None:
    """However little is missing; only a header that counts itself as sound is known, and nothing is."""
    path = tmp_path / "call.wav"
    assert _refused(path, _wav(size))
    assert not _refused(path, _wav(48000 + 44))


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_with_an_open_size_ends_with_its_file(size: int, tmp_path: Path) -> None:
    """Written into a pipe: all of it is read; broken off inside a sample it is refused."""
    path = tmp_path / "call.wav"
    path.write_bytes(_wav(size, channels=2))
    assert read_recording(path).length == 24000
    for cut in (1, 2, 3):
        assert _refused(path, _wav(size, channels=2)[:-cut])


def test_sound_in_two_chunks_is_refused(tmp_path: Path) -> None:
    """A second data chunk, a list of waves, a second file behind the first."""
    path = tmp_path / "call.wav"
    second = b"data" + struct.pack("<I", 16000) + babble(8000, 1.0).astype("<i2").tobytes()
    assert _refused(path, _wav(48000, second))
    assert _refused(path, _wav(48000, LIST + second))
    assert _refused(path, _wav(48000) + _wav(48000))
    waves = b"LIST" + struct.pack("<I", 4 + len(second)) + b"wavl" + second
    assert _refused(path, _wav(48000, waves))


def _rf64(size: int) -> bytes:
    raw = babble(8000, 3.0)[0].astype("<i2").tobytes()
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, len(raw) + 72, size, size // 2, 0)
    return b"RF64" + b"\xff" * 4 + b"WAVE" + ds64 + fmt + b"data" + b"\xff" * 4 + raw


def test_the_long_size_of_an_rf64_counts(tmp_path: Path) -> None:
    """What stands in ds64 is held against the file as a WAV's size is."""
    path = tmp_path / "call.wav"
    assert not _refused(path, _rf64(48000))
    for size in (24000, 47998, 47999, 48001, 48002, 96000):
        assert _refused(path, _rf64(size))


def _set(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def test_sizes_inside_other_containers_count(tmp_path: Path) -> None:
    """A size made smaller in W64, CAF, AIFF, AU, FLAC, Matroska and MP4 hides nothing."""
    data = {name: _written(tmp_path / name, FORM[name]).read_bytes() for name in FORM}
    w64, caf, aiff, au, flac, mkv, m4a, mp3 = (
        data[name] for name in ("w64", "caf", "aiff", "au", "flac", "mkv", "alac", "mp3-44k")
    )
    at = {
        "w64": w64.index(b"data\xf3\xac") + 16,
        "caf": caf.index(b"data") + 4,
        "aiff": aiff.index(b"SSND") + 4,
        "comm": aiff.index(b"COMM") + 10,
        "mkv": mkv.index(b"\x1f\x43\xb6\x75") + 4,
        "stsz": m4a.index(b"stsz") + 12,
        "mp3": next(mp3.index(mark) for mark in (b"Xing", b"Info") if mark in mp3) + 8,
    }
    shortened = {
        "w64": _set(w64, at["w64"], struct.pack("<Q", 24 + 24000)),
        "caf": _set(caf, at["caf"], struct.pack(">q", 4 + 24000)),
        "aiff": _set(aiff, at["aiff"], struct.pack(">I", 8 + 24000)),
        "comm": _set(aiff, at["comm"], struct.pack(">I", 12000)),
        "au": _set(au, 8, struct.pack(">I", 12000)),
        "flac": _set(flac, 8 + 14, struct.pack(">I", 12000)),
        "mkv": _set(mkv, at["mkv"], b"\x01" + (1000).to_bytes(7, "big")),
        "stsz": _set(m4a, at["stsz"], struct.pack(">I", 3)),
        "mp3": _set(mp3, at["mp3"], struct.pack(">I", 20)),
    }
    read = [name for name, raw in shortened.items() if not _refused(tmp_path / f"call.{name}", raw)]
    assert read == []


def test_a_container_that_is_closed_by_a_mark_needs_it(tmp_path: Path) -> None:
    """Matroska of unknown size, and MP4 in fragments without their list, were not written to their end."""
    live = _written(tmp_path / "live.mkv", FORM["mkv"], live="1")
    assert _refused(live, live.read_bytes())
    fragments = _written(
        tmp_path / "call.m4a",
        FORM["m4a"],
        seconds=6.0,
        movflags="frag_keyframe+empty_moov",
        frag_duration="1000000",
    )
    data = fragments.read_bytes()
    assert read_recording(fragments).duration == pytest.approx(6.0, abs=0.15)
    last = data.rindex(b"moof") - 4
    assert _refused(fragments, data[:last])


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes of a file by name, each with its header."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at : at + size]))
        at += size
    return found


MISSING = {
    "the last fragment": lambda count: {count - 1},
    "the last two": lambda count: {count - 1, count - 2},
    "all but the first": lambda count: set(range(1, count)),
    "one in the middle": lambda _: {2},
    "the first": lambda _: {0},
    "every second": lambda count: set(range(1, count, 2)),
}


@pytest.mark.parametrize("sound_too", [True, False])
@pytest.mark.parametrize("missing", MISSING)
def test_a_fragment_that_is_missing_is_noticed(tmp_path: Path, missing: str, sound_too: bool) -> None:
    """Its list at the end is there and names it; with its sound gone or left."""
    path = _written(
        tmp_path / "call.m4a",
        FORM["m4a"],
        seconds=6.0,
        movflags="frag_keyframe+empty_moov",
        frag_duration="1000000",
    )
    kept, number, boxes = [], -1, _boxes(path.read_bytes())
    gone = MISSING[missing](sum(name == b"moof" for name, _ in boxes))
    for name, box in boxes:
        number += name == b"moof"
        if not (number in gone and (name == b"moof" or (name == b"mdat" and sound_too))):
            kept.append(box)
    assert len(kept) < len(boxes)
    assert _refused(path, b"".join(kept))


@pytest.mark.parametrize("name", [b"tfra", b"mfra", b"mfro"])
def test_a_list_of_fragments_that_names_none_closes_nothing(tmp_path: Path, name: bytes) -> None:
    """An empty one, or one under another name."""
    path = _written(
        tmp_path / "call.m4a", FORM["m4a"], movflags="frag_keyframe+empty_moov", frag_duration="1000000"
    )
    data = path.read_bytes()
    at = data.rindex(name)
    assert _refused(path, data[:at] + b"free" + data[at + 4 :]) == (name != b"mfro")
    listed = data.rindex(b"tfra") + 16
    assert _refused(path, data[:listed] + b"\0\0\0\0" + data[listed + 4 :])


def test_an_ogg_page_that_is_missing_is_noticed(tmp_path: Path) -> None:
    """The pages are numbered."""
    path = _written(tmp_path / "call.ogg", FORM["opus"], seconds=6.0)
    data = path.read_bytes()
    pages = [at for at in range(len(data)) if data.startswith(b"OggS", at)]
    assert len(pages) > 5
    assert _refused(path, data[: pages[3]] + data[pages[4] :])


def test_tags_behind_an_mp3_are_no_sound(tmp_path: Path) -> None:
    """ID3v1 and APE at the end, ID3v2 in front: read as before."""
    path = _written(tmp_path / "call.mp3", FORM["mp3-44k"])
    data, length = path.read_bytes(), read_recording(path).length
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 40, 1, 0) + bytes(8)
    footed = b"\x01" * 40 + ape
    header = b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 40, 1, 0xA0000000) + bytes(8)
    id3 = b"ID3\x03\x00\x00\x00\x00\x00\x20" + bytes(32)
    for more in (data + b"TAG" + bytes(125), id3 + data, data + header + footed, data + b"TAG" + b"x" * 125):
        path.write_bytes(more)
        assert read_recording(path).length == length


@pytest.mark.parametrize(
    ("form", "kind"),
    [("WAV", "GSM610"), ("W64", "PCM_16"), ("RF64", "PCM_16"), ("CAF", "PCM_16"), ("AIFF", "PCM_U8"),
     ("AU", "ULAW"), ("OGG", "VORBIS"), ("WAVEX", "PCM_24"), ("WAV", "PCM_U8"), ("WAV", "IMA_ADPCM")],
)  # fmt: skip
@pytest.mark.parametrize("seconds", [2.0, 1.000125])
def test_another_librarys_files_are_whole(form: str, kind: str, seconds: float, tmp_path: Path) -> None:
    """What libsndfile writes is read, of an odd number of samples too."""
    path = tmp_path / f"call.{'wav' if 'W' in form[:3] and form != 'W64' else form.lower()}"
    soundfile.write(path, babble(8000, seconds)[0], 8000, format=form, subtype=kind)
    recording = read_recording(path)
    assert recording.duration == pytest.approx(seconds, abs=0.05)
    if kind.startswith("PCM") and kind != "PCM_U8":
        assert recording.length == round(8000 * seconds)


def test_sound_that_the_decoder_loses_is_noticed(tmp_path: Path) -> None:
    """FFmpeg drops the last packets of ALAC in CAF; the file counts them, and the call is refused."""
    path = tmp_path / "call.caf"
    soundfile.write(path, babble(8000, 2.0)[0], 8000, format="CAF", subtype="ALAC_16")
    with av.open(str(path)) as container:
        given = sum(frame.samples for frame in container.decode(audio=0))
    assert given < 16000
    with pytest.raises(UnreadableAudioError, match="途中で切れて"):
        read_recording(path)


def test_a_place_that_no_file_has_is_an_unreadable_call(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A chunk that says it ends far outside: one clear error, and no library prints its own."""
    path = _written(tmp_path / "call.w64", FORM["w64"])
    data = path.read_bytes()
    for size in (1 << 63, (1 << 64) - 8, (1 << 62) - 1):
        path.write_bytes(_set(data, data.index(b"fmt \xf3\xac") + 16, struct.pack("<Q", size)))
        with pytest.raises(UnreadableAudioError):
            read_recording(path)
    assert capfd.readouterr().err == ""


def test_our_own_files_are_whole(tmp_path: Path) -> None:
    """What ``write_wav`` writes of an odd number of bytes, its padding included."""
    path = tmp_path / "call.wav"
    write_wav(path, quantise(white(8000, 8001 / 8000), "mulaw"), 8000, "mulaw")
    assert read_recording(path).length == 8001
