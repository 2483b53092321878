"""A simulation's figures as one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from jhalak.evaluation.charts import calibration_chart
from jhalak.evaluation.simulator.drawing import Line, lines_chart, points_chart
from jhalak.evaluation.simulator.figures import Figure, figures

_STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#16181d;--soft:#5c6470;--rule:#dfe3e8;
--ours:#1f5fbf;--oracle:#0f7b45;--other:#a65a00;--chance:#8a8f98}
@media (prefers-color-scheme:dark){:root{--paper:#14161a;--ink:#e8eaee;--soft:#a0a8b4;
--rule:#333943;--ours:#7fb2ff;--oracle:#55c88c;--other:#f0a95a;--chance:#8a919c}}
*{box-sizing:border-box}body{margin:0;padding:20px 16px 48px;background:var(--paper);
color:var(--ink);font:15px/1.5 system-ui,sans-serif}main{max-width:1080px;margin:0 auto}
h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px}
h3{font-size:14px;margin:0 0 6px}p{margin:4px 0 12px;color:var(--soft);max-width:70ch}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:5px 14px 5px 0;text-align:right;white-space:nowrap;
border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{text-align:left}th{font-size:13px;color:var(--soft)}
.charts{display:grid;gap:28px;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr))}
figure{margin:0}svg{display:block;width:100%;max-width:440px;height:auto;overflow:visible}
text{font:11px system-ui,sans-serif;fill:var(--soft)}polyline{fill:none;stroke-width:2}
.grid{stroke:var(--rule);stroke-width:1}
.zero{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 3}
.ours,.link{stroke:var(--ours)}.oracle{stroke:var(--oracle)}.other{stroke:var(--other)}
.chance{stroke:var(--chance)}.off{stroke:var(--ours);stroke-dasharray:3 4}
circle.ours,circle.mark{fill:var(--ours);stroke:none}circle.other{fill:var(--other);stroke:none}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12px;color:var(--soft)}
.legend i{display:inline-block;width:18px;border-top:2px solid;margin-right:5px;vertical-align:4px}
i.ours{border-color:var(--ours)}i.oracle{border-color:var(--oracle)}i.other{border-color:var(--other)}
i.chance{border-color:var(--chance)}i.off{border-color:var(--ours);border-top-style:dashed}
"""


def page(found: dict[str, Any]) -> str:
    """The page of what summary.trial answered."""
    world = found["world"]
    said = (
        f"{world['viewers']:,} viewers with hidden tastes, {world['days']:g} days,"
        f" {world['slates']:,} slates, {world['impressions']:,} impressions of"
        f" {world['items']:,} items ({world['born']:,} born meanwhile). Seed {world['seed']},"
        f" exploration {world['exploration']:g}. Fitted: "
        + "; ".join(
            f"{name} taps {_text(of['mean'])}, spread of items {_text(of['sd'])}"
            for name, of in world["fitted"].items()
        )
        + "."
    )
    charts = [_worth(found), _interest(found), _bubble(found), _items(found)]
    calibrated = [
        _figure(f"{surface}, {language}: error {_text(of['error'])}", _calibration(of))
        for surface, by_language in found["calibration"].items()
        for language, of in by_language.items()
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Simulation, seed {world['seed']}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>Simulation</h1><p>{escape(said)}</p>{_table(figures(found))}"
        f'<h2>How it went</h2><div class="charts">{"".join(charts)}</div>'
        "<h2>Calibration</h2><p>Probability of a tap: expected across, true upwards.</p>"
        f'<div class="charts">{"".join(calibrated)}</div></main></body></html>\n'
    )


def _worth(found: dict[str, Any]) -> str:
    by_day = found["worth"]["by_day"]
    lines = [
        Line(name, [day[key] for day in by_day], style)
        for name, key, style in (
            ("an oracle", "oracle", "oracle"), ("Jhalak", "worth", "ours"),
            ("best for all", "popular", "other"), ("chance", "random", "chance"),
        )
    ]  # fmt: skip
    off = found.get("without_exploration")
    if off:
        values = [day["worth"] for day in off["worth"]["by_day"]]
        lines.append(Line("Jhalak without exploration", values, "off"))
    days = list(range(1, len(by_day) + 1))
    return _figure("Expected taps a slate, by day", lines_chart("taps", lines, days))


def _interest(found: dict[str, Any]) -> str:
    curves = found["interest"]
    lines = [
        Line("new viewers: profile", curves["cold"]["curve"], "ours"),
        Line("new viewers: ranker", curves["cold"]["ranker"]["curve"], "oracle"),
        Line("new taste: profile", curves["turned"]["curve"], "other"),
        Line("new taste: ranker", curves["turned"]["ranker"]["curve"], "chance"),
    ]
    off = found.get("without_exploration")
    if off:
        curve = off["interest"]["cold"]["ranker"]["curve"]
        lines.append(Line("new viewers: ranker, without exploration", curve, "off"))
    places = list(range(1, len(curves["cold"]["curve"]) + 1))
    chart = lines_chart("top topic known", lines, places, high=1.0, guides=[0.8])
    return _figure("Top topic known, by engagements", chart)


def _bubble(found: dict[str, Any]) -> str:
    of = found["bubble"]
    lines = [
        Line("shown in a day", of["by_day"], "ours"),
        Line("in the viewer's taste", [of["taste"]] * len(of["by_day"]), "oracle"),
    ]
    if "without_exploration" in found:
        values = found["without_exploration"]["bubble"]["by_day"]
        lines.append(Line("shown, without exploration", values, "off"))
    days = list(range(1, len(of["by_day"]) + 1))
    return _figure("Effective number of topics", lines_chart("topics", lines, days))


def _items(found: dict[str, Any]) -> str:
    of = found["items"]
    points = [(guess, true, "other" if video else "ours") for guess, true, video in of["pairs"]]
    title = f"Items after {of['impressions']} impressions: estimated across, true upwards"
    return _figure(title, points_chart("values", points))


def _calibration(of: dict[str, Any]) -> str:
    rows = of["rows"] // max(len(of["bins"]), 1)
    return calibration_chart([(expected, true, rows) for expected, true in of["bins"]])


def _table(rows: list[Figure]) -> str:
    cells = "".join(
        f"<tr><td>{escape(row.name)}</td><td>{_text(row.value)}</td><td>{_text(row.off)}</td>"
        f"<td>{escape(row.wanted)}</td></tr>"
        for row in rows
    )
    head = "<tr><th>figure</th><th>here</th><th>without exploration</th><th>wanted</th></tr>"
    return f'<div class="wide"><table>{head}{cells}</table></div>'


def _figure(title: str, chart: str) -> str:
    return f"<figure><h3>{escape(title)}</h3>{chart}</figure>"


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
