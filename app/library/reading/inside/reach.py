"""Which addresses of the network a page may be fetched from: those of the public internet, and nothing nearer."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from .trouble import CannotRead

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
_PLAIN = frozenset(map(chr, range(0x21, 0x7F)))

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ways round the test of an IPv4 address: each carries one, or leads to a neighbour, inside an IPv6 address. Beside
# them, old private forms and the relays that ``is_global`` lets through (IANA special-purpose registries).
_REFUSED_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "::/96",  # IPv4-compatible, RFC 4291 2.5.5.1 (and ::, ::1)
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
            "64:ff9b::/96",  # NAT64, RFC 6052
            "64:ff9b:1::/48",  # NAT64 for local use, RFC 8215
            "100::/64",  # discard
            "2001::/23",  # Teredo, ORCHID and other protocol assignments
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, RFC 3056
            "3fff::/20",  # documentation, RFC 9637
            "5f00::/16",  # segment routing
            "fc00::/7",  # private
            "fe80::/10",  # this link
            "fec0::/10",  # this site, RFC 3879
            "ff00::/8",  # multicast
        ),
    )
)
_REFUSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carriers, RFC 6598
            "127.0.0.0/8",
            "169.254.0.0/16",  # this link, and the data of cloud machines
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",
        ),
    )
)


def is_public(text: str) -> bool:
    """Tell whether a numeric address is one of the public internet; anything that cannot be read is not."""
    try:
        address: _Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        refused = address.scope_id is not None or any(address in one for one in _REFUSED_6)
    else:
        refused = any(address in one for one in _REFUSED_4)
    return not refused and address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True)
class Target:
    """Where a page is: its address, cut in what a connection needs."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str, base: str = "") -> Target:
    """Return a web address ready to be asked. Raises CannotRead("refused") for any other sort of address."""
    try:
        url = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError) as error:
        raise CannotRead("refused", "address") from error
    if parts.scheme not in PORTS or not host or parts.username is not None or len(url) > LONGEST:
        raise CannotRead("refused", "address")
    path = _ascii(urlunsplit(("", "", parts.path or "/", parts.query, "")))
    if not _PLAIN.issuperset(host + path):
        raise CannotRead("refused", "address")
    return Target(
        urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, "")),
        parts.scheme,
        host,
        PORTS[parts.scheme] if port is None else port,
        path,
    )


def _ascii(path: str) -> str:
    """Return a path with what is not ASCII, and blanks, as escapes of UTF-8 (RFC 3987 section 3.1)."""
    return "".join(one if one in _PLAIN else quote(one, safe="", errors="replace") for one in path)


def addresses_of(target: Target, trusted: list[str]) -> list[str]:
    """Return the numeric addresses of a target, once each of them has been found public.

    They are what is then connected to: no second question to the names' server, whose answer may change.
    ``trusted`` are « host:port » pairs which tests name for a server of their own. Raises CannotRead.
    """
    known = f"{target.host}:{target.port}" in trusted
    if target.port != PORTS[target.scheme] and not known:
        raise CannotRead("refused", "port")
    try:
        answers = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CannotRead("refused", "unknown_name") from error
    found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not found or not (known or all(map(is_public, found))):
        raise CannotRead("refused", "inward")
    return found
