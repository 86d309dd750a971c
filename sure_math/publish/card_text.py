"""Values of the data card as text: the filters of its template."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from sure_math.publish.markdown import code


def number(value: int | None) -> str:
    """With separators: 8,800; a dash for what was not counted."""
    return Markup("-") if value is None else f"{value:,}"


def megabytes(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.0f} kB"


def percent(estimate: Mapping[str, float]) -> str:
    """A share with its 95 % interval, in per cent."""
    low, high = 100 * estimate["low"], 100 * estimate["high"]
    return f"{100 * estimate['value']:.1f} % ({low:.0f} to {high:.0f})"


def figure(estimate: Mapping[str, float]) -> str:
    """A figure with its 95 % interval."""
    return f"{estimate['value']:.2f} ({estimate['low']:.2f} to {estimate['high']:.2f})"


def counted(counts: Mapping[str, int]) -> str:
    """Names with their counts: harder 39, apply 9."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def total(counts: Mapping[str, int]) -> int:
    """The sum of all counts."""
    return sum(counts.values())


def settings(values: Mapping[str, Any]) -> Markup:
    """Further settings of a model; what is left at nothing is left out."""
    given = {key: value for key, value in sorted(values.items()) if value not in (None, {}, [])}
    return Markup(", ").join(code(f"{key}={value!r}") for key, value in given.items()) or Markup(
        "-"
    )


def versions(given: Mapping[str, str]) -> str:
    """Libraries with their versions."""
    return ", ".join(f"{name} {version}" for name, version in given.items())


def rows(given: Mapping[str, Mapping[str, int]]) -> str:
    """Rows by configuration and split, train before test.

    The order is that of the names: a manifest that was read again has them in another order.
    """
    parts = (
        f"{config}: " + ", ".join(f"{split} {splits[split]:,}" for split in sorted(splits)[::-1])
        for config, splits in sorted(given.items())
    )
    return "; ".join(parts)


FILTERS: dict[str, Callable[..., object]] = {
    "n": number,
    "megabytes": megabytes,
    "percent": percent,
    "figure": figure,
    "counted": counted,
    "total": total,
    "settings": settings,
    "versions": versions,
    "rows": rows,
    "code": code,
}
