"""Items still encoded say the same as the records that they are of."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jhalak.schema.item import Image, Item, ItemRecord, Rendition
from jhalak.schema.picture import Picture
from jhalak.schema.stored import ImageHead, ItemHead, stored
from tests.worlds import often

WORDS = st.text(max_size=12)
PICTURES = st.none() | st.sampled_from(["a", "b"])
ITEMS = st.builds(
    Item,
    id=WORDS, kind=st.sampled_from(["card", "video"]), language=WORDS, topic=WORDS, title=WORDS,
    summary=WORDS, publisher=WORDS, story=WORDS, sound=WORDS, media=WORDS,
    image=PICTURES.map(lambda src: None if src is None else Image(src=src, alt="x")),
    duration_s=st.floats(0, 1e9), published_ms=st.integers(0, 1 << 60),
    renditions=st.just(()) | st.just((Rendition(src="v", height=2),)),
    expires_ms=st.integers(0, 1 << 60), sensitive=st.booleans(), reviewed=st.booleans(),
    unsafe=st.just(()) | st.just(("violence",)), followers_only=st.booleans(),
)  # fmt: skip
RECORDS = st.builds(
    ItemRecord,
    num=st.integers(1, 1 << 40), seq=st.integers(1, 1 << 40),
    status=st.sampled_from(["live", "recalled"]), item=ITEMS, creator=st.integers(0, 1 << 30),
    embedding=st.binary(max_size=4), changed_ms=st.integers(0, 1 << 60), picture=st.none(),
    private=st.booleans(), by_minor=st.booleans(), withheld=st.booleans(),
)  # fmt: skip


@given(record=RECORDS, src=PICTURES)
@often()
def test_it_is_read_back_and_its_head_says_what_the_item_says(
    record: ItemRecord, src: str | None
) -> None:
    image = record.item.image
    if src is not None and image is not None and image.src == src:
        record = msgspec.structs.replace(record, picture=Picture(src=src))
    kept = stored(record)
    assert kept.record() == record
    assert kept.title() == record.item.title
    head = kept.head()
    assert kept.pictured(head.image) == (record.picture is not None)
    for field in msgspec.structs.fields(ItemHead):
        said = getattr(record.item, field.name)
        expected = ImageHead(said.src) if isinstance(said, Image) else said
        assert getattr(head, field.name) == expected


def test_a_picture_of_an_earlier_image_is_none() -> None:
    item = Item(id="i", language="en", topic="food", title="t", image=Image(src="new"))
    record = ItemRecord(
        num=1, seq=1, status="live", item=item, creator=0, embedding=b"", changed_ms=1,
        picture=Picture(src="old"),
    )  # fmt: skip
    kept = stored(record)
    assert kept.record().picture is None
    assert not kept.pictured(kept.head().image)
