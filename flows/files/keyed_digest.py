"""The one rule on digests: of words, people and documents there are keyed ones only.

A plain hash of guessable data reveals the data to anyone with the hash: a masked name is found by trying a
list of names, a telephone number by counting.  Therefore

- a digest of a text, of a document or of anything derived from them is keyed (``DigestKey``): it proves to
  the holder of the key that two values are equal, and reveals nothing to others;
- a digest may be plain where it reveals nothing: of a recording's whole sound file and of random or sealed
  bytes, which nobody can guess; of a model or lexicon of ours, which is public; and of a finished product's
  own files, in the manifest among them.

Where nothing reads a digest, none is made.
"""

from __future__ import annotations

import enum
import hmac
import secrets
from dataclasses import dataclass, field
from typing import NewType

SECRET_BYTES = 32

KeyedDigest = NewType("KeyedDigest", str)
"""64 hexadecimal digits, which only ``DigestKey.of`` makes."""


NO_DIGEST = KeyedDigest("")
"""Digest of a missing value."""


class Digested(enum.StrEnum):
    """Kind of data of a keyed digest; digests of different kinds never equal each other."""

    FILE = "file"
    PLAN = "plan"
    TRANSCRIPT = "transcript"
    DOCUMENT = "document"
    ENTRY = "entry"
    PLACE = "place"
    RECOGNIZERS = "recognizers"


@dataclass(frozen=True, slots=True)
class DigestKey:
    """A key for digests.

    Attributes:
        secret: Its random bytes.  A desk keeps them sealed, a product in its review file.
    """

    secret: bytes = field(repr=False)

    def of(self, what: Digested, sha256: str) -> KeyedDigest:
        """Key a digest (HMAC-SHA256).

        Args:
            what: Kind of data.
            sha256: The plain digest, which is not stored.
        """
        return KeyedDigest(hmac.digest(self.secret, f"{what}\0{sha256}".encode(), "sha256").hex())


def new_digest_key() -> DigestKey:
    """Return a new random key."""
    return DigestKey(secrets.token_bytes(SECRET_BYTES))
