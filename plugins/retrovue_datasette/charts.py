"""Charts as SVG, drawn by the server: bars with their names and numbers, in the page's colours."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

_ROW, _NAMES, _BARS, _NUMBERS = 26, 150, 300, 90  # pixels


def bars(title: str, counts: Mapping[str, int]) -> Markup:
    """A bar for each count, the longest for the highest."""
    most = max(counts.values(), default=0)
    if not most:
        return Markup("")
    rows = Markup("").join(
        _bar(at, str(name), count, count / most) for at, (name, count) in enumerate(counts.items())
    )
    width, height = _NAMES + _BARS + _NUMBERS, _ROW * len(counts)
    told = ", ".join(f"{name}: {count:,}" for name, count in counts.items())
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" aria-label="{}">{}</svg>'
    ).format(width, height, f"{title}. {told}", rows)


def no_picture() -> str:
    """What stands where a poster lacks: a frame that fits a light page and a dark one."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300">'
        '<rect x="2" y="2" width="196" height="296" rx="8" fill="#8884" stroke="#888"/>'
        '<circle cx="100" cy="150" r="34" fill="none" stroke="#888" stroke-width="6"/>'
        '<circle cx="100" cy="150" r="8" fill="#888"/></svg>'
    )


def _bar(at: int, name: str, count: int, share: float) -> Markup:
    y = at * _ROW
    shown = name if len(name) <= 20 else f"{name[:9]}…{name[-9:]}"
    return Markup(
        '<g><title>{}: {}</title><text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="16" rx="2"></rect>'
        '<text x="{}" y="{}">{}</text></g>'
    ).format(
        name, f"{count:,}", _NAMES - 8, y + 17, shown, _NAMES, y + 4, max(1, round(share * _BARS)),
        _NAMES + max(1, round(share * _BARS)) + 6, y + 17, f"{count:,}",
    )  # fmt: skip
