"""Release an answer: render the calls again from the final plans, verify, pack and seal them.

Everything is made in a temporary folder and in the store under random names; one transaction of the desk
makes it the answer and freezes the case.  If the process is killed before that, nothing has happened, and
the release can be run again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows import outputs
from flows.desk.answers import releases
from flows.desk.answers.basis import check_basis
from flows.desk.answers.places import places
from flows.desk.answers.releases import Release, ReleasedRange
from flows.desk.cases.calls import open_recording
from flows.desk.cases.files import NewFile, drop_unnamed
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.values import JAPAN, Actor, FileKind, Role
from flows.desk.kinds.ways import Way
from flows.files.keyed_digest import Digested
from flows.letter import fill
from flows.releasing.instructions import instructions
from flows.releasing.letter_content import clock, content_of
from flows.releasing.material import CallMaterial, Material, gather, masked_ranges, released_call
from flows.releasing.names import INSTRUCTIONS, LETTER, MANIFEST, audio_names, passage_names, transcript_names
from flows.releasing.package import Packed, described, new_password, pack, write_sums
from flows.releasing.transcript_docx import transcript_docx
from pipeline.errors import StillThereError
from pipeline.third_voice import THIRD_VOICE, Remains

if TYPE_CHECKING:
    from flows.loaded_models import Models
    from flows.workspace import Workspace

TEMPLATE = Path(fill.__file__).with_name("letter.docx")
"""kaiji's own template of the decision letter."""


@dataclass(frozen=True, slots=True)
class _Work:
    """Values that the steps of one release share."""

    desk: Desk
    actor: Actor
    load_models: Callable[[str], Models]
    encrypted: bool


def release(desk: Desk, actor: Actor, number: str, load_models: Callable[[str], Models]) -> Release:
    """Make the answer to a request and record that it went out.

    Args:
        desk: The desk; its settings say whether the package is encrypted and which template is used.
        actor: The person or flow that releases.
        number: Id or public number of the request, approved or withheld.
        load_models: Loads the models that listen to the finished audio, by the model's name.

    Returns:
        The answer, without its password.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when it is not approved, or something changed after the approval.
        ConflictError: when something was decided while it was made; then nothing is released.
        CallUnsafeError: when something masked can still be heard or read.
        LetterError: when the letter cannot be filled in.
    """
    check_may(actor, May.RELEASE)
    material = gather(desk, number)
    work = _Work(desk, actor, load_models, desk.settings.package == "zip")
    # Faults that a person has to correct are reported before hours of listening.
    _letter(work, material)
    with desk.store.private_folder() as folder:
        inside = folder / "inside"
        inside.mkdir()
        calls = tuple(_make_call(work, call, material, inside) for call in material.calls)
        material = replace(material, calls=calls)
        packed = _put_together(work, material, inside)
        kinds = {
            FileKind.PACKAGE: packed.path,
            FileKind.LETTER: inside / LETTER,
            FileKind.MANIFEST: inside / MANIFEST,
        }
        return _hand_in(work, material, packed, kinds)


def draft_letter(desk: Desk, number: str) -> bytes:
    """Return the letter as it would be released now, for a person to read before the release.

    Raises:
        ImpossibleStepError: when the request is neither approved nor withheld.
        LetterError: when the letter cannot be filled in.
    """
    work = _Work(desk, Actor("", role=Role.SYSTEM), _no_models, desk.settings.package == "zip")
    return _letter(work, gather(desk, number))


def _no_models(_: str) -> Models:
    raise AssertionError


def _letter(work: _Work, material: Material) -> bytes:
    template = work.desk.settings.letter_template or TEMPLATE
    return fill.fill_letter(template, content_of(work.desk, material, encrypted=work.encrypted))


def _make_call(work: _Work, call: CallMaterial, material: Material, inside: Path) -> CallMaterial:
    """Make a call's files again from the plan, compare them with the approved ones, and verify them."""
    if call.approved is None:
        return call
    # Imported here: a letter, or an answer without calls, needs none of the modules for sound.
    from flows.masking.final_copy import files_of, render
    from flows.masking.visit_copy import visit_copy
    from flows.stages import prove
    from flows.workspace import RECORDING

    stored, approval = call.approved
    call_id = call.call.call_id
    # A change since the basis was read is reported before hours of listening.
    check_basis(work.desk, material.basis)
    with open_recording(work.desk, call_id) as audio, work.desk.store.private_folder() as folder:
        workspace = render(work.desk, work.actor, (audio, folder), stored.plan)
        copies = [each for each in (workspace, visit_copy(workspace)) if each is not None]
        files = files_of(stored.plan)
        made = {
            kind.value: work.desk.digest(Digested.FILE, outputs.file_sha256(folder / name))
            for kind, name in files.items()
        }
        if tuple(sorted(made.items())) != approval.files:
            # Also an approval from before a copy said whether its text was proofread.
            remedy = "通話を「確認に戻す」で開き、もう一度確認を終えて、承認してください"
            msg = f"{call_id}: 作り直した写しが、承認された写しと一致しません。開示できません。{remedy}"
            raise ImpossibleStepError(msg)
        models = work.load_models(work.desk.settings.model)
        left = [leak for each in copies for leak in prove(each, models)]
        if left:
            seconds = tuple(sorted({leak.where.start for leak in left}))
            told = "、".join(dict.fromkeys(clock(int(second)) for second in seconds))
            msg = (
                f"{call_id}: もう一度確かめると、伏せた言葉が残る所が{len(left)}件あります({told})。"
                "通話を「確認に戻す」で開き、そこを確かめてください"
            )
            raise StillThereError(msg, call_id, seconds)
        _copy_out(call, workspace, material, inside)
        return replace(call, seconds=workspace.get(RECORDING).duration)


def _copy_out(call: CallMaterial, workspace: Workspace, material: Material, inside: Path) -> None:
    """Copy the files of a call that the answer discloses into the package's folder."""
    from flows.releasing.passages import write_passages
    from pipeline.audio.mp3 import write_mp3
    from pipeline.audio.recording import read_recording

    number, folder = call.number, workspace.products
    if material.manner.way is Way.PASSAGES:
        write_passages(call, folder, material, inside)
        return
    if material.gives_audio:
        wav, mp3 = audio_names(number)
        shutil.copyfile(folder / outputs.MASKED_WAV, inside / wav)
        write_mp3(inside / mp3, read_recording(folder / outputs.MASKED_WAV))
    if material.gives_text:
        text, word = transcript_names(number)
        shutil.copyfile(folder / outputs.MASKED_TEXT, inside / text)
        title = f"通話の文字起こし　{material.request.number}　通話{number}"
        (inside / word).write_bytes(transcript_docx(title, (inside / text).read_text(encoding="utf-8")))


def _put_together(work: _Work, material: Material, inside: Path) -> Packed:
    (inside / LETTER).write_bytes(_letter(work, material))
    goes_out = [call for call in material.calls if call.approved is not None]
    files = [described(inside / LETTER)]
    for call in goes_out:
        passages = passage_names(call.number, len(call.passages))
        possible = (*audio_names(call.number), *transcript_names(call.number), *passages)
        files += [described(inside / name, call.number) for name in possible if (inside / name).exists()]
    names = [file.name for file in files]
    unread = any(call.read_at is None for call in goes_out)
    told = instructions(material.name, material.request.number, names, outside=False, unread=unread)
    (inside / INSTRUCTIONS).write_bytes(told)
    now = work.desk.clock()
    head: Mapping[str, object] = {
        "request": material.request.number,
        "answer": material.turn,
        "kind": material.kind.label,
        "way": material.manner.way.label,
        "passages": [
            {"call": call.number, "start": each.start, "end": each.end}
            for call in material.calls
            for each in call.passages
        ],
        "voices": list(_voices(material)),
        "made_at": now.astimezone(JAPAN).isoformat(timespec="seconds"),
    }
    whole = write_sums(inside, head, (described(inside / INSTRUCTIONS), *files))
    password = new_password() if work.encrypted else ""
    return pack(inside, whole, inside.parent / f"{material.name}.zip", now, password)


def _voices(material: Material) -> Iterator[dict[str, object]]:
    """Yield a third person's stretches in whole seconds, with the disclosed part of each."""
    for call in material.calls:
        ranges = masked_ranges(call)
        given = [ReleasedRange(start, end, THIRD_VOICE, 0, Remains.NOTHING) for start, end in call.consented]
        for words, found in (("", ranges), ("consent", given)):
            for place in places(each for each in found if each.entity_type == THIRD_VOICE):
                what = words or place.remains.value
                yield {"call": call.number, "start": place.start, "end": place.end, "given": what}


def _hand_in(work: _Work, material: Material, packed: Packed, kinds: Mapping[FileKind, Path]) -> Release:
    """Seal the files into the store and make them the answer; on a failure remove them all."""
    desk, stored = work.desk, list[NewFile]()
    check_basis(desk, material.basis)
    try:
        for kind, path in kinds.items():
            stored.append(NewFile(kind, desk.store.put(path)))
        answer = Release(
            kind=material.kind,
            package_sha256=stored[0].stored.sha256,
            released_at=desk.clock(),
            calls=tuple(released_call(desk, call) for call in material.calls),
            files=packed.files,
            encrypted=work.encrypted,
            password=packed.password,
            manner=material.manner,
        )
        releases.release(desk, work.actor, material.basis, answer, stored)
    except BaseException:
        drop_unnamed(desk, stored)
        raise
    return releases.releases(desk, material.request.number)[-1]
