"""What hostile people write, and what they would like to be called."""

from __future__ import annotations

import itertools
from typing import Final

MARKUP: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<style>@import'//evil.example'</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input name=x>",
    "<object data=//evil.example>",
    "<embed src=//evil.example>",
    "<video><source onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus>",
    "<marquee onstart=alert(1)>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "--><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "{@html '<img src=x onerror=alert(1)>'}",
    "<%= 7*7 %>",
    "#{7*7}",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "{{7*7}}",
    "${7*7}",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "%3Cb%3E",
)
SQL: Final = (
    *(
        f"{begin}{middle}{end}"
        for begin, middle, end in itertools.product(
            ("'", "\"", "1", "x')", "\\'", "%27"),
            (" OR 1=1", "; DROP TABLE comments",
             " UNION SELECT password_hash FROM creator_accounts",
             "; UPDATE creator_accounts SET verified_ms=1", " AND sleep(5)",
             "; DELETE FROM videos", " || (SELECT 1)", "; ATTACH DATABASE '/tmp/x' AS x",
             " OR ''='", "; COMMIT"),
            ("--", " --+", "#", "/*", ";"),
        )
    ),
    "'; DROP TABLE viewers; --", "1; SELECT pg_sleep(9)", "%' AND 1=1 --", "%", "_", ":name", "$1",
    "?",
)  # fmt: skip
XSS: Final = tuple(
    f"{before}{one}{after}"
    for (before, after), one in itertools.product((("", ""), ("so ", " nice"), ("🌧", "।")), MARKUP)
)
HANDLES: Final = (
    "аdmin", "jhаlak", "jha1ak", "jhalаk", "jhalak．", "ϳhalak", "jhаlаk", "ｊｈａｌａｋ", "JHALAK",
    "ofﬁcial", "adm\u0131n", "roott\u200b", "asha\u200b", "as\u00adha", "mod\u00adrator",
    "su pport", "as ha", "оfficial", "аsha", "Asha", "@asha", "asha/", "asha%00", "asha\n",
    "asha\u0301", "\u202easha", "<b>asha</b>", "asha'--", "..asha", "../asha", "jhaIak", "0fficial",
    "supp0rt", "rnoderator", "x" * 25,
)  # fmt: skip
"""Each looks like ours or somebody's, or is not spelt as handles are."""
BODIES: Final = (
    b"", b"null", b"[]", b"{", b'"\xff"', b'{"handle": "\\ud800"}', b"[" * 5000, b"1e999",
    b'{"handle": "a.b.c", "password": "long enough it is", "birth_year": 1e3}',
    b'{"handle": "a.b.c", "password": "long enough it is", "birth_year": 9' + b"9" * 400 + b"}",
)  # fmt: skip
"""None has a shape that anything takes."""
