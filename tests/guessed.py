"""Looking for plain digests of what can be guessed, in whatever the program wrote."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping

ALGORITHMS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")
NAMESPACES = (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID)


def shapes(value: bytes) -> Iterator[bytes]:
    """A value's digests as they may lie somewhere, cut short: hex, Base64, bytes, or an id made of one."""
    for name in ALGORITHMS:
        digest = hashlib.new(name, value).digest()
        yield digest[:8].hex().encode()
        yield digest[:8].hex().upper().encode()
        yield base64.b64encode(digest)[:14]
        yield base64.urlsafe_b64encode(digest)[:14]
        yield digest[:10]
    text = value.decode(errors="replace")
    for space in NAMESPACES:
        for made in (uuid.uuid3(space, text), uuid.uuid5(space, text)):
            yield str(made)[:13].encode()
            yield made.hex[:16].encode()


def spellings(text: str) -> set[bytes]:
    """A text as a program may hash it: as it is, normalised, folded, as JSON, with a line end, in UTF-16."""
    wide = unicodedata.normalize("NFKC", text)
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in wide.casefold())
    texts = {text, wide, wide.casefold(), katakana, "".join(katakana.split()), json.dumps(text), f"{text}\n"}
    texts |= {json.dumps(text, ensure_ascii=False)}
    return {each.encode() for each in texts} | {text.encode("utf-16-le")}


def found_digests(raw: Iterable[bytes], values: Mapping[str, bytes | str]) -> list[str]:
    """The names of the values of which one of these bytes holds a digest.

    The bytes are gone through once, place by place: there are a million digests to look for.
    """
    by_length: dict[int, dict[bytes, str]] = {}
    for name, value in {value: (name, value) for name, value in values.items()}.values():
        for each in spellings(value) if isinstance(value, str) else {value}:
            for shape in shapes(each):
                by_length.setdefault(len(shape), {})[shape] = name
    found = set()
    for piece in raw:
        for length, wanted in by_length.items():
            windows = {piece[at : at + length] for at in range(len(piece) - length + 1)}
            found |= {wanted[shape] for shape in windows & wanted.keys()}
    return sorted(found)


def without_key(raw: bytes) -> bytes:
    """A product without its random key for digests: all else is the same whenever it is made."""
    return re.sub(rb'("digest_key": ")[0-9a-f]{64}"', rb'\1"', raw)
