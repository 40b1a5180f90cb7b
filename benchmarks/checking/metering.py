"""CPU time spent inside chosen modules, and profiles of all threads, taken while the real work runs."""

import cProfile
import pstats
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

_spent: dict[int, float] = {}
_inside = threading.local()


def meter(*modules: str) -> None:
    """From now on, count the CPU of every call into the public functions of these modules, from wherever."""
    metered = {}
    for name in modules:
        for function in vars(import_module(name)).values():
            if isinstance(function, FunctionType) and function.__module__ == name and function.__name__[0] != "_":
                metered[function] = _metered(function)
    for user in [module for name, module in sys.modules.items() if name.startswith("sources.")]:
        for name, value in list(vars(user).items()):
            if isinstance(value, FunctionType) and value in metered:
                setattr(user, name, metered[value])


def spent() -> float:
    """CPU seconds counted so far, in all threads."""
    return sum(_spent.values())


def _metered(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        if getattr(_inside, "is_counting", False):
            return function(*args, **kwargs)
        _inside.is_counting = True
        began = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            me = threading.get_ident()
            _spent[me] = _spent.get(me, 0.0) + time.thread_time() - began
            _inside.is_counting = False

    return counted


@contextmanager
def profiled(path: str) -> Iterator[None]:
    """Write the 25 functions with most CPU time of their own, of this thread and of all others, to `path`."""
    if not path:
        yield
        return
    others: list[cProfile.Profile] = []
    run = threading.Thread.run

    def run_profiled(thread: threading.Thread) -> None:
        profile = cProfile.Profile(time.thread_time)
        others.append(profile)
        profile.runcall(run, thread)

    own = cProfile.Profile(time.thread_time)
    threading.Thread.run = run_profiled  # type: ignore[method-assign]
    own.enable()
    try:
        yield
    finally:
        own.disable()
        threading.Thread.run = run  # type: ignore[method-assign]
        with Path(path).open("a", encoding="utf-8") as file:
            for title, profiles in (("this thread", [own]), ("other threads", others)):
                file.write(f"== {title}\n")
                if profiles:
                    pstats.Stats(*profiles, stream=file).sort_stats("tottime").print_stats(25)
