"""The reading child dies with the process that started it, and hostile documents take nobody else with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib

import pytest

from sources.quotations import Quotation, find
from sources.reading import Reader
from tests.sources.documents import assembled, nested, pdf_of

# Takes half a minute and more: parsing is quadratic in the depth of nesting.
ENDLESS = nested(120_000, "DEEPEST")
PARENT = """
import sys, time
{before}
from sources.reading import Reader
reader = Reader(cpu_seconds=60, wall_seconds=60)
reader.read(b"<p>x", content_type="text/html", with_main_text=False)
print(reader._child.pid, flush=True)
body = sys.stdin.buffer.read()
if body:
    reader.read(body, content_type="text/html", with_main_text=False)
time.sleep(60)
"""


class TestDeath:
    def test_the_child_dies_with_its_parent_in_the_middle_of_a_document(self) -> None:
        parent, child = _parent_reading(ENDLESS)
        parent.kill()
        parent.wait()

        assert _is_gone(child, seconds=2)

    def test_the_child_dies_with_its_parent_while_it_waits(self) -> None:
        parent, child = _parent_reading(b"")
        parent.kill()
        parent.wait()

        assert _is_gone(child, seconds=2)

    def test_control_without_the_signal_it_goes_on_reading(self) -> None:
        parent, child = _parent_reading(
            ENDLESS, before="import sources.reading.process as p; p.CHILD = 'tests.sources.deaf_child'"
        )
        parent.kill()
        parent.wait()

        try:
            assert not _is_gone(child, seconds=2)
        finally:
            os.kill(child, signal.SIGKILL)

    def test_the_child_outlives_the_thread_that_started_it(self) -> None:
        with Reader() as own:
            thread = threading.Thread(target=lambda: own.read(b"<p>x", content_type="text/html", with_main_text=False))
            thread.start()
            thread.join()
            first = child_of(own)

            assert own.read(b"<p>y", content_type="text/html", with_main_text=False).text == "y"
            assert child_of(own) == first

    def test_a_forked_process_keeps_nothing_of_it_alive(self) -> None:
        script = (
            "import os, sys, time\nfrom sources.reading import Reader\n"
            "reader = Reader()\n"
            "reader.read(b'<p>x', content_type='text/html', with_main_text=False)\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    time.sleep(60)\n"
            "print(reader._child.pid, pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        child, forked = map(int, parent.stdout.readline().split())
        parent.kill()
        parent.wait()
        parent.stdout.close()
        try:
            assert _is_gone(child, seconds=2)
        finally:
            os.kill(forked, signal.SIGKILL)


class TestHostileDocuments:
    """Each within the child's limits, none of them called missing, the asking process hardly larger."""

    @pytest.mark.parametrize(
        ("name", "content_type"),
        [
            ("divs", "text/html"),
            ("node", "text/html"),
            ("entities", "text/html"),
            ("attributes", "text/html"),
            ("unclosed", "text/html"),
            ("emoji", "text/html"),
            ("sheets", "text/html"),
            ("plain", "text/plain"),
            ("json", "application/json"),
            ("feed", "application/rss+xml"),
            ("pdf bomb", "application/pdf"),
            ("pdf pages", "application/pdf"),
        ],
    )
    def test_are_inconclusive_or_read_whole(self, name: str, content_type: str) -> None:
        body = hostile(name)
        with Reader(memory_bytes=700_000_000, cpu_seconds=2, wall_seconds=3) as own:
            tracemalloc.start()
            read = own.read(body, content_type=content_type, with_main_text=False)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            match = find(Quotation("the passage that nobody wrote"), read.text[:1_000], complete=read.complete)

            assert own.read(b"<p>next", content_type="text/html", with_main_text=False).text == "next"
        assert match.outcome == ("missing" if read.complete else "inconclusive")
        assert read.complete or read.problems
        assert most < 64_000_000


@pytest.mark.parametrize("megabytes", range(60, 220, 20))
def test_with_any_limit_a_page_is_read_whole_or_not_at_all(megabytes: int) -> None:
    page = b"<p>" + b"word " * 3_000_000 + b"END</p>"
    with Reader(memory_bytes=megabytes * 1_000_000) as own:
        read = own.read(page, content_type="text/html", with_main_text=False)

    assert read.text.endswith("word END") if read.complete else read.problems == ("memory_limit",)


def hostile(name: str) -> bytes:
    """A document that asks for much more than it is worth."""
    match name:
        case "divs":
            return b"<body>" + b"<div>" * 1_000_000
        case "node":
            return b"<p>" + b"word " * 2_000_000 + b"</p>"
        case "entities":
            return b"<p>" + b"&eacute;" * 1_000_000 + b"</p>"
        case "attributes":
            return b"<p " + b"".join(b"a%d=b " % number for number in range(300_000)) + b">x</p>"
        case "unclosed":
            return b"<a><b><table>" * 100_000
        case "emoji":
            return ("<p>" + "word " * 2_000_000 + "\U0001f600</p>").encode()
        case "sheets":
            return b"<style>" + b".a{display:none}@media print{" * 60_000 + b"</style>" + b"<p class=a>x</p>" * 2_000
        case "plain":
            return ("я" * 5_000_000).encode()
        case "json":
            return b"[" + b'"word",' * 1_000_000 + b'"end"]'
        case "feed":
            return b"<rss><channel>" + b"<item><title>word</title></item>" * 200_000 + b"</channel></rss>"
        case "pdf bomb":
            return _pdf_bomb(200_000_000)
        case _:
            return pdf_of([[(50, 700, "x")]] * 3_000)


def _pdf_bomb(size: int) -> bytes:
    """A page whose content unfolds to so many bytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << >> /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        ]
    )


def _parent_reading(body: bytes, *, before: str = "") -> tuple[subprocess.Popen[bytes], int]:
    """A process whose reading child is in the middle of a document, or waits for one, and the child's id."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(before=before)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.stdin.write(body)
    parent.stdin.close()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while body and _cpu_ticks(child) < 30 and time.monotonic() < deadline:
        time.sleep(0.02)
    return parent, child


def _cpu_ticks(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[11])


def _is_gone(pid: int, *, seconds: float) -> bool:
    """Whether the process ends within this time; one that waits for its parent to collect it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def child_of(reader: Reader) -> int:
    child = reader._child
    assert child is not None
    return child.pid
