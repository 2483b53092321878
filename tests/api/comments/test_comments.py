"""Comments: what is said below a video, by whom, and who may say and read it."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from tests.api.comments.people import Person
from tests.journeys.hostile import strings
from tests.worlds import Jhalak


def test_a_comment_is_said_read_and_counted(world: Jhalak, ravi: Person, video: str) -> None:
    said = ravi.say(video, " कमाल  का   वीडियो! ")
    assert said["text"] == "कमाल का वीडियो!" and said["language"] == "hi"
    assert said["state"] == "shown" and said["mine"] and said["thread"] is None
    assert said["writer"] == {"handle": ravi.handle, "name": "", "verified": False}
    page = ravi.read(video)
    assert page == {"count": 1, "comments": [said], "next": None}
    guest = world.phone("hi")
    [one] = guest.ask("GET", f"/v1/videos/{video}/comments").json()["comments"]
    assert not one["mine"] and one["id"] == said["id"]
    assert world.ask("GET", f"/v1/videos/{video}/comments").status_code == 401
    assert guest.ask("POST", f"/v1/videos/{video}/comments", json={"text": "x"}).status_code == 401
    assert ravi.see("/v1/videos/none/comments").json()["error"] == "no_such_video"


def test_a_reply_to_a_reply_stands_in_the_same_thread(
    ravi: Person, meena: Person, video: str
) -> None:
    first = ravi.say(video, "पहला")
    reply = meena.say(video, "दूसरा", to=first["id"])
    deeper = ravi.say(video, "तीसरा", to=reply["id"])
    assert reply["thread"] == deeper["thread"] == first["id"]
    assert reply["answers"] == ravi.handle and deeper["answers"] == meena.handle
    page = ravi.read(video)
    assert [one["replies"] for one in page["comments"]] == [2] and page["count"] == 3
    path = f"/v1/comments/{first['id']}/replies"
    below = meena.see(path).json()
    assert [one["text"] for one in below["comments"]] == ["दूसरा", "तीसरा"]
    for n in range(6):
        meena.say(video, f"और {n}", to=first["id"])
    one = ravi.see(f"{path}?limit=5").json()
    two = ravi.see(f"{path}?limit=5&after={one['next']}").json()
    assert len(one["comments"]) == 5 and len(two["comments"]) == 3 and two["next"] is None
    assert ravi.post(video, "नहीं", to="none").json()["error"] == "no_such_comment"


@pytest.mark.parametrize(
    ("text", "error"),
    [("\u200b\u200d \u202e", "bad_comment"), ("क" * 1001, "bad_comment"), ("", "bad_request"),
     ("x" * 16_001, "bad_request")],
)  # fmt: skip
def test_a_text_that_is_none_is_refused(ravi: Person, video: str, text: str, error: str) -> None:
    answer = ravi.post(video, text)
    assert answer.status_code == 400 and answer.json()["error"] == error


def test_a_thousand_graphemes_are_a_comment(ravi: Person, video: str) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert ravi.say(video, family * 1000)["text"] == family * 1000


def test_unknown_fields_are_refused(ravi: Person, video: str) -> None:
    body = {"text": "x", "likes": 1000}
    assert ravi.ask("POST", f"/v1/videos/{video}/comments", json=body).status_code == 400
    for name in (
        "order=worst",
        "languages=xx",
        "after=AAAA",
        "after=%00",
        "limit=51",
        "order=oldest",
    ):
        answer = ravi.see(f"/v1/videos/{video}/comments?{name}")
        assert answer.status_code == 400, name


def test_the_same_sent_again_is_there_once_and_too_much_is_refused(
    world: Jhalak, ravi: Person, asha: Person, video: str
) -> None:
    first, again = ravi.post(video, "वाह"), ravi.post(video, "वाह!")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"] and ravi.read(video)["count"] == 1
    other = asha.publish()
    for _ in range(2):
        world.clock.forward(s=61)
        ravi.say(other, "वाह")
    world.clock.forward(s=61)
    same = ravi.post(other, "व\u200bाह")
    assert same.status_code == 429 and same.json()["error"] == "same_again"
    for n in range(20):
        ravi.say(video, f"संख्या {n}")
    many = ravi.post(video, "एक और")
    assert many.status_code == 429 and many.json()["error"] == "too_many_comments"
    assert many.headers["retry-after"] == "60"
    world.clock.forward(s=61)
    assert ravi.post(video, "एक और").status_code == 201


def test_it_can_be_changed_for_fifteen_minutes(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    said = ravi.say(video, "गलत")
    path = f"/v1/comments/{said['id']}"
    world.clock.forward(s=14 * 60)
    changed = ravi.ask("PATCH", path, json={"text": "सही"}).json()
    assert changed["text"] == "सही" and changed["edited"] is not None and said["edited"] is None
    assert meena.read(video)["comments"][0]["edited"] == changed["edited"]
    assert meena.ask("PATCH", path, json={"text": "मेरा"}).status_code == 404
    world.clock.forward(s=60)
    late = ravi.ask("PATCH", path, json={"text": "देर"})
    assert late.status_code == 409 and late.json()["error"] == "too_late"
    assert ravi.texts(video) == ["सही"]


def test_its_writer_and_the_videos_creator_delete_it_with_what_stands_below(
    asha: Person, ravi: Person, meena: Person, video: str
) -> None:
    first, other = ravi.say(video, "पहला"), meena.say(video, "दूसरा")
    meena.say(video, "जवाब", to=first["id"])
    path = f"/v1/comments/{first['id']}"
    assert meena.ask("DELETE", path).status_code == 404
    assert [ravi.ask("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert meena.read(video)["count"] == 1 and meena.texts(video) == ["दूसरा"]
    assert meena.see(f"{path}/replies").status_code == 404
    assert asha.ask("DELETE", f"/v1/comments/{other['id']}").status_code == 204
    assert meena.read(video) == {"count": 0, "comments": [], "next": None}
    assert ravi.ask("DELETE", "/v1/comments/none").status_code == 404


def test_likes_are_counted_once_each(asha: Person, ravi: Person, meena: Person, video: str) -> None:
    said = ravi.say(video, "पसंद?")
    path = f"/v1/comments/{said['id']}/like"
    assert meena.ask("PUT", path).json() == {
        "id": said["id"], "on": True, "likes": 1, "changed": True,
    }  # fmt: skip
    assert not meena.ask("PUT", path).json()["changed"]
    asha.ask("PUT", path)
    [one] = meena.read(video)["comments"]
    assert (one["likes"], one["liked"], one["by_creator"]) == (2, True, True)
    assert asha.ask("DELETE", path).json()["likes"] == 1
    [one] = ravi.read(video)["comments"]
    assert (one["likes"], one["liked"], one["by_creator"]) == (1, False, False)
    assert meena.ask("PUT", "/v1/comments/none/like").status_code == 404


def test_its_creator_pins_one(asha: Person, ravi: Person, video: str) -> None:
    said = [ravi.say(video, f"संख्या {n}") for n in range(3)]
    reply = ravi.say(video, "जवाब", to=said[0]["id"])
    path = f"/v1/comments/{said[0]['id']}/pin"
    assert ravi.ask("PUT", path).status_code == 404, "only who made the video"
    assert asha.ask("PUT", path).json() == {"id": said[0]["id"], "on": True}
    page = ravi.read(video, "?order=newest")["comments"]
    assert [one["text"] for one in page] == ["संख्या 0", "संख्या 2", "संख्या 1"]
    assert [one["pinned"] for one in page] == [True, False, False]
    assert asha.ask("PUT", f"/v1/comments/{reply['id']}/pin").json()["error"] == "no_thread"
    assert asha.ask("DELETE", path).status_code == 200
    assert not any(one["pinned"] for one in ravi.read(video)["comments"])


def test_the_best_come_first_and_five_different_writers_before_a_second_one(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    loud = [ravi.say(video, f"रवि {n}") for n in range(8)]
    for one in loud:
        meena.ask("PUT", f"/v1/comments/{one['id']}/like")
    others = [Person(world, "else") for _ in range(5)]
    for n, person in enumerate(others):
        person.say(video, f"और {n}")
    page = meena.read(video, "?limit=6")
    writers = [one["writer"]["handle"] for one in page["comments"]]
    assert writers[0] == ravi.handle and len(set(writers[:5])) == 5 and len(writers) == 6
    seen = [one["text"] for one in page["comments"]]
    world.clock.forward(s=1)
    meena.say(video, "बाद में")
    while page["next"]:
        page = meena.read(video, f"?limit=6&after={page['next']}")
        seen += [one["text"] for one in page["comments"]]
    wanted = [f"रवि {n}" for n in range(8)] + [f"और {n}" for n in range(5)]
    assert sorted(seen) == sorted(wanted), "each once, and none that came meanwhile"
    assert len(seen) == len(set(seen))


def test_pages_of_the_newest_fit_together_while_new_ones_come(
    ravi: Person, meena: Person, video: str
) -> None:
    for n in range(12):
        ravi.say(video, f"संख्या {n}")
    page, seen = meena.read(video, "?order=newest&limit=5"), list[str]()
    while True:
        seen += [one["text"] for one in page["comments"]]
        if not page["next"]:
            break
        meena.say(video, f"नया {len(seen)}")
        page = meena.read(video, f"?order=newest&limit=5&after={page['next']}")
    assert seen == [f"संख्या {n}" for n in reversed(range(12))]
    other = meena.see(f"/v1/videos/{video}/comments?after={'A' * 20}")
    assert other.status_code == 400


def test_a_page_is_in_the_viewers_languages_and_in_none_of_ours(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    ravi.say(video, "மிகவும் அருமையான காணொளி")
    ravi.say(video, "यह बहुत अच्छा है")
    ravi.say(video, "😍😍")
    ravi.say(video, "bahut hi mast video hai bhai")
    tamil = world.phone("ta")
    path = f"/v1/videos/{video}/comments?order=newest"
    found = tamil.ask("GET", path).json()["comments"]
    assert [one["language"] for one in found] == ["und", "und", "ta"]
    assert len(meena.read(video)["comments"]) == 3, "Hindi, and none of ours"
    assert len(meena.read(video, "?languages=ta,hi")["comments"]) == 4
    assert len(tamil.ask("GET", f"{path}&languages=all").json()["comments"]) == 4
    assert len(ravi.read(video)["comments"]) == 4, "one's own in any"


def test_who_may_comment_is_its_creators_to_say(
    asha: Person, ravi: Person, meena: Person, video: str
) -> None:
    rules = "/v1/creators/me/comment-rules"
    assert asha.ask("GET", rules).json() == {"comments": "everyone", "words": []}
    asha.ask("PUT", rules, json={"comments": "followers"})
    assert ravi.post(video, "एक").json()["error"] == "followers_only"
    ravi.relate("follows", asha)
    assert ravi.post(video, "एक").status_code == 201
    assert asha.post(video, "मैं").status_code == 201
    for_all = asha.publish(comments="everyone")
    assert meena.post(for_all, "एक").status_code == 201, "a video may say otherwise"
    off = asha.publish(comments="off")
    for person in (asha, ravi):
        answer = person.post(off, "एक")
        assert answer.status_code == 403 and answer.json()["error"] == "comments_off"
    assert asha.ask("PUT", rules, json={"comments": "off"}).status_code == 200
    assert ravi.post(video, "दो").json()["error"] == "comments_off"
    assert asha.ask("PUT", rules, json={"comments": "friends"}).status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "buy SPAM now",
        "s.p.a.m",
        "s p a m here",
        "ｓｐａｍ",
        "sраm",
        "ѕp\u200bam",
        "spam!",
        "बेकार चीज़",
    ],
)
def test_filtered_words_are_found_however_they_are_spelt(
    asha: Person, ravi: Person, meena: Person, video: str, text: str
) -> None:
    words = ["spam", "बेकार चीज़", "cheat*"]
    rules = {"comments": "everyone", "words": words}
    assert asha.ask("PUT", "/v1/creators/me/comment-rules", json=rules).json() == rules
    said = ravi.say(video, text)
    assert said["state"] == "held" and "filtered" in said["reason"]
    assert [one["id"] for one in ravi.read(video)["comments"]] == [said["id"]]
    assert meena.read(video) == {"count": 0, "comments": [], "next": None}
    assert asha.texts(video) == []
    for harmless in ("spamming", "बेकार", "a map's"):
        assert ravi.say(video, harmless)["state"] == "shown"
    assert ravi.say(video, "cheaters")["state"] == "held"
    assert asha.say(video, "spam, I say")["state"] == "shown", "their own"
    assert meena.ask("PUT", f"/v1/comments/{said['id']}/like").status_code == 404


def test_what_a_creator_filters_stays_held_whatever_humans_say_of_the_rest(
    world: Jhalak, asha: Person, ravi: Person, video: str
) -> None:
    rules = {"comments": "everyone", "words": ["spam"]}
    assert asha.ask("PUT", "/v1/creators/me/comment-rules", json=rules).status_code == 200
    said = ravi.say(video, "I will kill you, spam")
    assert said["reason"].splitlines() == ["violence", "filtered"]
    [case] = [one for one in world.services.cases.waiting("", "comment", 99)
              if one.target == said["id"]]  # fmt: skip
    decided = world.services.cases.decide(case.id, "dismissed", "mo", world.clock())
    assert decided is not None
    world.run(world.services.settle_case(decided))
    [mine] = ravi.read(video)["comments"]
    assert (mine["state"], mine["reason"]) == ("held", "filtered")
    assert asha.read(video) == {"count": 0, "comments": [], "next": None}


def test_words_that_are_none_are_refused(asha: Person) -> None:
    for words in ([""], ["..."], ["x" * 61], ["\u200b"], ["x"] * 201):
        body = {"comments": "everyone", "words": words}
        assert asha.ask("PUT", "/v1/creators/me/comment-rules", json=body).status_code == 400


def test_what_the_lists_doubt_is_held_until_a_human_says_otherwise(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    said = ravi.say(video, "I will kill you")
    assert said["state"] == "held" and said["reason"] == "violence"
    assert meena.read(video)["count"] == 0 and ravi.read(video)["count"] == 0
    assert said["id"] in [one.id for one in world.services.comment_reviews.held(0, 500)]
    [case] = [one for one in world.services.cases.waiting("", "comment", 99)
              if one.target == said["id"]]  # fmt: skip
    assert (case.reason, case.account) == ("violence", ravi.num)
    decided = world.services.cases.decide(case.id, "dismissed", "mo", world.clock())
    assert decided is not None
    world.run(world.services.settle_case(decided))
    assert meena.texts(video) == ["I will kill you"]
    changed = ravi.ask("PATCH", f"/v1/comments/{said['id']}", json={"text": "kill them all"})
    assert changed.json()["state"] == "held" and meena.read(video)["count"] == 0
    [again] = [one for one in world.services.cases.waiting("", "comment", 99)
               if one.target == said["id"]]  # fmt: skip
    assert again.num != case.num, "somebody looks at what it says now"
    changed = ravi.ask("PATCH", f"/v1/comments/{said['id']}", json={"text": "कमाल"})
    assert changed.json()["state"] == "shown" and meena.texts(video) == ["कमाल"]


def test_a_block_hides_both_ways_and_a_mute_one(
    asha: Person, ravi: Person, meena: Person, video: str
) -> None:
    said, also = ravi.say(video, "रवि का"), meena.say(video, "मीना का")
    meena.relate("mutes", ravi)
    assert meena.texts(video) == ["मीना का"] and len(ravi.texts(video)) == 2
    meena.relate("mutes", ravi, on=False)
    meena.relate("blocks", ravi)
    assert meena.texts(video) == ["मीना का"] and ravi.texts(video) == ["रवि का"]
    assert len(asha.texts(video)) == 2
    for person, other in ((meena, said), (ravi, also)):
        assert person.see(f"/v1/comments/{other['id']}/replies").status_code == 404
        assert person.ask("PUT", f"/v1/comments/{other['id']}/like").status_code == 404
        assert person.post(video, "जवाब", to=other["id"]).status_code == 404
    asha.relate("blocks", ravi)
    assert ravi.post(video, "फिर").json()["error"] == "no_such_video"
    assert ravi.see(f"/v1/videos/{video}/comments").status_code == 404
    assert ravi.ask("PATCH", f"/v1/comments/{said['id']}", json={"text": "x"}).status_code == 404
    guest = meena.world.phone("hi")
    found = guest.ask("GET", f"/v1/videos/{video}/comments").json()["comments"]
    assert [one["text"] for one in found] == ["मीना का"], "whom its creator blocks nobody reads"
    assert ravi.ask("DELETE", f"/v1/comments/{said['id']}").status_code == 204, (
        "one may take it back"
    )


def test_whom_the_videos_creator_blocks_is_not_counted(
    asha: Person, ravi: Person, meena: Person, video: str
) -> None:
    ravi.say(video, "पहला")
    meena.say(video, "दूसरा")
    asha.relate("blocks", ravi)
    assert meena.texts(video) == ["दूसरा"] and counts_of(meena, video) == (1, 1)
    asha.relate("blocks", ravi, on=False)
    assert counts_of(meena, video) == (2, 2)
    meena.relate("blocks", ravi)
    assert meena.texts(video) == ["दूसरा"] and counts_of(asha, video) == (2, 2)


def test_a_video_that_may_not_be_seen_has_no_comments(
    world: Jhalak, asha: Person, ravi: Person
) -> None:
    closed = asha.publish(audience="followers")
    assert ravi.post(closed, "एक").status_code == 404
    ravi.relate("follows", asha)
    said = ravi.say(closed, "एक")
    ravi.relate("follows", asha, on=False)
    assert ravi.see(f"/v1/videos/{closed}/comments").status_code == 404
    assert ravi.see(f"/v1/comments/{said['id']}/replies").status_code == 404
    assert asha.texts(closed) == ["एक"]
    world.services.videos.change(closed, ("live",), world.clock(), state="removed")
    assert asha.see(f"/v1/videos/{closed}/comments").status_code == 404


def counts_of(reader: Person, video: str) -> tuple[int, int]:
    """How many comments the thread says that there are, and how many the video."""
    shown = reader.see(f"/v1/videos/{video}").json()
    return reader.read(video)["count"], shown["counts"]["comments"]


def test_suspended_and_erased_writers_disappear(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    first, reply = ravi.say(video, "पहला"), None
    reply = meena.say(video, "जवाब", to=first["id"])
    world.services.creator_accounts.suspend(ravi.num, world.clock())
    assert meena.texts(video) == [] and counts_of(meena, video) == (0, 0)
    assert ravi.post(video, "फिर").status_code == 401
    world.services.creator_accounts.suspend(ravi.num, 0)
    assert meena.texts(video) == ["पहला"] and counts_of(meena, video) == (2, 2)
    world.services.creator_accounts.erase(ravi.num)
    [place] = meena.read(video)["comments"]
    assert (place["state"], place["text"], place["writer"]) == ("erased", "", None)
    below = meena.see(f"/v1/comments/{first['id']}/replies").json()["comments"]
    assert [one["id"] for one in below] == [reply["id"]] and meena.read(video)["count"] == 1


def test_people_are_told_once_of_what_concerns_them(
    world: Jhalak, asha: Person, ravi: Person, meena: Person, video: str
) -> None:
    said = ravi.say(video, f"देखो @{meena.handle} और @nobody.here")
    assert said["mentions"] == [meena.handle]
    meena.say(video, f"हाँ @{ravi.handle}", to=said["id"])

    def told(person: Person) -> list[str]:
        page = world.services.notifications.page(person.num, None, 20)
        return sorted(f"{one.kind} {one.people[0].handle}" for one in page if one.people)

    assert told(asha) == [f"comment {meena.handle}", f"comment {ravi.handle}"]
    assert told(meena) == [f"mention {ravi.handle}"]
    assert told(ravi) == [f"reply {meena.handle}"], "once, though it names them too"
    held = ravi.say(video, f"I will kill you @{meena.handle}")
    assert held["state"] == "held" and told(meena) == [f"mention {ravi.handle}"]


def test_nobody_is_told_of_what_is_said_below_a_video_that_they_may_not_see(
    world: Jhalak, asha: Person, ravi: Person, meena: Person
) -> None:
    video = asha.publish(audience="followers")
    ravi.relate("follows", asha)
    meena.relate("follows", asha)
    said = meena.say(video, "देखो")
    meena.relate("follows", asha, on=False)
    ravi.say(video, f"हाँ @{meena.handle}", to=said["id"])
    ravi.say(video, f"और @{meena.handle}")
    assert meena.see(f"/v1/videos/{video}").status_code == 404
    assert world.services.notifications.page(meena.num, None, 20) == []
    meena.relate("follows", asha)
    ravi.say(video, f"फिर @{meena.handle}")
    assert [one.kind for one in world.services.notifications.page(meena.num, None, 20)] == [
        "mention"
    ]


def test_hostile_strings_are_text_and_nothing_else(world: Jhalak, asha: Person, video: str) -> None:
    people = [Person(world, "h") for _ in range(8)]
    for n, text in enumerate(strings(160)):
        world.clock.forward(s=10)
        answer = people[n % 8].post(video, text)
        assert answer.status_code in (200, 201, 400, 429), (text, answer.text)
        assert answer.headers["content-type"] == "application/json"
    found, after = list[str](), ""
    while True:
        page = asha.read(video, f"?order=newest&limit=50&languages=all{after}")
        found += [one["text"] for one in page["comments"]]
        if not page["next"]:
            break
        after = f"&after={page['next']}"
    assert "\\u003cscript\\u003e" in found and "<!--" in found, "as it was written"
    assert not any(
        sign in text for text in found for sign in "\0\x1b\u202e\u2066\u200b\ufeff\u2028"
    )
    assert asha.read(video)["count"] == len(found)


def test_a_page_costs_the_same_queries_whatever_is_on_it(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    counted: list[str] = []
    engine = world.server.records.database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    costs = []
    for n in range(18):
        ravi.say(video, f"रवि ने कहा {n}")
        meena.say(video, f"मीना ने भी कहा {n}")
        counted.clear()
        page = meena.read(video, "?limit=20")
        costs.append(sum(statement.startswith("SELECT") for statement in counted))
    assert len(page["comments"]) == 20 and max(costs) <= 5


def test_what_one_said_and_likes_is_in_ones_export_and_goes_with_the_account(
    world: Jhalak, ravi: Person, meena: Person, video: str
) -> None:
    said, other = ravi.say(video, "मेरा"), meena.say(video, "उसका")
    ravi.ask("PUT", f"/v1/comments/{other['id']}/like")
    document = ravi.ask("POST", "/v1/creators/me/export").json()
    assert [one["text"] for one in document["comments"]] == ["मेरा"]
    assert [one["comment"] for one in document["comment_likes"]] == [other["id"]]
    assert document["comment_rules"]["comments"] == "everyone"
    world.services.creator_accounts.erase(ravi.num)
    page = meena.read(video)
    assert [one["id"] for one in page["comments"]] == [other["id"]] and page["count"] == 1
    assert page["comments"][0]["likes"] == 0
    assert world.services.comment_pages.find(said["id"]) is None
