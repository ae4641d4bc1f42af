"""Phrases that introduce a name: と申します, という者, 名前は …, 担当の …, 息子の …."""

from __future__ import annotations

import re

from models.wording.vocabulary import NAME_ASKED, RELATIONS, ROLES

_SAID = (
    r"(?P<strong>と申し|ともうし|と言う者|という者|っていう者|というもの(?!の)|ていう者|って者|"
    r"と名乗|とか名乗|って名乗|とゆうもの)"
    r"|(?P<said>(?:って(?:いう|言う|ゆう)?|ていう|ちゅう|いう|という|と言う|とかいう|なる)(?:人|"
    r"方(?!が|法)|かた|子|やつ|奴|男|女|おばさん|おじさん|先生|人物)|"
    r"(?:って|と)(?:いいま|言いま|いいます|いうんです|言うんです|いうんだ|言うんだ|書いて(?:ある|"
    r"あっ|ます|い)|なって(?:ます|い|る|お)|あります|ありまし|ございます|出て))"
    r"|(?P<kin>の(?:母|父|妻|夫|家内|主人|祖母|祖父|姉|兄|妹|弟|娘|息子|長男|長女|保護者|家族|"
    r"代理)(?=です|で、|でござ|でーす|なんです|ですが|と申|だけど))|(?P<after>宛て|宛で|宛に|あてに|"
    r"あての|名義|の代理|本人が|方の方)"
)
SUFFIX_FRAME = re.compile(_SAID)
"""Phrase behind a name.  ``strong``: nothing but a name stands before it, so a garbled word counts."""

_LABEL = (
    rf"(?:{NAME_ASKED}|ご?宛先|姓|下の名前|下のお名前|"
    r"差出人(?:様)?|ご?依頼主(?:様)?|送り主|受取人(?:様)?|ご?契約者(?:様)?|所有者|使用者|名義人|"
    r"保証人(?:様)?|担当(?:者)?|表札|注文者|受付|"
    r"名字のほう|旧姓|嫁ぎ先|(?P<weak>下|上|会計|幹事|宛|副))"
)
LABEL_FRAME = re.compile(
    _LABEL
    + (
        r"(?:は|が|の方は|のほうは|の名前は|も|って|、)(?:[、\s]|えっと、?|えーと、?|ええと、?|あの、?|"
        r"確か、?|たしか、?)*"
    )
)
RELATION_FRAME = re.compile(
    rf"(?:{RELATIONS})(?:の|が|は|も|って|に|から|、|で、)(?:[、\s]|えっと、?|あの、?)*"
)
ROLE_FRAME = re.compile(rf"(?:{ROLES})(?:の(?:ほうの)?|が|は|、)(?:[、\s]|えっと、?|あの、?)*")
