"""Who sends a request, whether they may, and whether our own page sent it.

Every route names its roles with ``require``, or stands in ``PUBLIC``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request

from flows.desk.kinds.values import Actor, Role
from flows.desk.people.accounts import LOGIN, ROLES, fold_login
from flows.desk.people.sessions import SignedIn, find_session, session_id_of
from flows.desk.people.trusted_sessions import begin_trusted, new_cookie
from flows.review.guarding.faults import ForgedError, RefusedError, SignedOutError
from flows.review.guarding.site import site_of
from flows.settings import Settings

__all__ = [
    "PUBLIC",
    "User",
    "address_of",
    "check_forgery",
    "cookie_name",
    "csrf_of",
    "current_user",
    "require",
]

PUBLIC = frozenset({("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in")})
"""Routes for everybody; the static files are the only others."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in.

    Attributes:
        name: Login; what stands with their decisions.
        roles: As they are now.
        session_id: Of the sign-in.
    """

    name: str = field(repr=False)
    roles: tuple[Role, ...]
    session_id: str = field(repr=False)

    @property
    def can(self) -> Mapping[str, bool]:
        """What the page offers."""
        reviews = Role.ANALYST in self.roles or Role.APPROVER in self.roles
        return {"decide": reviews, "approve": Role.APPROVER in self.roles, "admin": Role.ADMIN in self.roles}

    @property
    def actor(self) -> Actor:
        """Who goes on record."""
        return self.acting(self.roles[0])

    @property
    def reviewer(self) -> Actor:
        """Who goes on record with a decision on a call."""
        return self.acting(Role.ANALYST if Role.ANALYST in self.roles else Role.APPROVER)

    def acting(self, role: Role) -> Actor:
        """Who goes on record, in one of their roles."""
        return Actor(self.name, role if role in self.roles else self.roles[0])


def cookie_name(settings: Settings, purpose: str = "session") -> str:
    """Of a cookie; a browser takes ``__Host-`` only over https, for this host and whole site."""
    return f"{'__Host-' if settings.review_https else ''}kaiji-{purpose}"


def csrf_of(token: str) -> str:
    """What our own page sends along: nobody can tell it who has not the cookie."""
    digest = hashlib.sha256(f"kaiji csrf {token}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def current_user(request: Request) -> User | None:
    """Who sends a request; ``None`` where nobody is signed in."""
    settings = site_of(request).settings
    token = request.cookies.get(cookie_name(settings), "")
    found = find_session(site_of(request).desk, token) if token else None
    if settings.review_auth == "header":
        found, token = _trusted(request, found, token)
    if found is None or not found.roles:
        request.state.csrf = _form_csrf(request)
        return None
    user = User(found.login, found.roles, found.session_id)
    request.state.user, request.state.csrf = user, csrf_of(token)
    return user


def _trusted(request: Request, found: SignedIn | None, token: str) -> tuple[SignedIn | None, str]:
    """Who a trusted proxy says it is; a session of their own begins when their browser brings our cookie."""
    site = site_of(request)
    if not site.proxy.sent(request):
        raise RefusedError(403, "forbidden", "このページには会社の入口を通って入ってください")
    names = request.headers.getlist(site.settings.review_user_header)
    login = fold_login(names[0]) if len(names) == 1 else ""
    told = ",".join(request.headers.getlist(site.settings.review_roles_header)).split(",")
    roles = _roles(site.settings, {word.strip().casefold() for word in told})
    if not LOGIN.fullmatch(login):
        return None, ""
    if found is None and token and roles and begin_trusted(site.desk, login, roles, token):
        found = find_session(site.desk, token)
    if found is None or found.login != login:
        token = new_cookie(site.desk, login)
        request.state.new_session = token
        return SignedIn(session_id_of(token), login, roles), token
    return SignedIn(found.session_id, login, roles), token


def _roles(settings: Settings, words: set[str]) -> tuple[Role, ...]:
    """The roles that a proxy's words stand for."""
    pairs = [pair.split("=") for pair in settings.review_role_names.split(",") if pair]
    names = [(name.strip().casefold(), role) for name, role in pairs] or [(r.value, r.value) for r in ROLES]
    held = {role for name, role in names if name in words}
    return tuple(role for role in ROLES if role.value in held)


def address_of(request: Request) -> str:
    """Where a request comes from, as far as it can be believed."""
    host = request.client.host if request.client else "unknown"
    if site_of(request).proxy.sent(request):
        # The last one was added by our proxy; those before it could say anything.
        forwarded = ",".join(request.headers.getlist("X-Forwarded-For")).split(",")[-1].strip()
        return forwarded or host
    return host


def _form_csrf(request: Request) -> str:
    """Of the sign-in form, before there is a session."""
    settings = site_of(request).settings
    token = request.cookies.get(cookie_name(settings, "form"), "")
    if not token:
        token = secrets.token_urlsafe(32)
        request.state.new_form = token
    return csrf_of(token)


async def check_forgery(request: Request, _: Annotated[User | None, Depends(current_user)]) -> None:
    """Refuse what changes something and was not sent by our own page.

    Raises:
        ForgedError: another origin, or without the page's own word.
        SignedOutError: nobody is signed in, where somebody has to be.
    """
    if request.method in SAFE:
        return
    _check_origin(request)
    signed_in = getattr(request.state, "user", None) is not None
    if not signed_in and (request.method, request.url.path) not in PUBLIC:
        raise SignedOutError
    given = request.headers.get("X-CSRF-Token", "")
    if not given and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        given = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(given.encode(), request.state.csrf.encode()):
        raise ForgedError


def _check_origin(request: Request) -> None:
    """The browser's own word for where the request comes from.

    A form of a page without referrer says ``null``; then the browser has to say that it is of the
    same origin in another header.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "")
    host = request.headers.get("host", "")
    scheme = "https" if site_of(request).settings.review_https else request.url.scheme
    if site not in {"", "same-origin", "none"}:
        raise ForgedError
    if origin in {None, "null"}:
        if site != "same-origin":
            raise ForgedError
    elif origin != f"{scheme}://{host}":
        raise ForgedError


def require(*roles: Role) -> Any:
    """A dependency: the user, who has one of these roles.

    Args:
        roles: Any of them is enough.
    """

    def allowed(user: Annotated[User | None, Depends(current_user)]) -> User:
        if user is None:
            raise SignedOutError
        if not set(roles) & set(user.roles):
            raise RefusedError(403, "forbidden", "この操作をする役割がありません")
        return user

    allowed.roles = roles  # type: ignore[attr-defined]  # for the test that goes over all routes
    return Depends(allowed)
