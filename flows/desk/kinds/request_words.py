"""The words of a request's choices, as clerks write and read them, and what each means."""

from __future__ import annotations

from flows.desk.kinds.values import Delivery, Wanted

__all__ = ["AUTHORITIES", "CHANNELS", "DELIVERY", "WANTED"]

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
