"""A report as one HTML page that needs nothing else: its style and charts are in it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Final

from jhalak.evaluation.charts import Dot, calibration_chart, days_chart, dots_chart
from jhalak.evaluation.slices import FEWEST

MISSING: Final = "–"
FIGURE_NAMES: Final = {
    "auc": "AUC",
    "log_loss": "log-loss",
    "auc_frozen": "AUC, state frozen at the session's start",
    "log_loss_frozen": "log-loss, state frozen",
    "session_gauc": "session GAUC, state frozen",
    "session_gauc_live": "session GAUC, live",
    "session_mrr": "MRR by session",
    "session_ndcg_5": "nDCG@5 by session",
    "session_ndcg_10": "nDCG@10 by session",
    "request_auc": "AUC by request",
    "request_mrr": "MRR by request",
    "request_ndcg_5": "nDCG@5 by request",
    "request_ndcg_10": "nDCG@10 by request",
}
_NOT_DRAWN: Final = ("log_loss_frozen", "session_gauc_live", "session_mrr", "session_ndcg_10")
_STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#16181d;--soft:#5c6470;--rule:#dfe3e8;
--mark:#1f5fbf;--good:#0f7b45;--bad:#b3341f}
@media (prefers-color-scheme:dark){:root{--paper:#14161a;--ink:#e8eaee;--soft:#a0a8b4;
--rule:#333943;--mark:#7fb2ff;--good:#55c88c;--bad:#ff8f78}}
*{box-sizing:border-box}
body{margin:0;padding:20px 16px 48px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto}
h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 4px}
h3{font-size:14px;margin:0 0 6px}p{margin:4px 0 12px;color:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:5px 12px 5px 0;text-align:right;white-space:nowrap;
border-bottom:1px solid var(--rule)}
th{font-weight:600;font-size:13px;color:var(--soft)}th:first-child,td:first-child{text-align:left}
td small{color:var(--soft)}
.charts{display:grid;gap:24px;grid-template-columns:repeat(auto-fill,minmax(min(290px,100%),1fr));
align-items:start}
figure{margin:0}svg{display:block;width:100%;max-width:420px;height:auto;overflow:visible}
text{font:11px system-ui,sans-serif;fill:var(--soft)}text.name{font-size:12px;fill:var(--ink);
paint-order:stroke;stroke:var(--paper);stroke-width:4px}
polyline{fill:none;stroke-width:1.5}.grid{stroke:var(--rule);stroke-width:1}
.zero{stroke:var(--soft);stroke-dasharray:4 3}.link{stroke:var(--mark);opacity:.45}
.interval{stroke:var(--soft);stroke-width:2}
circle.mark{fill:var(--mark)}circle.good{fill:var(--good)}circle.bad{fill:var(--bad)}
"""


def page(report: dict[str, Any]) -> str:
    """The page of what report.summary answered."""
    first, last = report["days"] or (MISSING, MISSING)
    parts = [
        "<h1>Replay</h1>",
        f"<p>{report['reported']:,} impressions from {report['report_from']} on, of"
        f" {report['rows']:,} from {first} to {last} by {report['viewers']:,} viewers."
        " Each was foretold before its outcome was known."
        + (f" Learned until {report['train_until']}." if report["train_until"] else "")
        + "</p>",
        _left_out(report),
        _overview(report["labels"]),
        *(_comparison(one) for one in report["comparisons"]),
        *(_label(name, one) for name, one in report["labels"].items()),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Replay from {report['report_from']}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _left_out(report: dict[str, Any]) -> str:
    counts = {"copies": report["copies"], "histories": report["histories_left_out"]}
    said = [f"{n:,} {escape(what)}" for what, n in (counts | report["omitted"]).items() if n]
    return f"<p>Left out: {', '.join(said)}.</p>" if said else ""


def _overview(labels: dict[str, Any]) -> str:
    keys = ["auc", "log_loss", "session_gauc"]
    if any("request_auc" in one for one in labels.values()):
        keys += ["request_auc", "request_mrr", "request_ndcg_5", "request_ndcg_10"]
    heads = ["label", "share", *(_name(key) for key in keys), "calibration error"]
    rows = []
    for name, one in labels.items():
        cells = [_words(name), _text(one["rate"])]
        cells += [_with_width(one[key], one["intervals"][key]) for key in keys]
        rows.append([*cells, _text(one["calibration"])])
        peer = one["popularity"]
        cells = ["<small>by popularity</small>", ""]
        cells += [f"<small>{_text(peer.get(key))}</small>" for key in keys]
        rows.append([*cells, ""])
    return _table(heads, rows) + "<p>± is half of a 95 % interval; viewers are the units.</p>"


def _comparison(one: dict[str, Any]) -> str:
    a, b = escape(one["a"]), escape(one["b"])
    charts = [
        _figure(_words(label), dots_chart(dots, zero=True))
        for label, found in one["labels"].items()
        if (dots := list(_gaps(found, one["a"])))
    ]
    return (
        f"<h2>{a} minus {b}</h2><p>On the same rows, with paired 95 % intervals. Green: {a} is"
        f" better beyond doubt; red: {b} is; blue: neither. Of log-loss, less is better.</p>"
        f'<div class="charts">{"".join(charts)}</div>'
    )


def _gaps(found: dict[str, Any], a: str) -> Iterable[Dot]:
    for key, gap in found.items():
        if gap["interval"] is None or key in _NOT_DRAWN:
            continue
        style = "mark" if gap["better"] is None else "good" if gap["better"] == a else "bad"
        note = f"{gap['difference']:+.4f}".replace("-", "−")
        low, high = gap["interval"]
        yield Dot(_name(key), gap["difference"], low, high, style, note)


def _label(name: str, one: dict[str, Any]) -> str:
    charts = []
    curve = [(part["expected"], part["happened"], part["rows"]) for part in one["curve"]]
    if curve:
        title = f"Calibration, error {_text(one['calibration'])}: expected across, happened up"
        charts.append(_figure(title, calibration_chart(curve)))
    days = [dot for day in one["days"] if (dot := _part_dot(day["day"][5:], day))]
    if days:
        charts.append(_figure("AUC by day", days_chart(days)))
    parts = [
        dot
        for part in one["slices"]
        if part["rows"] >= FEWEST and (dot := _part_dot(f"{part['kind']}: {part['name']}", part))
    ]
    if parts:
        charts.append(_figure("AUC by slice", dots_chart(parts)))
    coverage = [
        f"{_percent(share)} within the first {depth} (by popularity"
        f" {_percent(one['popularity']['coverage'][depth])})"
        for depth, share in one["coverage"].items()
        if share is not None
    ]
    said = f"<p>Of the items shown, {'; '.join(coverage)} of some list.</p>" if coverage else ""
    return f'<h2>{_words(name)}</h2>{said}<div class="charts">{"".join(charts)}</div>'


def _part_dot(name: str, part: dict[str, Any]) -> Dot | None:
    span = part["intervals"]["auc"]
    if part["auc"] is None or span is None:
        return None
    low, high = span
    return Dot(name, part["auc"], low, high, note=f"{part['auc']:.3f} · {part['rows']:,} rows")


def _figure(title: str, chart: str) -> str:
    return f"<figure><h3>{title}</h3>{chart}</figure>"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _with_width(value: float | None, span: list[float] | None) -> str:
    half = f" <small>± {(span[1] - span[0]) / 2:.4f}</small>" if span else ""
    return _text(value) + half


def _text(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4f}"


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{100 * value:.0f} %"


def _words(name: str) -> str:
    return escape(name.replace("_", " "))


def _name(key: str) -> str:
    return FIGURE_NAMES.get(key, key)
