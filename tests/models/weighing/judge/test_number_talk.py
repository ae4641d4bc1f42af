"""Where numbers of another name are talked of."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from models.weighing.judge.number_talk import passages_about_other_numbers


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("5予約番号[をお願いします\nちょっと待って、A774の2マル球の1]発\nはい", True),
        ("ご注文番号[から\n4407の31\nはい、4407の31です\n最後が5\n0086]ですね\nでは", True),
        ("相手の番号はうかがっていますか\n045の105", False),
        ("はい\n 番号をお願いいたします\n0.6.0.3", False),
        ("型番[は、WXの3000]です", True),
        ("片番[が書いてございます 裏裏VT\n265マル]X", True),
        ("予約の変更をしたいんですが、番号[は、あるのににまる8、7.5]です", True),
        ("会員さんが見つかったら知らせてって、番号を預かってます\n0422の07", False),
        ("お電話番号をお願いします\n0466の08です", False),
        ("隣の人の番号はわかりますか\n0466の08です", False),
        ("妹の番号は\n0466の08です", False),
        ("お客様ご自身の番号は\nゼロ9ゼロの0466です", False),
        ("予約番号[は\n4471]で\nゼロ9ゼロの0466です", True),
        ("電和番号をお願いします\n0466の08です", False),
        ("有品番号をお願いします\n001の475", False),
        ("有賓番号をお願いします\n001の475", False),
        ("指引番号をお願いします\n690の9901です", False),
        ("受付番号はありません", False),
    ],
)
def test_it_begins_with_the_name_and_ends_with_the_figures(text: str, talk: bool, reader: Reader) -> None:
    """Of a thing, not of a person's telephone, however that is misheard."""
    plain = text.replace("[", "").replace("]", "")
    found = passages_about_other_numbers(plain, reader.line(plain))
    assert [plain[at.start : at.end] for at in found] == (
        [text.split("[")[1].split("]", maxsplit=1)[0]] if talk else []
    )


@pytest.mark.parametrize(
    "question",
    [
        "お電話番号を",
        "おれんわ番号を",
        "連絡先を",
        "ご住所を",
        "重症を",
        "お名前を",
        "090の",
        "郵便番号が",
        "お届け先を",
    ],
)
def test_another_question_ends_it(question: str, reader: Reader) -> None:
    """Garbled as well; and the beginning of a mobile number needs none."""
    text = f"予約番号をお願いします\n4471です\n{question}\n0466の08です"
    (found,) = passages_about_other_numbers(text, reader.line(text))
    assert text[: found.end].endswith("4471")
