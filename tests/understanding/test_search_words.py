"""How words are cut for search, and which spellings meet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.understanding.search_words import asked_keys, hashtags, keys, plain, words

_APART = " \t\n\0'\"*()|&:!<>\\"
"""What engines read as something else than a letter."""

SOUND_ALIKE = [
    ("मौसम", "mausam"), ("आज", "aaj"), ("भारत", "bharat"), ("दिल्ली", "delhi"), ("दिल्ली", "dilli"),
    ("मुंबई", "mumbai"), ("क्रिकेट", "cricket"), ("कृष्ण", "krishna"), ("ज्ञान", "gyan"),
    ("फ़िल्म", "film"), ("चुनाव", "chunav"), ("कौन", "kaun"), ("हैदराबाद", "haidarabad"),
    ("शिक्षा", "shiksha"), ("मराठी", "marathi"), ("சென்னை", "chennai"), ("தமிழ்", "thamizh"),
    ("தமிழ்", "tamil"), ("పవన్", "pawan"), ("కేరళ", "kerala"), ("موسم", "mausam"),
    ("پاکستان", "pakistan"), ("কলকাতা", "kolkata"), ("ভারত", "bharat"), ("ଓଡ଼ିଶା", "odisha"),
    ("ગુજરાત", "gujarat"), ("മഴ", "mazha"), ("കേരളം", "keralam"), ("ಬೆಂಗಳೂರು", "bengaluru"),
    ("ਪੰਜਾਬ", "panjab"), ("इंदौर", "indore"), ("मैसूर", "mysore"), ("इंदौर", "indor"),
]  # fmt: skip


@pytest.mark.parametrize(("native", "typed"), SOUND_ALIKE)
def test_a_word_is_met_as_people_spell_its_sound(native: str, typed: str) -> None:
    (word,), (asked,) = words(native), words(typed)
    assert set(keys(word)) & set(asked_keys(asked))


@pytest.mark.parametrize(
    ("native", "other"),
    [("मौसम", "masala"), ("दिल्ली", "mumbai"), ("தமிழ்", "telugu"), ("موسم", "pakistan")],
)
def test_words_that_sound_otherwise_do_not_meet(native: str, other: str) -> None:
    assert not set(keys(words(native)[0])) & set(asked_keys(words(other)[0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ख़बर", "खबर"), ("क़लम", "कलम"), ("अवൻ", "अवൻ"), ("അവൻ", "അവന്‍"), ("२०२६", "2026"),
        ("௨௦", "20"), ("ＦＵＬＬ Width", "full width"), ("Café", "cafe"), ("don't", "dont"),
        ("كتاب", "کتاب"), ("ما‌ہرین", "ماہرین"), ("مَوسَم", "موسم"), ("हाँ", "हां"), ("ড়", "ড়"),
        ("STRASSE", "straße"), ("क्‍ष", "क्ष"),
    ],
)  # fmt: skip
def test_letters_of_which_people_type_either_are_one(one: str, other: str) -> None:
    assert words(one) == words(other) != []


def test_marks_are_half_of_a_word() -> None:
    assert words("हिन्दी") == ["हिन्दी"]
    assert not set(words("हिन्दी")) & set(words("हाँ न द"))
    assert words("விளையாட்டு, செய்தி!") == ["விளையாட்டு", "செய்தி"]


def test_hashtags_are_words_after_a_hash() -> None:
    assert hashtags("#Good_Day ＃दिल्ली a#b #! C&#39;t #GOODDAY") == ["goodday", "दिल्ली"]


@given(st.text(max_size=60))
def test_what_was_cut_is_cut_again_to_the_same(text: str) -> None:
    cut = words(text)
    assert words(" ".join(cut)) == cut
    assert not any(letter in _APART or "\ue000" <= letter <= "\uf8ff" for letter in "".join(cut))
    for word in cut:
        assert all(
            " " not in key and key[0] >= "\ue000" for key in (*keys(word), *asked_keys(word))
        )


@given(st.text(max_size=60))
def test_the_composed_and_the_decomposed_are_one(text: str) -> None:
    assert plain(unicodedata.normalize("NFD", text)) == plain(unicodedata.normalize("NFC", text))
