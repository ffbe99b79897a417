"""Whose request it is, behind a proxy."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts the client's own address into `REMOTE_ADDR`, for the trail and for limits.

    `X-Forwarded-For` can say anything: it is believed only as far as `TRUSTED_PROXIES` wrote it, from
    its end towards its beginning, and the first address that is not one of theirs is the client's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.proxies = [ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.proxies:
            request.META["REMOTE_ADDR"] = self._client(request)
        return self.get_response(request)

    def _client(self, request: HttpRequest) -> str:
        address = str(request.META.get("REMOTE_ADDR", ""))
        said = request.headers.get("X-Forwarded-For", "").split(",")
        while self._is_proxy(address) and said:
            earlier = _plain(said.pop())
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
    """Return the address without a port; "" where it is none."""
    address = address.strip()
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
