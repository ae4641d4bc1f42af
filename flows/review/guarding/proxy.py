"""Recognise requests of the company's proxy, whose headers about the sender are trusted.

An address proves nothing, because any program on the proxy's machine has the same.  The proxy therefore
also sends a secret that only it and we can read, or connects by a Unix socket that only it may open.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from fastapi import Request

from flows.review.guarding.secret_file import is_one_of, secrets_of
from flows.settings import SettingError, Settings

SECRET_HEADER = "x-kaiji-proxy-secret"  # noqa: S105 (its name, not what it says)


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """Means of recognising the proxy.

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
        return is_one_of(given, self.secrets)


def trusted_proxy(settings: Settings) -> TrustedProxy:
    """Return how the proxy of the settings is recognised.

    Raises:
        SettingError: when the secret's file is missing, readable by others, or without a secret; or when a
            proxy is to sign people in and nothing proves that a request comes from it.
    """
    file = settings.review_proxy_secret_file
    secrets = () if file is None else secrets_of(file, "KAIJI_REVIEW_PROXY_SECRET_FILE")
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
