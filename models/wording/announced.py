"""Find the kind of number that the words before it announce."""

from __future__ import annotations

import re

_CUE = re.compile(
    r"(?P<phone>電話|携帯|けいたい|ケータイ|でんわ|スマホ|連絡先|連絡のつく|つながる|固定|自宅|"
    r"ファックス|ファクス|FAX|fax|直通|市外局番|かけ直|折り返し)"
    r"|(?P<other>(?:[一-龠ァ-ヶーA-Za-z]+|お客様|お問い合わせ|見積もり|申し込み|取り引き|送り状|"
    r"受け付け、?|受けつけ、?|うけつけ、?|不在票)(?:の)?番号(?<!電話番号)(?<!携帯番号)(?<!連絡先番号)|型番|品番|ナンバー|ロット|"
    r"コード|口座|証券|カード|会員|伝票|暗証|年金|免許証の番号|メーター|検針|指針|ポイント|西暦|昭和|"
    r"平成|令和|血圧|価格|値段|料金|金額)"
    r"|(?P<extension>内線)"
    r"|(?P<place>住所|番地|丁目|号室|郵便番号|〒|マンション|アパート|お部屋|市[^外]|区[^分])"
)
_SAME_PHONE = re.compile(
    r"(?:さん|様|人|方|本人|自身|自信|利用|ご利用|自分|私|俺|僕|彼|彼女|相手|息子|娘|妻|夫|妹|弟|兄|姉|母|父|"
    r"家族|身内|両親|親|孫|祖父|祖母|主人|旦那|嫁|婿|先方|仕事場|勤め先|事務所|"
    r"友達|大家|店|会社|家|実家|職場|子|上|下|左|右|前|後|次|別)の番号|電話番号|携帯番号|連絡先番号|携帯の番号|電話の番号|"
    r"自宅の番号|スマホの番号|かけ直す番号|つながる番号|ファックスの番号|直通番号|直通の番号"
)

CUE_REACH = 48
"""Characters before a number in which a cue counts: one short turn and the question before it."""

LONGEST = 8
"""Greatest length of a cue, in characters."""


def cue_before(text: str, start: int) -> str:
    """Return the kind of number that the words before it announce: phone, other, extension, place or ""."""
    # A cue that crosses the limit is read whole, and counts unless it names another number: 話番号 was
    # 電話番号.
    first = max(0, start - CUE_REACH - LONGEST)
    window = _SAME_PHONE.sub(lambda m: "電話" + "、" * (len(m.group()) - 2), text[first:start])
    kind, beyond = "", start - CUE_REACH - first
    for match in _CUE.finditer(window):
        if match.start() >= beyond or (match.end() > beyond and match.lastgroup != "other"):
            kind = match.lastgroup or ""
    return kind
