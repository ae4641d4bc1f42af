"""Numbers that are announced by name: one row for each way of naming one.

A number is of a kind where the kind's name stands before it, or right behind it, and its length fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final


def is_my_number(digits: str) -> bool:
    """Whether twelve digits have the check digit of a My Number (総務省令85号5条)."""
    if len(digits) != 12:
        return False
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(digits[:11], weights, strict=True)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_card(digits: str) -> bool:
    """Whether the digits of a card have its check digit (Luhn)."""
    doubled = (int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return 14 <= len(digits) <= 16 and sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def is_day(digits: str) -> bool:
    """Whether eight digits are a date from 1900 on."""
    if len(digits) != 8:
        return False
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return day.year >= 1900


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One way of naming a number.

    Attributes:
        kind: Entity type of the number.
        called: Its name, which stands before it or right behind it.
        counts: Possible numbers of digits and letters.
        proof: Test of the check digit, where the number has one.
        must: Whether only numbers that pass the test count.
        reach: Greatest distance from the name to the first digit, in characters.
        lettered: Whether it may contain letters.
        is_end: Whether it is only the end of a number (下四桁), which stands behind the name.
    """

    kind: str
    called: re.Pattern[str] = field(repr=False)
    counts: Collection[int]
    proof: Callable[[str], bool] | None = None
    must: bool = False
    reach: int = 48
    lettered: bool = False
    is_end: bool = False


_THEIRS: Final = (
    r"(?:(?<!お客)(?<!クリニック)(?<!病院)(?<!銀行)(?<![屋社店])(?:さん|様|くん|君|ちゃん|氏)|母|父|妻|夫|兄|姉|弟|妹|息子|娘|祖父|祖母|叔父|叔母|伯父|伯母|主人|家内|"
    r"旦那|嫁|婿|孫|友人|友達|同僚|部下|上司|大家|知人|彼女?|連れ合い|義母|義父)(?:の方)?(?:の|が|は、?)[^。\n]{0,10}?"
)
_PERSONS: Final = (
    r"(?:会員|患者|診察券|証券|学籍|学生証|学生|生徒|社員|職員|従業員|組合員|加入者|カルテ|契約者|ポイントカード|"
    r"マイレージ|供給地点特定|受験)(?:の)?(?:番号|ナンバー|コード)|(?:お客様|顧客|ご?契約|ご?利用者?|登録者?)(?:番号|コード)|"
    r"(?:利用|会員|図書|貸し?出し?|登録|メンバーズ|ポイント)(?:者)?カードの?番号|"
    r"(?:会員|お客様)(?:の)?(?:ID|ＩＤ|アイディー)"
)
_CARRIED: Final = (
    r"(?:会員証|診察券|学生証|生徒証|社員証|職員証|組合員証|ポイントカード|マイレージ|検針票)"
    r"(?=[はがの、。]|って|を見|に書)"
)
"""What a person's number is printed on."""

_MATTERS: Final = (
    r"(?:注文|受付|受け付け|伝票|お?問い?合わせ|予約|整理|申込|申し込み|見積もり?|送り状|チケット|管理|配送|追跡|修理|案件)"
    r"(?:の)?番号"
)

BANK_AND_BRANCH: Final = re.compile(
    r"(?:[ァ-ヶー一-龠々A-Za-z]{1,12}|(?<![^はがのもで、。\s])[ぁ-ん]{2,5}[ァ-ヶー一-龠々]{0,6})(?:銀行|信用金庫|信金|信用組合|農協|労金)"
    r"[の、\s]{0,2}[ァ-ヶー一-龠々]{0,8}(?:支店|出張所|本店)"
)
"""A bank together with its branch, which is said of an account only."""

FIGURE_KINDS: Final = (
    FigureKind("MY_NUMBER", re.compile(r"マイ・?ナンバー|個人番号"), range(11, 14), is_my_number),
    FigureKind(
        "MY_NUMBER", re.compile(r"(?:マイ・?ナンバー|個人番号)\S{0,8}下[4四よ]"), (4,), reach=16, is_end=True
    ),
    FigureKind(
        "CREDIT_CARD",
        re.compile(r"クレジット|クレカ|カードの?番号|デビットカード|カード(?=[はがの、])"),
        range(14, 17),
        is_card,
    ),
    FigureKind(
        "CREDIT_CARD",
        re.compile(
            r"カード(?:[^\n]{0,24}?|[^。]{0,16}?)(?:下|末尾|最後の?|後ろの?)\s*(?:(?:[4４四よ]|ヨン)?\s*(?:桁|けた|ケタ))?"
        ),
        (4,),
        reach=16,
        is_end=True,
    ),
    FigureKind(
        "BANK_ACCOUNT",
        re.compile(r"口座の?番号|通帳の?番号|口座(?=[はがのをでへ、])|振り?込み?先"),
        range(6, 9),
    ),
    FigureKind("BANK_ACCOUNT", BANK_AND_BRANCH, range(6, 9), reach=16),
    FigureKind("BANK_ACCOUNT", re.compile(r"(?:普通|当座|貯蓄)(?:預金|口座)?"), (6, 7, 8), reach=10),
    FigureKind("BANK_ACCOUNT", re.compile(r"(?:ゆうちょ|通帳|口座|貯金)[^。]{0,30}?記号"), (5,), reach=16),
    FigureKind(
        "BANK_ACCOUNT",
        re.compile(r"(?:ゆうちょ|通帳|記号|貯金)[^。]{0,40}?(?<!電話)番号"),
        (6, 7, 8),
        reach=16,
    ),
    FigureKind("BANK_ACCOUNT", re.compile(r"店番号?|支店の?(?:番号|コード)"), (3,), reach=12),
    FigureKind(
        "INSURANCE_NUMBER",
        re.compile(
            r"(?:保険証|医療証|年金手帳|健康保険|介護保険|雇用保険|国民健康保険)(?:証)?の?(?:被保険者)?(?:記号)?(?:番号|記号)|"
            r"保険者番号|被保険者(?:証の?)?番号|(?:基礎)?年金の?番号|受給者番号|負担者番号|"
            r"(?:保険証|保険者証|医療証|受給者証|資格確認書)(?=[はがのを、。]|って)|(?<![一-龠ァ-ヶー])保険(?=[がは])"
        ),
        range(6, 14),
    ),
    FigureKind(
        "LICENCE_NUMBER",
        re.compile(r"免許証?の?番号|運転免許証?(?=[はがの、])|免許証(?=[はがの、])"),
        range(10, 14),
    ),
    FigureKind(
        "LICENCE_NUMBER",
        re.compile(r"(?:旅券|パスポート|在留カード)の?番号|パスポート(?=[はがの、])"),
        range(7, 13),
        lettered=True,
    ),
    FigureKind(
        "VEHICLE_PLATE",
        re.compile(
            r"(?:車|クルマ|バイク|車両|自動車|トラック)の(?:ナンバー|番号)|ナンバープレート|車両番号|ナンバー(?=[はがの、])"
        ),
        (2, 3, 4),
        reach=24,
    ),
    FigureKind("DATE_OF_BIRTH", re.compile(r"生年月日|誕生日"), (8,), is_day, must=True),
    FigureKind("CUSTOMER_NUMBER", re.compile(_PERSONS), range(4, 23), lettered=True),
    FigureKind("CUSTOMER_NUMBER", re.compile(_CARRIED), range(4, 16), lettered=True, reach=40),
    FigureKind("CUSTOMER_NUMBER", re.compile(_THEIRS + _MATTERS), range(4, 17), lettered=True, reach=24),
)
"""All rows.  A number that belongs to a person (会員番号) counts wherever it is named; one that belongs to a
matter (注文番号) counts only where a person's name or a relation stands before it."""
