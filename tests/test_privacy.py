"""No personal data where it does not belong, nor a digest of it: logs, errors, reprs, Prefect, the manifest.

The calls, the case and the files' names hold names and numbers that stand nowhere else; after
real runs every other trace is searched for them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.files.case_file import case_lookup
from flows.loaded_models import Models
from flows.masking.mask_calls import Order, Outcome, mask_calls
from flows.quiet import quiet_libraries
from tests.builders import case_file, said_file, spoken_file, voice_file, words_file
from tests.conftest import SECRET_CASE, SECRET_LINES, SECRETS, RealRun
from tests.fakes import FakeModels
from tests.guessed import found_digests

FIVE = ("manifest.json", "masked.json", "masked.txt", "masked.wav", "review.json")


def shapes(secret: str) -> Iterator[bytes]:
    """A secret as it may lie in a file: UTF-8, or escaped as JSON does."""
    yield secret.encode()
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret)[1:-1].replace("\\", "\\\\").encode()


def found_in(raw: bytes, secrets: tuple[str, ...] = SECRETS) -> list[str]:
    """The secrets that occur in some bytes."""
    return [secret for secret in secrets if any(shape in raw for shape in shapes(secret))]


def recognised(run: RealRun) -> tuple[str, ...]:
    """What the recogniser made of the call's data: garbled names are personal data too."""
    rows = json.loads((run.out / f"{run.calls[0].stem}.review.json").read_text(encoding="utf-8"))["findings"]
    return tuple(row["text"] for row in rows if is_telling(row["text"]))


def is_telling(text: str) -> bool:
    """Whether a text can be searched for: 567 stands in many an id, and う in many a word."""
    return len(text) > 5 or (len(text) > 2 and not text.isdigit())


def test_the_command_masks_by_the_flow(flow_run: RealRun):
    """On a bare machine, without a server: the good call's five files, the bad call's reason, status 2."""
    good, bad = (call.stem for call in flow_run.calls)

    assert flow_run.done.returncode == 2, flow_run.done.stderr
    assert sorted(path.name for path in flow_run.out.iterdir()) == sorted(
        [f"{good}.{name}" for name in FIVE] + [f"{bad}.error.json"]
    )
    assert (
        json.loads((flow_run.out / f"{bad}.error.json").read_text(encoding="utf-8"))["code"]
        == "unreadable_audio"
    )
    assert f"{good}.masked.wav" in flow_run.done.stdout


def test_the_search_finds_what_it_looks_for(flow_run: RealRun):
    """The search itself works: it finds the secrets where they belong, in the review file and the case."""
    case = (flow_run.calls[0].parent / "case.json").read_bytes()

    assert set(found_in(case)) >= {"丹羽", "0903456712", "榊原", "紅葉優待"}
    assert found_in(json.dumps(SECRET_CASE).encode())
    assert recognised(flow_run)


def test_prefect_holds_no_personal_data(flow_run: RealRun):
    """Neither its database nor anything else in its home, of a good call and of a failed one."""
    secrets = SECRETS + recognised(flow_run)
    files = [path for path in flow_run.prefect_home.rglob("*") if path.is_file()]

    assert any(path.name == "prefect.db" for path in files)
    for path in files:
        assert found_in(path.read_bytes(), secrets) == [], path.name


def test_prefect_knows_the_runs(flow_run: RealRun):
    """The database that was searched is the one the runs were written to."""
    raw = b"".join(path.read_bytes() for path in flow_run.prefect_home.glob("prefect.db*"))

    assert b"mask-call" in raw
    assert b"unreadable" in raw or "音声".encode() in raw or json.dumps("音声")[1:-1].encode() in raw


def test_the_terminal_shows_no_personal_data(flow_run: RealRun):
    """Beyond the file names that the caller gave, which tell him which call is meant."""
    printed = flow_run.done.stdout + flow_run.done.stderr
    for call in flow_run.calls:
        printed = printed.replace(call.stem, "CALL")

    assert found_in(printed.encode(), SECRETS + recognised(flow_run)) == []


def test_manifest_and_error_hold_no_personal_data(flow_run: RealRun):
    """The evidence names nobody, not even where the call's file name does."""
    good, bad = (call.stem for call in flow_run.calls)
    for path in (flow_run.out / f"{good}.manifest.json", flow_run.out / f"{bad}.error.json"):
        assert found_in(path.read_bytes(), SECRETS + recognised(flow_run)) == []


def test_nothing_is_left_between_runs(flow_run: RealRun):
    """The values that tasks hand to each other are gone when the run is over."""
    assert list(flow_run.work.rglob("*")) == []


def test_a_masked_name_is_in_no_product(flow_run: RealRun):
    """What was masked stands in neither text nor JSON."""
    stem = flow_run.calls[0].stem
    rows = json.loads((flow_run.out / f"{stem}.review.json").read_text(encoding="utf-8"))["findings"]
    kept = "".join(row["text"] for row in rows if row["action"] == "keep")
    masked = [
        row["text"]
        for row in rows
        if row["action"] == "mask" and row["text"] not in kept and len(row["text"]) > 1
    ]

    assert masked
    for name in (f"{stem}.masked.txt", f"{stem}.masked.json"):
        text = (flow_run.out / name).read_text(encoding="utf-8")
        assert [value for value in masked if value in text] == []


class Everything(logging.Handler):
    """Keeps every record as any formatter would show it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep message and exception."""
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def logged_run(tmp_path_factory, models: Models) -> tuple[list[str], list[Outcome]]:
    """Log lines of real runs with every logger at DEBUG: words recognised, given, and spoilt."""
    folder = tmp_path_factory.mktemp("logged")
    (folder / "out").mkdir()
    case = case_lookup(case_file(folder / "case.json", **SECRET_CASE))
    calls = [spoken_file(folder / name, SECRET_LINES) for name in ("丹羽百合子.wav", "b.wav", "c.wav")]
    given = said_file(folder / "given.json", SECRET_LINES)
    spoilt = folder / "spoilt.json"
    spoilt.write_text('{"segments": [{"words": [{"word": "長谷川", "start": "長谷川"}]}]}', encoding="utf-8")
    words = {"b.wav": given, "c.wav": spoilt}
    order = Order(folder / "out", case, transcript=lambda audio: words.get(audio.name))

    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    quiet_libraries()
    try:
        outcomes = list(mask_calls(calls, order, models))
        logging.getLogger("canary").debug("canary")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return handler.lines, outcomes


def test_logs_at_debug_hold_no_personal_data(logged_run):
    """Not ours and not the libraries', at the most talkative level."""
    lines, outcomes = logged_run
    texts = tuple(
        outcome.transcript.text[item.chars.start : item.chars.end]
        for outcome in outcomes
        if outcome.transcript is not None and outcome.plan is not None
        for item in outcome.plan.items
    )

    assert "canary" in lines
    assert [outcome.error is None for outcome in outcomes] == [True, True, False]
    assert found_in("\n".join(lines).encode(), SECRETS + tuple(filter(is_telling, texts))) == []


def test_reprs_and_errors_hold_no_personal_data(logged_run):
    """A traceback or a debugger shows values by their repr."""
    _, outcomes = logged_run
    for outcome in outcomes:
        shown = f"{outcome!r} {outcome.error} {outcome.plan!r} {outcome.transcript!r}"
        assert found_in(shown.encode()) == []


def test_a_cases_repr_holds_no_personal_data(tmp_path: Path):
    """The case is the densest personal data there is."""
    case = case_lookup(case_file(tmp_path / "case.json", **SECRET_CASE))(Path("a.wav"))

    assert found_in(repr(case).encode()) == []


COMPANY = "recognizers:\n  - name: 社内語\n    supported_entity: CONFIDENTIAL\n    deny_list: [紅葉優待]\n"
SAID = "隣の長谷川さんです"


@dataclass
class FakeCompany:
    """A company's own recognizers: its secret words are in their file."""

    sha256: str = hashlib.sha256(COMPANY.encode()).hexdigest()


@pytest.mark.parametrize("given", [False, True])
def test_no_product_holds_a_digest_of_words_or_documents(tmp_path: Path, given: bool):
    """Of a call whose words were recognised, or came from a file: none that anybody can compute again.

    What the manifest proves of the masked sound and the masked words, its neighbours, may be plain.
    """
    out = tmp_path / "out"
    out.mkdir()
    case = case_file(tmp_path / "case.json", **SECRET_CASE)
    words = words_file(tmp_path / "words.json", [(1.0, SAID)])
    models = FakeModels()
    models.company = FakeCompany()  # type: ignore[assignment]
    order = Order(out, case_lookup(case), transcript=lambda _: words if given else None)
    (outcome,) = mask_calls([voice_file(tmp_path / "丹羽.wav")], order, models)
    assert outcome.error is None
    assert outcome.plan is not None
    review = json.loads((out / "丹羽.review.json").read_text(encoding="utf-8"))
    key = bytes.fromhex(review.pop("digest_key", ""))
    plain = json.dumps(review, ensure_ascii=False, indent=1) + "\n"
    values = {
        **{f"secret {secret}": secret for secret in SECRETS},
        **{f"finding {row['item_id']}": row["text"] for row in review["findings"]},
        "transcript": SAID,
        "transcript as it is kept": outcome.transcript.text,
        "plan": repr(outcome.plan),
        "findings": plain,
        "case": case.read_bytes(),
        "given words": words.read_bytes(),
        "company's recognizers": COMPANY,
        "call's name": "丹羽",
        "call's file name": "丹羽.wav",
    }
    made = [raw for path in out.iterdir() for raw in (path.read_bytes(),)]

    assert found_digests(made, values) == []
    assert len(key) == 32
    assert key.hex().encode() not in b"".join(
        path.read_bytes() for path in out.iterdir() if "review" not in path.name
    )


def test_nothing_of_a_real_run_is_a_digest_of_what_was_said(flow_run: RealRun):
    """Not in what Prefect keeps (keys of runs, names, caches), on the terminal, or beside the masked copy."""
    stem = flow_run.calls[0].stem
    review = json.loads((flow_run.out / f"{stem}.review.json").read_text(encoding="utf-8"))
    review.pop("digest_key", None)
    words = (*SECRETS, *recognised(flow_run), json.dumps(review, ensure_ascii=False, indent=1) + "\n")
    traces = [path.read_bytes() for path in flow_run.prefect_home.rglob("*") if path.is_file()]
    traces += [path.read_bytes() for path in flow_run.out.iterdir() if path.is_file()]
    traces.append((flow_run.done.stdout + flow_run.done.stderr).encode())

    assert found_digests(traces, {str(place): word for place, word in enumerate(words)}) == []
