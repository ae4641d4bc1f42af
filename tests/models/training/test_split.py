"""The split of the data holds what it promises."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.training.split import NATIVE, NEVER, PARTS, SplitError, check_data, clips, mouth_of, read_split
from sample_audio.script import read_scripts
from sample_audio.voices import VOICES

ROOT = Path(__file__).parents[3]
TOML = ROOT / "models/training/split.toml"


def test_every_script_of_the_project_is_in_one_part() -> None:
    """What is written is in the split once, and every file reads."""
    split = read_split()
    files = [path for part in PARTS for path in split.scripts(part)]
    assert len(files) == len(set(files))
    there = {path.relative_to(ROOT) for path in ROOT.glob("*/**/*.script.txt") if ".venv" not in path.parts}
    assert {path for path in there if path.parts[0] in {"models", "tests", "sample_audio"}} == set(files)


def test_no_dialogue_is_in_two_parts() -> None:
    """Nor under another file's name."""
    split = read_split()
    ids = {
        part: {d.dialogue_id for d in read_scripts([ROOT / p for p in split.scripts(part)])}
        for part in PARTS[:5]
    }
    assert all(ids.values())
    assert all(not ids[one] & ids[other] for one, other in itertools.combinations(ids, 2))


def test_no_voice_is_in_two_parts() -> None:
    """A mixture counts as both its halves."""
    split = read_split()
    mouths = {
        part: {m for v in split.voices(part) for m in v.split("+")} | {*split.people(part)} for part in PARTS
    }
    assert all(not mouths[one] & mouths[other] for one, other in itertools.combinations(PARTS, 2))
    assert len(split.voices("listening")) >= 30
    assert len(split.voices(NEVER)) >= 5
    assert set(VOICES) == set(NATIVE)


def test_moods_are_of_one_mouth_and_other_names_are_not() -> None:
    """Kokoro's names begin with a language and a sex, an HTS voice's with its speaker."""
    split = read_split()
    hts = [name for part in PARTS for name in split.by_part[part].get("hts", ())]
    assert {split.mouth(name) for name in hts} == {"mei", "takumi"}
    assert split.mouth("af_sky") == mouth_of("af_sky", "styles") == "af_sky"
    assert split.mouth("nobody_sad") == "nobody_sad"


def test_some_of_the_sets_of_a_part() -> None:
    """Both halves of a set of scripts, and no other."""
    names = [path.name for path in read_split().scripts("weighing", ["u35"])]
    assert names == ["u35a.script.txt", "u35b.script.txt"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace('"af_river"', '"am_puck"'), "am_puck"),
        (lambda t: t.replace(', "takumi_sad"]', "]").replace('["mei"]', '["mei", "takumi_sad"]'), "takumi"),
        (lambda t: t.replace('"am_echo+zf_xiaoni"', '"am_echo+am_puck"'), "am_echo[+]am_puck"),
        (lambda t: t.replace('"jm_kumo"]', "]"), "jm_kumo"),
        (lambda t: t.replace('"u47", ', ""), "in no part: u47a"),
        (lambda t: t.replace('"u47", ', '"u47", "u99", '), "u99"),
        (lambda t: t.replace('"u47", ', '"u47", "u46", '), "u46"),
        (lambda t: t.replace("[voices.never]", "[voices.someday]"), "parts"),
        (lambda t: t.replace('hts = ["mei"]', 'hts = ["mei"]\nrobots = ["r2"]'), "robots"),
    ],
)  # fmt: skip
def test_a_split_that_contradicts_itself_is_refused(
    tmp_path: Path, change: Callable[[str], str], says: str
) -> None:
    """The message names what is wrong."""
    before = TOML.read_text(encoding="utf-8")
    path = tmp_path / "split.toml"
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    with pytest.raises(SplitError, match=says):
        read_split(path)


def test_what_is_written_blind_belongs_to_nobody(tmp_path: Path) -> None:
    """Every file in the folder for it is never seen, whatever its name."""
    for folder in ("one", "blind"):
        (tmp_path / folder).mkdir()
    (tmp_path / "one/u1.script.txt").touch()
    (tmp_path / "blind/v1.script.txt").touch()
    text = TOML.read_text(encoding="utf-8")
    scripts, voices = text.index("[scripts]"), text.index("# kokoro")
    named = "\n".join(f"{part} = {['u1'] if part == 'tuning' else []}" for part in PARTS)
    path = tmp_path / "split.toml"
    path.write_text(
        f'{text[:scripts]}[scripts]\nfolders = ["one"]\nnever_folder = "blind"\n{named}\n{text[voices:]}',
        encoding="utf-8",
    )
    split = read_split(path, tmp_path)
    assert split.scripts("tuning") == (Path("one/u1.script.txt"),)
    assert split.scripts(NEVER) == (Path("blind/v1.script.txt"),)


def voices_folder(folder: Path, *, without: str = "", extra: str = "") -> Path:
    """A folder like the shared one, of empty voices."""
    split = read_split()
    names = {
        kind: [n for p in PARTS for n in split.by_part[p].get(kind, ()) if n != without]
        for kind in ("styles", "hts", "people")
    }
    np.savez(
        folder / "kokoro-styles.npz",
        **{name: np.zeros(1) for name in (*names["styles"], *filter(None, [extra]))},
    )
    (folder / "hts").mkdir()
    for name in names["hts"]:
        (folder / f"hts/{name}.htsvoice").touch()
    (folder / "common-voice-ja").mkdir()
    lines = [
        {"clip": f"{speaker}-{n:03d}.mp3", "speaker": speaker, "validated": n != 1}
        for speaker in names["people"]
        for n in range(90)
    ]
    (folder / "common-voice-ja/clips.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def test_every_voice_there_is_in_the_split(tmp_path: Path) -> None:
    """And the other way round."""
    check_data(read_split(), voices_folder(tmp_path))


@pytest.mark.parametrize("options", [{"without": "am_puck"}, {"without": "cv022"}, {"extra": "xx_new"}])
def test_an_unknown_or_missing_voice_is_refused(tmp_path: Path, options: dict[str, str]) -> None:
    """By its name."""
    with pytest.raises(SplitError, match=next(iter(options.values()))):
        check_data(read_split(), voices_folder(tmp_path, **options))


def test_no_speaker_gives_more_than_the_cap(tmp_path: Path) -> None:
    """Nor a clip that was rejected."""
    split = read_split()
    found = clips(split, "listening", voices_folder(tmp_path))
    counts = {
        speaker: sum(clip["speaker"] == speaker for clip in found) for speaker in split.people("listening")
    }
    assert set(counts.values()) == {split.max_clips}
    assert all(clip["validated"] for clip in found)
