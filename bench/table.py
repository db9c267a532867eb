"""The table that comes out: Markdown that also reads well in a terminal."""

import dataclasses
import statistics
from collections.abc import Callable


@dataclasses.dataclass
class Line:
    what: str
    limit: str
    measured: float
    limit_value: float
    unit: str
    target: float | None = None
    """What the ratio has to reach; None where it only informs."""
    below: bool = False
    """Whether the target is an upper bound."""
    spread: tuple[float, float] | None = None
    """The lowest and the highest ratio of a single round."""

    @property
    def ratio(self) -> float:
        return self.measured / self.limit_value

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        reached = self.ratio < self.target if self.below else self.ratio >= self.target
        return "ok" if reached else "under"


def of_values(what: str, limit: str, values: list[float], limits: list[float], unit: str) -> Line:
    """A line of medians, with the spread over the rounds."""
    single = [value / other for value, other in zip(values, limits)]
    return Line(
        what, limit, statistics.median(values), statistics.median(limits), unit, spread=(min(single), max(single)))


def of_rates(what: str, limit: str, rates: list[float], limits: list[float], target: float | None = None) -> Line:
    return dataclasses.replace(of_values(what, limit, rates, limits, "/s"), target=target)


def rendered(lines: list[Line]) -> str:
    columns: list[tuple[str, bool, Callable[[Line], str]]] = [
        ("measured", False, lambda line: line.what),
        ("", True, lambda line: figure(line.measured, line.unit)),
        ("against", False, lambda line: line.limit),
        ("", True, lambda line: figure(line.limit_value, line.unit)),
        ("ratio", True, lambda line: f"{line.ratio:.2f}"),
        ("rounds", True, lambda line: f"{line.spread[0]:.2f} to {line.spread[1]:.2f}" if line.spread else ""),
        ("target", True, target),
        ("", False, lambda line: line.verdict),
    ]
    cells = [[column(line) for _, _, column in columns] for line in lines]
    widths = [max(len(title), 3, *(len(row[index]) for row in cells)) for index, (title, _, _) in enumerate(columns)]

    def joined(row: list[str]) -> str:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, (_, right, _) in zip(row, widths, columns)]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * (width - 1) + ":" if right else "-" * width for width, (_, right, _) in zip(widths, columns)]
    return "\n".join([joined([title for title, _, _ in columns]), joined(rule), *map(joined, cells)])


def target(line: Line) -> str:
    if line.target is None:
        return ""
    return f"{'<' if line.below else '>='} {line.target:g}"


def figure(value: float, unit: str) -> str:
    return f"{value:,.0f} /s" if unit == "/s" else f"{value:.{1 if value >= 10 else 2}f} {unit}"
