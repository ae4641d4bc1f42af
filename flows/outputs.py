"""The files of a call: written aside, published together, or not at all.

DIR/.kaiji-xxxx/masked.wav …   while they are made and verified
DIR/call.masked.wav …          moved there at the end, the manifest last
DIR/call.error.json            in their place when anything went wrong
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from pathlib import Path

from flows.folders import held_folder, sweep
from pipeline.audio import Recording
from pipeline.errors import PipelineError
from pipeline.mask import masked_pieces
from pipeline.mask_text import as_json, as_text, mask_text
from pipeline.reason_text import sentence
from pipeline.types import MaskItem, MaskPlan, Transcript
from pipeline.wav import write_pieces

__all__ = [
    "ERROR",
    "MANIFEST",
    "MASKED_JSON",
    "MASKED_TEXT",
    "MASKED_WAV",
    "PRODUCTS",
    "REVIEW",
    "OutputFolderError",
    "file_sha256",
    "open_output",
    "publish",
    "staging",
    "withdraw",
    "write_error",
    "write_json",
    "write_masked",
    "write_review",
]

MASKED_WAV, MASKED_TEXT, MASKED_JSON = "masked.wav", "masked.txt", "masked.json"
STAGING = ".kaiji-"
REVIEW, MANIFEST, ERROR = "review.json", "manifest.json", "error.json"

PRODUCTS = (MASKED_WAV, MASKED_TEXT, MASKED_JSON, REVIEW, MANIFEST)
"""In order of publishing: a manifest means that all the others are there."""


class OutputFolderError(PipelineError):
    """The products cannot be written where they are wanted."""

    code = "output_folder"


def open_output(out: Path) -> None:
    """Make the output folder, tidy up after killed runs, and try whether it can be written.

    Args:
        out: The folder.

    Raises:
        OutputFolderError: when it cannot.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        sweep(out, STAGING)
        with staging(out):
            pass
    except OSError as error:
        raise _not_written(error) from None


def staging(out: Path) -> contextlib.AbstractContextManager[Path]:
    """A hidden folder inside ``out``, readable by its owner only, that is gone afterwards."""
    return held_folder(out, STAGING)


def write_masked(folder: Path, recording: Recording, transcript: Transcript, plan: MaskPlan) -> None:
    """Apply a plan and write what leaves the house: audio, text, and the text with its times.

    Args:
        folder: Where the products are made.
        recording: The call.
        transcript: Its words.
        plan: What is masked.
    """
    rate, law = recording.rate, recording.law
    pieces = masked_pieces(recording.samples, rate, plan, law)
    write_pieces(folder / MASKED_WAV, pieces, recording.samples.shape, rate, law)
    masked = mask_text(transcript, plan)
    (folder / MASKED_TEXT).write_text(as_text(masked), encoding="utf-8")
    write_json(folder / MASKED_JSON, as_json(masked))


def write_review(folder: Path, transcript: Transcript, plan: MaskPlan) -> None:
    """Write what an analyst decides on: every finding in clear, readable by its owner only."""
    findings = [_review_row(item, transcript) for item in plan.items]
    document = {"call_id": plan.call_id, "revision": plan.revision, "findings": findings}
    # Made with its mode before a word is in it.
    (folder / REVIEW).touch(mode=0o600)
    write_json(folder / REVIEW, document)


def _review_row(item: MaskItem, transcript: Transcript) -> dict[str, object]:
    return {
        "item_id": item.item_id,
        "start_seconds": round(item.time.start, 3),
        "end_seconds": round(item.time.end, 3),
        # One number where it sounds on one channel, a list where on several.
        "channel": item.channels[0] if len(item.channels) == 1 else list(item.channels),
        "start_char": item.chars.start,
        "end_char": item.chars.end,
        "text": transcript.text[item.chars.start : item.chars.end],
        "entity_type": item.entity_type,
        "score": item.score,
        "recognizer": item.source,
        "party": item.party.value,
        "action": item.action.value,
        "reason": sentence(item.reasons),
        "needs_review": item.needs_review,
    }


def publish(folder: Path, out: Path, stem: str) -> None:
    """Move the products to their names, the manifest last.

    Args:
        folder: Holds all of ``PRODUCTS``.
        out: Where to.
        stem: What their names begin with.

    Raises:
        OutputFolderError: when one could not be moved; none is left then.
    """
    moved: list[Path] = []
    try:
        with staging(out) as near:
            # Renaming is all or nothing only within one file system, so they are brought near first.
            for name in PRODUCTS:
                shutil.copy2(folder / name, near / name)
            for name in PRODUCTS:
                target = out / f"{stem}.{name}"
                (near / name).replace(target)
                moved.append(target)
    except OSError as error:
        for path in moved:
            path.unlink(missing_ok=True)
        raise _not_written(error) from None


def withdraw(out: Path, stem: str) -> None:
    """Remove whatever an earlier run left of a call, so that nothing stale passes for this run's.

    Args:
        out: The output folder.
        stem: What the files' names begin with.

    Raises:
        OutputFolderError: when something could not be removed; all else is.
    """
    failed: OSError | None = None
    for name in (*PRODUCTS, ERROR):
        try:
            (out / f"{stem}.{name}").unlink(missing_ok=True)
        except OSError as error:
            failed = error
    if failed is not None:
        raise _not_written(failed)


def write_error(out: Path, stem: str, error: PipelineError) -> None:
    """Leave the reason of a failure: its code and a message without personal data.

    Args:
        out: The output folder, from which the call's files are gone already.
        stem: What the file's name begins with.
        error: The reason.

    Raises:
        OutputFolderError: when it cannot be written.
    """
    try:
        with staging(out) as folder:
            write_json(folder / ERROR, {"code": error.code, "message": str(error)})
            (folder / ERROR).replace(out / f"{stem}.{ERROR}")
    except OSError as raised:
        raise _not_written(raised) from None


def _not_written(error: OSError) -> OutputFolderError:
    return OutputFolderError(f"出力先のフォルダに書けません({type(error).__name__})")


def write_json(path: Path, document: object) -> None:
    """Write JSON for people and programs: UTF-8, indented."""
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def file_sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
