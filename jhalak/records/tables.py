"""All tables of the records, for SQLite and PostgreSQL alike.

A table that is not in residency.data_class.REGISTRY fails the tests, and so does a difference
between these tables and what the migrations make. Times are Unix milliseconds.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    false,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

AnyRow = Row[*tuple[Any, ...]]
"""A row of any statement."""

NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both; SQLite counts a primary key up by itself only under the name INTEGER."""

BY_CODE: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared by code point on both, so that what begins with some letters is one range."""

sequences = Table(
    "sequences",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""The last number given of each sequence; the row's lock orders those who take one."""

creators = Table(
    "creators",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Index(None, "name", unique=True),
    sqlite_autoincrement=True,
)

items = Table(
    "items",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("creator", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("published_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("withheld", Boolean, nullable=False, server_default=false()),
    Index(None, "id", unique=True),
    Index(None, "seq", unique=True),
    sqlite_autoincrement=True,
)
"""`withheld`: of a creator's video that is not live; changes with its state, in one transaction."""

texts = Table(
    "texts",
    metadata,
    Column("num", BigInteger, ForeignKey(items.c.num), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
"""Entries whole, for the reader; written with their items."""

pictures = Table(
    "pictures",
    metadata,
    Column("num", BigInteger, ForeignKey(items.c.num), primary_key=True, autoincrement=False),
    Column("src", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("again_ms", BigInteger, nullable=False),
)
"""What was made of each item's picture; an empty body: it could not be fetched yet."""

media = Table(
    "media",
    metadata,
    Column("name", Text, primary_key=True),
    Column("num", BigInteger, ForeignKey(items.c.num), primary_key=True, autoincrement=False),
    Column("made", Boolean, nullable=False),
    Column("wanted_ms", BigInteger, nullable=False),
    Index(None, "num"),
    Index(None, "wanted_ms"),
)
"""Which item shows which file; files of the same bytes have one name. `wanted_ms` 0: not wanted."""

understandings = Table(
    "understandings",
    metadata,
    Column("num", BigInteger, ForeignKey(items.c.num), primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("num", BigInteger, ForeignKey(items.c.num), primary_key=True, autoincrement=False),
    Column("model", Text, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Whole vectors of items' texts, and which models understood them. `mark` is the item's content
hash at that time: another one means that its source changed it."""

recalls = Table(
    "recalls",
    metadata,
    Column("num", NUMBER, ForeignKey(items.c.num), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Public: who recalled stands in `audit`."""

viewers = Table(
    "viewers",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("languages", Text, nullable=False),
    Column("age_band", Text),
    Column("profiled", Boolean, nullable=False),
    Column("data_budget_bytes", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
)

relations = Table(
    "relations",
    metadata,
    Column("viewer", BigInteger, ForeignKey(viewers.c.id), primary_key=True, autoincrement=False),
    Column("verb", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("target", BigInteger, primary_key=True, autoincrement=False),
    Column("standing", Boolean, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "verb", "kind", "target"),
)
"""A relation that was taken back stays with `standing` false, so that its version goes on."""

consents = Table(
    "consents",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("viewer", BigInteger, ForeignKey(viewers.c.id), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("notice", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "viewer"),
    sqlite_autoincrement=True,
)

revocations = Table(
    "revocations",
    metadata,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("viewer", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Index(None, "viewer"),
)

operators = Table(
    "operators",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger, nullable=False),
    Index(None, "token_hash", unique=True),
    sqlite_autoincrement=True,
)

feeds = Table(
    "feeds",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("added_ms", BigInteger, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index(None, "url", unique=True),
    sqlite_autoincrement=True,
)

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed", BigInteger, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, primary_key=True),
    Column("item", Text, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("owned", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "item"),
    Index(None, "at_ms"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("feed", BigInteger, primary_key=True, autoincrement=False),
    Column("token", Text, nullable=False),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("ending", Boolean, nullable=False),
    Index(None, "token", unique=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("feed", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "feed"),
    sqlite_autoincrement=True,
)

publishers = Table(
    "publishers",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("key_hash", LargeBinary, nullable=False),
    Column("tier", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger, nullable=False),
    Index(None, "key_hash", unique=True),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("removed_ms", BigInteger, nullable=False),
)
"""Operators who sign in to the console."""

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account", Text, ForeignKey(accounts.c.name), nullable=False),
    Column("place", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Index(None, "account"),
)

policies = Table(
    "policies",
    metadata,
    Column("version", NUMBER, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("override", LargeBinary, nullable=False),
    Column("draft", BigInteger, nullable=False),
    Column("back_to", BigInteger, nullable=False),
)
"""Every policy that ever held; the greatest version holds."""

policy_drafts = Table(
    "policy_drafts",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("override", LargeBinary, nullable=False),
    Column("base", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("result", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Changes of policy that were thought of, and what their replays said."""

experiments = Table(
    "experiments",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("settings", LargeBinary, nullable=False),
    Index(None, "name", unique=True),
    sqlite_autoincrement=True,
)
"""Experiments that were defined in the console, beside those of `jhalak.toml`."""

replays = Table(
    "replays",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("log", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Reports of replays, for laying them beside each other."""

jobs = Table(
    "jobs",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("progress", Float, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index(None, "kind", "subject", unique=True),
    Index(None, "state", "rank"),
    sqlite_autoincrement=True,
)
"""Heavy work, such as transcoding; `owner` names the claim that holds until `until_ms`."""

creator_accounts = Table(
    "creator_accounts",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("handle", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("suspended_ms", BigInteger, nullable=False),
    Column("creator", BigInteger, nullable=False, server_default="0"),
    Column("viewer", BigInteger, nullable=False, server_default="0"),
    Column("name", Text, nullable=False, server_default=""),
    Column("about", Text, nullable=False, server_default=""),
    Column("age_band", Text, nullable=False, server_default=""),
    Column("least_age", BigInteger, nullable=False, server_default="0"),
    Column("told_ms", BigInteger, nullable=False, server_default="0"),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("verified_ms", BigInteger, nullable=False, server_default="0"),
    Column("options", LargeBinary, nullable=False, server_default=""),
    Index(None, "handle", unique=True),
    Index(None, "creator"),
    Index(None, "viewer"),
    sqlite_autoincrement=True,
)
"""`creator`: the number that `@handle` has among the creators; `viewer`: whose taste it has;
`least_age`: years that they had at least when they told it, at `told_ms`."""

creator_sessions = Table(
    "creator_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("device", Text, nullable=False, server_default=""),
    Column("used_ms", BigInteger, nullable=False, server_default="0"),
    Index(None, "account"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
)
"""A code that was used is gone."""

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential", LargeBinary, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Index(None, "account"),
)

used_challenges = Table(
    "used_challenges",
    metadata,
    Column("challenge_hash", LargeBinary, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Index(None, "until_ms"),
)
"""What passkeys signed, until it is too old to be accepted anyway: none is taken twice."""

verified_names = Table(
    "verified_names",
    metadata,
    Column("likeness", Text, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), primary_key=True),
    Index(None, "account"),
)
"""What handles and names of verified accounts look like: nobody else may look so."""

follow_requests = Table(
    "follow_requests",
    metadata,
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), primary_key=True),
    Column("viewer", BigInteger, ForeignKey(viewers.c.id), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "viewer"),
)
"""Who wants to follow a private account and was not answered yet."""

relation_counts = Table(
    "relation_counts",
    metadata,
    Column("verb", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("target", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)
"""How many relations stand; changed in the transaction that changes one."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("details", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("video", Text, nullable=False),
    Index(None, "account", "created_ms"),
    Index(None, "video", "until_ms"),
)
"""Files on their way; the row changes with each part, so that parts come one after another."""

videos = Table(
    "videos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("state", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("set_name", Text, nullable=False),
    Column("likeness", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("of", Text, nullable=False, server_default=""),
    Column("of_kind", Text, nullable=False, server_default=""),
    Column("audience", Text, nullable=False, server_default="everyone"),
    Column("publish_ms", BigInteger, nullable=False, server_default="0"),
    Column("sound", Text, nullable=False, server_default=""),
    Index(None, "account", "created_ms"),
    Index(None, "content"),
    Index(None, "of"),
    Index(None, "publish_ms"),
    Index(None, "set_name"),
    Index(None, "sound", "created_ms"),
)
"""`body`: the Video (schema/video.py); what is searched by stands beside it. `of`: the video that
it was made with."""

sounds = Table(
    "sounds",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("video", Text, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("handle", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("down", Text, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index(None, "id", unique=True),
    Index(None, "video"),
    Index(None, "account"),
    Index(None, "settled"),
    sqlite_autoincrement=True,
)
"""What is heard in videos (ports/sounds.py). `video`: the one that brought it, and `account`: whose
it is; "" and 0: nobody's any more. `settled`: its videos are as it is."""

sound_marks = Table(
    "sound_marks",
    metadata,
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("sound", BigInteger, ForeignKey(sounds.c.num), primary_key=True, autoincrement=False),
    Index(None, "sound"),
)
"""What sounds are looked up by (media/fingerprint.py)."""

known_bad = Table(
    "known_bad",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("likeness", LargeBinary, nullable=False),
    Column("why", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""How videos look that were taken down, or that others told of: they never come back."""

reviews = Table(
    "reviews",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("video", Text, ForeignKey(videos.c.id), nullable=False),
    Column("language", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("settled_ms", BigInteger, nullable=False, server_default="0"),
    Index(None, "video", "kind"),
    Index(None, "decision", "opened_ms"),
)
"""`decision` "": it waits. `decided_by`: `DECISION NAME`, one a line. `settled_ms` 0: of an appeal,
that what follows from its decision was not done yet."""

comments = Table(
    "comments",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("video", Text, ForeignKey(videos.c.id), nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("parent", BigInteger, nullable=False),
    Column("answers", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("mentions", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("likes", BigInteger, nullable=False),
    Column("replies", BigInteger, nullable=False),
    Column("reports", BigInteger, nullable=False),
    Column("by_creator", Boolean, nullable=False),
    Column("value", Float, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("edited_ms", BigInteger, nullable=False),
    Index(None, "id", unique=True),
    Index(None, "video", "parent", "value"),
    Index(None, "video", "parent", "num"),
    Index(None, "account", "created_ms"),
    Index(None, "state", "created_ms"),
    sqlite_autoincrement=True,
)
"""`account` 0: its writer was erased, and it stands for the replies below it. `parent` 0: of the
video itself, else of that comment; `answers`: the account that a reply answers. `mark` tells equal
texts. `likes` and `replies` change in the transaction of what they count, and `value`, by which
comments are sorted, with them. `by_creator`: the video's creator likes it."""

comment_likes = Table(
    "comment_likes",
    metadata,
    Column("comment", BigInteger, ForeignKey(comments.c.num), primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "account"),
)

comment_counts = Table(
    "comment_counts",
    metadata,
    Column("video", Text, ForeignKey(videos.c.id), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("pinned", BigInteger, nullable=False),
)
"""How many comments of a video strangers read, and the one that its creator pinned (0: none). Who
changes the comments of a video locks its row first, and writes it in the same transaction."""

notifications = Table(
    "notifications",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("read_ms", BigInteger, nullable=False),
    Column("push_ms", BigInteger, nullable=False),
    Index(None, "account", "at_ms"),
    Index(None, "account", "kind", "subject"),
    Index(None, "push_ms"),
    sqlite_autoincrement=True,
)
"""`n` persons did the same to one subject since it was read last; `push_ms`: when it is to be
pushed; 0: not, or it was."""

notification_actors = Table(
    "notification_actors",
    metadata,
    Column("notification", BigInteger, primary_key=True, autoincrement=False),
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "account"),
)
"""Who did what a notification tells; of likes only the last ones."""

notification_settings = Table(
    "notification_settings",
    metadata,
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("auth", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index(None, "account"),
    Index(None, "endpoint", unique=True),
)

reports = Table(
    "reports",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("case", BigInteger, nullable=False),
    Column("viewer", BigInteger, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "id", unique=True),
    Index(None, "case"),
    Index(None, "viewer"),
    Index(None, "account"),
    sqlite_autoincrement=True,
)
"""Who reported what; `account` 0: an anonymous viewer. Reports of one thing are one case."""

cases = Table(
    "cases",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("of", BigInteger, nullable=False),
    Column("strike", Boolean, nullable=False),
    Column("settled_ms", BigInteger, nullable=False),
    Index(None, "id", unique=True),
    Index(None, "kind", "target", "state"),
    Index(None, "account"),
    Index(None, "state", "due_ms"),
    Index(None, "settled_ms", "state"),
    sqlite_autoincrement=True,
)
"""What humans are asked: of a comment or an account that was reported, and of what its owner
appeals (`of`: the case that was decided so; `words`: what they say). `settled_ms` 0: what follows
was not done yet."""

strikes = Table(
    "strikes",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("reason", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("lifted_ms", BigInteger, nullable=False),
    Index(None, "account"),
    sqlite_autoincrement=True,
)
"""Rules that an account broke, and how long each counts."""

channels = Table(
    "channels",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "id", unique=True),
    sqlite_autoincrement=True,
)
"""Channels that an operator made or changed."""

series = Table(
    "series",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("title", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "account"),
    Index(None, "version", unique=True),
)
"""A series with `title` "" was removed: who follows the versions must learn of it."""

series_parts = Table(
    "series_parts",
    metadata,
    Column("video", Text, ForeignKey(videos.c.id), primary_key=True),
    Column("series", Text, ForeignKey(series.c.id), nullable=False),
    Column("place", BigInteger, nullable=False),
    Index(None, "series", "place"),
)
"""The key says that a video is in one series at most."""

part_news = Table(
    "part_news",
    metadata,
    Column("video", Text, ForeignKey(videos.c.id), primary_key=True),
    Column("up_to", BigInteger, nullable=False),
    Column("told_ms", BigInteger, nullable=False),
    Index(None, "told_ms"),
)
"""Every video that ever was a part of a series. `up_to`: accounts up to this number are told of it;
`told_ms` 0: not all are."""

playlists = Table(
    "playlists",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", BigInteger, ForeignKey(creator_accounts.c.num), nullable=False),
    Column("title", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index(None, "account", "changed_ms"),
)

playlist_entries = Table(
    "playlist_entries",
    metadata,
    Column("playlist", Text, ForeignKey(playlists.c.id), primary_key=True),
    Column("video", Text, ForeignKey(videos.c.id), primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "playlist", "place"),
    Index(None, "video"),
)

search_documents = Table(
    "search_documents",
    metadata,
    Column("num", NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("head", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index(None, "kind", "ref", unique=True),
    Index(None, "expires_ms"),
    sqlite_autoincrement=True,
)
"""What can be found; the index itself, `search_index`, is another thing for each engine."""

search_words = Table(
    "search_words",
    metadata,
    Column("word", BY_CODE, primary_key=True),
    Column("mirrored", BY_CODE, nullable=False),
    Column("letters", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
    Index(None, "mirrored"),
)
"""Words of documents and how many say them; `mirrored`: from its end, for what is spelt wrong at
its beginning."""

search_position = Table(
    "search_position",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)
"""How far the sequence of items was followed, and which way of cutting words made the index."""

audit = Table(
    "audit",
    metadata,
    Column("n", NUMBER, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
