"""vCons made to draft-ietf-vcon-vcon-core, and files of them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.builders import voice_file

Vcon = dict[str, Any]

UUID = "0199e054-ed10-8035-b9a2-279e0d16bc46"
AGENT_FIRST, CUSTOMER_FIRST = [0, 1], [1, 0]


def body(folder: Path, seconds: float = 2.0, channels: int = 2) -> str:
    """A recording as a vCon holds it."""
    path = voice_file(folder / "body.wav", seconds, channels)
    encoded = base64.urlsafe_b64encode(path.read_bytes()).decode().rstrip("=")
    path.unlink()
    return encoded


def vcon(folder: Path, *, parties: object = AGENT_FIRST, channels: int = 2) -> Vcon:
    """A call of two recordings, with what others said of it."""
    piece = {
        "type": "recording",
        "start": "2026-10-10T10:15:00.000+09:00",
        "duration": 2.0,
        "parties": parties,
        "mediatype": "audio/x-wav",
        "filename": "../../長谷川.wav",
        "encoding": "base64url",
        "body": body(folder, channels=channels),
    }
    return {
        "vcon": "0.4.0",
        "uuid": UUID,
        "extensions": ["CC"],
        "created_at": "2026-10-10T02:00:00Z",
        "subject": "長谷川隆様の件",
        "parties": [
            {"name": "山本", "role": "agent", "tel": "tel:+81120444444"},
            {
                "name": "長谷川隆",
                "role": "customer",
                "tel": "+819012345678",
                "mailto": "hasegawa@h0stile.example",
            },
        ],
        "dialog": [
            piece,
            {
                "type": "text",
                "start": "2026-10-10T10:16:00+09:00",
                "parties": 1,
                "body": "長谷川",
                "encoding": "none",
            },
            piece | {"start": "2026-10-10T10:20:00+09:00", "body": body(folder, 2.2, channels)},
        ],
        "analysis": [
            {"type": "transcript", "dialog": 0, "vendor": "x", "body": "長谷川", "encoding": "none"}
        ],
        "attachments": [],
    }


def write_vcon(folder: Path, document: object) -> Path:
    """A vCon's file."""
    path = folder / "長谷川.vcon.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
