from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path

import pytest

from flows.files.case_file import case_lookup, parse_case
from pipeline.errors import CaseFileError
from pipeline.types import CaseName, MaskAction, Party
from tests.builders import CASE, case_file


def test_every_key_of_the_contract_arrives():
    """The contract's example becomes values, with phones as digits."""
    case = parse_case(CASE, "case")

    assert case.case_id == "R-2026-0042"
    assert case.requester.names == (CaseName("鈴木花子", "スズキハナコ"),)
    assert case.requester.phones == ("09012345678",)
    assert case.requester.addresses[0].kana == "トウキョウトミナトクアオバ"
    assert case.staff == (CaseName("山本", "ヤマモト"),)
    assert case.company_names == (CaseName("青空通信"),)
    assert case.company_phones == ("0120444444",)
    assert case.confidential_terms == (CaseName("特別値引き枠"),)
    assert case.action_for(Party.UNKNOWN) is MaskAction.MASK


def test_who_of_the_staff_was_on_the_call():
    """Everybody is staff; who is not marked is merely a colleague."""
    spoke = {"text": "山本", "kana": "ヤマモト", "on_call": True}
    case = parse_case({"case_id": "R-1", "staff": [spoke, {"text": "牧"}]}, "case")

    assert case.staff == (CaseName("山本", "ヤマモト"), CaseName("牧"))
    assert case.on_call == (CaseName("山本", "ヤマモト"),)
    assert case.colleagues == (CaseName("牧"),)
    plain = parse_case({"case_id": "R-1", "staff": [{"text": "山本"}]}, "case")
    assert (plain.on_call, plain.colleagues) == ((), plain.staff)


def test_only_the_id_is_needed():
    """A case with nothing but an id names no requester and masks the unknown."""
    case = parse_case({"case_id": "R-1"}, "case")

    assert case.requester.names == ()
    assert case.action_for(Party.THIRD_PARTY) is MaskAction.MASK
    assert case.action_for(Party.REQUESTER) is MaskAction.KEEP


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"requestor": {}}, "requestor"),
        ({"requester": {"name": []}}, "requester.name"),
        ({"requester": {"names": [{"text": "鈴木", "yomi": "スズキ"}]}}, "requester.names[0].yomi"),
        ({"requester": {"names": [{"kana": "スズキ"}]}}, "requester.names[0].text"),
        ({"requester": {"names": [{"text": ""}]}}, "requester.names[0].text"),
        ({"requester": {"names": [{"text": "鈴木", "kana": "鈴木"}]}}, "requester.names[0].kana"),
        ({"staff": [{"text": "山本", "on_call": "yes"}]}, "staff[0].on_call"),
        ({"staff": [{"text": "山本", "on_call": 1}]}, "staff[0].on_call"),
        ({"requester": {"names": [{"text": "鈴木", "on_call": True}]}}, "requester.names[0].on_call"),
        ({"requester": {"names": "鈴木"}}, "requester.names"),
        ({"requester": {"names": ["鈴木"]}}, "requester.names[0]"),
        ({"requester": {"phones": ["鈴木"]}}, "requester.phones[0]"),
        ({"requester": {"phones": [9012345678]}}, "requester.phones[0]"),
        ({"requester": {"phones": ["1"]}}, "requester.phones[0]"),
        ({"requester": {"addresses": [{"text": "東京", "zip": "1"}]}}, "requester.addresses[0].zip"),
        ({"requester": None}, "requester"),
        ({"staff": [{"name": "山本"}]}, "staff[0].text"),
        ({"company": {"names": [1]}}, "company.names[0]"),
        ({"confidential_terms": "枠"}, "confidential_terms"),
        ({"policy": {"staff": "hide"}}, "policy.staff"),
        ({"policy": {"third_party": "keep"}}, "policy.third_party"),
        ({"case_id": 1}, "case_id"),
        ({"case_id": " "}, "case_id"),
    ],
)
def test_a_malformed_case_is_an_error_that_names_the_key(changes, key):
    """Whatever is wrong, the message names the key and not the value."""
    with pytest.raises(CaseFileError) as caught:
        parse_case({**CASE, **changes}, "case")

    assert f"case: {key}: " in str(caught.value)
    for value in ("鈴木", "スズキ", "山本", "9012345678", "hide"):
        assert value not in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "R-1", 3])
def test_a_case_is_an_object(document):
    """JSON that is no object is refused."""
    with pytest.raises(CaseFileError):
        parse_case(document, "case")


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("090-1234-5678", "09012345678"),
        ("０９０　１２３４　５６７８", "09012345678"),
        ("+81 90 1234 5678", "09012345678"),
        ("+81(0)3-1234-5678", "0312345678"),
        ("(03) 1234-5678", "0312345678"),
    ],
)
def test_a_phone_number_is_its_digits(written, digits):
    """However it is written, a number is compared by its digits."""
    assert parse_case({"case_id": "R", "requester": {"phones": [written]}}, "case").requester.phones == (
        digits,
    )


@pytest.mark.parametrize("kana", ["すずきはなこ", "ｽｽﾞｷﾊﾅｺ", "スズキハナコ"])
def test_a_reading_is_full_width_katakana(kana):
    """Kana of any kind and width are taken for a reading."""
    case = parse_case({"case_id": "R", "staff": [{"text": "鈴木花子", "kana": kana}]}, "case")

    assert case.staff[0].kana == "スズキハナコ"


def test_a_folder_holds_a_case_for_each_call(tmp_path: Path):
    """In a folder the case goes by the call's stem; without one the call has an error."""
    case_file(tmp_path / "a.case.json", case_id="R-A")
    lookup = case_lookup(tmp_path)

    assert lookup(Path("calls/a.wav")).case_id == "R-A"
    with pytest.raises(CaseFileError):
        lookup(Path("calls/b.wav"))


def test_a_jsonl_holds_a_case_in_each_line(tmp_path: Path):
    """In a .jsonl the case goes by the call's file name."""
    path = tmp_path / "cases.jsonl"
    path.write_text(
        '{"call": "a.wav", "case_id": "R-A"}\n\n{"call": "b.mp3", "case_id": "R-B"}\n', encoding="utf-8"
    )
    lookup = case_lookup(path)

    assert (lookup(Path("x/a.wav")).case_id, lookup(Path("b.mp3")).case_id) == ("R-A", "R-B")
    with pytest.raises(CaseFileError):
        lookup(Path("b.wav"))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['{"call": "a.wav", "case_id": "R", "extra": 1}'], "case line 1: extra:"),
        (['{"call": "a.wav", "case_id": "R"}', '{"case_id": "R"}'], "case line 2: call:"),
        (['{"call": "a.wav", "case_id": "R"}', '{"call": "a.wav", "case_id": "S"}'], "case line 2: call:"),
        (['{"call": "a.wav", "case_id": "R"}', "{"], "case line 2: "),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, lines, told):
    """One bad line spoils the file: the right person's line might be the one."""
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(CaseFileError, match=told):
        case_lookup(path)


def test_one_file_is_for_every_call(tmp_path: Path):
    """A single case file serves all calls of a run, also with a byte-order mark."""
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CASE), encoding="utf-8-sig")

    assert case_lookup(path)(Path("any.wav")).case_id == "R-2026-0042"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe\x00", b'{"case_id": "R", "case_id": "S"}', b"[" * 100_000],
    ids=["empty", "cut", "not utf-8", "key twice", "deep"],
)
def test_a_file_that_is_no_case_is_refused(tmp_path: Path, raw):
    """A file that is not JSON, or says a key twice, is an error of the case file."""
    (tmp_path / "case.json").write_bytes(raw)

    with pytest.raises(CaseFileError, match="case"):
        case_lookup(tmp_path / "case.json")


def test_a_missing_case_file_is_an_error(tmp_path: Path):
    """A path that is not there is an error, not an empty case."""
    with pytest.raises(CaseFileError):
        case_lookup(tmp_path / "none.json")


def test_a_key_is_shown_on_one_line_and_not_at_length(tmp_path: Path):
    """A line break, an escape or a whole story in a key forges and floods nothing on the terminal."""
    key = "a\nkaiji: ok\x1b[2J\u202e" + "長" * 1000
    for written in ({"case_id": "R", key: 1}, {"case_id": "R", "requester": {key: 1}}):
        (tmp_path / "case.json").write_text(json.dumps(written), encoding="utf-8")
        with pytest.raises(CaseFileError, match="知らないキーです") as told:
            case_lookup(tmp_path / "case.json")

        assert str(told.value).isprintable()
        assert len(str(told.value)) < 100
        assert "長" not in told.value.kept


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"case_id": "R" * 1_000_000}, "case_id: 長すぎます"),
        ({"requester": {"names": [{"text": "鈴" * 1_000_000}]}}, r"requester.names\[0\].text: 長すぎます"),
        ({"requester": {"names": [{"text": "鈴木", "kana": "ス" * 201}]}}, r"names\[0\].kana: 長すぎます"),
        ({"requester": {"names": [{"text": "鈴木花子"}] * 20_000}}, "requester.names: 数が多すぎます"),
        ({"requester": {"phones": ["09012345678"] * 51}}, "requester.phones: 数が多すぎます"),
        ({"requester": {"phones": ["0" * 41]}}, r"requester.phones\[0\]: 長すぎます"),
        ({"requester": {"addresses": [{"text": "青葉"}] * 51}}, "requester.addresses: 数が多すぎます"),
        ({"staff": [{"text": "山本"}] * 1_001}, "staff: 数が多すぎます"),
        ({"company": {"names": ["青空通信"] * 201}}, "company.names: 数が多すぎます"),
        ({"company": {"phones": ["0120444444"] * 201}}, "company.phones: 数が多すぎます"),
        ({"confidential_terms": ["特別値引き枠"] * 501}, "confidential_terms: 数が多すぎます"),
        ({"confidential_terms": ["特" * 201]}, r"confidential_terms\[0\].*: 長すぎます"),
        ({"staff": [{"text": "山" * 200}] * 1_000}, "case: 文字が全部で多すぎます"),
    ],
)
def test_more_than_any_case_holds_is_refused(document, told):
    """Work grows with what a case holds, so that is bounded; the message names the key, repeats nothing."""
    with pytest.raises(CaseFileError, match=told) as caught:
        parse_case({"case_id": "R-1"} | document, "case")

    assert len(str(caught.value)) < 100


def test_a_large_honest_case_is_taken():
    """A whole call centre's staff, and every name that somebody ever had."""
    document = {
        "case_id": "R-1",
        "requester": {"names": [{"text": "鈴木花子", "kana": "スズキハナコ"}] * 50},
        "staff": [{"text": "山本太郎", "kana": "ヤマモトタロウ"}] * 1_000,
        "confidential_terms": ["特別値引き枠"] * 500,
    }

    assert len(parse_case(document, "case").staff) == 1_000


@pytest.mark.parametrize("digits", [4301, 5000, 100_000])
@pytest.mark.parametrize("document", ['{"case_id": %s}', '{"case_id": "R-1", "staff": [-%s]}'])
def test_a_number_of_thousands_of_digits_is_malformed(tmp_path: Path, digits: int, document: str):
    """Python reads no longer ones; it is the case file that is wrong, not the program."""
    path = tmp_path / "case.json"
    path.write_text(document % ("1" * digits), encoding="utf-8")
    with pytest.raises(CaseFileError, match="桁"):
        case_lookup(path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["fifo", "zero", "socket"])
@pytest.mark.parametrize("name", ["case.json", "case.jsonl"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, kind: str, name: str):
    """A pipe that nobody writes to, a device without end, a socket: one error at once."""
    path = tmp_path / name
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "zero":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(path))
    with pytest.raises(CaseFileError, match="読めません"):
        case_lookup(path)


def test_a_file_is_read_to_its_bound_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is longer is refused before it is parsed."""
    monkeypatch.setattr("flows.files.case_file.MAX_FILE_BYTES", 1_000)
    path = tmp_path / "case.json"
    path.write_text('{"case_id": "R-1"}' + " " * 1_000, encoding="utf-8")

    with pytest.raises(CaseFileError, match="大きすぎます"):
        case_lookup(path)


def test_what_else_identifies_the_requester_is_read_strictly() -> None:
    """Eras, widths and strokes are made one; a policy leaves kinds, and an unknown one is no kind."""
    told = {
        "birth_date": "昭和33年6月4日",
        "emails": ["Taro@Example.com"],
        "customer_numbers": ["ＡＢ-1234"],
        "plates": ["品川300 さ 12-34"],
        "workplaces": ["みなと精工"],
    }
    case = parse_case({"case_id": "R", "requester": told, "policy": {"kinds": {"WORKPLACE": "keep"}}}, "case")
    assert case.requester.birth_date == "1958-06-04"
    assert case.requester.emails == ("taro@example.com",)
    assert case.requester.customer_numbers == ("AB1234",)
    assert case.requester.plates == ("品川300サ1234",)
    assert case.kinds_left == {"WORKPLACE"}


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ({"requester": {"birth_date": "1958-02-30"}}, "requester.birth_date"),
        ({"requester": {"birth_date": "33年6月4日"}}, "requester.birth_date"),
        ({"requester": {"emails": ["taro"]}}, "requester.emails[0]"),
        ({"requester": {"customer_numbers": ["12"]}}, "requester.customer_numbers[0]"),
        ({"requester": {"plates": ["1234"]}}, "requester.plates[0]"),
        ({"policy": {"kinds": {"PERSON": "keep"}}}, "policy.kinds.PERSON"),
        ({"policy": {"kinds": {"SCHOOL": "maybe"}}}, "policy.kinds.SCHOOL"),
        ({"policy": {"kinds": ["SCHOOL"]}}, "policy.kinds"),
    ],
)
def test_a_malformed_value_names_its_key(part: dict[str, object], key: str) -> None:
    """Never the value."""
    with pytest.raises(CaseFileError, match=f"case: {re.escape(key)}: "):
        parse_case({"case_id": "R", **part}, "case")
