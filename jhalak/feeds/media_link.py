"""Links to the files of creators' videos: signed, and for a week the same for everyone.

`ORIGIN/video/SET/BUCKET.SIG/NAME`. BUCKET numbers the seven days in which the link was given out;
SIG is a keyed BLAKE2b-128 of the set and the bucket, in URL-safe base 64. A link is good in its
bucket and in the next one. So nobody can make or guess one, a cache between holds each file once,
and whoever saw a video this week pays for none of its bytes again.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from jhalak.ports.keys import DatedKeys
from jhalak.schema.video import FOLDER

BUCKET_MS: Final = 7 * 86_400_000
SKEW_MS: Final = 60_000
"""The clock that made a link may be so far ahead of the one that checks it."""
HELD: Final = 100_000
"""Links that are kept at hand, some 20 MB."""
_SIGNED: Final = re.compile(r"([1-9][0-9]{0,5})\.([A-Za-z0-9_-]{22})", re.ASCII)


class MediaLinks:
    """Makes and checks links; no I/O but a look at the keys once a bucket."""

    def __init__(self, keys: DatedKeys, origin: str = "") -> None:
        """`origin`: where phones fetch them, such as `https://media.example`; "": here."""
        self._keys, self._origin = keys, origin.rstrip("/")
        self._bucket = -1
        self._bases: dict[str, str] = {}
        self._by_bucket: dict[int, bytes] = {}

    def base(self, set_: str, now_ms: int) -> str:
        """What stands before the names of a set's files, with a slash at its end. 2 us, then
        0.1."""
        bucket = now_ms // BUCKET_MS
        if bucket != self._bucket or len(self._bases) > HELD:
            self._bases.clear()
            self._bucket = bucket
        base = self._bases.get(set_)
        if base is None:
            signature = self._signature(set_, bucket)
            base = f"{self._origin}/{FOLDER}/{set_}/{bucket}.{signature}/"
            self._bases[set_] = base
        return base

    def is_good(self, set_: str, signed: str, now_ms: int) -> bool:
        """Was `signed` (`BUCKET.SIG`) made here for this set, in this bucket or the one before?
        3 us."""
        found = _SIGNED.fullmatch(signed)
        if found is None or not set_.isascii():
            return False
        bucket = int(found[1])
        if not now_ms // BUCKET_MS - 1 <= bucket <= (now_ms + SKEW_MS) // BUCKET_MS:
            return False
        return compare_digest(self._signature(set_, bucket), found[2])

    def _signature(self, set_: str, bucket: int) -> str:
        key = self._by_bucket.get(bucket)
        if key is None:
            key = self._keys.as_of(bucket * BUCKET_MS)
            self._by_bucket = {n: k for n, k in self._by_bucket.items() if n >= bucket - 2}
            self._by_bucket[bucket] = key
        mac = blake2b(f"{set_}\0{bucket}".encode(), digest_size=16, key=key)
        return urlsafe_b64encode(mac.digest())[:22].decode("ascii")
