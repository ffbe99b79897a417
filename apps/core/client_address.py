"""The client's address behind a proxy."""

from collections.abc import Callable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_LAST_32_BITS = 0xFFFFFFFF


class ClientAddressMiddleware:
    """Puts the client's own address into `REMOTE_ADDR`, for the audit log and for limits.

    Anyone can send an `X-Forwarded-For`. It is trusted only as far as `TRUSTED_PROXIES` wrote it:
    read from its end, the first address that is not one of theirs is the client's.

    A server that listens for IPv6 sees an IPv4 client as `::ffff:198.51.100.7`. Limits count an
    IPv6 client by its /64, which all of these share, so such an address becomes the plain one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.proxies = [
            _plain_network(ip_network(proxy, strict=False)) for proxy in settings.TRUSTED_PROXIES
        ]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = str(request.META.get("REMOTE_ADDR", ""))
        address = _plain(address) or address
        request.META["REMOTE_ADDR"] = self._client(request, address) if self.proxies else address
        return self.get_response(request)

    def _client(self, request: HttpRequest, address: str) -> str:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        while self._is_proxy(address) and forwarded:
            earlier = _plain(forwarded.pop())
            if not earlier:
                break
            address = earlier
        return address

    def _is_proxy(self, address: str) -> bool:
        if not address:
            return True  # A proxy on this machine, by a socket that has no address.
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.proxies)


def _plain(address: str) -> str:
    """Return the address without a port, IPv4 in its plain form; "" if it is not an address."""
    address = address.strip()
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return str(_plain_address(ip_address(address)))
    except ValueError:
        return ""


def _plain_address(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if not isinstance(address, IPv6Address):
        return address
    # Behind a translator (NAT64) the last 32 bits are the client's IPv4 address as well.
    return address.ipv4_mapped or (
        IPv4Address(int(address) & _LAST_32_BITS) if address in _TRANSLATED else address
    )


def _plain_network(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & _LAST_32_BITS, network.prefixlen - 96))
    return network
