"""Authentication, roles, and protection against forged requests.

Every route names its roles with ``require``, or is listed in ``PUBLIC``.
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
from flows.practice.mark import is_practice
from flows.review.guarding.faults import ForgedError, RefusedError, SignedOutError
from flows.review.guarding.site import site_of
from flows.settings import Settings

UNATTENDED = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Routes for machines, which contain no person's data: no sign-in is looked up, and no cookie is set."""

PUBLIC = frozenset(
    {
        ("GET", "/"),
        *(("GET", "/sign-in"), ("POST", "/sign-in")),
        *(("GET", "/first"), ("POST", "/first")),
        *(("GET", path) for path in UNATTENDED),
    }
)
"""Routes that need no sign-in, besides the static files."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person.

    Attributes:
        name: Login, which is recorded with their decisions.
        roles: Their present roles.
        session_id: Id of the session.
    """

    name: str = field(repr=False)
    roles: tuple[Role, ...]
    session_id: str = field(repr=False)

    @property
    def can(self) -> Mapping[str, bool]:
        """The actions that the page offers them."""
        reviews = Role.ANALYST in self.roles or Role.APPROVER in self.roles
        return {
            "take_in": Role.INTAKE in self.roles,
            "decide": reviews,
            "approve": Role.APPROVER in self.roles,
            "admin": Role.ADMIN in self.roles,
        }

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return self.acting(self.roles[0])

    @property
    def reviewer(self) -> Actor:
        """The actor for a decision on a call."""
        return self.acting(Role.ANALYST if Role.ANALYST in self.roles else Role.APPROVER)

    def acting(self, role: Role) -> Actor:
        """Return the actor in a role, or in the person's first role when they do not have it."""
        return Actor(self.name, role if role in self.roles else self.roles[0])


def home_of(roles: tuple[Role, ...]) -> str:
    """Return the page on which the work of somebody with these roles begins."""
    return "/requests" if roles == (Role.INTAKE,) else "/calls"


def cookie_name(settings: Settings, purpose: str = "session") -> str:
    """Return a cookie's name; browsers accept ``__Host-`` only over https and for the whole host.

    A practice desk has names of its own: to a browser, every port of this machine is the same host.
    """
    ours = "kaiji-practice" if is_practice(settings) else "kaiji"
    return f"{'__Host-' if settings.review_https else ''}{ours}-{purpose}"


def csrf_of(token: str) -> str:
    """Return the CSRF token of a session, which cannot be computed without the cookie."""
    digest = hashlib.sha256(f"kaiji csrf {token}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def current_user(request: Request) -> User | None:
    """Return the sender of a request; ``None`` when nobody is signed in."""
    if request.url.path in UNATTENDED:
        return None
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
    """Return the person whom a trusted proxy names; their session begins when our cookie comes back."""
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
    """Return the roles for the role names that a proxy sent."""
    pairs = [pair.split("=") for pair in settings.review_role_names.split(",") if pair]
    names = [(name.strip().casefold(), role) for name, role in pairs] or [(r.value, r.value) for r in ROLES]
    held = {role for name, role in names if name in words}
    return tuple(role for role in ROLES if role.value in held)


def address_of(request: Request) -> str:
    """Return the client's address; a proxy's header counts only when the proxy is trusted."""
    host = request.client.host if request.client else "unknown"
    if site_of(request).proxy.sent(request):
        # Our proxy added the last address; the client may have invented those before it.
        forwarded = ",".join(request.headers.getlist("X-Forwarded-For")).split(",")[-1].strip()
        return forwarded or host
    return host


def _form_csrf(request: Request) -> str:
    """Return the CSRF token of the sign-in form, before there is a session."""
    settings = site_of(request).settings
    token = request.cookies.get(cookie_name(settings, "form"), "")
    if not token:
        token = secrets.token_urlsafe(32)
        request.state.new_form = token
    return csrf_of(token)


async def check_forgery(request: Request, _: Annotated[User | None, Depends(current_user)]) -> None:
    """Refuse a changing request that our own page did not send.

    Raises:
        ForgedError: when it comes from another origin or has no valid CSRF token.
        SignedOutError: when nobody is signed in on a route that requires it.
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
    """Check the origin that the browser states.

    A form on a page without referrer has the origin ``null``; then the browser must state the same origin in
    another header.
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
    """Return a FastAPI dependency that provides the user if they have one of these roles.

    Args:
        roles: Allowed roles; one is enough.
    """

    def allowed(user: Annotated[User | None, Depends(current_user)]) -> User:
        if user is None:
            raise SignedOutError
        if not set(roles) & set(user.roles):
            raise RefusedError(403, "forbidden", "この操作をする役割がありません")
        return user

    allowed.roles = roles  # type: ignore[attr-defined]  # for the test that goes over all routes
    return Depends(allowed)
