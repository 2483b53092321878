"""Languages of headlines, told by script first."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.language import (
    agrees,
    classify,
    detect,
    dominant,
)
from jhalak.understanding.scripts import SCRIPT_OF, letters_by_script, script_of, written_in

DATA = Path(__file__).parents[3] / "shared" / "data"
SIB200 = DATA / "sib200"
HINGLISH = DATA / "hinglish-top" / "validation.tsv"

HEADLINES = {
    "en": "The government has announced a new plan for schools",
    "hi": "दिल्ली में आज तेज़ बारिश हुई है और कई इलाकों में पानी भर गया",
    "ta": "சென்னையில் இன்று பலத்த மழை",
    "te": "హైదరాబాద్‌లో ఈ రోజు భారీ వర్షం",
    "id": "Presiden meresmikan jalan tol baru di Jawa Barat hari ini",
    "bn": "কলকাতায় আজ ভারী বৃষ্টির সম্ভাবনা",
    "mr": "मुंबईत आज मुसळधार पाऊस पडण्याची शक्यता आहे",
    "gu": "અમદાવાદમાં આજે ભારે વરસાદ",
    "kn": "ಬೆಂಗಳೂರಿನಲ್ಲಿ ಇಂದು ಭಾರಿ ಮಳೆ",
    "ml": "കേരളത്തിൽ ഇന്ന് കനത്ത മഴ",
    "pa": "ਪੰਜਾਬ ਵਿੱਚ ਅੱਜ ਭਾਰੀ ਮੀਂਹ",
    "or": "ଓଡ଼ିଶାରେ ଆଜି ପ୍ରବଳ ବର୍ଷା",
    "ur": "لاہور میں آج شدید بارش ہوئی ہے",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_recognised(language: str) -> None:
    found, confidence = detect(HEADLINES[language])
    assert found == language
    assert 0 < confidence <= 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La pluie est tombée toute la journée sur la ville de Lyon", "fr"),
        ("काठमाडौंमा आज ठूलो पानी परेको छ र सडकहरू डुबेका छन्", "ne"),
        ("গুৱাহাটীত আজি প্ৰচণ্ড বৰষুণ", "as"),
        ("امروز در تهران باران شدیدی بارید و خیابان‌ها پر آب شد", "fa"),
        ("今日は東京で大雨が降りました", "ja"),
        ("В Москве сегодня идёт сильный дождь", "ru"),
        ("aaj ka mausam kaisa hai aur kya hoga", "hi-Latn"),
    ],
)
def test_other_languages_are_named_and_are_undetermined_to_us(text: str, language: str) -> None:
    assert classify(text)[0] == language
    assert detect(text)[0] == "und"


@pytest.mark.parametrize("text", ["", "123 456", "!!!", "🎉", "😀 2024"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert detect(text) == ("und", 0.0)


def test_a_brand_in_latin_letters_does_not_make_a_headline_english() -> None:
    assert detect("Surat: સુરતમાં ફરી ખેલાયો ખુની ખેલ")[0] == "gu"
    assert detect("Samsung Galaxy S24 Ultra: कीमत और फीचर्स की पूरी जानकारी")[0] == "hi"


def test_two_native_scripts_in_one_text_are_none_of_ours() -> None:
    assert detect(HEADLINES["ta"] + " " + HEADLINES["te"])[0] == "und"


def test_latin_with_a_native_word_is_mixed_unless_its_source_says_which() -> None:
    title = "WhatsApp Undo Feature: জেনে নিন বিশদে"
    assert classify(title)[0] == "mixed"
    assert agrees("bn", title)
    assert not agrees("en", title)
    assert not agrees("hi", title)


def test_a_folder_named_punjabi_does_not_make_english_punjabi() -> None:
    assert not agrees("pa", HEADLINES["en"])


def test_the_source_decides_between_neighbours_never_against_the_script() -> None:
    title = "Teka-teki Sosok Si Ndablek"
    assert detect(title)[0] != "id"
    assert detect(title, hint="id")[0] == "id"
    assert detect(HEADLINES["ta"], hint="id")[0] == "ta"


def test_most_of_a_source_is_its_language() -> None:
    assert dominant([HEADLINES["id"]] * 6 + [HEADLINES["ta"]] * 2) == "id"
    assert dominant([HEADLINES["id"]] * 4) == ""
    assert dominant([HEADLINES[code] for code in LANGUAGES]) == ""
    assert dominant([]) == ""


def is_romanised_hindi(text: str) -> bool:
    return classify(text)[0] == "hi-Latn"


def test_english_with_hindi_names_is_not_romanised_hindi() -> None:
    assert not is_romanised_hindi("Kangana takes a jibe at Taapsee Pannu again!")
    assert not is_romanised_hindi("Kareena Kapoor shares first picture of her baby boy")
    assert not is_romanised_hindi("Tu Jhoothi Main Makkaar: box office collection of the week")
    assert not is_romanised_hindi("Ke mana harga beras akan bergerak tahun ini")


def test_letters_are_counted_by_script() -> None:
    assert letters_by_script("ab 12 कख!") == {"Latn": 2, "Deva": 2}
    assert script_of("ʼಬೆಲ್ಲದ ದೋಸೆʼ") == "Knda"
    assert written_in("WhatsApp ট", "Beng")
    assert set(SCRIPT_OF) == set(LANGUAGES)


@pytest.mark.skipif(not SIB200.exists(), reason="no ../shared/data/sib200")
@pytest.mark.parametrize(
    ("folder", "language", "share", "share_of_titles"),
    [
        ("hin_Deva", "hi", 0.99, 0.94), ("mar_Deva", "mr", 0.99, 0.94), ("eng_Latn", "en", 1, 0.97),
        ("ind_Latn", "id", 0.99, 0.94), ("ben_Beng", "bn", 1, 0.98), ("urd_Arab", "ur", 1, 0.97),
        ("tam_Taml", "ta", 1, 1), ("tel_Telu", "te", 1, 1), ("guj_Gujr", "gu", 1, 1),
        ("kan_Knda", "kn", 1, 1), ("mal_Mlym", "ml", 1, 1), ("pan_Guru", "pa", 1, 1),
        ("ory_Orya", "or", 1, 1), ("npi_Deva", "und", 0.99, 0.85), ("asm_Beng", "und", 0.99, 0.95),
        ("jpn_Jpan", "und", 1, 1),
    ],
)  # fmt: skip
def test_sentences_of_sib200_and_their_first_four_words_are_recognised(
    folder: str, language: str, share: float, share_of_titles: float
) -> None:
    with (SIB200 / folder / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        texts = [row["text"] for row in rows]
    found = [detect(text)[0] for text in texts]
    assert found.count(language) >= share * len(found)
    titles = [detect(" ".join(text.split()[:4]))[0] for text in texts]
    assert titles.count(language) >= share_of_titles * len(titles)


@pytest.mark.skipif(not HINGLISH.exists(), reason="no ../shared/data/hinglish-top")
def test_romanised_hindi_is_told_from_english() -> None:
    with HINGLISH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[::4]
    assert sum(is_romanised_hindi(row["cs_query"]) for row in rows) >= 0.94 * len(rows)
    assert sum(classify(row["en_query"])[0] == "en" for row in rows) >= 0.95 * len(rows)


def test_languages_that_are_not_ours_stay_undetermined() -> None:
    lines = (Path(__file__).parent / "lines" / "other_languages.tsv").read_text("utf-8")
    texts = [line.split("\t")[1] for line in lines.splitlines()]
    found = [detect(text)[0] for text in texts]
    assert found.count("und") >= 0.95 * len(found)
