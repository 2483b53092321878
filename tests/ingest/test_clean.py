"""Texts of sources become plain text, and nothing of the headline is lost."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.ingest.clean import HEADLINE, clean, clean_title, headline, shortened, unescaped
from jhalak.ingest.mojibake import is_mojibake, repair

HINDI = "दिल्ली में आज बारिश"
MARATHI = "जेनिफरने पतीच्या कपड्यांची स्टाईल बदलली"


@pytest.mark.parametrize(
    ("given_text", "plain"),
    [
        ("  a \t b\r\n c\u00a0d ", "a b c d"),
        ("<b>AT&amp;T</b> rises", "AT&T rises"),
        ("5 &lt; 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("&amp;lt;b&amp;gt;twice&amp;lt;/b&amp;gt; escaped", "twice escaped"),
        ("one<br/>two<p>three</p>", "one two three"),
        ("x<script>alert('&lt;')</script>y", "x y"),
        ("x<style>p{}", "x"),
        ("a\u0000b\u0007c\u202ed\ufeff", "abcd"),
        ("e\u0301", "\u00e9"),
        ("<!-- hidden -->shown", "shown"),
        ("I <3 you & you <3 me", "I <3 you & you <3 me"),
    ],
)
def test_markup_controls_and_blanks_go(given_text: str, plain: str) -> None:
    assert clean(given_text) == plain


@pytest.mark.parametrize("digits", [7, 99, 100, 5000, 15_000])
def test_a_number_that_names_no_letter_is_replaced(digits: int) -> None:
    assert clean(f"A &#{'9' * digits}; B &#65;") == "A \ufffd B A"
    assert unescaped(f"&#{'0' * min(digits, 50)}65;") == "A"


def test_joiners_that_spell_stay_and_those_that_join_nothing_go() -> None:
    assert clean("പിടിയില്\u200d") == "പിടിയില്\u200d"
    assert clean("ಟ್ರೇನ್?\u200c \u200c") == "ಟ್ರೇನ್?"
    assert clean("\u200cकल") == "कल"
    assert clean("नेपाली क्\u200dष") == "नेपाली क्\u200dष"


def test_a_zero_width_space_after_a_virama_becomes_the_joiner_that_was_meant() -> None:
    assert clean("ಆರ್\u200bಸಿಬಿ") == "ಆರ್\u200cಸಿಬಿ"
    assert clean("യുവാവ്\u200b ദുബൈ") == "യുവാവ് ദുബൈ"


def test_the_date_line_behind_an_odia_headline_goes() -> None:
    scraped = (
        "\n          ଏଇ ଭାରତରେ          \n\t\t\t\n"
        "        9:27 amJune 5, 2023June 5, 2023 / \n\t\t\t21\t\t\n\n"
    )
    assert clean_title(scraped) == "ଏଇ ଭାରତରେ"
    assert clean_title("ଏଇ ଭାରତରେ 12:14 pmJuly 25, 2023 / 21") == "ଏଇ ଭାରତରେ"


@pytest.mark.parametrize(
    "title",
    ["Schools reopen June 5, 2023", "Train leaves at 9:27 am", "Sale ends 12:00 pm, see Print"],
)
def test_a_date_that_belongs_to_the_headline_stays(title: str) -> None:
    assert clean_title(title) == title


def test_a_print_button_on_its_own_line_goes_and_the_word_stays() -> None:
    assert clean_title("ਗਾਇਕ ਹੋਏ ਨਤਮਸਤਕ \nPrint\n ") == "ਗਾਇਕ ਹੋਏ ਨਤਮਸਤਕ"
    assert clean_title("The End of Print") == "The End of Print"
    assert clean_title("\nPrint\n") == ""


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "cp866", "cp437"])
def test_hindi_read_in_a_wrong_encoding_is_repaired(codec: str) -> None:
    try:
        broken = MARATHI.encode().decode(codec)
    except UnicodeDecodeError:
        broken = MARATHI.encode().decode("latin-1")
    assert broken != MARATHI
    assert repair(broken) == MARATHI
    assert not is_mojibake(MARATHI)


def test_mojibake_that_lost_bytes_is_recognised() -> None:
    assert is_mojibake("\ufffd\ufffd\ufffd news")
    broken = HINDI.encode().decode("cp1252", "ignore")
    assert is_mojibake(repair(broken))


@pytest.mark.parametrize(
    "text",
    ["Café déjà vu à Paris", "Ração é ótima", "Großer Überblick", "Ça va £5 – “naïve”", HINDI,
     "Ünlü şarkıcı", "Élan vital: à la carte", "اردو میں خبریں", "Война и мир"],
)  # fmt: skip
def test_honest_letters_are_not_called_mojibake(text: str) -> None:
    assert repair(text) == text
    assert not is_mojibake(text)


def test_a_long_title_is_cut_between_words_with_an_ellipsis() -> None:
    title = "word " * 30
    short, cut = headline(title.strip())
    assert cut
    assert short.endswith("word…")
    assert len(short) <= HEADLINE


def test_graphemes_count_not_code_points() -> None:
    family = "👩‍👩‍👧‍👦"  # seven code points, one grapheme
    assert headline(family * HEADLINE) == (family * HEADLINE, False)
    assert headline(family * (HEADLINE + 1)) == (family * (HEADLINE - 1) + "…", True)


WORDS = {
    "hi": "मुख्यमंत्री", "mr": "विद्यार्थ्यांच्या", "bn": "প্রধানমন্ত্রীর", "ta": "கிரிக்கெட்",
    "te": "ముఖ్యమంత్రి", "gu": "વિદ્યાર્થીઓએ", "kn": "ಮುಖ್ಯಮಂತ್ರಿ", "ml": "മുഖ്യമന്ത്രി",
    "pa": "ਪ੍ਰਧਾਨਮੰਤਰੀ", "or": "ମୁଖ୍ୟମନ୍ତ୍ରୀ", "ur": "وزیراعظم", "en": "minister", "id": "menteri",
}  # fmt: skip


@pytest.mark.parametrize("language", WORDS)
def test_a_long_title_is_cut_at_a_words_end_in(language: str) -> None:
    word = WORDS[language]
    for lead in range(12):
        title = "x" * lead + " " + " ".join([word] * 40)
        short, cut = headline(clean(title))
        assert cut
        assert set(short.removesuffix("…").split()) <= {word, "x" * lead}
        assert len(regex.findall(r"\X", short)) > HEADLINE - len(regex.findall(r"\X", word)) - 2


@pytest.mark.parametrize("language", WORDS)
def test_a_single_longer_word_is_cut_at_a_cluster_without_a_virama_at_its_end_in(
    language: str,
) -> None:
    for lead in range(12):
        title = "x" * lead + WORDS[language] * 30
        short, cut = headline(title)
        kept = short.removesuffix("…")
        clusters = regex.findall(r"\X", title)
        assert cut
        assert kept == "".join(clusters[: len(regex.findall(r"\X", kept))])
        assert "VIRAMA" not in unicodedata.name(kept[-1])
        assert HEADLINE - 4 <= len(regex.findall(r"\X", short)) <= HEADLINE


def test_a_short_word_before_an_endless_one_does_not_stand_alone() -> None:
    short, _ = headline("A " + "b" * 200)
    assert short == "A " + "b" * (HEADLINE - 3) + "…"


def test_a_title_of_viramas_and_one_of_dashes_are_cut_too() -> None:
    assert headline("ಕ್" * 200)[0].endswith("…")
    assert headline("-" * 200)[0] == "-" * (HEADLINE - 1) + "…"


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_a_headline_never_exceeds_its_length_nor_invents_words(text: str) -> None:
    title = clean(text)
    short, cut = headline(title)
    assert len(regex.findall(r"\X", short)) <= HEADLINE
    assert short == title if not cut else title.startswith(short.removesuffix("…"))


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_clean_text_is_nfc_without_controls_and_double_blanks(text: str) -> None:
    once = clean(text)
    assert not any(unicodedata.category(letter) == "Cc" for letter in once)
    assert unicodedata.is_normalized("NFC", once)
    assert once == " ".join(once.split())


def test_a_long_summary_is_cut() -> None:
    assert len(shortened("word " * 1000)) <= 1000
    assert shortened("short") == "short"


@pytest.mark.parametrize(
    "bomb",
    ["<" * 20_000, "<script" * 3_000, "&amp;" * 5_000, "\u200c " * 10_000, "<a" * 10_000,
     "<!--" * 5_000, " \n" * 10_000, "1:00 am" * 3_000],
)  # fmt: skip
def test_texts_made_to_be_slow_are_not(bomb: str) -> None:
    clean_title(bomb)
