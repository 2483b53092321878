"""A report as text: tables for a terminal."""

from __future__ import annotations

from typing import Any, Final

from rich.box import SIMPLE
from rich.table import Table

from jhalak.evaluation.slices import FEWEST

MISSING: Final = "-"
SHOWN_GAPS: Final = ("auc", "log_loss", "auc_frozen", "session_gauc", "request_auc")


def labels_table(report: dict[str, Any]) -> Table:
    """By label, the figures of our model and of popularity."""
    table = Table(
        box=SIMPLE, title=f"{report['reported']:,} impressions from {report['report_from']} on"
    )
    by_request = any("request_auc" in one for one in report["labels"].values())
    heads = ["label", "share", "AUC", "log-loss", "calibration error", "session GAUC", "sessions"]
    for name in [*heads, "request AUC", "MRR, nDCG@5, @10"] if by_request else heads:
        left = name == "label"
        table.add_column(name, justify="left" if left else "right", no_wrap=left)
    for name, one in report["labels"].items():
        peer = one["popularity"]
        mine = [
            name.replace("_", " "), _text(one["rate"]), _width(one, "auc"), _width(one, "log_loss"),
            _text(one["calibration"]),
            _width(one, "session_gauc"), f"{one['sessions']:,}",
        ]  # fmt: skip
        theirs = [
            "  by popularity", "", _text(peer["auc"]), _text(peer["log_loss"]), "",
            _text(peer["session_gauc"]), "",
        ]  # fmt: skip
        if by_request:
            ordered = [_text(one[f"request_{key}"]) for key in ("mrr", "ndcg_5", "ndcg_10")]
            mine += [f"{_width(one, 'request_auc')} ({one['requests']:,})", ", ".join(ordered)]
            theirs.append(_text(peer["request_auc"]))
        table.add_row(*mine)
        table.add_row(*theirs, style="dim", end_section=True)
    return table


def slices_table(report: dict[str, Any], label: str) -> Table:
    """The slices of one label."""
    table = Table(box=SIMPLE, title=f"{label.replace('_', ' ')}, by slice")
    for name in ("slice", "rows", "share", "AUC", "log-loss", "calibration error"):
        table.add_column(name, justify="left" if name == "slice" else "right")
    for part in report["labels"][label]["slices"]:
        if part["rows"] < FEWEST:
            continue
        table.add_row(
            f"{part['kind']}: {part['name']}", f"{part['rows']:,}", _text(part["rate"]),
            _width(part, "auc"), _width(part, "log_loss"), _text(part["calibration"]),
        )  # fmt: skip
    return table


def comparison_table(one: dict[str, Any]) -> Table:
    """Differences of two models, by label and figure."""
    table = Table(box=SIMPLE, title=f"{one['a']} minus {one['b']}, paired")
    for name in ("label", "figure", one["a"], one["b"], "difference", "95 % interval", "better"):
        table.add_column(name, justify="left" if name in ("label", "figure") else "right")
    for label, found in one["labels"].items():
        for key in SHOWN_GAPS:
            if key in found:
                gap = found[key]
                table.add_row(
                    label.replace("_", " "), key.replace("_", " "), _text(gap["a"]),
                    _text(gap["b"]), _signed(gap["difference"]), _span(gap["interval"]),
                    gap["better"] or MISSING,
                )  # fmt: skip
        table.add_section()
    return table


def in_words(report: dict[str, Any]) -> str:
    """What was read, what was left out, and how long it took."""
    left_out = {"copies": report["copies"], "histories": report["histories_left_out"]}
    said = [f"{n:,} {what}" for what, n in (left_out | report["omitted"]).items() if n]
    days = f", {report['days'][0]} to {report['days'][1]}" if report["days"] else ""
    learned = f"; learned until {report['train_until']}" if report["train_until"] else ""
    return (
        f"{report['rows']:,} impressions of {report['viewers']:,} viewers{days}{learned}\n"
        + (f"left out: {', '.join(said)}\n" if said else "")
        + f"{report['events_per_s']:,} events/s predicted and learned ({report['cpu_s']} s of CPU)"
    )


def _text(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4f}"


def _signed(value: float | None) -> str:
    return MISSING if value is None else f"{value:+.4f}"


def _span(span: list[float] | None) -> str:
    return MISSING if span is None else f"{span[0]:+.4f} .. {span[1]:+.4f}"


def _width(one: dict[str, Any], key: str) -> str:
    """A figure, and half of its 95 % interval."""
    span = one["intervals"][key]
    return _text(one[key]) + (f" ± {(span[1] - span[0]) / 2:.4f}" if span else "")
