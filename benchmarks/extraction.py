"""Measures attribution and check-worthiness of claims/extraction on corpora that lie outside the project.

Usage: python benchmarks/extraction.py DATA [--split dev|train] [--fit]
       python benchmarks/extraction.py --short
DATA holds attribution/polnear/{dev,train}.jsonl, checkworthiness/debates2019/train.jsonl and
checkworthiness/policlaim/train_gold.jsonl; with --short it may be left out, and is looked for in shared/data
beside the project. --fit prints weights for weights.toml, cross-validated by speech.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from measuring import machine

from claims.extraction import extract, worthiness
from claims.extraction.lexicon import Lexicon, load
from claims.extraction.statements import read

BESIDE = Path(__file__).absolute().parents[2] / "shared" / "data"
FILES = (
    "attribution/polnear/dev.jsonl",
    "checkworthiness/debates2019/train.jsonl",
    "checkworthiness/policlaim/train_gold.jsonl",
)
Places = list[tuple[int, int]]
Triple = dict[str, Places]
ROLES = ("source", "cue", "content")
SAID = re.compile(r"\b(?:said|says|say|told|tells|added|according to|wrote|noted|announced|reported)\b")
NAMES = re.compile(r"(?:[A-Z][\w.’'-]*\s?){1,4}$|\b(?:he|she|they|it)\s?$", re.I)
FOLDS = 5
SMOOTHING = 3.0
FITTED = (
    "number",
    "many_numbers",
    "money",
    "percent",
    "quantity",
    "comparison",
    "date",
    "named_actor",
    "event",
    "causation",
    "public_matter",
    "past_act",
    "long",
    "opinion",
    "future",
    "promise",
    "demand",
    "personal",
    "collective",
    "address",
    "question",
    "short",
)


def rows(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ours(text: str, lexicon: Lexicon) -> list[Triple]:
    """What the rules find: source, cue and content places of each attribution."""
    return [
        {
            "source": [(a.source.start, a.source.end)] if a.source else [],
            "cue": [(a.cue.start, a.cue.end)],
            "content": [(c.start, c.end) for c in a.contents],
        }
        for statement in read(text, lexicon)
        for a in statement.attributions
        if a.cue
    ]


def baseline(text: str, lexicon: Lexicon) -> list[Triple]:
    """A dozen reporting words; content = the rest of the line's sentence, or the part before at its end."""
    found: list[Triple] = []
    for line in re.finditer(r"[^\n]+", text):
        for sentence in re.finditer(r".+?(?:[.!?][”\"']*(?=\s)|$)", line[0]):
            start, end = line.start() + sentence.start(), line.start() + sentence.end()
            for cue in SAID.finditer(text, start, end):
                source = NAMES.search(text, start, cue.start())
                place = [(source.start(), source.start() + len(source[0].rstrip()))] if source else []
                forward = end - cue.end() > 25
                content = (cue.end() + 1, end - 1) if forward else (start, place[0][0] - 1 if place else cue.start())
                found.append({"source": place, "cue": [cue.span()], "content": [content]})
    return found


def touches(one: Places, other: Places) -> bool:
    """Whether a place of one overlaps a place of the other."""
    return any(a < d and c < b for a, b in one for c, d in other)


def f1(hits: int, found: int, wanted: int) -> str:
    """Precision, recall and F1 as one printable cell."""
    precision, recall = hits / max(found, 1), hits / max(wanted, 1)
    return f"{precision:.3f} {recall:.3f} {2 * hits / max(found + wanted, 1):.3f}"


def edges_off(places: Places, text: str) -> set[tuple[int, int]]:
    """The places without quotation marks, pauses and a leading "that" at their edges."""
    trimmed = set()
    for start, end in places:
        while start < end and text[start] in " \"“”‘’',;:.":
            start += 1
        if text[start : start + 5].lower() == "that ":
            start += 5
        while end > start and text[end - 1] in " \"“”‘’',;:.":
            end -= 1
        trimmed.add((start, end))
    return trimmed


def measure_attribution(path: Path, find: Callable[[str, Lexicon], list[Triple]]) -> dict[str, str]:
    """Precision, recall and F1 by span; a found attribution counts once, against one that it overlaps."""
    lexicon = load("en")
    hits = dict.fromkeys(
        ("overlap: cue and content", "overlap: all three", *ROLES, "content, edges off", "all exact"), 0
    )
    found = wanted = 0
    for row in rows(path):
        gold = [
            {role: [(a, b) for a, b, _ in attribution[role]] for role in ROLES}
            for attribution in row["attributions"]
            if attribution["cue"] and attribution["content"]
        ]
        guesses = find(row["text"], lexicon)
        found, wanted = found + len(guesses), wanted + len(gold)
        for guess in guesses:
            match = next(
                (g for g in gold if touches(g["cue"], guess["cue"]) and touches(g["content"], guess["content"])),
                None,
            )
            if match is None:
                continue
            gold.remove(match)
            exact = [set(match[role]) == set(guess[role]) for role in ROLES]
            same_source = touches(match["source"], guess["source"]) or not (match["source"] or guess["source"])
            hits["overlap: cue and content"] += 1
            hits["overlap: all three"] += same_source
            for role, same in zip(ROLES, exact, strict=True):
                hits[role] += same
            edges = edges_off(match["content"], row["text"]) == edges_off(guess["content"], row["text"])
            hits["content, edges off"] += edges
            hits["all exact"] += all(exact)
    return {name: f1(count, found, wanted) for name, count in hits.items()}


def average_precision(scores: Iterable[float], labels: Iterable[int]) -> float:
    """The mean of the precision at each positive, ties broken against us."""
    ranked = sorted(zip(scores, labels, strict=True), key=lambda pair: (-pair[0], pair[1]))
    seen, total = 0, 0.0
    for rank, (_, label) in enumerate(ranked, 1):
        if label:
            seen += 1
            total += seen / rank
    return total / max(seen, 1)


def mean_by_speech(groups: list[str], scores: list[float], labels: list[int]) -> float:
    """The mean over speeches of the average precision within each."""
    values = []
    for group in dict.fromkeys(groups):
        at = [i for i, name in enumerate(groups) if name == group]
        if any(labels[i] for i in at):
            values.append(average_precision([scores[i] for i in at], [labels[i] for i in at]))
    return sum(values) / len(values)


def design(texts: list[str], lexicon: Lexicon) -> np.ndarray:
    """One row a statement, one column a factor: 1 where it is shown."""
    shown = [worthiness.evidence(text, lexicon) for text in texts]
    return np.array([[float(name in one) for name in FITTED] for one in shown])


def fit(matrix: np.ndarray, labels: np.ndarray, steps: int = 3000) -> np.ndarray:
    """Weights and, last, the bias of a ridge logistic regression in which both classes weigh the same."""
    x = np.hstack([matrix, np.ones((len(matrix), 1))])
    weight = np.where(labels == 1, 0.5 / max(labels.sum(), 1), 0.5 / max((1 - labels).sum(), 1))
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        guess = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (weight * (guess - labels)) + SMOOTHING / len(x) * np.append(beta[:-1], 0) * 0.5
        beta -= 2.0 * slope
    return beta


def measure_worthiness(data: Path, fitting: bool) -> None:
    """Prints average precision over all statements and by speech, beside numbers-first and length."""
    lexicon = load("en")
    designs, targets = [], []
    for name, group, path in (
        ("debates2019", "doc", data / "checkworthiness/debates2019/train.jsonl"),
        ("policlaim", "speech", data / "checkworthiness/policlaim/train_gold.jsonl"),
    ):
        statements = rows(path)
        texts, labels = [s["text"] for s in statements], [int(s["label"]) for s in statements]
        groups = [s[group] for s in statements]
        scored = [worthiness.score(worthiness.factors(text, lexicon)) for text in texts]
        for label, scores in (
            ("chance", [0.0] * len(texts)),
            ("length", [float(len(text)) for text in texts]),
            (
                "digits, then length",
                [(9.0 if re.search(r"\d", text) else 0) + len(text) / 1000 for text in texts],
            ),
            ("ours (seen in fitting)", scored),
        ):
            if label == "chance":
                print(f"{name:12} {label:22} AP {sum(labels) / len(labels):.3f}")
                continue
            by_speech = mean_by_speech(groups, scores, labels)
            print(f"{name:12} {label:22} AP {average_precision(scores, labels):.3f} by speech {by_speech:.3f}")
        if fitting:
            designs.append(design(texts, lexicon))
            targets.append(np.array(labels))
            cross_validate(name, designs[-1], targets[-1], groups)
    if fitting:
        print_weights(designs, targets)


def print_weights(designs: list[np.ndarray], targets: list[np.ndarray]) -> None:
    """Prints lines for weights.toml: the mean of the fits, since each corpus has its own idea of worth."""
    betas = [fit(x, y) for x, y in zip(designs, targets, strict=True)]
    for column, name in enumerate([*FITTED, "bias"]):
        each = " ".join(f"{beta[column]:.2f}" for beta in betas)
        print(f"{name} = {np.mean([beta[column] for beta in betas]):.1f}   # {each}")


def cross_validate(name: str, x: np.ndarray, y: np.ndarray, groups: list[str]) -> None:
    """Prints the average precision when no speech is scored by weights that have seen it."""
    order = {group: number % FOLDS for number, group in enumerate(dict.fromkeys(groups))}
    fold = np.array([order[group] for group in groups])
    scores = np.zeros(len(y))
    for number in range(FOLDS):
        beta = fit(x[fold != number], y[fold != number])
        scores[fold == number] = np.hstack([x[fold == number], np.ones(((fold == number).sum(), 1))]) @ beta
    by_speech = mean_by_speech(groups, list(scores), list(y))
    print(f"{name:12} {'fitted, held out':22} AP {average_precision(scores, y):.3f} by speech {by_speech:.3f}")


def arguments() -> argparse.Namespace | None:
    """What was asked for; None where the short form lacks its corpora, which is then said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--split", default="dev", choices=("dev", "train"))
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--short", action="store_true", help="a few seconds; without DATA it is left out, and says so")
    options = parser.parse_args()
    if options.data is None and not options.short:
        parser.error("name the directory that holds the corpora, or use --short")
    options.data = options.data or BESIDE
    missing = [name for name in FILES if not (options.data / name).is_file()]
    if missing and not options.short:
        parser.error(f"{options.data} has no {', '.join(missing)}")
    if missing:
        print(f"left out: {', '.join(missing)} are not in {options.data}; name their directory as DATA.")
        return None
    return options


def main() -> None:
    """Prints every figure."""
    options = arguments()
    if options is None:
        return
    print(f"{machine.load()}, {machine.versions()}")
    corpus = options.data / f"attribution/polnear/{options.split}.jsonl"
    for name, find in (("baseline", baseline), ("ours", ours)):
        print(f"attribution, {options.split}, {name}: precision recall F1")
        for measure, cell in measure_attribution(corpus, find).items():
            print(f"  {measure:26} {cell}")
    texts = [row["text"] for row in rows(corpus)]
    began = time.perf_counter()
    for text in texts:
        extract(text)
    took = time.perf_counter() - began
    print(f"extract: {sum(map(len, texts)) / took / 1e6:.2f} million characters a second")
    measure_worthiness(options.data, options.fit)


if __name__ == "__main__":
    main()
