from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from pathlib import Path

from tests.audio_files import FORMATS, babble, encode, encode_gsm

MUTATIONS = int(os.environ.get("KAIJI_SOAK", "50"))
"""Damaged files to try; a soak run sets a thousand, and another seed."""


def _mutated(data: bytes, rng: random.Random) -> bytes:
    """``data`` with a few bytes, a stretch or the order of things changed; the head more often."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(min(len(out), 200)) if rng.random() < 0.6 else rng.randrange(len(out))
        kind, width = rng.randrange(6), rng.choice([1, 2, 4, 64, 700])
        if kind == 0:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[at : at + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\x80"])
        elif kind == 2:
            del out[at : at + width]
        elif kind == 3:
            out[at:at] = rng.randbytes(width)
        elif kind == 4:
            out[at : at + width] = out[:width][::-1]
        else:
            del out[max(1, rng.randrange(len(out))) :]
        if not out:
            out = bytearray(b"\0")
    return bytes(out)


_READER = """
import sys
from pathlib import Path
from pipeline.audio.recording import read_recording
from pipeline.errors import UnreadableAudioError
for name in sys.stdin.read().split():
    try:
        recording = read_recording(Path(name))
        print("ok", recording.channels, recording.length, recording.rate)
    except UnreadableAudioError as error:
        print("refused", str(error).replace(chr(10), "|"))
"""


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def test_damaged_files_give_a_result_or_one_clear_error(tmp_path: Path) -> None:
    """Mutated files never crash, hang, or end in anything but a recording or a refusal.

    They are read in a process of its own, because a crash in a decoder takes its process along.
    """
    rng = random.Random(int(os.environ.get("KAIJI_SOAK_SEED", "20251125")))  # noqa: S311 - no secret
    whole = [
        encode(tmp_path / f"{form.name}.{form.suffix}", babble(form.rate, 1.0, form.channels), form)
        for form in FORMATS
    ]
    whole.append(encode_gsm(tmp_path / "gsm.wav", babble(8000, 1.0), 8000))
    names = []
    for number in range(MUTATIONS):
        source = whole[number % len(whole)]
        path = tmp_path / f"m{number}{source.suffix}"
        path.write_bytes(_mutated(source.read_bytes(), rng))
        names.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", _READER],
        input="\n".join(names),
        capture_output=True,
        text=True,
        timeout=20 + MUTATIONS,
        check=False,
        preexec_fn=_limit_memory,
    )
    answers = done.stdout.splitlines()
    assert done.returncode == 0, (len(answers), done.stderr[-2000:])
    assert len(answers) == MUTATIONS
    for answer in answers:
        assert answer.startswith("refused ") or _plausible(answer)
    assert sum(answer.startswith("ok") for answer in answers) >= MUTATIONS // 20
    assert sum(answer.startswith("refused") for answer in answers) >= MUTATIONS // 20


def _plausible(answer: str) -> bool:
    """A recording of one or two channels that no second of sound could be blown up to."""
    _, channels, length, rate = answer.split()
    return channels in {"1", "2"} and 8000 <= int(rate) <= 48000 and 0.3 <= int(length) / int(rate) <= 60
