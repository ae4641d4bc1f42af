"""What a container says of its own length, and how it is told that it is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import UnreadableAudioError

__all__ = ["Extent", "contradictory", "cut_off", "divided", "skip_id3", "surplus", "unclosed"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a container says is in it.

    Attributes:
        samples: Of each channel, exactly; ``None`` where it does not count them.
        seconds: At least about so long; 0 where it does not say.
        payload: Bytes of all frames together; ``None`` where it does not tell.
        counted: Whether FFmpeg's own idea of the length comes from the file and is no guess.
    """

    samples: int | None = None
    seconds: float = 0.0
    payload: int | None = None
    counted: bool = True


def cut_off() -> UnreadableAudioError:
    """Less is there than the file says."""
    return UnreadableAudioError("途中で切れています(ファイルの終わりが欠けています)")


def surplus() -> UnreadableAudioError:
    """More is there than the file says."""
    return UnreadableAudioError(
        "ヘッダーが示す終わりの後にデータが続いています(読まれない音声があるかもしれません)"
    )


def contradictory() -> UnreadableAudioError:
    """Two places of the file say different lengths."""
    return UnreadableAudioError(
        "ファイルの中で長さの記録が食い違っています(読まれない音声があるかもしれません)"
    )


def divided() -> UnreadableAudioError:
    """Sound in several places, of which a decoder may read one."""
    return UnreadableAudioError("音声が2つ以上の部分に分かれて入っています(1つだけ扱えます)")


def unclosed() -> UnreadableAudioError:
    """Its writer never came to its end."""
    return UnreadableAudioError("書き終えられていません(終わりの印がなく、切れているかもしれません)")


def skip_id3(head: bytes) -> int:
    """Bytes of an ID3v2 tag that begins so; 0 where none does.

    Args:
        head: At least ten bytes, fewer at the end of the file.
    """
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    # Four times seven bits; a footer of ten more bytes when its flag is set (ID3v2.4, 3.1 and 3.4).
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if head[5] & 0x10 else 0)
