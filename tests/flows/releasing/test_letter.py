"""Letters of every kind, made from requests at the desk, read in LibreOffice as a recipient reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.cases import lists
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import Agent, Answer, Call, CompanyList, Delivery, Scope, Wanted
from flows.desk.work import plans
from flows.letter.errors import LetterError
from flows.masking import mask_case_call as worker
from flows.masking.final_copy import make_final
from flows.releasing.laws import laws_in
from flows.releasing.letter_content import sender_of
from flows.releasing.release import draft_letter
from flows.settings import Settings
from pipeline.reviewing.decisions import ReviewKind
from pipeline.types import CaseName, MaskAction, Requester
from tests.desk_builders import ANALYST, CLERK, SECOND, approve
from tests.desk_builders import decided as reviewed_as
from tests.flow_builders import InTurn
from tests.release_builders import (
    SECRETS,
    approved,
    asked,
    decided,
    reviewed,
    run,
    tool,
    with_company,
    words_of,
)
from tests.sentinels import found_in

SOFFICE = tool("soffice")

ASKED: Mapping[str, object] = {
    "agent": Agent(CaseName("鈴木太郎"), "power_of_attorney"),
    "fee_yen": 500,
    "fee_paid": True,
    "scope": Scope(date(2026, 10, 1), date(2026, 10, 31), "解約の件"),
}


def grounded(desk: Desk, folder: Path, request: str, ground: int, reason: str = "") -> None:
    """An approved call whose mask rests on an item of 33条2項."""
    call = reviewed(desk, folder, request)
    if reason:
        reviewed_as(desk, call, ReviewKind.GROUND, "m0000", ground=ground, reason=reason)
    decided(desk, call, ground=ground)


def partial(desk: Desk, folder: Path) -> str:
    """Two calls: of one a name is masked, the other is withheld."""
    request = asked(desk, **ASKED)
    approved(desk, folder, request)
    grounded(desk, folder, request, 2)
    other = reviewed(desk, folder, request)
    do(desk, SECOND, CallWithheld(other.call_id, "社内の連絡のみで、ご本人に関する部分がないため", 2))
    return request


def full(desk: Desk, folder: Path) -> str:
    """Nothing is masked."""
    request = asked(desk, requester=Requester((CaseName("鈴木花子"),)), wanted=Wanted.AUDIO)
    decided(desk, reviewed(desk, folder, request), action=MaskAction.KEEP, ground=0)
    return request


def by_law(desk: Desk, folder: Path) -> str:
    """A mask rests on another law."""
    request = asked(desk, wanted=Wanted.TRANSCRIPT, delivery=Delivery.PAPER)
    grounded(desk, folder, request, 3, "長谷川さんの通話相手のため。電気通信事業法第4条(通信の秘密)")
    return request


def withheld(answer: Answer, reason: str):
    """Nothing is disclosed."""

    def make(desk: Desk, folder: Path) -> str:
        request = asked(desk)
        reviewed(desk, folder, request)
        do(desk, SECOND, Withheld(request, reason, answer))
        return request

    return make


KINDS = {
    "partial": partial,
    "full": full,
    "by_law": by_law,
    "withheld": withheld(Answer.WITHHELD, "開示すると、ご本人以外の方の生命に危険が及ぶおそれがあるため"),
    "none_held": withheld(Answer.NONE_HELD, "保存期間の6か月を過ぎ、消去しているため"),
    "other_way": withheld(Answer.OTHER_WAY, "録音が古い形式で、ファイルへの変換に多額の費用を要するため"),
}

EVERY = (
    "R-2026-000",
    "鈴木花子",
    "様",
    "青空通信株式会社",
    "回答書",
    "第33条",
    "第39条",
    "個人情報保護委員会",
    "以上",
)

HEADINGS = (
    *("決定", "請求の対象", "開示の方法", "開示しない部分", "理由"),
    *("この決定にご不服があるとき", "窓口"),
)

VOICE, CONTENT = "声や話し方から、話している人が分かることがあります", "会話の内容や話の流れから"
"""The limits of masking words: of a sound both, of a text alone the second."""

SAYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "partial": (
        (
            *("一部不開示", "代理人", "鈴木太郎", "2026年10月1日から2026年10月31日まで", "通話の録音(3件)"),
            *("500円(受領済み)", "00:01", "00:03", "法第33条第2項第1号", "法第33条第2項第2号", "氏名"),
            *("開示しません", "通話3:", "社内の連絡のみ", "暗号化", "通話2_文字起こし.docx", "0分04秒"),
            "通話2の文字起こし(伏せたもの)　機械による文字起こし（未校正）",
            *(VOICE, CONTENT),
        ),
        ("全部を開示", "第2項第3号", "存在しません"),
    ),
    "full": (
        ("全部を開示します", "手数料はかかりません", "通話1_音声.mp3", "音声のファイル"),
        ("開示しない部分", "理由", "代理人", "文字起こし.txt", "一部不開示"),
    ),
    "by_law": (
        ("他の法令(電気通信事業法第4条)", "書面の交付", "法第33条第2項第3号", "通話1の文字起こし", CONTENT),
        (VOICE, "長谷川", "通信の秘密", "第2項第1号", "音声.mp3", "合言葉", "docx"),
    ),
    "withheld": (
        ("開示しません", "生命に危険"),
        ("合言葉", "同封", "開示の方法", "存在しません", "開示しない部分"),
    ),
    "none_held": (("存在しません", "6か月を過ぎ"), ("開示の方法", "合言葉", "開示しません")),
    "other_way": (
        ("方法による開示は困難", "書面の交付により開示", "書面により開示します", "多額の費用"),
        ("合言葉", "開示しません"),
    ),
}


@pytest.fixture(scope="module")
def letters(tmp_path_factory) -> Mapping[str, Path]:
    """A letter of each kind."""
    folder = tmp_path_factory.mktemp("letters")
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "load_models", InTurn())
        settings = Settings(home=folder / "home", work=folder / "work")
        with open_desk(settings) as desk:
            with_company(desk)
            for kind, make in KINDS.items():
                made[kind] = folder / f"{kind}.docx"
                made[kind].write_bytes(draft_letter(desk, make(desk, folder)))
    return made


@pytest.fixture(scope="module")
def printed(letters: Mapping[str, Path], tmp_path_factory) -> Mapping[str, str]:
    """The letters' text as LibreOffice prints it, blanks and line ends left out."""
    folder = tmp_path_factory.mktemp("printed")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = (SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *letters.values())
    done = run(*command)
    assert done.returncode == 0, done.stderr
    texts = {kind: run("pdftotext", "-layout", folder / f"{kind}.pdf", "-").stdout for kind in letters}
    return {kind: re.sub(r"\s", "", text) for kind, text in texts.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_says_what_was_decided(letters: Mapping[str, Path], kind: str):
    """Its own kind, calls, ranges, grounds and reasons, and nothing of another kind."""
    text = re.sub(r"\s", "", words_of(letters[kind]))
    has, lacks = SAYS[kind]

    assert [each for each in (*EVERY, *has) if re.sub(r"\s", "", each) not in text] == []
    assert [each for each in lacks if each in text] == []
    assert found_in(text.encode(), (*SECRETS, "{{", "}}")) == []


@pytest.mark.skipif(SOFFICE is None, reason="soffice (LibreOffice Writer) is not installed")
@pytest.mark.skipif(tool("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_libreoffice_opens_it_and_prints_the_same(printed: Mapping[str, str], kind: str):
    """Numbered headings without a gap, and everything that stands in it."""
    has, _ = SAYS[kind]
    text = printed[kind]

    assert [each for each in (*EVERY, *has) if re.sub(r"\s", "", each) not in text] == []
    headings = (
        "決定",
        "請求の対象",
        "開示の方法",
        "開示しない部分",
        "理由",
        "この決定にご不服があるとき",
        "窓口",
    )
    numbers = [found[1] for each in headings if (found := re.search(rf"([１-９1-9]){each}", text))]
    assert (
        "".join(numbers).translate(str.maketrans("１２３４５６７８９", "123456789"))
        == "1234567"[: len(numbers)]
    )
    assert len(numbers) >= 4


def test_a_mask_on_another_law_needs_its_name(desk: Desk, tmp_path: Path):
    """The analyst's reason has to name it; what else stands there goes nowhere."""
    request = asked(desk)
    grounded(desk, tmp_path, request, 3, "他の法律に反するため")

    with pytest.raises(LetterError, match="法令名"):
        draft_letter(desk, request)


@pytest.mark.parametrize(
    ("reason", "laws"),
    [
        ("電気通信事業法第4条", ("電気通信事業法第4条",)),
        ("長谷川さんは刑法134条1項の医師で、医師法にも", ("刑法134条1項", "医師法")),
        ("児童虐待の防止等に関する法律第6条による", ("児童虐待の防止等に関する法律第6条",)),
        ("東京都個人情報保護条例 第12条の2", ("東京都個人情報保護条例",)),
        ("方法がない。法33条2項3号。個人情報保護法", ()),
        ("刑法134条、刑法134条", ("刑法134条",)),
        ("通信の秘密", ()),
    ],
)
def test_only_a_laws_name_is_taken_from_a_reason(reason: str, laws: tuple[str, ...]):
    """Never the sentence around it."""
    assert laws_in([reason]) == laws


def test_times_are_whole_seconds_outward(desk: Desk, tmp_path: Path):
    """The exact length of a name would tell something of it; two alike are told once."""
    request = asked(desk)
    call = reviewed(desk, tmp_path, request)
    plan = plans.get_plan(desk, call.call_id).plan
    item = replace(plan.items[0], needs_review=False)
    twice = replace(plan, revision=1, items=(item, replace(item, item_id="m0001")))
    make_final(desk, ANALYST, call.call_id, twice)
    approve(desk, call)
    (tmp_path / "l.docx").write_bytes(draft_letter(desk, request))
    text = words_of(tmp_path / "l.docx")

    assert text.count("00:01") == 1
    assert text.count("00:03") == 1
    assert "次の1か所" in text


def test_the_company_and_its_window_are_those_of_the_settings(
    desk: Desk, approved_call: Call, tmp_path: Path
):
    """They come before the list's; the bar parts lines."""
    request = approved_call.request_id
    changes = {
        "company_name": "若葉電送株式会社",
        "contact": "お客様相談室|電話 03-0000-0000|平日 9時から17時",
    }
    settings = desk.settings.model_copy(update=changes)
    other = Desk(settings, desk.database, desk.store, desk.keyring, desk.clock)
    (tmp_path / "l.docx").write_bytes(draft_letter(other, request))
    text = words_of(tmp_path / "l.docx")

    assert "若葉電送株式会社" in text
    assert "青空通信" not in text
    assert "お客様相談室\n電話 03-0000-0000\n平日 9時から17時" in text


@pytest.mark.parametrize(
    ("paid", "told"), [(True, "500円(受領済み)"), (False, "500円(ご入金を確認できておりません)")]
)
def test_a_fee_is_told_as_to_a_customer(desk: Desk, tmp_path: Path, paid: bool, told: str):
    """Whether it has come in, in a whole sentence."""
    request = asked(desk, **{**ASKED, "fee_paid": paid})
    approved(desk, tmp_path, request)
    (tmp_path / "l.docx").write_bytes(draft_letter(desk, request))
    assert told in re.sub(r"\s", "", words_of(tmp_path / "l.docx"))


def test_the_letter_has_one_contact_and_its_number_in_groups(desk):
    """Not every number that the company ever listed, and none of them run together."""
    lists.import_company(desk, CLERK, CompanyList((CaseName("青空通信"),), ("0120444444", "0312345678")))

    assert sender_of(desk, "")["窓口"].splitlines() == ["青空通信", "電話 0120-444-444"]
