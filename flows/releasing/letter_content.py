"""Make the content of an answer's letter: dates, times, kinds and grounds, never words of the call."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime

from flows.desk.answers.places import MaskedPlace, places
from flows.desk.answers.releases import ReleasedRange
from flows.desk.cases.lists import current_lists
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import JAPAN, Answer, Delivery
from flows.desk.kinds.ways import Way
from flows.letter.content import LetterContent
from flows.letter.phone_groups import grouped
from flows.masking.proofread import proof_note
from flows.releasing.material import CallMaterial, Material, masked_ranges
from flows.releasing.names import audio_names, passage_audio_names, passage_text_names, transcript_names
from pipeline.kinds import FURTHER_KINDS
from pipeline.third_voice import THIRD_VOICE, Remains

KINDS = {
    "PERSON": "氏名",
    "ADDRESS": "住所",
    "PHONE_NUMBER": "電話番号",
    "EMAIL_ADDRESS": "メールアドレス",
    "CONFIDENTIAL": "当社の業務に関する情報",
    **FURTHER_KINDS,
    THIRD_VOICE: "第三者の声",
}
OTHER_KIND = "その他の情報"

PAID, UNPAID = "受領済み", "ご入金を確認できておりません"

REMAINING = {
    Remains.NOTHING: "",
    Remains.TEXT: "(言葉は文字で開示します)",
    Remains.IN_PERSON: "(当社の窓口でだけお聞かせします)",
}
"""Words next to the kind of a voice that is disclosed in part."""


def content_of(desk: Desk, material: Material, *, encrypted: bool) -> LetterContent:
    """Return the content of an answer's letter.

    Args:
        desk: The desk, for its clock, lists and settings.
        material: The material of the answer.
        encrypted: Whether the package needs a password.

    Returns:
        The content; the company's name and contact are left out where they are not set.
    """
    rows = {
        "通話": tuple(_call_row(call, material.kind) for call in material.calls),
        "箇所": tuple(_range_rows(material)),
        "同封": tuple(_file_rows(material)),
        "部分": tuple(_passage_rows(material)),
    }
    values = _values(desk, material) | {"箇所の数": str(len(rows["箇所"]))}
    conditions = frozenset(_conditions(material, encrypted=encrypted))
    return LetterContent(values, rows, conditions, tuple(_needs(material)))


def _needs(material: Material) -> Iterator[str]:
    """Yield the placeholders that a template must have for the way of this answer (33条3項, 36条)."""
    if material.manner.reason:
        yield "方法の理由"
    if material.manner.passages:
        yield from ("部分.開始", "部分.終了")


def _values(desk: Desk, material: Material) -> dict[str, str]:
    request, content = material.request, material.request.content
    person = content.requester
    values = {
        "請求番号": request.number,
        "回答日": _day(desk.clock()),
        "受付日": _day(content.received_at),
        "氏名": person.names[0].text if person.names else "請求者",
        "決定": material.kind.label,
        "請求の対象": _scope(material),
        "開示の方法": _way(material),
        "方法の理由": material.manner.reason,
        "置き換え": _replaced(material),
        "手数料": f"{content.fee_yen:,}円({PAID if content.fee_paid else UNPAID})",
        "理由": material.reason,
        "通話の数": str(len(material.calls)),
    }
    if person.addresses:
        values["住所"] = person.addresses[0].text
    if content.agent is not None:
        values["代理人"] = content.agent.name.text
    if material.laws:
        values["法令名"] = "、".join(material.laws)
    return values | sender_of(desk, request.content.desk)


def sender_of(desk: Desk, department: str) -> dict[str, str]:
    """Return 会社名 and 窓口 of a letter, as far as they are set; of several numbers the first.

    Args:
        desk: The desk, for its lists and settings.
        department: The responsible department, empty when none is known.
    """
    company, settings = current_lists(desk).company, desk.settings
    name = settings.company_name or next((each.text for each in company.names), "")
    window = settings.contact.replace("|", "\n")
    if not window and company.phones:
        lines = (f"{name}　{department}".strip("　"), f"電話 {grouped(company.phones[0])}")
        window = "\n".join(line for line in lines if line)
    return {key: value for key, value in (("会社名", name), ("窓口", window)) if value}


def _conditions(material: Material, *, encrypted: bool) -> Iterator[str]:
    content = material.request.content
    yield material.kind.label
    goes_out = material.kind in {Answer.FULL, Answer.PARTIAL}
    masked = [item for call in material.calls for item in call.masked] if goes_out else []
    grounds = {item.ground for item in masked} | {material.manner.ground}
    grounds |= {call.ground for call in material.calls if call.plan is None}
    held = {
        "開示する": goes_out,
        "伏せた箇所": bool(masked),
        "開示しない通話": goes_out and any(call.reason for call in material.calls),
        "対象の通話": bool(material.calls) and material.kind is not Answer.NONE_HELD,
        "音声": material.gives_audio or material.manner.way is Way.IN_PERSON,
        "文字": material.gives_text,
        "手数料あり": content.fee_yen > 0,
        "手数料なし": content.fee_yen == 0,
        "代理人あり": content.agent is not None,
        "住所あり": bool(content.requester.addresses),
        "暗号化": encrypted and content.delivery is not Delivery.PAPER and _gives_files(material),
        "再度": material.turn > 1,
    } | {f"{ground}号": ground in grounds for ground in (1, 2, 3)}
    yield from (name for name, holds in held.items() if holds)
    yield from _of_the_way(material)


def _of_the_way(material: Material) -> Iterator[str]:
    """Yield the conditions that say how the answer discloses its calls."""
    if material.kind not in {Answer.FULL, Answer.PARTIAL}:
        return
    manner = material.manner
    held = {
        "同封あり": _gives_files(material),
        "対面": manner.way is Way.IN_PERSON,
        "文字だけ": manner.way is Way.TEXT,
        "箇所だけ": manner.way is Way.PASSAGES,
        "箇所のほか": manner.leaves_out and manner.way is Way.PASSAGES,
        "音声を除く": manner.leaves_out and manner.way is Way.TEXT,
        "別の方法": not manner.wished and not manner.leaves_out,
    }
    yield from (name for name, holds in held.items() if holds)


def _gives_files(material: Material) -> bool:
    return material.gives_audio or material.gives_text


def _call_row(call: CallMaterial, kind: Answer) -> dict[str, str]:
    if kind is Answer.OTHER_WAY:
        outcome = "書面により開示します"
    elif call.plan is None:
        outcome = "開示しません"
    elif call.manner.leaves_out and not call.passages:
        outcome = "文字起こしを開示します"
    else:
        chosen = ("選んだ箇所のうち、" if call.masked else "選んだ箇所を") if call.passages else ""
        outcome = f"{chosen}{'一部を除いて' if call.masked else ''}開示します"
    seconds = call.seconds
    length = "" if seconds is None else f"{int(seconds) // 60}分{int(seconds) % 60:02d}秒"
    at = call.started_at.astimezone(JAPAN)
    return {
        "番号": str(call.number),
        "日時": f"{_day(at)} {at.hour}時{at.minute:02d}分",
        "長さ": length,
        "結果": outcome,
    }


def _range_rows(material: Material) -> Iterator[dict[str, str]]:
    for call in material.calls:
        for place in places(masked_ranges(call)):
            yield {
                "通話": str(call.number),
                "開始": clock(place.start),
                "終了": clock(place.end),
                "種類": kind_of(place),
                "根拠": f"法第33条第2項第{place.ground}号",
            }


def kind_of(place: MaskedPlace | ReleasedRange) -> str:
    """Return the kind of a masked place, in words for the requester."""
    return KINDS.get(place.entity_type, OTHER_KIND) + REMAINING[place.remains]


def _passage_rows(material: Material) -> Iterator[dict[str, str]]:
    """Yield the chosen passages, in whole seconds that contain them."""
    for call in material.calls:
        for number, passage in enumerate(call.passages, start=1):
            yield {
                "通話": str(call.number),
                "箇所": str(number),
                "開始": clock(math.floor(passage.start)),
                "終了": clock(math.ceil(passage.end)),
            }


def _file_rows(material: Material) -> Iterator[dict[str, str]]:
    for call in material.calls:
        if call.plan is None:
            continue
        told = "(伏せたもの)" if call.masked else ""
        if call.passages:
            yield from _passage_file_rows(material, call, told)
            continue
        if material.gives_audio:
            wav, mp3 = audio_names(call.number)
            yield {"名前": wav, "内容": f"通話{call.number}の音声{told}"}
            yield {"名前": mp3, "内容": "同じ音声(MP3)"}
        what = f"通話{call.number}の文字起こし"
        yield from _text_rows(material, call, what, told, transcript_names(call.number))


def _passage_file_rows(material: Material, call: CallMaterial, told: str) -> Iterator[dict[str, str]]:
    if material.gives_audio:
        for at in range(1, len(call.passages) + 1):
            wav, mp3 = passage_audio_names(call.number, at)
            yield {"名前": wav, "内容": f"通話{call.number}の箇所{at}の音声{told}"}
            yield {"名前": mp3, "内容": "同じ音声(MP3)"}
    what = f"通話{call.number}の箇所の文字起こし"
    yield from _text_rows(material, call, what, told, passage_text_names(call.number))


def _text_rows(
    material: Material, call: CallMaterial, named: str, masked: str, names: tuple[str, str]
) -> Iterator[dict[str, str]]:
    """Yield a transcript, on paper or as its two files, and whether it was proofread."""
    told = f"{masked}　{proof_note(call.read_at)}"
    if material.gives_text and material.request.content.delivery is Delivery.PAPER:
        yield {"名前": named, "内容": f"書面{told}"}
    elif material.gives_text:
        text, word = names
        yield {"名前": text, "内容": f"{named}{told}"}
        yield {"名前": word, "内容": "同じ文字起こし(Word)"}


def _scope(material: Material) -> str:
    manner, calls, scope = material.manner, len(material.calls), material.request.content.scope
    first, last = scope.first, scope.last
    only = "のうち、ご希望の箇所" if manner.way is Way.PASSAGES and manner.wished else ""
    period = f"{_day(first)}から" if first else ""
    period += f"{_day(last)}まで" if last else ""
    return f"{period}{'の' if period else ''}通話の録音{f'({calls}件)' if calls else ''}{only}"


def _way(material: Material) -> str:
    delivery = material.request.content.delivery
    if material.manner.way is Way.IN_PERSON:
        return "当社の定める方法(当社の窓口で音声をお聞かせする方法)"
    what = "と".join(
        name for name, given in (("音声", material.gives_audio), ("文字起こし", material.gives_text)) if given
    )
    what = f"選んだ箇所の{what}" if material.manner.way is Way.PASSAGES else what
    if delivery is Delivery.ELECTRONIC:
        return f"電磁的記録({what}のファイル)の提供"
    if delivery is Delivery.PAPER:
        return f"書面の交付({what})"
    return f"当社の定める方法({what})"


def _replaced(material: Material) -> str:
    """Return the replacements of the masked places in the disclosed files, in words."""
    sound = material.gives_audio or material.manner.way is Way.IN_PERSON
    if sound and material.gives_text:
        return "音声では一定の音に、文字では[氏名]などの表示に"
    return "一定の音に" if sound else "[氏名]などの表示に"


def _day(when: datetime | date) -> str:
    day = when.astimezone(JAPAN).date() if isinstance(when, datetime) else when
    return f"{day.year}年{day.month}月{day.day}日"


def clock(seconds: int) -> str:
    """Format a time from the start of a call as minutes and seconds; minutes may exceed 99."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
