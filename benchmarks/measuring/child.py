"""A measured process: calls `main` of the module it is told, with arguments from standard input, all as JSON."""

import json
import os
import sys
from importlib import import_module

import django


def main(module: str) -> None:
    """Set Django up where settings are named, run the module, and print its result, and nothing else."""
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not land in the result
    request = json.load(sys.stdin)
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        django.setup()
    json.dump(import_module(module).main(**request), results)
    results.close()


if __name__ == "__main__":
    main(sys.argv[1])
