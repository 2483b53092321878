"""Comments are counted as strangers read them: not those of suspended or blocked writers."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


# As of records/comment_counts.py then. `$` is what comes in there.
STANDS = """WRITER.creator != 0 AND WRITER.suspended_ms = 0 AND NOT EXISTS (
    SELECT 1 FROM relations r WHERE r.viewer = owner.viewer AND r.verb = 'blocks'
    AND r.kind = 'creator' AND r.target = WRITER.creator AND r.standing)"""
READ = """(
    SELECT count(*) FROM comments c
    JOIN videos v ON v.id = c.video
    JOIN creator_accounts owner ON owner.num = v.account
    JOIN creator_accounts writer ON writer.num = c.account
    LEFT JOIN comments thread ON thread.num = c.parent
    LEFT JOIN creator_accounts starter ON starter.num = thread.account
    WHERE c.state = 'shown' AND STANDS AND (
        c.parent = 0 OR thread.state = 'erased' OR (thread.state = 'shown' AND BEGUN))
    AND $)"""
READ = READ.replace("STANDS", STANDS.replace("WRITER", "writer"))
READ = READ.replace("BEGUN", STANDS.replace("WRITER", "starter"))
COUNT = "UPDATE comment_counts SET n = $"
REPLIES = "UPDATE comments SET replies = $ WHERE replies > 0"


def upgrade() -> None:
    op.execute(COUNT.replace("$", READ.replace("$", "c.video = comment_counts.video")))
    below = "c.video = comments.video AND c.parent = comments.num"
    op.execute(REPLIES.replace("$", READ.replace("$", below)))
