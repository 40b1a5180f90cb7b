"""Loading the demo desk: texts from `seeds/`, brought to life through the same verbs that people use."""

from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
