"""The reading child without the signal that ends it with its parent: for the control twin."""

import sys

from sources.reading import child

if __name__ == "__main__":
    child._die_with_parent = lambda _life: None
    child.main(*map(int, sys.argv[1:]))
