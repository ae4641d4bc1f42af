"""Japanese words for a request's choices, and the value of each."""

from __future__ import annotations

from flows.desk.kinds.values import Answer, Delivery, Note, NoteKind, Wanted

CHANNELS = {
    "郵送": "post",
    "窓口": "counter",
    "ウェブ": "web",
    "電話": "phone",
    "メール": "email",
    "ファクス": "fax",
}
AUTHORITIES = {
    "委任状": "power_of_attorney",
    "親権者": "parent",
    "未成年後見人": "guardian",
    "成年後見人": "adult_guardian",
}
"""Kinds of authority (施行令13条: 法定代理人 and 委任による代理人)."""

WANTED = {"音声": Wanted.AUDIO, "文字": Wanted.TRANSCRIPT, "両方": Wanted.BOTH}
DELIVERY = {"電子": Delivery.ELECTRONIC, "書面": Delivery.PAPER, "その他": Delivery.OTHER}

NOTES = {
    NoteKind.PAUSE: "期限の停止",
    NoteKind.RESUME: "期限の再開",
    NoteKind.EXTEND: "期限の延長",
    NoteKind.REMARK: "記録",
    NoteKind.ERASE: "個人情報の消去",
    NoteKind.AMEND: "内容の訂正",
    NoteKind.WITHHOLD: "不開示の決定",
    NoteKind.DELIVER: "交付",
    NoteKind.OBJECT: "不服の申出",
    NoteKind.AGAIN: "再度の開示のための再開",
    NoteKind.WAY: "開示のしかたの決定",
    NoteKind.WAY_APPROVED: "開示のしかたの承認",
    NoteKind.VISIT: "対面の聴取の開始",
    NoteKind.PLAYED: "対面での再生",
    NoteKind.VISIT_END: "対面の聴取の終わり",
    NoteKind.WORD: "いつも伏せる・残す語",
    NoteKind.PLACED: "受渡し場所に置いた",
    NoteKind.BREACH: "漏えい等の記録",
    NoteKind.BREACH_FACT: "漏えい等の報告・通知の文",
    NoteKind.BREACH_DUTY: "漏えい等の報告の要否の判断",
    NoteKind.BREACH_DONE: "漏えい等の報告・通知の実施",
}
"""Japanese labels of the kinds of notes."""


def label_of_note(note: Note) -> str:
    """Return the label of a note; that of a decision on the whole request is the kind of answer."""
    decided = note.kind is NoteKind.WITHHOLD and note.code and not note.about
    return f"{Answer(note.code).label}の決定" if decided else NOTES[note.kind]
