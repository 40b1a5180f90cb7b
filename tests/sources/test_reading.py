"""The reading child: what comes out of it, its limits, and that it may die."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sources.quotations import Quotation, find
from sources.reading import Reader, Reading
from sources.reading.process import ChildLostError, ChildProcess
from tests.sources.documents import ARTICLE, nested

# Takes most of a second of one CPU: parsing is quadratic in the depth of nesting.
SLOW = nested(20_000, "DEEPEST")
# Takes half a minute and more.
ENDLESS = nested(120_000, "DEEPEST")
# Needs some hundred megabytes.
LARGE = b"<p>" + b"word " * 3_000_000 + b"END</p>"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as shared:
        yield shared


class TestChild:
    def test_reads_a_page_with_its_main_text_and_language(self, reader: Reader) -> None:
        page = f"<html lang=tr><title>T</title><nav>Menu</nav><article>{ARTICLE}</article></html>".encode()

        read = reader.read(page, content_type="text/html", url="https://example.org/")

        assert (read.kind, read.complete, read.problems, read.title) == ("html", True, (), "T")
        assert "Paragraph 7" in read.main_text
        assert "Menu" in read.text
        assert "Menu" not in read.main_text
        assert read.language == "en"

    def test_leaves_main_text_out_when_not_asked(self, reader: Reader) -> None:
        read = reader.read(ARTICLE.encode(), content_type="text/html", with_main_text=False)

        assert (read.main_text, read.language) == ("", "en")
        assert "Paragraph 7" in read.text

    def test_a_truncated_body_is_never_complete(self, reader: Reader) -> None:
        read = reader.read(ARTICLE.encode(), content_type="text/html", truncated=True, with_main_text=False)

        assert (read.complete, read.problems) == (False, ("truncated",))
        assert find(Quotation("unsaid"), read.text, complete=read.complete).outcome == "inconclusive"

    def test_control_the_same_body_said_to_be_whole_gives_missing(self, reader: Reader) -> None:
        read = reader.read(ARTICLE.encode(), content_type="text/html", with_main_text=False)

        assert find(Quotation("unsaid"), read.text, complete=read.complete).outcome == "missing"

    def test_lone_surrogates_and_nuls_do_not_come_out(self, reader: Reader) -> None:
        read = reader.read(b'["a\\ud800b", "c\\u0000d"]', content_type="application/json", with_main_text=False)

        assert read.text.encode() == "a?b\nc\ufffdd".encode()

    def test_a_child_that_died_is_replaced(self, reader: Reader) -> None:
        reader.read(b"<p>x", content_type="text/html", with_main_text=False)
        first = child_of(reader)
        os.kill(first, signal.SIGKILL)
        wait_until_gone(reader)

        assert reader.read(b"<p>again", content_type="text/html", with_main_text=False).text == "again"
        assert child_of(reader) != first

    def test_a_child_is_replaced_after_so_many_documents(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sources.reading.reader.DOCUMENTS_A_CHILD", 2)
        with Reader() as own:
            children = []
            for _ in range(4):
                own.read(b"<p>x", content_type="text/html", with_main_text=False)
                children.append(child_of(own))

        assert children[0] == children[1] != children[2] == children[3]

    def test_threads_share_a_child(self, reader: Reader) -> None:
        wrong: list[str] = []

        def work(name: int) -> None:
            for turn in range(15):
                text = f"thread {name} turn {turn} " + "x" * 50_000
                if reader.read(text.encode(), content_type="text/plain", with_main_text=False).text != text:
                    wrong.append(text[:30])

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wrong == []

    def test_a_forked_process_starts_its_own_child(self) -> None:
        script = (
            "import os\nfrom sources.reading import Reader\n"
            "reader = Reader()\n"
            "def read(text):\n"
            "    return reader.read(text.encode(), content_type='text/plain', with_main_text=False).text\n"
            "assert read('one') == 'one'\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    ok = read('two') == 'two'\n"
            "    reader.close()\n"
            "    os._exit(0 if ok else 1)\n"
            "assert os.waitpid(pid, 0)[1] == 0\n"
            "assert read('three') == 'three'\n"
            "reader.close()\n"
        )

        done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=30)

        assert (done.returncode, done.stderr) == (0, "")

    def test_no_child_is_left_after_closing(self) -> None:
        own = Reader()
        own.read(b"<p>x", content_type="text/html", with_main_text=False)
        pid = child_of(own)
        own.close()

        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


class TestLimits:
    def test_control_without_limits_in_its_way_the_slow_page_is_read_whole(self, reader: Reader) -> None:
        read = reader.read(SLOW, content_type="text/html", with_main_text=False)

        assert (read.complete, read.text.endswith("DEEPEST\nAFTER")) == (True, True)

    def test_too_much_wall_time_ends_the_child_and_is_named(self) -> None:
        with Reader(wall_seconds=0.2) as own:
            started = time.monotonic()
            read = own.read(SLOW, content_type="text/html", with_main_text=False)

            assert time.monotonic() - started < 10
            assert (read.complete, read.problems, read.text) == (False, ("time_limit",), "")
            assert own.read(b"<p>next", content_type="text/html", with_main_text=False).text == "next"

    def test_too_much_cpu_time_ends_the_child_and_is_named(self) -> None:
        with Reader(cpu_seconds=1) as own:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            read = own.read(ENDLESS, content_type="text/html", with_main_text=False)
            spent = resource.getrusage(resource.RUSAGE_CHILDREN)

        assert (read.complete, read.problems) == (False, ("time_limit",))
        assert spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime < 3

    def test_control_without_the_cpu_limit_it_goes_on_until_the_wall_clock_ends_it(self) -> None:
        started = time.monotonic()
        with Reader(cpu_seconds=60, wall_seconds=3) as own:
            own.read(ENDLESS, content_type="text/html", with_main_text=False)

        assert time.monotonic() - started >= 3

    def test_cpu_time_is_counted_for_each_document(self) -> None:
        with Reader(cpu_seconds=2) as own:
            reads = [own.read(SLOW, content_type="text/html", with_main_text=False) for _ in range(5)]

        assert all(read.complete for read in reads)

    def test_too_much_memory_is_named_and_the_next_page_is_read(self) -> None:
        with Reader(memory_bytes=120_000_000) as own:
            read = own.read(LARGE, content_type="text/html", with_main_text=False)

            assert (read.complete, read.problems) == (False, ("memory_limit",))
            assert find(Quotation("unsaid"), read.text, complete=read.complete).outcome == "inconclusive"
            assert own.read(b"<p>next", content_type="text/html", with_main_text=False).text == "next"

    def test_control_with_enough_memory_the_large_page_is_read_whole(self, reader: Reader) -> None:
        read = reader.read(LARGE, content_type="text/html", with_main_text=False)

        assert (read.complete, read.text.endswith("word END")) == (True, True)

    def test_a_crash_is_named_and_the_next_page_is_read(self) -> None:
        with Reader() as own:
            own.read(b"<p>x", content_type="text/html", with_main_text=False)
            timer = threading.Timer(0.3, os.kill, (child_of(own), signal.SIGSEGV))
            timer.start()
            read = own.read(ENDLESS, content_type="text/html", with_main_text=False)
            timer.join()

            assert (read.complete, read.problems) == (False, ("crashed",))
            assert own.read(b"<p>next", content_type="text/html", with_main_text=False).text == "next"

    def test_a_child_lost_over_the_main_text_costs_only_the_main_text(self) -> None:
        with Reader() as own:
            stub = ChildLostOverMainText()
            own._child = stub
            read = own.read(b"<p>x", content_type="text/html")

            assert (read.text, read.main_text, read.complete, stub.is_killed) == ("seen", "", True, True)

    def test_a_page_with_too_many_elements_is_read_without_main_text(self, reader: Reader) -> None:
        read = reader.read(b"<p>word word</p>" * 25_000, content_type="text/html")

        assert (read.complete, read.main_text, read.text.count("word")) == (True, "", 50_000)

    @pytest.mark.parametrize(
        "says",
        ["", "garbage that is no frame", "\\0\\0\\0\\002[]", "\\0\\0\\0\\003{x}", "\\377\\377\\377\\377"],
    )
    def test_what_a_child_says_is_not_trusted(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str) -> None:
        impostor = tmp_path / "python"
        impostor.write_text(f"#!/bin/sh\nprintf '{says}'\n")
        impostor.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(impostor))
        with Reader() as own:
            read = own.read(b"<p>x", content_type="text/html")

        assert read == Reading("", complete=False, problems=("crashed",))

    def test_a_child_that_cannot_start_is_a_problem_not_an_exception(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/nonexistent/python")
        with Reader() as own:
            read = own.read(b"<p>x", content_type="text/html")

        assert read == Reading("", complete=False, problems=("crashed",))


def test_a_reading_of_text_held_already() -> None:
    assert Reading.of_text("words") == Reading("text", "words")
    assert not Reading.of_text("words", problems=("truncated",)).complete


class ChildLostOverMainText(ChildProcess):
    """Gives the text, then dies."""

    def __init__(self) -> None:
        self.documents = 0
        self.is_killed = False
        self._answers_left = [{"kind": "html", "text": "seen", "problems": [], "more": True}]

    def is_alive(self) -> bool:
        return True

    def warm(self) -> None:
        pass

    def send(self, request: dict[str, object], body: bytes, deadline: float) -> None:
        pass

    def receive(self, deadline: float) -> dict[str, Any]:
        if not self._answers_left:
            raise ChildLostError("time_limit")
        return self._answers_left.pop()

    def kill(self) -> None:
        self.is_killed = True


def child_of(reader: Reader) -> int:
    child = reader._child
    assert child is not None
    return child.pid


def wait_until_gone(reader: Reader) -> None:
    child = reader._child
    assert child is not None
    deadline = time.monotonic() + 5
    while child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
