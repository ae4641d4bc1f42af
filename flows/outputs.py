"""The output files of a call: written in a staging folder and published together, or not at all.

KAIJI_WORK/mask-xxxx/masked.wav …   while they are made and verified
DIR/call.masked.wav …               moved there at the end, the manifest last
DIR/call.error.json                 in their place when anything went wrong

Only files that one of our manifests names are replaced or removed in DIR (``flows.folders.leftovers``).
"""

from __future__ import annotations

import contextlib
import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING

from flows.files.keyed_digest import DigestKey
from flows.folders.endings import undisturbed
from flows.folders.held_folder import held_folder, sweep
from flows.folders.leftovers import ours, sha256_of
from flows.folders.moving import move_in, sweep_parts, undo_moving
from flows.folders.open_folder import NotOurFolderError, OpenFolder, open_folder
from flows.settings import Settings
from pipeline.errors import NO_ROOM, PipelineError
from pipeline.reason_text import sentence
from pipeline.reviewing.questions import NO_QUESTION, QuestionPlace, by_letters, question_ids
from pipeline.types import MaskItem, MaskPlan, Transcript

if TYPE_CHECKING:
    from pipeline.audio.recording import Recording

MASKED_WAV, MASKED_TEXT, MASKED_JSON = "masked.wav", "masked.txt", "masked.json"
STAGING_PREFIX = "mask-"
REVIEW, MANIFEST, ERROR = "review.json", "manifest.json", "error.json"

PRODUCTS = (MASKED_WAV, MASKED_TEXT, MASKED_JSON, REVIEW, MANIFEST)
"""In order of publishing: where there is a manifest, all the others are there."""


class OutputFolderError(PipelineError):
    """The output folder cannot be made or written."""

    code = "output_folder"


def file_names(stem: str) -> tuple[str, ...]:
    """Return every path that masking a call may write to."""
    return tuple(f"{stem}.{name}" for name in (*PRODUCTS, ERROR))


def open_output(out: Path) -> bool:
    """Make the output folder, remove what killed runs left, and check that it can be written.

    Args:
        out: The folder.

    Returns:
        Whether its file system ignores case in names.

    Raises:
        OutputFolderError: when it cannot.
    """
    try:
        with open_folder(out, make=0o777) as folder:
            remove_left_staging(Settings().work)
            sweep_parts(folder)
            return _folds_names(folder)
    except OSError as error:
        raise _not_written(error) from None


def remove_left_staging(work: Path) -> None:
    """Remove the staging folders of killed runs, and the files that they had begun to publish.

    Args:
        work: Folder of all staging folders.

    Raises:
        NotOurFolderError: when others can write to ``work`` or exchange it.
    """
    sweep(work, STAGING_PREFIX, undo_moving)


def _folds_names(folder: OpenFolder) -> bool:
    name, probe = folder.part()
    try:
        probe.close()
        return folder.found(name.upper()) is not None
    finally:
        folder.remove(name)


def staging() -> contextlib.AbstractContextManager[Path]:
    """Make a folder inside ``KAIJI_WORK``, readable by its owner only, and remove it afterwards."""
    return held_folder(Settings().work, STAGING_PREFIX)


def write_masked(
    folder: Path, recording: Recording, transcript: Transcript, plan: MaskPlan, note: str = ""
) -> None:
    """Apply a plan and write what may be disclosed: audio, text, and the text with its times.

    Args:
        folder: Where the products are made.
        recording: The call.
        transcript: Its words.
        plan: What is masked.
        note: The line above the text, such as that nobody has proofread it; empty for none.
    """
    # Here, so that whoever only names or hashes the products does not load what makes them.
    from pipeline.audio.wav import write_pieces
    from pipeline.masking.audio import masked_pieces
    from pipeline.masking.text import as_json, as_text, mask_text

    rate, law = recording.rate, recording.law
    pieces = masked_pieces(recording.samples, rate, plan, law)
    write_pieces(folder / MASKED_WAV, pieces, recording.samples.shape, rate, law)
    masked = mask_text(transcript, plan)
    (folder / MASKED_TEXT).write_text((f"{note}\n" if note else "") + as_text(masked), encoding="utf-8")
    write_json(folder / MASKED_JSON, ({"note": note} if note else {}) | as_json(masked))


def read_masked_text(folder: Path) -> str:
    """Return the masked text as it was written, without the note above it."""
    note = json.loads((folder / MASKED_JSON).read_text(encoding="utf-8")).get("note", "")
    text = (folder / MASKED_TEXT).read_text(encoding="utf-8")
    return text.removeprefix(f"{note}\n") if note else text


def write_review(folder: Path, transcript: Transcript, plan: MaskPlan, key: DigestKey) -> None:
    """Write the review file: every finding in clear text, readable by its owner only.

    Args:
        folder: Where the products are made.
        transcript: The words.
        plan: What was found.
        key: The product's random key for digests.  Whoever has this file can check with it what the manifest
            says of words; for all others it also makes this file's own digest one that nobody can guess.
    """
    asked = question_ids(plan.items, by_letters(transcript.text))
    findings = [_review_row(item, transcript, asked.get(item.item_id, NO_QUESTION)) for item in plan.items]
    document = {
        "call_id": plan.call_id,
        "revision": plan.revision,
        "digest_key": key.secret.hex(),
        "findings": findings,
    }
    # The mode is set before any clear text is written.
    (folder / REVIEW).touch(mode=0o600)
    write_json(folder / REVIEW, document)


def _review_row(item: MaskItem, transcript: Transcript, place: QuestionPlace) -> dict[str, object]:
    return {
        "item_id": item.item_id,
        "start_seconds": round(item.time.start, 3),
        "end_seconds": round(item.time.end, 3),
        # One number for a finding on one channel, a list for one on several.
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
        # What is decided together has the same one.
        "question": place.question,
        # Heard with another place of the question, and not decided by its verdict.
        "beside": place.beside,
    }


def publish(folder: Path, out: Path, stem: str) -> None:
    """Move the products to their names, the manifest last.

    Args:
        folder: Holds all of ``PRODUCTS``.
        out: The output folder.
        stem: Prefix of their names.

    Raises:
        OutputFolderError: when one cannot be moved or its name is taken; then none is published.
    """
    try:
        with open_folder(out) as place, staging() as private:
            move_in(out, place, {f"{stem}.{name}": folder / name for name in PRODUCTS}, private)
    except OSError as error:
        raise _not_written(error) from None


def withdraw(out: Path, stem: str) -> None:
    """Remove what an earlier run left of a call, so that no stale file is taken for this run's.

    Args:
        out: The output folder.
        stem: What the files' names begin with.

    Raises:
        NotOursError: when a file that kaiji did not write has one of the names; nothing is removed.
        OutputFolderError: when a file cannot be removed; the others are.
    """
    failed: OSError | None = None
    try:
        with open_folder(out) as folder:
            earlier = ours(folder, stem, PRODUCTS, MANIFEST, ERROR)
            # A manifest alone would say of files that they are there.
            with undisturbed():
                for name in earlier:
                    try:
                        folder.remove(name)
                    except OSError as error:
                        failed = error
    except OSError as error:
        failed = error
    if failed is not None:
        raise _not_written(failed) from None


def write_error(out: Path, stem: str, error: PipelineError) -> None:
    """Write why a call failed: an error code and a message without personal data.

    Args:
        out: The output folder, from which ``withdraw`` has removed the call's files.
        stem: Prefix of the file's name.
        error: The reason.

    Raises:
        NotOursError: when a file that kaiji did not write has its name.
        OutputFolderError: when it cannot be written.
    """
    try:
        with open_folder(out) as folder:
            ours(folder, stem, (), MANIFEST, ERROR)
            folder.put(f"{stem}.{ERROR}", json_bytes({"code": error.code, "message": error.kept}))
    except OSError as raised:
        raise _not_written(raised) from None


def _not_written(error: OSError) -> OutputFolderError:
    if error.errno in NO_ROOM:
        return no_room()
    if isinstance(error, NotOurFolderError):
        return OutputFolderError(
            "出力先か作業フォルダ(KAIJI_WORK)へのリンクがほかの利用者のものか、作業フォルダにほかの利用者が書けます"
        )
    if error.errno == errno.ENAMETOOLONG:
        return OutputFolderError("通話のファイル名が長すぎて、出力のファイル名を作れません")
    if error.errno == errno.ELOOP:
        return OutputFolderError("出力先のフォルダに書けません(リンクが循環しています)")
    return OutputFolderError(f"出力先のフォルダに書けません({type(error).__name__})")


def no_room() -> OutputFolderError:
    """Return the error for a full disk or quota."""
    return OutputFolderError(
        "出力先か作業フォルダに空きがありません。空きを作ってから、もう一度実行してください"
    )


def write_json(path: Path, document: object) -> None:
    """Write ``json_bytes`` into a folder of ours."""
    path.write_bytes(json_bytes(document))


def json_bytes(document: object) -> bytes:
    """Return JSON for people and programs: UTF-8, indented."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as a hex digest."""
    return sha256_of(path)
