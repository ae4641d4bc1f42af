"""The one rule on digests: of words, people and documents there are keyed ones only.

A plain hash of what can be guessed tells it to whoever has the hash: a masked name is found with a list of
names, a telephone number by counting.  Therefore

- a digest of a text, of a document or of anything derived from them is keyed (``DigestKey``): it proves that
  two values are equal to whoever holds the key, and tells nothing to others;
- a digest may be plain where it tells nobody anything new: of a recording's whole sound file and of random
  or sealed bytes, which nobody can guess; of a model or lexicon of ours, which everybody has; and of a
  finished product's own files, in the manifest that lies beside them.

Where nothing reads a digest, none is made.
"""

from __future__ import annotations

import enum
import hmac
import secrets
from dataclasses import dataclass, field
from typing import NewType

__all__ = ["NO_DIGEST", "DigestKey", "Digested", "KeyedDigest", "new_digest_key"]

SECRET_BYTES = 32

KeyedDigest = NewType("KeyedDigest", str)
"""64 hexadecimal digits, which only ``DigestKey.of`` makes."""


NO_DIGEST = KeyedDigest("")
"""Of what there is not."""


class Digested(enum.StrEnum):
    """What a keyed digest is of; digests of different things never equal each other."""

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
            what: What it is of.
            sha256: The plain digest, which is not kept.
        """
        return KeyedDigest(hmac.digest(self.secret, f"{what}\0{sha256}".encode(), "sha256").hex())


def new_digest_key() -> DigestKey:
    """Return a new random key."""
    return DigestKey(secrets.token_bytes(SECRET_BYTES))
