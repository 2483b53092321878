"""How long a story stays good: from its topic and its words."""

from __future__ import annotations

from typing import Final

import regex

from jhalak.schema.item import bounded_lifetime

NAME: Final = "lifetime-1"
HOUR_MS: Final = 3_600_000

_WORDS: Final = (
    # What is over when the day is: today's prices, results as they come, warnings.
    (12.0, regex.compile(
        r"\b(?:live|today|tonight|this morning|horoscope|rate today|score|breaking)\b"
        r"|आज|राशिफल|लाइव|இன்று|ராசிபலன்|நேரலை|నేడు|నేటి|ఈరోజు|రాశిఫలాలు"
        r"|\b(?:hari ini|malam ini|pagi ini|live)\b"
        r"|আজ|রাশিফল|राशीभविष्य|આજે|આજનું|રાશિફળ|ಇಂದು|ಇಂದಿನ|ಭವಿಷ್ಯ|ഇന്ന്|ഇന്നത്തെ|ਅੱਜ|ଆଜି|ରାଶିଫଳ|آج|براہ راست",
        regex.IGNORECASE)),
    (24.0, regex.compile(
        r"\b(?:beat|beats|won by|wins by|result|results|scorecard|alert|warning)\b"
        r"|नतीजे|हराया|अलर्ट|தோற்கடித்|எச்சரிக்கை|ఫలితాలు|హెచ్చరిక|\b(?:kalahkan|hasil|skor|peringatan)\b"
        r"|ফলাফল|হারাল|सतर्कतेचा|निकाल|પરિણામ|એલર્ટ|ಫಲಿತಾಂಶ|എതിരെ ജയം|ഫലം|ਨਤੀਜਾ|ਅਲਰਟ|ଫଳାଫଳ|نتائج|الرٹ",
        regex.IGNORECASE)),
    # What is as good next season: recipes, how things are done, why things are so.
    (1440.0, regex.compile(
        r"\b(?:recipe|how to|tips|ways to|why do|why does|history of|benefits of|home remed\w+)\b"
        r"|रेसिपी|बनाने की|कैसे बनाएं|टिप्स|फायदे|செய்முறை|செய்வது எப்படி|எளிய வழிகள்|తయారీ|చిట్కాలు|ఎలా"
        r"|\b(?:resep|cara|tips|manfaat|kenapa)\b|রেসিপি|উপায়|পদ্ধতি|पाककृती|कृती|कसे|रीत|રેસીપી|ટિપ્સ"
        r"|ಮಾಡುವ ವಿಧಾನ|ಸಲಹೆ|തയ്യാറാക്കാം|പൊടിക്കൈ|എങ്ങനെ|ਤਰੀਕਾ|ਨੁਸਖ|ଉପାୟ|ترکیب|طریقہ|فوائد",
        regex.IGNORECASE)),
)  # fmt: skip
_PULL: Final = 0.7
"""How much a word counts against the topic, in the logarithm of hours."""


def lifetime_h(text: str, topic_h: float) -> tuple[float, float]:
    """Hours that a text of a topic stays good, and how sure that is, in [0, 1].

    The topic's own hours, pulled towards what its words say (in logarithms, so that 2 hours and
    2 months meet half-way at 2 days). 20 us.
    """
    for hours, words in _WORDS:
        if words.search(text):
            return bounded_lifetime(topic_h ** (1 - _PULL) * hours**_PULL), 0.8
    return bounded_lifetime(topic_h), 0.5
