"""The keys that everything with clear text is sealed with.

A key is 32 random bytes, written as one line of URL-safe Base64.  A key file, ``KAIJI_KEY`` or
the output of ``KAIJI_KEY_COMMAND`` holds one or more: the first seals, the others still open
what was sealed before a rotation.  A key's id follows from the key itself, so that a sealed
value names the key it needs and a mistyped key is never taken for it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import hashlib
import hmac
import os
import secrets
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flows.desk.kinds.errors import KeyMissingError, KeySettingError, SealBrokenError, WrongKeyError
from flows.settings import Settings

__all__ = [
    "Key",
    "Keyring",
    "add_key",
    "create_key_file",
    "keep_current_key",
    "key_file",
    "load_keyring",
    "new_key",
    "parse_keys",
]

KEY_BYTES = 32
"""AES-256."""

ID_BYTES = 4
NONCE_BYTES = 12
"""Of AES-GCM; random, which is safe for 2^32 values under one key (NIST SP 800-38D, 8.3)."""

FORMAT_BYTE = b"\x01"
"""First byte of a sealed value: the layout mark, key id, nonce, ciphertext with its tag."""

HEADER_BYTES = len(FORMAT_BYTE) + ID_BYTES + NONCE_BYTES

COMMAND_SECONDS = 60
"""A key command may ask a person or a vault."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes:
        secret: Its 32 bytes.
    """

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits that follow from the key and do not give it away."""
        return self.derive("id", length=ID_BYTES).hex()

    def derive(self, purpose: str, salt: bytes = b"", length: int = KEY_BYTES) -> bytes:
        """A key of its own for a purpose (HKDF-SHA256)."""
        hkdf = HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=f"kaiji {purpose}".encode())
        return hkdf.derive(self.secret)

    @property
    def line(self) -> str:
        """The key as it is written down."""
        return base64.urlsafe_b64encode(self.secret).decode()


@dataclass(frozen=True, slots=True)
class Keyring:
    """The current key and those before it.

    Attributes:
        keys: At least one; the first is the current one.
    """

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """The key that seals."""
        return self.keys[0]

    def get(self, key_id: str) -> Key:
        """The key of an id.

        Raises:
            WrongKeyError: when it is not among those given.
        """
        for key in self.keys:
            if key.key_id == key_id:
                return key
        given = ", ".join(key.key_id for key in self.keys)
        msg = f"鍵が違います: 必要な鍵は {key_id}、渡された鍵は {given} です"
        raise WrongKeyError(msg)

    def seal(self, clear: bytes, place: str) -> bytes:
        """Seal a value.

        Args:
            clear: The value.
            place: Where it will stand, such as ``requests:q12ab``; it opens nowhere else.

        Returns:
            The sealed value.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = _row_cipher(self.current)
        head = FORMAT_BYTE + bytes.fromhex(self.current.key_id)
        return head + nonce + cipher.encrypt(nonce, clear, head + place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Open a sealed value.

        Raises:
            WrongKeyError: when none of the keys is its own.
            SealBrokenError: when it was changed, or moved from its place.
        """
        key = self.get(self.key_id_of(sealed))
        head, nonce = sealed[: HEADER_BYTES - NONCE_BYTES], sealed[HEADER_BYTES - NONCE_BYTES : HEADER_BYTES]
        with contextlib.suppress(InvalidTag):
            return _row_cipher(key).decrypt(nonce, sealed[HEADER_BYTES:], head + place.encode())
        msg = f"封をした値が書き換えられています({place.partition(':')[0]})"
        raise SealBrokenError(msg)

    def key_id_of(self, sealed: bytes) -> str:
        """The id of the key that a value was sealed with.

        Raises:
            SealBrokenError: when it is no sealed value.
        """
        if len(sealed) < HEADER_BYTES or not sealed.startswith(FORMAT_BYTE):
            msg = "封をした値の形ではありません"
            raise SealBrokenError(msg)
        return sealed[len(FORMAT_BYTE) : len(FORMAT_BYTE) + ID_BYTES].hex()

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value was sealed with the current key."""
        return self.key_id_of(sealed) == self.current.key_id

    def blind(self, kind: str, value: str) -> tuple[str, ...]:
        """What a value is searched by in its stead: one mark for each key, the current first.

        Args:
            kind: What it is (``number``, ``customer``); the same value of two kinds differs.
            value: Normalised (``sealed.fold_number``, ``sealed.fold_text``).
        """
        text = f"{kind}\0{value}".encode()
        return tuple(hmac.digest(key.derive("index"), text, hashlib.sha256).hex() for key in self.keys)


@functools.lru_cache(maxsize=16)
def _row_cipher(key: Key) -> AESGCM:
    """Derived once a key: the whole record is opened whenever it is verified."""
    return AESGCM(key.derive("row"))


def new_key() -> Key:
    """A key that nobody had before."""
    return Key(secrets.token_bytes(KEY_BYTES))


def parse_keys(text: str) -> Keyring:
    """Keys as they are written down, separated by line ends, spaces or commas.

    Raises:
        KeySettingError: when there is none, or one of them is malformed; the message says which.
    """
    lines = [line.partition("#")[0] for line in text.splitlines()]
    words = " ".join(lines).replace(",", " ").split()
    keys = []
    for number, word in enumerate(words, start=1):
        with contextlib.suppress(binascii.Error, ValueError):
            secret = base64.b64decode(word, altchars=b"-_", validate=True)
            if len(secret) == KEY_BYTES:
                keys.append(Key(secret))
                continue
        msg = f"鍵の設定の{number}番目が鍵の形ではありません(32バイトの Base64)"
        raise KeySettingError(msg)
    if not keys:
        msg = "鍵の設定が空です"
        raise KeySettingError(msg)
    return Keyring(tuple(dict.fromkeys(keys)))


def key_file(settings: Settings) -> Path:
    """Where the key file lies, whether it is there or not."""
    return settings.key_file or settings.home / "key"


def load_keyring(settings: Settings) -> Keyring | None:
    """The keys of this machine.

    Args:
        settings: At most one of ``key``, ``key_file`` and ``key_command`` is set; without any
            the key file is ``key`` in ``home``.

    Returns:
        The keys; ``None`` where the key file does not exist (yet).

    Raises:
        KeySettingError: when more than one setting is there, or it gives no key.
    """
    given = [settings.key is not None, settings.key_file is not None, settings.key_command is not None]
    if sum(given) > 1:
        msg = "KAIJI_KEY、KAIJI_KEY_FILE、KAIJI_KEY_COMMAND はどれか1つだけにしてください"
        raise KeySettingError(msg)
    if settings.key is not None:
        return parse_keys(settings.key.get_secret_value())
    if settings.key_command is not None:
        return parse_keys(_output_of(settings.key_command))
    try:
        return parse_keys(key_file(settings).read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"鍵ファイルを読めません({type(error).__name__})"
        raise KeySettingError(msg) from None


def _output_of(command: str) -> str:
    try:
        # The administrator's own command; no shell looks at it.
        done = subprocess.run(  # noqa: S603
            shlex.split(command), capture_output=True, check=True, text=True, timeout=COMMAND_SECONDS
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        msg = f"KAIJI_KEY_COMMAND が鍵を返しません({type(error).__name__})"
        raise KeySettingError(msg) from None
    return done.stdout


def create_key_file(path: Path) -> Keyring:
    """Write a new key where there is none.

    Args:
        path: The key file; readable by its owner only.

    Returns:
        The keys that the file holds in the end: another process may have been first.

    Raises:
        KeyMissingError: when it cannot be written.
    """
    key = new_key()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = _write_beside(path, f"{key.line}\n")
        try:
            # A link, unlike a rename, never replaces a key that is there.
            path.hardlink_to(fresh)
        except FileExistsError:
            return parse_keys(path.read_text(encoding="ascii"))
        finally:
            fresh.unlink()
        _settle(path.parent)
    except OSError as error:
        msg = f"鍵ファイルを作れません({type(error).__name__})"
        raise KeyMissingError(msg) from None
    return Keyring((key,))


def add_key(path: Path, keyring: Keyring) -> Keyring:
    """Put a new current key in front of those that a key file holds.

    Args:
        path: The key file; replaced in one step.
        keyring: What it holds.

    Returns:
        The keys with the new one; what is sealed is not changed yet (``rotation.rotate``).

    Raises:
        KeySettingError: when the file cannot be written; it is as it was.
    """
    return _replace_file(path, Keyring((new_key(), *keyring.keys)))


def keep_current_key(path: Path, keyring: Keyring) -> Keyring:
    """Leave only the current key in a key file, once nothing is sealed with the others any more.

    Raises:
        KeySettingError: when the file cannot be written; it is as it was.
    """
    return _replace_file(path, Keyring((keyring.current,)))


def _replace_file(path: Path, keyring: Keyring) -> Keyring:
    try:
        fresh = _write_beside(path, "".join(f"{key.line}\n" for key in keyring.keys))
        fresh.replace(path)
        _settle(path.parent)
    except OSError as error:
        msg = f"鍵ファイルに書けません({type(error).__name__})"
        raise KeySettingError(msg) from None
    return keyring


def _write_beside(path: Path, text: str) -> Path:
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _settle(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
