"""Claim: languages are told from a title, Hindi in Latin letters too, and others are not ours.

python -m benchmarks.understanding_language ../shared/data
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.understanding_data import LINES, SIB, Data, data, say
from jhalak.understanding.language import classify, detect


def main() -> None:
    found = data(__doc__ or "")
    _ours(found)
    _hinglish(found)
    _others(found)


def _share(texts: Sequence[str], language: str) -> float:
    return 100 * float(np.mean([detect(text)[0] == language for text in texts]))


def _ours(found: Data) -> None:
    whole: dict[str, float] = {}
    short: dict[str, float] = {}
    texts = {code: [text for _, _, text in found.sentences(SIB[code])] for code in SIB}
    classify(texts["en"][0])
    begin = time.process_time()
    for code, lines in texts.items():
        whole[code] = _share(lines, code)
    spent = (time.process_time() - begin) / sum(map(len, texts.values()))
    for code, lines in texts.items():
        short[code] = _share([" ".join(line.split()[:4]) for line in lines], code)
    print("whole  ", {code: round(share, 1) for code, share in whole.items()})
    print("4 words", {code: round(share, 1) for code, share in short.items()})
    mean, four = float(np.mean(list(whole.values()))), float(np.mean(list(short.values())))
    least = min(*whole.values(), *short.values())
    say("sib200 dev, whole, average %", mean, "at least 99", mean >= 99, "py3langid 99.5")
    say("sib200 dev, 4 words, average %", four, "at least 97", four >= 97, "py3langid 94.5")
    say("worst language %", least, "at least 94", least >= 94)
    say("us of CPU a sentence", spent * 1e6, "reported", None, "py3langid 282, pycld2 30")


def _hinglish(found: Data) -> None:
    rows = found.hinglish()
    english = 100 * float(np.mean([classify(one)[0] == "en" for one, _ in rows]))
    hindi = 100 * float(np.mean([classify(other)[0] == "hi-Latn" for _, other in rows]))
    say("hinglish-top, English as English %", english, "at least 95", english >= 95)
    say("hinglish-top, Hindi as hi-Latn %", hindi, "at least 95", hindi >= 95, "cld3 40")


def _others(found: Data) -> None:
    for folder in ("npi_Deva", "asm_Beng", "jpn_Jpan"):
        share = _share([text for _, _, text in found.sentences(folder)], "und")
        say(f"{folder} as und %", share, "at least 95", share >= 95)
    lines = (LINES / "other_languages.tsv").read_text("utf-8").splitlines()
    share = _share([line.partition("\t")[2] for line in lines], "und")
    say("Persian, Russian, Spanish and 14 more as und %", share, "at least 95", share >= 95)


if __name__ == "__main__":
    main()
