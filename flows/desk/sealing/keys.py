"""The keys that seal everything that contains clear text.

A key is 32 random bytes, written as one line of URL-safe Base64.  A key file, ``KAIJI_KEY`` or the output of
``KAIJI_KEY_COMMAND`` contains one or more keys: the first seals, the others still open what was sealed
before a rotation.  A key's id is derived from the key, so a sealed value names the key that it needs, and a
mistyped key is detected.
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
from flows.folders.open_folder import open_folder
from flows.folders.secret_file import OpenSecretError, read_secret_file
from flows.settings import Settings

KEY_BYTES = 32
"""AES-256."""

ID_BYTES = 4
NONCE_BYTES = 12
"""Bytes of an AES-GCM nonce; random ones are safe for 2^32 values of one key (NIST SP 800-38D, 8.3)."""

FORMAT_BYTE = b"\x01"
"""First byte of a sealed value: this byte, key id, nonce, ciphertext with its tag."""

HEADER_BYTES = len(FORMAT_BYTE) + ID_BYTES + NONCE_BYTES

COMMAND_SECONDS = 60
"""Time limit of a key command, which may ask a person or a vault."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key.

    Attributes:
        secret: Its 32 bytes.
    """

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits, derived from the key without revealing it."""
        return self.derive("id", length=ID_BYTES).hex()

    def derive(self, purpose: str, salt: bytes = b"", length: int = KEY_BYTES) -> bytes:
        """Derive a separate key for a purpose (HKDF-SHA256)."""
        hkdf = HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=f"kaiji {purpose}".encode())
        return hkdf.derive(self.secret)

    @property
    def line(self) -> str:
        """The key as a line of text."""
        return base64.urlsafe_b64encode(self.secret).decode()


@dataclass(frozen=True, slots=True)
class Keyring:
    """The current key and the earlier ones.

    Attributes:
        keys: At least one key; the first is the current one.
    """

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """The key that seals."""
        return self.keys[0]

    def get(self, key_id: str) -> Key:
        """Return the key with an id.

        Raises:
            WrongKeyError: when it is not among the keys.
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
            place: Place of the value, such as ``requests:q12ab``; it opens only there.

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
            WrongKeyError: when its key is not among the keys.
            SealBrokenError: when it was changed, or moved to another place.
        """
        key = self.get(self.key_id_of(sealed))
        head, nonce = sealed[: HEADER_BYTES - NONCE_BYTES], sealed[HEADER_BYTES - NONCE_BYTES : HEADER_BYTES]
        with contextlib.suppress(InvalidTag):
            return _row_cipher(key).decrypt(nonce, sealed[HEADER_BYTES:], head + place.encode())
        msg = f"封をした値が書き換えられています({place.partition(':')[0]})"
        raise SealBrokenError(msg)

    def key_id_of(self, sealed: bytes) -> str:
        """Return the id of the key that a value was sealed with.

        Raises:
            SealBrokenError: when it is not a sealed value.
        """
        if len(sealed) < HEADER_BYTES or not sealed.startswith(FORMAT_BYTE):
            msg = "封をした値の形ではありません"
            raise SealBrokenError(msg)
        return sealed[len(FORMAT_BYTE) : len(FORMAT_BYTE) + ID_BYTES].hex()

    def is_current(self, sealed: bytes) -> bool:
        """Return whether a value was sealed with the current key."""
        return self.key_id_of(sealed) == self.current.key_id

    def blind(self, kind: str, value: str) -> tuple[str, ...]:
        """Return the search marks (HMAC) of a value, one for each key, that of the current key first.

        Args:
            kind: Kind of the value (``number``, ``customer``); marks of different kinds differ.
            value: The normalised value (``sealed.fold_number``, ``sealed.fold_text``).
        """
        text = f"{kind}\0{value}".encode()
        return tuple(hmac.digest(key.derive("index"), text, hashlib.sha256).hex() for key in self.keys)


@functools.lru_cache(maxsize=16)
def _row_cipher(key: Key) -> AESGCM:
    """Cached for each key, because verification opens the whole audit log."""
    return AESGCM(key.derive("row"))


def new_key() -> Key:
    """Return a new random key."""
    return Key(secrets.token_bytes(KEY_BYTES))


def parse_keys(text: str) -> Keyring:
    """Parse keys that are separated by line ends, spaces or commas.

    Raises:
        KeySettingError: when there is no key, or one is malformed; the message says which.
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
    """Return the path of the key file, which need not exist."""
    return settings.key_file or settings.home / "key"


def load_keyring(settings: Settings) -> Keyring | None:
    """Load the keys of this machine.

    Args:
        settings: At most one of ``key``, ``key_file`` and ``key_command`` is set; without any,
            the key file is ``key`` in ``home``.

    Returns:
        The keys; ``None`` when the key file does not exist.

    Raises:
        KeySettingError: when more than one of the settings is set, or it provides no key.
    """
    given = [settings.key is not None, settings.key_file is not None, settings.key_command is not None]
    if sum(given) > 1:
        msg = "KAIJI_KEY、KAIJI_KEY_FILE、KAIJI_KEY_COMMAND はどれか1つだけにしてください"
        raise KeySettingError(msg)
    if settings.key is not None:
        return parse_keys(settings.key.get_secret_value())
    if settings.key_command is not None:
        return parse_keys(_output_of(settings.key_command))
    path = key_file(settings)
    return _keys_in(path) if os.path.lexists(path) else None


def _keys_in(path: Path) -> Keyring:
    try:
        return parse_keys(read_secret_file(path).decode("ascii"))
    except OpenSecretError:
        msg = (
            "鍵ファイルは、この利用者だけが読める通常のファイル(0600)にしてください。"
            "ほかの利用者が読めたのなら、その鍵は知られたものとして交代してください"
        )
        raise KeySettingError(msg) from None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"鍵ファイルを読めません({type(error).__name__})"
        raise KeySettingError(msg) from None


def _output_of(command: str) -> str:
    try:
        # The administrator's own command, run without a shell.
        done = subprocess.run(  # noqa: S603
            shlex.split(command), capture_output=True, check=True, text=True, timeout=COMMAND_SECONDS
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        msg = f"KAIJI_KEY_COMMAND が鍵を返しません({type(error).__name__})"
        raise KeySettingError(msg) from None
    return done.stdout


def create_key_file(path: Path) -> Keyring:
    """Write a new key file unless there is one.

    Args:
        path: Path of the key file, which is readable by its owner only.

    Returns:
        The keys in the file, which another process may have written first.

    Raises:
        KeyMissingError: when it cannot be written.
    """
    key = new_key()
    try:
        with open_folder(path.parent, make=0o700) as folder:
            folder.add(path.name, f"{key.line}\n".encode())
            folder.settle()
    except FileExistsError:
        return _keys_in(path)
    except OSError as error:
        msg = f"鍵ファイルを作れません({type(error).__name__})"
        raise KeyMissingError(msg) from None
    return Keyring((key,))


def add_key(path: Path, keyring: Keyring) -> Keyring:
    """Add a new current key before the other keys of a key file.

    Args:
        path: Path of the key file, which is replaced atomically.
        keyring: Its present keys.

    Returns:
        The keys with the new one; sealed data is not changed yet (``rotation.rotate``).

    Raises:
        KeySettingError: when the file cannot be written; it is unchanged.
    """
    return _replace_file(path, Keyring((new_key(), *keyring.keys)))


def keep_current_key(path: Path, keyring: Keyring) -> Keyring:
    """Remove all but the current key from a key file, when nothing is sealed with the others any more.

    Raises:
        KeySettingError: when the file cannot be written; it is unchanged.
    """
    return _replace_file(path, Keyring((keyring.current,)))


def _replace_file(path: Path, keyring: Keyring) -> Keyring:
    try:
        with open_folder(path.parent) as folder:
            folder.put(path.name, "".join(f"{key.line}\n" for key in keyring.keys).encode(), 0o600)
            folder.settle()
    except OSError as error:
        msg = f"鍵ファイルに書けません({type(error).__name__})"
        raise KeySettingError(msg) from None
    return keyring
