"""The figures that count, one a line, each with what is wanted of it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Figure(NamedTuple):
    """One line of a report."""

    name: str
    value: float | None
    off: float | None
    """The same with exploration off; None: not tried, or not known."""
    wanted: str = ""
    met: bool | None = None
    """None: nothing is wanted, or the run was too small to say."""


CORRELATION = 0.7
KNOWN = 0.8
CALIBRATED = 0.03


def worst_calibration(found: dict[str, Any], kind: str = "error") -> float | None:
    """The greatest error over surfaces and languages."""
    errors = [of[kind] for by in found["calibration"].values() for of in by.values()]
    return max(errors, default=None)


def figures(found: dict[str, Any]) -> list[Figure]:
    """Of what summary.trial answered."""
    off = found.get("without_exploration")

    def line(name: str, *path: str, least: float | None = None) -> Figure:
        value, other = _at(found, path), _at(off, path)
        if least is None:
            return Figure(name, value, other)
        met = None if value is None else value >= least
        return Figure(name, value, other, f"at least {least:g}", met)

    error = worst_calibration(found)
    cold, turned = (found["interest"][key] for key in ("cold", "turned"))
    return [
        line("expected taps a slate", "worth", "mean", "worth"),
        line("  of an oracle", "worth", "mean", "oracle"),
        line("  of what is best for all", "worth", "mean", "popular"),
        line("  of chance", "worth", "mean", "random"),
        line("regret", "worth", "regret"),
        line(
            f"top topic right after {cold['after']} engagements (new viewers)", "interest",
            "cold", "right", least=KNOWN,
        ),
        line("  by what the ranker prefers", "interest", "cold", "ranker", "right"),
        line("  by an observer of the same slots", "interest", "observer"),
        line("  by an observer who chooses the slots", "interest", "ceiling"),
        line(
            f"new top topic found within {turned['after']} engagements", "interest", "turned",
            "within", least=KNOWN,
        ),
        line("  right just then", "interest", "turned", "right"),
        line("  found by what the ranker prefers", "interest", "turned", "ranker", "within"),
        line("  right just then", "interest", "turned", "ranker", "right"),
        line(
            f"new items' values after {found['items']['impressions']} impressions, rank"
            " correlation", "items", "correlation", least=CORRELATION,
        ),
        line("  within topics", "items", "within_topic"),
        line("  of all items", "items", "all", "correlation"),
        line("new items with so many impressions", "items", "known"),
        line("new items shown at all, share", "items", "shown_share"),
        line("topics shown a viewer, effective number", "bubble", "shown"),
        line("  in the viewer's own taste", "bubble", "taste"),
        Figure(
            "worst calibration error of a language and surface", error,
            worst_calibration(off) if off else None, f"at most {CALIBRATED:g}",
            None if error is None else error <= CALIBRATED,
        ),
        Figure(
            "  against taps as shown", worst_calibration(found, "as_shown"),
            worst_calibration(off, "as_shown") if off else None,
        ),
        line("language shares, mean error", "languages", "error"),
        line("language shares, rank correlation", "languages", "correlation"),
    ]  # fmt: skip


def _at(data: Any, path: tuple[str, ...]) -> float | None:
    for name in path:
        if data is None:
            return None
        data = data.get(name)
    return None if data is None else float(data)
