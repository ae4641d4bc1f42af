"""Inputs as a careless user, a neighbour or bad luck would give them, for the real ``kaiji mask``.

Each is refused: with status 2 or 3, one line, no traceback, and nothing left but the reason.
"""

from __future__ import annotations

import os
import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.audio_files import FORMATS, Format, babble, encode
from tests.builders import voice_file, words_file

SECRET = "長谷川隆志"
"""Stands in what is inside of the files, and in no name: no line may repeat it."""

MORE = (
    Format("w64", "w64", "pcm_s16le", "w64"),
    Format("caf", "caf", "pcm_s16le", "caf"),
    Format("aiff", "aiff", "pcm_s16be", "aiff"),
    Format("au", "au", "pcm_mulaw", "au"),
    Format("mkv", "matroska", "pcm_s16le", "mkv"),
    Format("webm", "webm", "libopus", "webm", rate=48000),
    Format("alac", "ipod", "alac", "m4a", rate=16000),
    Format("adts", "adts", "aac", "aac", rate=16000),
)

CUTS = (1, 40, 700)
"""Bytes missing at the end; a half and nine tenths beside them."""


def odd_calls(folder: Path) -> list[Path]:
    """Calls that are none: no files, no sound, no whole sound, or under names that are hard to bear."""
    return [*_no_files(folder), *_odd_names(folder), *_no_sound(folder), *_cut(folder), *_wrong_sizes(folder)]


def _no_files(folder: Path) -> list[Path]:
    os.mkfifo(folder / "fifo.wav")
    with socket.socket(socket.AF_UNIX) as unix:
        # A socket's address is short; its folder need not be.
        before = Path.cwd()
        os.chdir(folder)
        unix.bind("socket.wav")
        os.chdir(before)
    (folder / "loop.wav").symlink_to("loop.wav")
    (folder / "nowhere.wav").symlink_to("nothing-there.wav")
    (folder / "folder.wav").mkdir()
    (folder / "empty.wav").touch()
    (folder / "closed.wav").write_text(SECRET, encoding="utf-8")
    (folder / "closed.wav").chmod(0)
    (folder / "fifo-link.wav").symlink_to("fifo.wav")
    (folder / "file").touch()
    made = ("fifo", "socket", "loop", "nowhere", "folder", "empty", "closed", "fifo-link", "missing")
    devices = [
        path for path in map(Path, ("/dev/zero", "/dev/null", "/dev/full", "/dev/random")) if path.exists()
    ]
    inside = [folder / "file" / "below-a-file.wav", Path("/proc/self/mem")]
    return [*(folder / f"{name}.wav" for name in made), *devices, *inside]


def _odd_names(folder: Path) -> list[Path]:
    names = [
        b"line\nkaiji: forged.wav: done.wav",
        b"ansi\x1b[2K\x1b[1A\x1b]0;title\x07.wav",
        "direction\u202egpj.wav".encode(),
        "ends\u2028here\u0085.wav".encode(),
        b"bytes\xff\xfe.wav",
        b"n" * 251 + b".wav",
        b" .wav",
        b"-out.wav",
        b"$(touch x).wav",
        b"%s%n{stem}.wav",
        b"\x7f\t.wav",
    ]
    paths = [folder / os.fsdecode(name) for name in names]
    for path in paths:
        path.write_text(SECRET, encoding="utf-8")
    return paths


def _no_sound(folder: Path) -> list[Path]:
    contents = {
        "text.wav": SECRET.encode() * 100,
        "json.mp3": b'{"requester": ' + SECRET.encode() + b"}",
        "list.m4a": b"#EXTM3U\n#EXTINF:10,\n/etc/hostname\n",
        "concat.wav": b"ffconcat version 1.0\nfile call.mp3\n",
        "head.wav": b"RIFF\x24\0\0\0WAVEfmt ",
        "zeros.wav": bytes(5000),
        "ones.flac": b"\xff" * 5000,
        "id3.mp3": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(100),
        "ebml.mkv": b"\x1a\x45\xdf\xa3" + b"\xff" * 400,
        "box.m4a": struct.pack(">I4s", 8, b"ftyp") + struct.pack(">I4sQ", 1, b"moov", 1 << 62),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def _cut(folder: Path) -> list[Path]:
    made = []
    for form in (*FORMATS, *MORE):
        whole = encode(
            folder / f"whole-{form.name}.{form.suffix}", babble(form.rate, 2.0, form.channels), form
        )
        data = whole.read_bytes()
        # Without a length, AMR and ADTS show a cut inside a frame only.
        cuts = {1} if form.name in {"amr", "adts"} else {*CUTS, len(data) // 2, len(data) * 9 // 10}
        for number, cut in enumerate(sorted(cuts)):
            path = folder / f"cut-{form.name}-{number}.{form.suffix}"
            path.write_bytes(data[:-cut])
            made.append(path)
        whole.unlink()
    return made


def _wrong_sizes(folder: Path) -> list[Path]:
    raw = babble(8000, 2.0)[0].astype("<i2").tobytes()
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    data = {
        **{f"size-{size}": (struct.pack("<I", size), b"") for size in (2, 16000, 31999, 32001, 0x7FFFFFFF)},
        "two": (struct.pack("<I", 32000), b"data" + struct.pack("<I", 32000) + raw),
        "behind": (struct.pack("<I", 32000), raw),
        "channels": (struct.pack("<I", 32000), b""),
    }
    made = []
    for name, (size, behind) in data.items():
        head = fmt if name != "channels" else fmt[:10] + b"\xff\xff" + fmt[12:]
        body = b"WAVE" + head + b"data" + size + raw + behind
        path = folder / f"wav-{name}.wav"
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        made.append(path)
    return made


CASES: dict[str, bytes] = {
    "empty": b"",
    "mark": b"\xef\xbb\xbf",
    "nul": b'{"case_id": "R\x00"}\x00',
    "twice": b'{"case_id": "R-1", "case_id": "R-2"}',
    "deep": b"[" * 200_000,
    "deep-object": b'{"a":' * 100_000,
    "digits": b'{"case_id": ' + b"1" * 5000 + b"}",
    "negative": b'{"case_id": -' + b"9" * 100_000 + b"}",
    "infinite": b'{"case_id": 1e999}',
    "nan": b'{"case_id": NaN}',
    "array": b'["R-1"]',
    "number": b"42",
    "wide": '{"case_id": "R-1"}'.encode("utf-16"),
    "other-bytes": b'{"case_id": "\xff\xfe"}',
    "half": b'{"case_id": "\\ud800"}',
    "unknown": b'{"case_id": "R-1", "requestor": 1}',
    "unknown-line": b'{"case_id": "R-1", "a\\nkaiji: forged": 1}',
    "cut": b'{"case_id": "R-',
    "long": b'{"case_id": "' + b"1" * 5000 + b'"}',
}
"""Contents of case files; those that are good belong to a call that is none."""


def odd_cases(folder: Path) -> list[Path]:
    """Calls with a case beside each that is none."""
    for name, content in CASES.items():
        (folder / f"{name}.case.json").write_bytes(content)
    os.mkfifo(folder / "fifo.case.json")
    (folder / "zero.case.json").symlink_to("/dev/zero")
    (folder / "loop.case.json").symlink_to("loop.case.json")
    (folder / "folder.case.json").mkdir()
    calls = [folder / f"{name}.wav" for name in (*CASES, "fifo", "zero", "loop", "folder", "none")]
    for call in calls:
        call.write_text(SECRET, encoding="utf-8")
    return calls


TRANSCRIPTS: dict[str, bytes] = {
    "empty": b"",
    "deep": b'{"segments":' + b"[" * 200_000,
    "digits": b'{"segments": [{"words": [{"word": "a", "start": ' + b"1" * 5000 + b', "end": 2}]}]}',
    "twice": b'{"segments": [], "segments": []}',
    "nul": b'{"segments": []}\x00',
    "infinite": b'{"segments": [{"words": [{"word": "a", "start": 0, "end": 1e999}]}]}',
    "bytes": b"\xff\xfe\x00",
}
"""Contents of files of words."""


@dataclass(frozen=True)
class Attempt:
    """One command: what it is given, how many calls it is of, and what limits it has."""

    name: str
    arguments: Sequence[object]
    calls: Sequence[Path]
    limit: Callable[[], None] | None = None
    told: bool = True
    """Whether the reason can be left beside."""


def quick_attempts(root: Path) -> list[Attempt]:
    """Commands none of which gets as far as a model."""
    folders = {name: root / name for name in ("calls", "cases", "words")}
    for folder in folders.values():
        folder.mkdir()
    case = root / "case.json"
    case.write_text(f'{{"case_id": "R-1", "confidential_terms": ["{SECRET}"]}}', encoding="utf-8")
    calls, cases = odd_calls(folders["calls"]), odd_cases(folders["cases"])
    call = voice_file(root / "call.wav", 4.0)
    os.mkfifo(root / "fifo.json")
    single = dict.fromkeys(("fifo",), root / "fifo.json") | {"zero": Path("/dev/zero")}
    for name, content in TRANSCRIPTS.items():
        single[name] = folders["words"] / f"{name}.json"
        single[name].write_bytes(content)
    return [
        Attempt("calls", ["--case", case, "--", *calls], calls),
        Attempt("cases", ["--case", folders["cases"], "--", *cases], cases),
        *(Attempt(f"case {name}", ["--case", path, call], [call]) for name, path in single.items()),
        *(
            Attempt(f"words {name}", ["--case", case, "--transcript", path, call], [call])
            for name, path in single.items()
        ),
    ]


def slow_attempts(root: Path) -> list[Attempt]:
    """Commands that load models and run out of room."""
    call = voice_file(root / "long.wav", 20.0)
    words = words_file(root / "long.json", [(2.0, f"隣の{SECRET}さんです")])
    case = root / "case.json"
    given = ["--case", case, "--transcript", words, call]

    def most(size: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return [
        Attempt("files of 4 KiB at most", given, [call], most(4096)),
        Attempt("files of no byte at most", given, [call], most(0), told=False),
    ]


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    status: int
    lines: list[str]
    left: list[str]
    clear: list[str]


def give(attempt: Attempt, root: Path, seconds: float) -> Answer:
    """Run the real command in a process of its own.

    Args:
        attempt: The command.
        root: Folder for what it writes.
        seconds: After which it has hung.
    """
    out, scratch = root / "out", root / "tmp"
    for folder in (out, scratch):
        folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli.main", "mask", "--out", str(out), *map(str, attempt.arguments)],
        capture_output=True,
        timeout=seconds,
        check=False,
        env=os.environ | {"TMPDIR": str(scratch), "KAIJI_WORK": str(scratch / "work")},
        preexec_fn=attempt.limit,
        cwd=Path(__file__).parents[1],
    )
    lines = (done.stderr + done.stdout).decode("utf-8").split("\n")
    left = sorted(path.name for path in out.iterdir())
    for name in left:
        with suppress(OSError):
            (out / name).unlink()
    # onnxruntime keeps the number of a session of its own there.
    clear = [str(path) for path in sorted(scratch.rglob("*")) if path.name != ".ses" and path.is_file()]
    return Answer(done.returncode, lines[:-1], left, clear)


def check(attempt: Attempt, answer: Answer) -> None:
    """Status 2 or 3, a line for each call and none of its content, nothing left but reasons.

    Raises:
        AssertionError: when not.
    """
    assert answer.status in {2, 3}, (attempt.name, answer)
    assert len(answer.lines) == len(attempt.calls), (attempt.name, answer.status, answer.lines)
    for line in answer.lines:
        assert line.startswith("kaiji: "), (attempt.name, line)
        assert "Traceback" not in line, (attempt.name, line)
        assert "内部の誤り" not in line, (attempt.name, line)
        assert SECRET not in line, attempt.name
        assert line.isprintable(), (attempt.name, line)
    assert all(name.endswith(".error.json") for name in answer.left), (attempt.name, answer.left)
    assert len(answer.left) <= len(attempt.calls), (attempt.name, answer.left)
    assert answer.clear == [], (attempt.name, answer.clear)
