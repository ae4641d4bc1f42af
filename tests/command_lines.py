"""A line for every command of ``kaiji``, on a small desk: for what a command imports, and how fast it starts.

Each does its work to the end where that takes no model, and is refused as early as it can be otherwise.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from flows.cli.main import app
from flows.desk.book.steps import STEPS, Step
from tests.builders import voice_file
from tests.exported_calls import genesys_export
from tests.vcons import vcon, write_vcon

REQUEST = {
    "received_at": "2024-01-20",
    "channel": "郵送",
    "requester": {"names": [{"text": "鈴木花子", "kana": "スズキハナコ"}]},
    "member_number": "M-77",
}
NEW, IDENTIFIED, ATTACHED, WITHHELD, ANSWERED = (f"R-2024-000{number}" for number in range(1, 6))
"""Requests of the small desk, by how far each has come."""

BREACH = "B-2026-0001"

PASSWORD = "a long password\n"
PATTERN = "{start:%Y%m%d-%H%M%S}_{customer}.wav"
RECORDING_LIST = "call_id,started_at,file,customer_id\nc-1,2024-01-11 10:00,{calls}/other.wav,M-78\n"


@dataclass(frozen=True, slots=True)
class Line:
    """How a command is called.

    Attributes:
        arguments: What follows the command, with the places of the small desk in braces.
        status: With which it ends.
        given: What is typed.
        needs: Of what is heavy, the packages and modules that its work takes.
        environment: Settings of its own.
    """

    arguments: tuple[str, ...] = ()
    status: int = 0
    given: str = ""
    needs: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict)


def line(*arguments: str, status: int = 0, given: str = "", needs: str = "", **environment: str) -> Line:
    """A line; ``needs`` names packages and modules with blanks between."""
    return Line(arguments, status, given, frozenset(needs.split()), environment)


SAMPLES = {"--case": "{folder}", "--out": "{folder}/out"}
CALLS = tuple(part for pair in SAMPLES.items() for part in pair)

RIGHT = ("--operator-channel", "1")

REFUSED = {"request.resume", "call.withhold"}
"""The clock of no request stands still, and the call is withheld."""

TO_AN_ANSWER = {"request.object", "request.again", "release.deliver"}

TYPED = {str: "言葉", date: "2030-01-31"}


def of_step(step: Step) -> Line:
    """The line of a declared step, on a request or call in a state that allows it."""
    declared = step.declared
    arguments = [
        "{call}" if declared.kind.group == "call" else ANSWERED if declared.word in TO_AN_ANSWER else NEW
    ]
    for each in declared.fields:
        if each.required:
            given = each.choices[0].value if each.choices else TYPED[each.type]
            arguments += [given] if each.type is date else [f"--{each.name}", given]
    return line(*arguments, status=3 if declared.word in REFUSED else 0)


LINES: Mapping[str, Line] = {
    "mask": line("{folder}/none.wav", *CALLS, status=2, needs="numpy av pipeline.types"),
    "evaluate": line("{folder}/none", "--out", "{folder}/out", status=2, needs="numpy av pipeline.types"),
    "run mask-call": line(
        "{folder}/one.wav", "{folder}/one.mp3", *CALLS, status=2, needs="numpy av pipeline.types"
    ),
    "run nightly": line(needs="pipeline.types"),
    "retention": line("--dry-run", needs="pipeline.types"),
    "ledger": line(needs="pipeline.types"),
    "case add": line("--json", "-", given=json.dumps(REQUEST)),
    "case import": line("{folder}/requests.csv"),
    "case list": line(),
    "case find": line(given="鈴木花子\n\n\n"),
    "case show": line(NEW),
    "case amend": line(
        *(NEW, "--json", "-", "--reason", "書き誤り"), given=json.dumps(REQUEST | {"member_number": "M-78"})
    ),
    "call search": line("--case", NEW),
    "call attach": line(IDENTIFIED, "--found"),
    "call list": line(),
    "call check": line("{call}"),
    "recordings import": line("{folder}/recordings.csv"),
    "recordings scan": line("{calls}", "--pattern", PATTERN),
    "recordings inbox": line(),
    "exchange profiles": line(),
    "exchange import": line("{folder}/export", "--profile", "genesys-cloud", *RIGHT, needs="numpy av"),
    "exchange vcon-in": line(IDENTIFIED, "{folder}/call.vcon.json", needs="numpy av"),
    "exchange vcon-out": line(ANSWERED, "--out", "{folder}", status=3, needs="pipeline.types"),
    "exchange place": line(ANSWERED, KAIJI_OUTBOX="/nowhere", status=2, needs="pipeline.types"),
    "lists import": line("{folder}/lists.json"),
    "lists show": line(),
    "audit verify": line(),
    "audit accept": line("--yes"),
    "audit export": line("{folder}/audit.csv"),
    "key new": line("--print"),
    "key rotate": line(),
    "key prune": line(status=3),
    "key check": line(),
    "practice begin": line("--samples", "{folder}/samples"),
    "practice end": line(status=2),
    "account add": line("tanabe", "--role", "analyst", "--password-stdin", given=PASSWORD),
    "account list": line(),
    "account disable": line("kubota"),
    "account password": line("kubota", "--password-stdin", given=PASSWORD),
    "review serve": line(status=2, KAIJI_REVIEW_AUTH="none"),
    "breach mark": line(ANSWERED, "--kind", "紛失", "--text", "紛失した"),
    "breach list": line(),
    "breach show": line(BREACH, needs="pipeline.types"),
    "breach decide": line(BREACH, "--ground", "1", "--reason", "病名を含む"),
    "breach write": line(BREACH, "--item", "4", "--text", "入れ違い"),
    "breach draft": line(
        BREACH, "--stage", "速報", "--out", "{folder}/report.docx", needs="docx pipeline.types"
    ),
    "breach done": line(BREACH, "--stage", "通知", "--how", "書留"),
    "release make": line(WITHHELD, needs="docx pyzipper pipeline.types"),
    "release letter": line(WITHHELD, "--out", "{folder}/letter.docx", needs="docx pipeline.types"),
    "release fetch": line(ANSWERED, "--out", "{folder}", needs="pipeline.types"),
    "release password": line(ANSWERED),
    "release show": line(ANSWERED),
    "release recheck": line("--json", needs="pipeline.types"),
    "release way": line(ATTACHED, "--way", "対面", status=3),
    "release way-approve": line(ATTACHED, status=3),
    "release visits": line(ANSWERED, status=2),
    **{
        f"{step.declared.kind.group} {step.declared.verb}": of_step(step)
        for step in STEPS.values()
        if step.declared.offered
    },
}
"""By the command's name."""


@dataclass(frozen=True, slots=True)
class SmallDesk:
    """A desk whose lines can be run, each on a copy of its own.

    Attributes:
        folder: Holds ``home`` and the files that the lines name.
        call: The id of the attached call.
    """

    folder: Path
    call: str

    def arguments(self, command: str, folder: Path) -> list[str]:
        """The command and what follows it, for a copy of this desk in ``folder``."""
        places = {"folder": str(folder), "calls": str(self.folder / "calls"), "call": self.call}
        filled = LINES[command].arguments
        return [*command.split(), *(each if each == PATTERN else each.format_map(places) for each in filled)]


def make_small_desk(folder: Path) -> SmallDesk:
    """Make the desk, with a request in each state and a few files to read."""
    calls = folder / "calls"
    calls.mkdir()
    (folder / "home" / "inbox").mkdir(parents=True)
    for name in ("20240110-101500_M-77.wav", "other.wav"):
        file = voice_file(calls / name, 2.0)
        os.utime(file, (time.time() - 3600,) * 2)
    voice_file(folder / "home" / "inbox" / "one.wav", 2.0)
    (folder / "export").mkdir()
    genesys_export(folder / "export")
    write_vcon(folder, vcon(folder)).rename(folder / "call.vcon.json")
    (folder / "samples").mkdir()
    voice_file(folder / "samples" / "a.wav", 2.0)
    (folder / "samples" / "a.case.json").write_text(json.dumps({"case_id": "R-1"}), encoding="utf-8")
    (folder / "recordings.csv").write_text(RECORDING_LIST.format(calls=calls), encoding="utf-8")
    (folder / "requests.csv").write_text(
        "受付番号,受付日時,受付方法,氏名\nA-1,2024-01-20,郵送,鈴木花子\n", encoding="utf-8"
    )
    company = {"names": ["青空通信"], "phones": ["0120444444"]}
    lists = {"staff": [{"text": "山本", "kana": "ヤマモト"}], "company": company}
    (folder / "lists.json").write_text(json.dumps(lists, ensure_ascii=False), encoding="utf-8")
    runner = CliRunner(env={"KAIJI_HOME": str(folder / "home"), "KAIJI_WORK": str(folder / "work")})

    def kaiji(*arguments: str, given: str = "") -> str:
        done = runner.invoke(app, arguments, input=given)
        assert done.exit_code == 0, done.output
        return done.output

    for number in (NEW, IDENTIFIED, ATTACHED, WITHHELD, ANSWERED):
        kaiji("case", "add", "--json", "-", given=json.dumps(REQUEST))
        if number in {WITHHELD, ANSWERED}:
            kaiji("case", "withhold", number, "--reason", "録音がない", "--answer", "不存在")
        elif number != NEW:
            kaiji("case", "identify", number, "--method", "運転免許証")
    kaiji("lists", "import", str(folder / "lists.json"))
    kaiji("recordings", "scan", str(calls), "--pattern", PATTERN)
    kaiji("call", "attach", ATTACHED, "--found")
    call = kaiji("call", "list").splitlines()[1].split("\t")[0]
    # So that a night finds nothing to do.
    kaiji("call", "withhold", call, "--reason", "第三者の権利")
    kaiji("release", "make", ANSWERED)
    kaiji("breach", "mark", ANSWERED, "--kind", "誤送付", "--text", "別の人に届いた")
    kaiji("account", "add", "kubota", "--role", "admin", "--password-stdin", given=PASSWORD)
    return SmallDesk(folder, call)
