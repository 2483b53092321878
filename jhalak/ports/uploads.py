"""The store of uploads: how much of which file has arrived. The bytes lie in the blob store."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from jhalak.schema.video import Details


class Upload(NamedTuple):
    """A file on its way. Its parts are the blobs `uploads/ID/N`, N from 0 upwards."""

    id: str
    """22 characters, not to be guessed."""
    account: int
    length: int
    """Bytes when whole."""
    received: int
    """Bytes on disk."""
    parts: int
    """0 of one that became a video that was there already: its blobs are nobody's."""
    details: Details
    created_ms: int
    until_ms: int
    """It expires then, unless it is whole."""
    video: str
    """What it became; "": not whole yet."""


class UploadParts(Protocol):
    """Hard: what was acknowledged is on disk."""

    def create(self, upload: Upload, most_open: int) -> None:
        """Raises Conflict where the account has `most_open` unfinished ones already, or is gone."""

    def find(self, upload_id: str) -> Upload | None: ...

    def part(self, upload_id: str, n: int, begins: int, size: int) -> bool:
        """Part `n` lies in the blob store. False, and nothing is written, where it is not the
        next part or does not begin where the last one ended: another request was quicker."""

    def drop(self, upload_id: str) -> None:
        """Forget it; its blobs are the caller's to delete. No error where there is none."""


class UploadStore(UploadParts, Protocol):
    """The same store, where all uploads are looked through."""

    def of_account(self, account: int) -> list[Upload]:
        """Oldest first."""

    def whole(self, limit: int) -> list[tuple[Upload, str]]:
        """Those that arrived and are no video, with their creators' handles: what took the last
        part broke off."""

    def expired(self, now_ms: int, limit: int) -> list[str]:
        """Ids of those whose time is over and whose parts nothing needs: they were not whole in
        time, or are videos that neither wait, nor are held, nor have a job."""

    def used(self, account: int, since_ms: int) -> tuple[int, int]:
        """(uploads begun since, their bytes when whole) of an account: for its quota. Those of
        what was a video already are free."""
