"""Encryption of files in chunks.

    head      b"KJS1", key id (4 bytes), salt (16), nonce prefix (7)
    chunk     up to 1 MiB of clear text and its tag (16 bytes); all but the last are full

Each file has a key of its own (HKDF over the salt).  A chunk's nonce is the prefix, its position
and whether it is the last (STREAM, Hoang et al. 2015), which authenticates order, length and end.
The store's name of the file is part of every tag, so that no file can replace another.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.desk.kinds.errors import FileDamagedError
from flows.desk.sealing.keys import Keyring

MAGIC = b"KJS1"
ID, SALT, PREFIX, TAG = 4, 16, 7, 16
HEADER_BYTES = len(MAGIC) + ID + SALT + PREFIX
CHUNK_BYTES = 1 << 20


def seal_stream(clear: BinaryIO, target: BinaryIO, keyring: Keyring, name: str) -> tuple[str, int]:
    """Encrypt a stream into another one in constant memory.

    Args:
        clear: Stream of the clear text, read to its end.
        target: Stream to write to.
        keyring: The keys, of which the current one seals.
        name: The store's name of the file.

    Returns:
        SHA-256 and number of bytes of the clear text.
    """
    salt, prefix = secrets.token_bytes(SALT), secrets.token_bytes(PREFIX)
    head = MAGIC + bytes.fromhex(keyring.current.key_id) + salt + prefix
    cipher = AESGCM(keyring.current.derive("file", salt))
    target.write(head)
    digest, size, position = hashlib.sha256(), 0, 0
    block = _full(clear)
    while True:
        following = _full(clear) if len(block) == CHUNK_BYTES else b""
        digest.update(block)
        size += len(block)
        nonce = _nonce(prefix, position, last=not following)
        target.write(cipher.encrypt(nonce, block, head + name.encode()))
        if not following:
            return digest.hexdigest(), size
        block, position = following, position + 1


def _full(clear: BinaryIO) -> bytes:
    """Read a whole chunk; a stream may return less at a time than requested."""
    parts, wanted = [], CHUNK_BYTES
    while wanted and (part := clear.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _nonce(prefix: bytes, position: int, *, last: bool) -> bytes:
    return prefix + position.to_bytes(4, "big") + bytes([last])


def key_id_of(head: bytes) -> str:
    """Return the id of the key that a file was sealed with, from its first ``HEADER_BYTES`` bytes.

    Raises:
        FileDamagedError: when it is not a sealed file.
    """
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        msg = "封をしたファイルの形ではありません"
        raise FileDamagedError(msg)
    return head[len(MAGIC) : len(MAGIC) + ID].hex()


class Seekable(Protocol):
    """Interface of a sealed file."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most ``size`` bytes."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a byte."""


class SealedReader(io.RawIOBase):
    """The clear text of a sealed file, decrypted chunk by chunk while it is read.

    Args:
        sealed: The seekable file.
        size: Its length in bytes.
        keyring: Keys of this desk.
        name: The store's name of the file.

    Raises:
        FileDamagedError: on opening or reading, when it was changed, moved or truncated.
        WrongKeyError: when its key is not among ours.
    """

    def __init__(self, sealed: Seekable, size: int, keyring: Keyring, name: str) -> None:
        self._sealed = sealed
        self._name = name
        head = sealed.read(HEADER_BYTES)
        key = keyring.get(key_id_of(head))
        salt_at = len(MAGIC) + ID
        self._prefix = head[salt_at + SALT :]
        self._cipher = AESGCM(key.derive("file", head[salt_at : salt_at + SALT]))
        self._bound = head + name.encode()
        self._chunks = -(-(size - HEADER_BYTES) // (CHUNK_BYTES + TAG))
        self._length = size - HEADER_BYTES - self._chunks * TAG
        self._at = 0
        self._held: tuple[int | None, bytes] = (None, b"")
        # The last chunk is checked first, because it proves the end of the file.
        self._chunk(self._chunks - 1)

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a byte of the clear text."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the position in the clear text of the next byte that is read."""
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Read as much as fits and one chunk has."""
        if self._at >= self._length:
            return 0
        position, offset = divmod(self._at, CHUNK_BYTES)
        view = memoryview(buffer).cast("B")
        part = self._chunk(position)[offset : offset + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, position: int) -> bytes:
        if self._held[0] == position:
            return self._held[1]
        if position < 0:
            raise self._damaged()
        self._sealed.seek(HEADER_BYTES + position * (CHUNK_BYTES + TAG))
        raw = self._sealed.read(CHUNK_BYTES + TAG)
        nonce = _nonce(self._prefix, position, last=position == self._chunks - 1)
        try:
            clear = self._cipher.decrypt(nonce, raw, self._bound)
        except (InvalidTag, ValueError):
            clear = None
        if clear is None:
            raise self._damaged()
        self._held = (position, clear)
        return clear

    def _damaged(self) -> FileDamagedError:
        return FileDamagedError(f"保管ファイル {self._name} が書き換えられているか、途中で切れています")
