"""The length that a container states, and the errors for files that contradict it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import UnreadableAudioError


@dataclass(frozen=True, slots=True)
class Extent:
    """How much sound a container states.

    Attributes:
        samples: Exact number in each channel; ``None`` where it is not stated.
        seconds: Approximate least duration; 0 where it is not stated.
        payload: Bytes of all frames together; ``None`` where it is not stated.
        counted: Whether FFmpeg reads the duration from the file; ``False`` where it estimates it.
    """

    samples: int | None = None
    seconds: float = 0.0
    payload: int | None = None
    counted: bool = True


def cut_off() -> UnreadableAudioError:
    """The file holds less than it states."""
    return UnreadableAudioError("途中で切れています(ファイルの終わりが欠けています)")


def surplus() -> UnreadableAudioError:
    """The file holds more than it states."""
    return UnreadableAudioError(
        "ヘッダーが示す終わりの後にデータが続いています(読まれない音声があるかもしれません)"
    )


def contradictory() -> UnreadableAudioError:
    """Two places of the file state different lengths."""
    return UnreadableAudioError(
        "ファイルの中で長さの記録が食い違っています(読まれない音声があるかもしれません)"
    )


def divided() -> UnreadableAudioError:
    """The file holds several streams of sound, of which a decoder may read only one."""
    return UnreadableAudioError("音声が2つ以上の部分に分かれて入っています(1つだけ扱えます)")


def unclosed() -> UnreadableAudioError:
    """The file's end mark is missing: it was never finished."""
    return UnreadableAudioError("書き終えられていません(終わりの印がなく、切れているかもしれません)")


def skip_id3(head: bytes) -> int:
    """Length in bytes of the ID3v2 tag at this position; 0 where there is none.

    Args:
        head: At least ten bytes, fewer at the end of the file.
    """
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    # Four times seven bits; a footer of ten more bytes when its flag is set (ID3v2.4, 3.1 and 3.4).
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if head[5] & 0x10 else 0)
