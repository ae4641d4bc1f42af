"""Recognises requests of the company's proxy, whose headers about the sender are believed.

An address proves nothing, because any program on the proxy's machine has the same.  The proxy therefore
also sends a secret that only it and we can read, or connects by a Unix socket that only it may open.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request

from flows.settings import SettingError, Settings

__all__ = ["SECRET_HEADER", "TrustedProxy", "trusted_proxy"]

SECRET_HEADER = "x-kaiji-proxy-secret"  # noqa: S105 (its name, not what it says)

MIN_SECRET_CHARS = 32
"""Characters of a secret: 128 bits as hexadecimal digits."""

MAX_SECRET_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """How the proxy is recognised.

    Attributes:
        networks: Networks of its addresses.
        secrets: Accepted secrets; several allow a change without interruption.  Without any, no request
            from an address is believed.
        by_socket: Whether the page listens on a Unix socket instead of an address.
    """

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    secrets: tuple[bytes, ...] = field(repr=False)
    by_socket: bool

    def sent(self, request: Request) -> bool:
        """Return whether a request comes from the proxy."""
        if self.by_socket:
            # uvicorn has no client address for a Unix socket.
            return request.client is None
        return self._has_address(request) and self._has_secret(request)

    def _has_address(self, request: Request) -> bool:
        try:
            address = ipaddress.ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        return any(address in network for network in self.networks)

    def _has_secret(self, request: Request) -> bool:
        told = request.headers.getlist(SECRET_HEADER)
        given = told[0].encode("latin-1") if len(told) == 1 else b""
        # All secrets are compared, so that the time does not tell which one matched.
        return sum(hmac.compare_digest(given, secret) for secret in self.secrets) > 0


def trusted_proxy(settings: Settings) -> TrustedProxy:
    """Return how the proxy of the settings is recognised.

    Raises:
        SettingError: when the secret's file is missing, readable by others, or without a secret; or when a
            proxy is to sign people in and nothing proves that a request comes from it.
    """
    file = settings.review_proxy_secret_file
    secrets = () if file is None else _secrets_of(file)
    known = TrustedProxy(_networks_of(settings), secrets, settings.review_socket is not None)
    if settings.review_auth == "header" and not known.by_socket and not (secrets and known.networks):
        msg = (
            "KAIJI_REVIEW_AUTH=header には、入口だと確かめる方法が要ります: KAIJI_REVIEW_SOCKET か、"
            "KAIJI_REVIEW_PROXIES と KAIJI_REVIEW_PROXY_SECRET_FILE"
        )
        raise SettingError(msg)
    return known


def _networks_of(settings: Settings) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    parts = [part.strip() for part in settings.review_proxies.split(",")]
    try:
        return tuple(ipaddress.ip_network(part, strict=False) for part in parts if part)
    except ValueError:
        msg = "設定 KAIJI_REVIEW_PROXIES の値の形が正しくありません"
    raise SettingError(msg)


def _secrets_of(file: Path) -> tuple[bytes, ...]:
    """Read the secrets, one a line."""
    name = "KAIJI_REVIEW_PROXY_SECRET_FILE"
    try:
        # Does not block on a FIFO or a device.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as opened:
            found = os.fstat(handle)
            raw = opened.read(MAX_SECRET_FILE_BYTES) if stat.S_ISREG(found.st_mode) else b""
    except OSError as error:
        msg = f"{name} を読めません({type(error).__name__})"
        raise SettingError(msg) from None
    if not stat.S_ISREG(found.st_mode) or found.st_uid not in {0, os.getuid()} or found.st_mode & 0o077:
        msg = f"{name} は、この利用者だけが読めるファイル(0600)にしてください"
        raise SettingError(msg)
    secrets = tuple(line.strip() for line in raw.splitlines() if line.strip())
    if not secrets or any(len(secret) < MIN_SECRET_CHARS or not secret.isascii() for secret in secrets):
        msg = f"{name} には、{MIN_SECRET_CHARS}文字以上の英数字の合言葉を一行に一つ入れてください"
        raise SettingError(msg)
    return secrets
