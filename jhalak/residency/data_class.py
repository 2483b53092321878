"""The registry of everything we keep: each table, stream and blob with its data class.

A test compares this with the tables of records/, the files of embedded/ and the topics of the
log, and fails where one is not declared, or where personal data has no eraser and no exporter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

DataClass = Literal["public", "aggregate", "pseudonymous", "personal", "secret"]
Holder = Literal["table", "stream", "blob", "profile"]


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that we keep."""

    holder: Holder
    name: str
    data_class: DataClass
    what: str
    retention: str
    eraser: str = ""
    """How one person's part is removed; required for personal and pseudonymous data."""
    exporter: str = ""
    """Where one person's part stands in their export; required likewise."""


REGISTRY: Final[tuple[Holding, ...]] = (
    Holding(
        "table", "items", "public", "items as published",
        "kept; recalled items are marked, and emptied when their creator is erased",
    ),
    Holding("table", "creators", "public", "names of publishers and creators", "kept"),
    Holding("table", "sequences", "aggregate", "last number given of each sequence", "kept"),
    Holding("table", "texts", "public", "entries whole, for the reader", "until they expire"),
    Holding("table", "pictures", "public", "what was made of items' pictures", "until they expire"),
    Holding("table", "media", "public", "which item shows which file", "until they expire"),
    Holding(
        "table", "understandings", "public", "what was understood of items, by what, how surely",
        "kept",
    ),
    Holding("table", "vectors", "public", "vectors of items' texts", "kept"),
    Holding("table", "recalls", "public", "which items were recalled, when, why", "kept"),
    Holding(
        "table", "viewers", "personal", "languages, age band, settings", "until erased",
        "viewers.erase", "viewer",
    ),
    Holding(
        "table", "relations", "personal", "likes, saves, follows, hides, blocks, mutes, shares",
        "until erased", "viewers.erase", "relations",
    ),
    Holding(
        "table", "consents", "personal", "decisions on consent", "until erased",
        "viewers.erase", "consents",
    ),
    Holding(
        "table", "revocations", "pseudonymous", "least valid token epoch",
        "kept: a revoked token stays dead", "none: holds a random number and an epoch", "none",
    ),
    Holding("table", "feeds", "public", "feeds that are followed, how that goes", "until removed"),
    Holding(
        "table", "feed_entries", "public", "which entry of a feed became which item",
        "30 days after it was last seen",
    ),
    Holding("table", "subscriptions", "secret", "subscriptions at hubs, their keys", "until ended"),
    Holding("table", "deliveries", "public", "what hubs delivered", "until the worker read it"),
    Holding("table", "publishers", "secret", "hashes of publishers' keys", "kept"),
    Holding("table", "operators", "secret", "hashes of operator tokens", "kept"),
    Holding("table", "accounts", "secret", "operators' names, roles, hashes of passwords", "kept"),
    Holding("table", "sessions", "secret", "hashes of sessions' secrets", "until they end"),
    Holding("table", "policies", "aggregate", "policies, who saved them and why", "kept"),
    Holding("table", "policy_drafts", "aggregate", "drafts of policies and their replays", "kept"),
    Holding("table", "experiments", "aggregate", "experiments defined in the console", "kept"),
    Holding("table", "replays", "aggregate", "reports of replays", "kept"),
    Holding("table", "jobs", "public", "heavy work, how it goes, why it failed", "kept"),
    Holding(
        "table", "creator_accounts", "personal",
        "accounts: handle, name, age band, hash of the password, options",
        "until erased; the handle stays taken", "creators.erase", "creator",
    ),
    Holding(
        "table", "creator_sessions", "secret", "hashes of creators' sessions", "until they end"
    ),
    Holding("table", "recovery_codes", "secret", "hashes of recovery codes", "until used"),
    Holding(
        "table", "used_challenges", "secret", "hashes of what passkeys signed", "five minutes"
    ),
    Holding(
        "table", "verified_names", "personal", "what names of verified accounts look like",
        "until erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "passkeys", "personal", "public keys that sign in", "until removed",
        "creators.erase", "creator",
    ),
    Holding(
        "table", "follow_requests", "personal", "who wants to follow a private account",
        "until answered", "viewers.erase", "creator",
    ),
    Holding(
        "table", "relation_counts", "personal",
        "how many like, save, share, follow; how many one follows", "one's own until erased",
        "viewers.erase", "relations",
    ),
    Holding(
        "table", "comments", "personal", "comments on videos", "until their writer is erased",
        "creators.erase", "creator",
    ),
    Holding(
        "table", "comment_likes", "personal", "who likes which comment", "until erased",
        "creators.erase", "creator",
    ),
    Holding("table", "comment_counts", "aggregate", "how many comments videos have", "kept"),
    Holding(
        "table", "notifications", "personal", "what people are told", "90 days",
        "creators.erase", "creator",
    ),
    Holding(
        "table", "notification_actors", "personal", "who did what people are told", "90 days",
        "creators.erase", "creator",
    ),
    Holding(
        "table", "notification_settings", "personal", "how people want to be told",
        "until erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "push_subscriptions", "personal", "where browsers are told", "until removed",
        "creators.erase", "creator",
    ),
    Holding(
        "table", "cases", "personal", "comments and accounts that were reported, and appeals",
        "until their owner is erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "reports", "personal", "who reported what, and why", "until they are erased",
        "viewers.erase", "reports",
    ),
    Holding(
        "table", "strikes", "personal", "rules that an account broke",
        "until the account is erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "uploads", "personal", "files on their way and what is said of them",
        "until they are videos, at most a day", "creators.erase", "creator",
    ),
    Holding(
        "table", "videos", "personal", "creators' videos, what became of them",
        "until their creator is erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "sounds", "personal", "what is heard in creators' videos, and whose it is",
        "its owner until they are erased", "creators.erase", "creator",
    ),
    Holding("table", "sound_marks", "aggregate", "what sounds are told again by", "with the sound"),
    Holding("table", "known_bad", "aggregate", "how videos look that may not come back", "kept"),
    Holding(
        "table", "reviews", "personal", "what humans decided on videos, and creators' appeals",
        "until their creator is erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "series", "personal", "series of creators' videos",
        "until their creator is erased; of a removed one that it was", "creators.erase", "creator",
    ),
    Holding(
        "table", "series_parts", "personal", "which videos are in which series",
        "until their creator is erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "part_news", "personal", "which parts of series people were told of",
        "until their creator is erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "playlists", "personal", "lists of videos that people made",
        "until they are removed or erased", "creators.erase", "creator",
    ),
    Holding(
        "table", "playlist_entries", "personal", "which videos are in which list",
        "until they are removed, or who listed or made them is erased", "creators.erase",
        "creator",
    ),
    Holding("table", "channels", "public", "channels that operators made or changed", "kept"),
    Holding("table", "search_documents", "public", "what can be found", "while it is live"),
    Holding("table", "search_words", "public", "words of what can be found", "while it is live"),
    Holding("table", "search_position", "aggregate", "how far the index has come", "kept"),
    Holding("table", "search_index", "public", "the index of those words", "while it is live"),
    Holding("table", "audit", "aggregate", "what operators and the system did", "kept"),
    Holding("table", "alembic_version", "aggregate", "version of the tables", "kept"),
    Holding(
        "stream", "activity", "personal", "what was served, what came back", "90 days",
        "event_log.delete_key", "activity",
    ),
    Holding(
        "profile", "profiles", "personal", "taste and seen items", "until erased",
        "profile_store.delete", "profile",
    ),
    Holding(
        "blob", "checkpoints", "pseudonymous", "counters, weights, open joins", "last three",
        "folded away within 24 h of erasure", "none: not about one person",
    ),
    Holding(
        "blob", "experiments", "pseudonymous", "counts of viewers by arm; stopped arms",
        "last two; viewers not met for 90 days are not named", "folded away within 24 h of erasure",
        "activity: it is counted from there",
    ),
    Holding(
        "blob", "reach", "pseudonymous",
        "whom videos reached: open joins; counts; what creators are told, 50 people a cell or more",
        "last two; counts until 90 days after a video was last met",
        "folded away within 24 h of erasure", "activity: it is counted from there",
    ),
    Holding(
        "blob", "figures", "aggregate", "what operators see of learning; 20 viewers a cell or more",
        "newest",
    ),
    Holding(
        "blob", "uploads", "personal", "parts of files on their way",
        "until the video is made, at most a day", "creators.erase", "creator",
    ),
    Holding("blob", "video", "public", "videos made for phones", "while a video shows them"),
    Holding("blob", "media", "public", "pictures made for phones", "while an item shows them"),
    Holding("blob", "learned", "aggregate", "item counters, half-lives and weights for serving",
        "newest",
    ),
    Holding("blob", "keys", "secret", "keys of tokens and signatures", "rotated"),
)  # fmt: skip


def declared(holder: Holder) -> frozenset[str]:
    """Names of what is declared for one kind of holder."""
    return frozenset(holding.name for holding in REGISTRY if holding.holder == holder)
