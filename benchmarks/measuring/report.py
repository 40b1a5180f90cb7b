"""The result of a benchmark: tables of medians, and goals with what was measured beside them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach: at least or at most `wanted`."""

    name: str
    measured: float
    kind: Literal["at least", "at most"]
    wanted: float
    unit: str = ""
    note: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the measured figure is on the right side of the wanted one."""
        return self.measured >= self.wanted if self.kind == "at least" else self.measured <= self.wanted

    @property
    def line(self) -> str:
        """The goal on one line."""
        mark = "PASS       " if self.is_reached else "FALLS SHORT"
        note = f"  ({self.note})" if self.note else ""
        return f"{mark} {self.name}: {self.measured:.4g}{self.unit}; goal {self.kind} {self.wanted:g}{self.unit}{note}"


@dataclass
class Report:
    """What was measured, in the order in which it is printed."""

    title: str
    facts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    def table(self, name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table; floats get three significant digits."""
        self.tables[name] = [list(head), *([_cell(value) for value in row] for row in rows)]

    def print(self) -> None:
        """Print everything for people."""
        print(f"\n{self.title}")
        for name, fact in self.facts.items():
            print(f"  {name}: {fact}")
        for name, rows in self.tables.items():
            print(f"\n{name}")
            widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
            for row in rows:
                cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
                print(f"  {row[0].ljust(widths[0])}  {'  '.join(cells)}".rstrip())
        print()
        for goal in self.goals:
            print(goal.line)
        for note in self.notes:
            print(f"  - {note}")

    def write(self, path: Path) -> None:
        """Write everything for machines."""
        goals = [asdict(goal) | {"is_reached": goal.is_reached} for goal in self.goals]
        path.write_text(json.dumps(asdict(self) | {"goals": goals}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{round(value, 6):.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
