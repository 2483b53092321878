"""MIND's files: impressions with all their candidates, and news by their words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from jhalak.evaluation.log import ACTIONS, BadLog
from jhalak.evaluation.mind import News, read_mind, topics_of
from jhalak.schema.viewer_state import TOPICS_MAX

NEWS = [
    ("N1", "sports", "cricket", "India win the cricket final", "A late six decided it."),
    ("N2", "sports", "tennis", "Rain stops the tennis final", ""),
    ("N3", "health", "food", "Why lentils are good for you", "A doctor explains."),
    ("N4", "sports", "cricket", "India lose the cricket final", "A late wicket decided it."),
]
TAP = ACTIONS.index("tap")


def write(
    folder: Path, behaviours: Sequence[tuple[str, str, str, str]], news: Sequence[Sequence[str]]
) -> Path:
    """A folder in MIND's shape; a behaviour is (user, time, history, candidates)."""
    folder.mkdir(exist_ok=True)
    lines = ["\t".join([str(n + 1), *line]) for n, line in enumerate(behaviours)]
    (folder / "behaviors.tsv").write_text("\n".join([*lines, ""]), "utf-8")
    rows = ["\t".join([*one, "https://news/x", "[]", "[]"]) for one in news]
    (folder / "news.tsv").write_text("\n".join([*rows, ""]), "utf-8")
    return folder


LATE = ("U1", "11/15/2019 1:05:00 PM", "N3 N2", "N1-1 N2-0")
EARLY = ("U2", "11/15/2019 8:55:22 AM", "", "N3-0 N1-0 N4-1")


def test_an_impression_is_a_request_with_all_its_candidates(tmp_path: Path) -> None:
    log = read_mind(write(tmp_path, [LATE, EARLY], NEWS))
    shown = log.impressions
    assert [NEWS[row][0] for row in shown.row] == ["N3", "N1", "N4", "N1", "N2"]
    assert np.diff(shown.request).astype(bool).tolist() == [False, False, True, False]
    assert shown.actions[:, TAP].tolist() == [False, False, True, True, False]
    assert shown.actions.sum() == 2
    assert shown.hour.tolist() == pytest.approx([8 + 55 / 60 + 22 / 3600] * 3 + [13 + 5 / 60] * 2)
    assert (shown.position == -1).all()
    assert log.observed == ("tap",)
    assert log.viewers == 2


def test_a_history_is_what_was_clicked_before_the_first_behaviour(tmp_path: Path) -> None:
    later = ("U1", "11/16/2019 1:05:00 PM", "N3 N2 N1", "N4-0 N3-1")
    log = read_mind(write(tmp_path, [later, LATE, EARLY], NEWS))
    past = log.histories
    viewer = int(log.impressions.viewer[-1])
    mine = slice(past.offsets[viewer], past.offsets[viewer + 1])
    assert [NEWS[row][0] for row in past.row[mine]] == ["N3", "N2"]
    assert past.tap[mine].all()
    assert not past.long.any()
    first_ms = log.impressions.at_ms[log.impressions.viewer == viewer].min()
    assert past.last_ms[viewer] == first_ms - 1
    assert past.last_ms[1 - viewer] == 0


def test_news_begin_when_the_log_first_speaks_of_them(tmp_path: Path) -> None:
    log = read_mind(write(tmp_path, [LATE, EARLY], NEWS))
    early, late = log.impressions.at_ms[[0, -1]].tolist()
    assert log.items.published_ms.tolist() == [early, late - 1, early, early]


def test_news_of_like_words_lie_near_and_share_topic_and_creator(tmp_path: Path) -> None:
    items = read_mind(write(tmp_path, [LATE, EARLY], NEWS)).items
    near = items.embedding @ items.embedding.T
    assert near[0, 3] > max(near[0, 1], near[0, 2])
    assert items.topic[0] == items.topic[3] != items.topic[1]
    assert items.creator[0] == items.creator[3] != items.creator[1]
    assert items.embedding.dtype == np.float32


def test_news_that_are_not_in_the_file_are_bare_and_counted(tmp_path: Path) -> None:
    line = ("U1", "11/15/2019 1:05:00 PM", "N9", "N1-1 N8-0")
    log = read_mind(write(tmp_path, [line], NEWS))
    assert len(log.items.topic) == 6
    assert not log.items.embedding[4:].any()
    assert log.items.creator[4:].tolist() == [0, 0]
    assert dict(log.omitted)["news that news.tsv does not have"] == 2


def test_how_many_were_shown_at_once_is_the_scene(tmp_path: Path) -> None:
    def lists(of: int) -> tuple[str, str, str, str]:
        return ("U1", f"11/15/2019 1:05:{of % 60:02} PM", "N3", "N1-1" + " N2-0" * (of - 1))

    log = read_mind(write(tmp_path, [lists(of) for of in (1, 2, 3, 4, 9, 300)], NEWS))
    of_list = log.impressions.scene[np.flatnonzero(np.diff(log.impressions.request, prepend=-1))]
    assert of_list.tolist() == [8, 0, 1, 1, 2, 3]  # the list of 300 is of second 0
    assert log.scenes[:3] == ("list of 1 to 1", "list of 2 to 3", "list of 4 to 7")


def test_where_most_news_have_no_text_those_are_alike_that_the_same_people_read(
    tmp_path: Path,
) -> None:
    """N11 to N14 are read by some, N21 to N24 by others."""
    sides = [[f"N{side}{k}" for k in range(1, 5)] for side in (1, 2)]
    lines = [
        (f"U{side}{n}", f"11/15/2019 1:{n:02}:00 PM", " ".join(np.delete(mine, n % 4)), "N9-0 N8-1")
        for side, mine in enumerate(sides)
        for n in range(12)
    ]
    everything = " ".join(f"{name}-0" for mine in sides for name in mine)
    lines.append(("U9", "11/15/2019 2:00:00 PM", "", everything))
    log = read_mind(write(tmp_path, lines, NEWS))
    *_, last = np.unique(log.impressions.request)
    rows = log.impressions.row[log.impressions.request == last]
    near = log.items.embedding[rows] @ log.items.embedding[rows].T
    assert near[:4, :4].min() > near[:4, 4:].max()
    assert near[4:, 4:].min() > near[4:, :4].max()
    assert not log.items.embedding[:4].any()  # those that have words were read by nobody


def test_candidates_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    test_set = ("U3", "11/16/2019 1:05:00 PM", "N1", "N2 N3")
    mixed = ("U3", "11/16/2019 2:05:00 PM", "N1", "N2 N3-1")
    log = read_mind(write(tmp_path, [LATE, test_set, mixed, ("U4", LATE[1], "", "")], NEWS))
    assert len(log.impressions.row) == 3
    assert dict(log.omitted)["candidates without a label"] == 3
    with pytest.raises(BadLog, match="hold no candidate with a label"):
        read_mind(write(tmp_path, [test_set], NEWS))


def test_folders_of_train_and_dev_are_read_as_one_and_copies_counted(tmp_path: Path) -> None:
    write(tmp_path / "train", [EARLY, LATE], NEWS[:3])
    write(tmp_path / "dev", [LATE, ("U2", "11/16/2019 9:00:00 AM", "N4", "N4-0 N3-1")], NEWS[1:])
    log = read_mind(tmp_path)
    assert len(log.impressions.row) == 7
    assert log.copies == 2
    assert len(log.items.topic) == 4
    alone = read_mind(tmp_path / "train")
    assert len(alone.impressions.row) == 5


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("behaviors.tsv", "1\tU1\tN1-1", r"line 2: 3 columns.*five"),
        ("behaviors.tsv", "1\tU1\tyesterday\t\tN1-1", r"line 2: the time 'yesterday'.*AM"),
        ("news.tsv", "N1 sports", r"line 2: 1 columns.*category"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, line: str, words: str
) -> None:
    path = write(tmp_path, [LATE], NEWS[:1]) / name
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(BadLog, match=rf"{name}, {words}"):
        read_mind(tmp_path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"holds no news\.tsv"):
        read_mind(tmp_path / "nowhere")
    (write(tmp_path, [LATE], NEWS) / "behaviors.tsv").unlink()
    with pytest.raises(BadLog, match=r"holds no behaviors\.tsv"):
        read_mind(tmp_path)


def test_many_categories_have_a_topic_each_and_the_rarest_share_one() -> None:
    news = [News(f"c{n}", "s") for n in range(50) for _ in range(60 - n)]
    topics = dict(zip((one.category for one in news), topics_of(news), strict=True))
    assert [topics[f"c{n}"] for n in range(TOPICS_MAX - 1)] == list(range(TOPICS_MAX - 1))
    assert {topics[f"c{n}"] for n in range(TOPICS_MAX - 1, 50)} == {TOPICS_MAX - 1}


def test_few_categories_are_told_apart_by_subcategory() -> None:
    news = [News("sports", "cricket"), News("sports", "tennis"), News("sports"), News("health")]
    assert len(set(topics_of(news))) == 4
    many = [News(f"c{n}", f"s{n % 2}") for n in range(10)] + [News("c1", "other")]
    assert topics_of(many)[1] == topics_of(many)[-1]
