"""Tells the callers of a house without keys from web pages that speak through their browsers.

Whoever reaches an open house is its owner, and so is every page in a browser that reaches it. A
page of somebody else's betrays itself by what browsers send and no page can change: its own
address in `Origin`, how near it is in `Sec-Fetch-Site`, or, where its name was bound to our
address (DNS rebinding), a name in `Host` that we do not go by.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from antiphon.claims import ForeignOrigin
from antiphon.settings import Settings


class Origins:
    """The names of one house; an address is nobody's name, so that every address will do."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = {_name(each.rpartition("://")[2]) for each in settings.allowed_hosts}
        machine = socket.gethostname().lower()
        own = {settings.host.lower(), machine, f"{machine}.local", "localhost"}
        self._names = (own | self._allowed) - {""}

    def check(self, headers: Headers, *, programs_by_any_name: bool = False) -> None:
        """Raises `ForeignOrigin` for a page of somebody else's.

        `programs_by_any_name` is for what no browser can send without saying whose page it is: a
        `POST` without either header comes from a program, which may call us what it likes.
        """
        origin, nearness = headers.get("origin"), headers.get("sec-fetch-site")
        if programs_by_any_name and origin is None and nearness is None:
            return
        host = headers.get("host", "").lower()
        if host and not self._goes_by(_name(host)):
            raise ForeignOrigin(f"the name {host[:80]!r}", _name(host))
        if nearness == "same-origin":
            return
        if origin is None and nearness in {"cross-site", "same-site"}:
            raise ForeignOrigin("a web page of another address")
        if origin is not None and not self._is_ours(origin.lower(), host):
            raise ForeignOrigin(f"the web page {origin[:80]!r}", _name(_place(origin)))

    def _goes_by(self, name: str) -> bool:
        return name in self._names or name.endswith(".localhost") or _is_address(name)

    def _is_ours(self, origin: str, host: str) -> bool:
        """The scheme does not count: behind a proxy ours is not the one that the page has."""
        place = _place(origin)
        return bool(place) and (place == host or _name(place) in self._allowed)


def _place(origin: str) -> str:
    """Name and port; empty for the origin `null`."""
    return origin.partition("://")[2]


def _name(place: str) -> str:
    """The name in a name with a port, empty where there is none that can be."""
    try:
        return (urlsplit(f"//{place}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
