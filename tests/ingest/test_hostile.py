"""Files made to break the reader: each loses only its bad entries, with line and reason."""

from __future__ import annotations

import json
import random
import tracemalloc
from pathlib import Path

import pytest

from jhalak.ingest.document import read_document
from jhalak.ingest.rows import MAX_LINE
from tests.ingest.conftest import World

GOOD = "The %s story of the day"


def reasons(world: World, path: Path) -> list[tuple[int, str]]:
    return [(rejection.line, rejection.reason) for rejection in world.ingest(path).rejections]


def test_a_csv_quote_that_never_closes_costs_one_line(world: World) -> None:
    text = f'title,label\n{GOOD % 1},a\n"Broken title,a\n{GOOD % 2},a\n{GOOD % 3},a\n'
    assert reasons(world, world.write("en/x.csv", text)) == [(3, "quote never closes")]
    assert world.titles() == [GOOD % n for n in (1, 2, 3)]


def test_a_quote_that_a_later_quote_closes_swallows_nothing(world: World) -> None:
    text = f'title,label\n"Broken title,a\n{GOOD % 1},a\n"{GOOD % 2}, again",b\n{GOOD % 3},c\n'
    assert reasons(world, world.write("en/x.csv", text)) == [(2, "quote never closes")]
    assert len(world.titles()) == 3


def test_quotes_inside_a_quoted_field_are_forgiven_where_the_columns_fit(world: World) -> None:
    text = 'title,label\n"He said "never" again",a\n5" screens are back,b\n'
    assert reasons(world, world.write("en/x.csv", text)) == []
    assert len(world.titles()) == 2


def test_rows_with_other_columns_than_the_header_are_rejected(world: World) -> None:
    text = f"title,label\n{GOOD % 1}, and more,a\nshort\n{GOOD % 2},a,,\n"
    assert reasons(world, world.write("en/x.csv", text)) == [
        (2, "3 columns where the header has 2"),
        (3, "1 columns where the header has 2"),
    ]


def test_a_csv_without_a_title_says_what_to_do(world: World) -> None:
    found = reasons(world, world.write("x.csv", "foo,bar\n1,2\n"))
    assert found == [(1, "no title column among: foo, bar; name it with --map title=COLUMN")]


@pytest.mark.parametrize("bad", [b"\xff\xfe broken \x80", b"caf\xe9 au lait"])
def test_bytes_that_are_no_utf8_cost_their_row(world: World, bad: bytes) -> None:
    good = (GOOD % 1).encode(), (GOOD % 2).encode()
    csv_file = world.write("en/x.csv", b"\n".join([b"title", good[0], bad, good[1]]))
    assert reasons(world, csv_file) == [(3, "not UTF-8")]
    rows = [b'{"language":"en","title":"%s"}' % one for one in (good[0] + b"!", bad, good[1])]
    assert reasons(world, world.write("x.jsonl", b"\n".join(rows))) == [(2, "not UTF-8")]


def test_nul_bytes_cost_their_row(world: World) -> None:
    text = f"title\n{GOOD % 1}\nnul \0 byte\n"
    assert reasons(world, world.write("en/x.csv", text)) == [(3, "NUL byte")]
    rows = f'{{"title": "{GOOD % 2}", "lang": "en"}}\n{{"title": "\0"}}\n'
    assert [line for line, _ in reasons(world, world.write("x.jsonl", rows))] == [2]


@pytest.mark.parametrize("name", ["en/x.csv", "en/x.jsonl"])
def test_a_long_line_is_rejected_unread_and_memory_stays_small(world: World, name: str) -> None:
    path = world.folder / name
    path.parent.mkdir()
    csv_file = name.endswith("csv")

    def row(title: str) -> bytes:
        return (title if csv_file else json.dumps({"title": title})).encode() + b"\n"

    with path.open("wb") as file:
        file.write(row("title") if csv_file else row(GOOD % 0))
        file.write(row(GOOD % 1))
        for _ in range(30):
            file.write(b"x" * MAX_LINE)
        file.write(b"\n" + row(GOOD % 2))
    tracemalloc.start()
    try:
        found = reasons(world, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [(3, "longer than 1 MiB")]
    assert {GOOD % 1, GOOD % 2} <= set(world.titles())
    # The first long line in a process also loads models: 30 MiB would be the line itself.
    assert peak < 25 << 20


def test_broken_json_lines_cost_their_line(world: World) -> None:
    deep = '{"title": "x", "a": ' + "[" * 50 + "]" * 50 + "}"
    deeper = "[" * 200_000
    lines = [
        '{"title": "%s", "lang": "en"}' % (GOOD % 1), '{"title": "cut o', "[1, 2]", "7", deep,
        deeper, '{"title": "\\ud800", "lang": "en"}', '{"title": "%s", "lang": "en"}' % (GOOD % 2),
    ]  # fmt: skip
    found = reasons(world, world.write("x.jsonl", "\n".join(lines)))
    assert [line for line, _ in found] == [2, 3, 4, 5, 6, 7]
    assert found[1][1] == found[2][1] == "not a JSON object"
    assert found[3][1] == found[4][1] == "nested too deep"
    assert world.titles() == [GOOD % 1, GOOD % 2]


def test_a_json_feed_that_is_cut_off_keeps_what_stands_before(world: World) -> None:
    items = [{"id": f"a-{n}", "title": GOOD % n, "language": "en"} for n in range(5)]
    text = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}, indent=1)
    summary = world.ingest(world.write("feed.json", text[: text.index("a-4") + 8]))
    assert (summary.new, summary.rejected) == (4, 1)
    assert summary.rejections[0].line == 5
    assert "cut off" in summary.rejections[0].reason


@pytest.mark.parametrize(
    "name",
    ["links", "link_detail", "title_detail", "tags", "content", "source", "media_content",
     "media_thumbnail", "enclosures", "updated", "author_detail"],
)  # fmt: skip
def test_elements_that_are_called_as_the_parser_calls_its_own_cost_nothing(
    world: World, name: str
) -> None:
    odd = f"<{name}>a text of its own</{name}>"
    items = "".join(f"<item><title>{GOOD % n}</title>{odd}</item>" for n in (1, 2))
    text = f'<rss version="2.0"><channel>{odd}<language>en</language>{items}</channel></rss>'
    assert reasons(world, world.write("x.xml", text)) == []
    assert sorted(world.titles()) == [GOOD % 1, GOOD % 2]
    document = read_document(text.encode(), "", "https://news.example/feed")
    assert (document.language, document.hub, len(document.entries)) == ("en", "", 2)


def test_an_rss_feed_that_is_cut_off_keeps_whole_entries(world: World) -> None:
    entries = "".join(f"<item><title>{GOOD % n}</title></item>" for n in range(4))
    text = f"<rss version='2.0'><channel><language>en</language>{entries}</channel></rss>"
    path = world.write("feed.rss", text[: text.index("The 3") + 7])
    assert reasons(world, path) == [(4, "cut off")]
    assert world.titles() == [GOOD % n for n in range(3)]


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><rss version='2.0'><channel><item><title>&lol9;</title></item></channel></rss>"
)
EXTERNAL = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss version='2.0'><channel><item><title>&x;</title></item></channel></rss>"
)


@pytest.mark.parametrize("bomb", [BILLION_LAUGHS, EXTERNAL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_bombs_are_refused_before_they_are_parsed(
    world: World, bomb: str, encoding: str
) -> None:
    path = world.write("bomb.xml", bomb.encode(encoding))
    assert reasons(world, path) == [(1, "declares XML entities")]


def test_an_encoding_that_hides_markup_is_refused(world: World) -> None:
    text = "<?xml version='1.0' encoding='utf-7'?><rss>+ADwAIQ-ENTITY</rss>"
    assert "not supported" in reasons(world, world.write("x.xml", text))[0][1]


def test_a_feed_in_latin_1_says_so_and_is_read(world: World) -> None:
    text = (
        "<?xml version='1.0' encoding='iso-8859-1'?><rss version='2.0'><channel>"
        "<item><title>The café in the old town is open again</title></item></channel></rss>"
    )
    world.ingest(world.write("x.xml", text.encode("latin-1")))
    assert world.titles() == ["The café in the old town is open again"]


def test_invalid_bytes_in_a_feed_cost_their_entry(world: World) -> None:
    data = (
        b"<rss version='2.0'><channel><language>en</language><item><title>bad \xff\xfe byte"
        b"</title></item><item><title>The good one of the two</title></item></channel></rss>"
    )
    assert reasons(world, world.write("x.rss", data)) == [(1, "mojibake")]
    assert len(world.titles()) == 1


@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html><html><title>x</title></html>", "<svg></svg>", "<", "<a" * 999]
)
def test_markup_that_is_no_feed_is_refused(world: World, page: str) -> None:
    assert len(reasons(world, world.write("x.xml", page))) == 1


def test_pictures_and_noise_are_refused(world: World) -> None:
    noise = random.Random(1).randbytes(5000)
    found = reasons(world, world.write("x.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + noise))
    assert found == [(1, "not a text file")]


def test_deep_markup_does_not_break_the_reader(world: World) -> None:
    world.ingest(world.write("x.xml", "<rss version='2.0'><channel>" + "<a>" * 20_000))


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_is_counted_and_nothing_raises(world: World, seed: int) -> None:
    """Bytes of a good file are overwritten, cut out and doubled at random."""
    chance = random.Random(seed)
    rss_items = "".join(f"<item><title>{GOOD % n}</title></item>" for n in range(20))
    whole = {
        "en/x.csv": "title,label\n" + "".join(f'"{GOOD % n}",a\n' for n in range(20)),
        "en/x.jsonl": "\n".join(json.dumps({"title": GOOD % n}) for n in range(20)),
        "en/x.json": json.dumps(
            {"items": [{"id": f"a-{n}", "title": GOOD % n} for n in range(20)]}
        ),
        "en/x.xml": f"<rss version='2.0'><channel>{rss_items}</channel></rss>",
    }
    for name, text in whole.items():
        data = bytearray(text.encode())
        for _ in range(chance.randint(1, 8)):
            place, length = chance.randrange(len(data)), chance.randint(1, 12)
            data[place : place + length] = chance.randbytes(chance.randint(0, 2 * length))
        path = world.write(name, bytes(data))
        first, second = world.ingest(path), world.ingest(path)
        assert second.rejections == first.rejections
        assert (second.new, second.updated) == (0, 0)
