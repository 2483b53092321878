"""What a page cost on the network: bytes as they travelled, and how many requests had to wait for
one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Asked:
    """One request of the page. Times in seconds of the browser's clock."""

    path: str
    began: float
    ended: float = float("inf")
    size: int = 0
    """Bytes on the wire, heads included; 0 from a cache or a service worker."""
    local: bool = False
    """Answered by a service worker or a cache."""


class Watch:
    """Watches one page by the browser's own protocol, from `fresh` on."""

    def __init__(self, page: Any) -> None:
        self._requests: dict[str, Asked] = {}
        self.session = page.context.new_cdp_session(page)
        for name, heard in (
            ("requestWillBeSent", self._sent), ("responseReceived", self._answered),
            ("loadingFinished", self._finished), ("loadingFailed", self._failed),
        ):  # fmt: skip
            self.session.on(f"Network.{name}", heard)
        self.session.send("Network.enable")

    def fresh(self) -> None:
        self._requests.clear()

    def slow(self, latency_ms: float, kbit_s: float = -1, cpu: float = 1) -> None:
        """As on a slow network, and with a slow processor."""
        rate = kbit_s * 1000 / 8 if kbit_s > 0 else -1
        conditions = {"offline": False, "latency": latency_ms, "downloadThroughput": rate,
                      "uploadThroughput": rate}  # fmt: skip
        self.session.send("Network.emulateNetworkConditions", conditions)
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})

    def _sent(self, told: Any) -> None:
        url = urlsplit(told["request"]["url"])
        if url.scheme in ("http", "https"):
            self._requests[told["requestId"]] = Asked(url.path, told["timestamp"])

    def _answered(self, told: Any) -> None:
        asked = self._requests.get(told["requestId"])
        if asked:
            answer = told["response"]
            asked.local = bool(answer.get("fromServiceWorker") or answer.get("fromDiskCache"))

    def _finished(self, told: Any) -> None:
        asked = self._requests.get(told["requestId"])
        if asked:
            asked.ended = told["timestamp"]
            asked.size = 0 if asked.local else int(told["encodedDataLength"])

    def _failed(self, told: Any) -> None:
        self._requests.pop(told["requestId"], None)

    @property
    def asked(self) -> list[Asked]:
        return sorted(self._requests.values(), key=lambda one: one.began)

    def finished(self) -> list[Asked]:
        """What has come whole, less what nobody waits for: what the viewer did is told when there
        is time."""
        there = [one for one in self.asked if one.ended != float("inf")]
        return [one for one in there if one.path != "/v1/events"]

    @property
    def size(self) -> int:
        """Bytes of all that somebody waited for."""
        return sum(one.size for one in self.finished())

    def sequence(self) -> int:
        """How many requests followed one another: the longest chain in which each began after
        the one before had ended. Whether it had to wait is not asked: the greatest that it can
        be, but for the icon of the browser's tab, which waits for nothing of ours."""
        depths: list[tuple[Asked, int]] = []
        for one in self.finished():
            if one.path.startswith("/icons/"):
                continue
            before = [depth for other, depth in depths if other.ended <= one.began]
            depths.append((one, 1 + max(before, default=0)))
        return max((depth for _, depth in depths), default=0)
