"""A newsstand of nine pages that the tests of the newsstand share."""

from pathlib import Path

BEHAVIOURS = """
["toll.html"]
behaviour = "altered"
["later.html"]
behaviour = "missing"
after = 2
["leaflet.html"]
behaviour = "gone"
["old.html"]
behaviour = "redirected"
to = "new.html"
["paper.html"]
behaviour = "blocked"
after = 0
["slow.html"]
behaviour = "slow"
seconds = 0.05
"""


def make_small_stand(tmp_path: Path) -> Path:
    """Write the pages below `tmp_path`, beside a secret that must not be served; returns their root."""
    root = tmp_path / "stand"
    (root / "sub").mkdir(parents=True)
    for name in ("index", "toll", "later", "leaflet", "old", "new", "paper", "slow", "sub/index"):
        (root / f"{name}.html").write_text(f"<title>{name}</title>", encoding="utf-8")
    for name in ("toll", "later"):
        (root / f"{name}.after.html").write_text(f"<title>{name} later</title>", encoding="utf-8")
    (root / "robots.txt").write_text("User-agent: *\n", encoding="utf-8")
    (root / "notes.md").write_text("not served", encoding="utf-8")
    (root / "behaviours.toml").write_text(BEHAVIOURS, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (root / "outside.txt").symlink_to(tmp_path / "secret.txt")
    return root
