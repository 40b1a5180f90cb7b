"""Keeps named processes running: starts them in order, restarts what exits, stops cleanly."""

import select
import signal
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from factcheck.children import Child, Examination, Process, Say, start_guard

TICK = 0.2  # seconds between looks
EXITS_WHILE_STARTING = 3
EXITS_TO_COMPLAIN = 5
STRIKES = 2  # failed health checks in a row before a process that gets nowhere is restarted
ANSWERED_WITHIN = 60  # seconds; a health check that takes longer cannot tell
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(Exception):
    """A signal asked the supervisor to stop."""


class StartFailed(Exception):
    """A process did not become ready, or a step of the setup failed; the message says which and why."""


@dataclass(frozen=True)
class Backoff:
    """Waits between restarts, in seconds: doubled from `first` to `most`; a `steady` run starts afresh."""

    first: float = 0.5
    most: float = 30
    steady: float = 20

    def wait(self, exits: int) -> float:
        """The wait after so many exits in a row; `exits` counts from 1."""
        return min(self.most, self.first * 2.0 ** min(exits - 1, 20))


@dataclass
class _Post:
    """One process to keep running, and how it has fared so far."""

    process: Process
    child: Child | None = None
    exits: int = 0
    restart_at: float = 0
    health_at: float = 0
    examination: Examination | None = None
    doubt: str = ""
    strikes: int = 0
    ends: int = 0  # because it got nowhere, in a row


@dataclass
class Supervisor(AbstractContextManager["Supervisor"]):
    """Use as a context: leaving it stops everything, the last started first.

    `say` gets each line meant for a person; without a `log_dir` no line is kept. Signals are handled while the
    context lasts; the first one makes `start`, `run_once` and `watch` raise StopAsked, a second one cuts the
    graces short. Main thread only.
    """

    log_dir: Path | None
    say: Say
    backoff: Backoff = field(default_factory=Backoff)
    health_every: float = 15  # seconds
    # Seconds that a process has from its start before anybody asks after its health; doubled each time that it
    # was ended in vain: on a machine that slow it would never get to work.
    patience: float = 120
    _posts: list[_Post] = field(default_factory=list, init=False)
    _stops_asked: int = field(default=0, init=False)
    _guard: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _handlers: dict[int, object] = field(default_factory=dict, init=False)

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            self._handlers[number] = signal.signal(number, self._note_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave us

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self._stops_asked += 1

    # --- starting ------------------------------------------------------------------------------------------

    def start(self, process: Process) -> None:
        """Start `process` and wait until it is ready. Raises StartFailed, StopAsked."""
        post = _Post(process)
        self._posts.append(post)
        self._launch(post)
        deadline = time.monotonic() + process.ready_within
        while not self._is_ready(post):
            if post.exits >= EXITS_WHILE_STARTING:
                raise StartFailed(f"{process.name} exited {post.exits} times while starting.")
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"{process.name} was not ready within {process.ready_within:.0f} seconds{self._see_log(process)}."
                )
            self.step()

    def run_once(self, process: Process) -> None:
        """Run a step of the setup to its end. Raises StartFailed when it fails, StopAsked."""
        child = self._spawn(process)
        try:
            while child.exit_code is None:
                self.step(also=child)
        except BaseException:
            child.ask_to_stop()
            self._wait_for(child, process.grace)
            raise
        finally:
            code = self._bury(child)
        if code != 0:
            words = "" if process.echo else f" Its last words:\n{_last_words(child)}"
            raise StartFailed(f"{process.name} failed ({_ending(code)}).{words}")

    def watch(self) -> None:
        """Keep everything running until a signal; raises StopAsked then."""
        while True:
            self.step()

    def _is_ready(self, post: _Post) -> bool:
        child = post.child
        return child is not None and child.has_shown_ready_line and post.process.is_ready()

    def _launch(self, post: _Post) -> None:
        post.child = self._spawn(post.process)
        post.health_at = time.monotonic() + self.patience * 2.0 ** min(post.ends, 6)

    def _spawn(self, process: Process) -> Child:
        child = Child(process, self.log_dir, self.say)
        self._tell_guard(f"+{child.pid}\n")
        return child

    def _see_log(self, process: Process) -> str:
        return f"; see {self.log_dir / process.name}.log" if self.log_dir else ""

    # --- watching ------------------------------------------------------------------------------------------

    def step(self, *, also: Child | None = None) -> None:
        """Take over output, restart what ended and is due; waits at most a tick. Raises StopAsked."""
        if self._stops_asked:
            raise StopAsked
        self._read_outputs(also)
        for post in self._posts:
            self._look_at(post)

    def _read_outputs(self, also: Child | None = None) -> None:
        children = self._children() + ([also] if also else [])
        began = time.monotonic()
        for child in select.select(children, [], [], TICK)[0]:
            child.read()
        # The output of a child that ended is always readable: without this pause we would spin.
        time.sleep(max(0.0, TICK / 4 - (time.monotonic() - began)))

    def _look_at(self, post: _Post) -> None:
        now = time.monotonic()
        if post.child is None:
            if now >= post.restart_at:
                self._launch(post)
        elif post.child.exit_code is not None:
            self._note_exit(post, post.child, now)
        elif post.examination:
            self._read_answer(post, post.examination, post.child)
        elif post.process.health and now >= post.health_at:
            post.health_at = now + self.health_every
            post.examination = Examination(post.process.health)

    def _note_exit(self, post: _Post, child: Child, now: float) -> None:
        code = self._bury(child)
        post.child = None
        post.examination, post.strikes = None, 0  # what is found of this run says nothing of the next
        post.exits = 1 if now - child.started_at >= self.backoff.steady else post.exits + 1
        wait = self.backoff.wait(post.exits)
        post.restart_at = now + wait
        name = post.process.name
        self.say(f"{name} exited ({_ending(code)}); starting it again in {wait:g} s. Its last words:")
        self.say(_last_words(child))
        if post.exits % EXITS_TO_COMPLAIN == 0:
            self.say(
                f"{name} KEEPS EXITING: {post.exits} times in a row. "
                f"The rest goes on without it{self._see_log(post.process)}."
            )

    def _read_answer(self, post: _Post, examination: Examination, child: Child) -> None:
        doubt = examination.doubt
        if not examination.is_over:
            if time.monotonic() - examination.began_at < ANSWERED_WITHIN:
                return
            doubt = f"no answer within {ANSWERED_WITHIN} seconds"
        post.examination = None
        if doubt and doubt != post.doubt:
            self.say(f"whether {post.process.name} gets anywhere, nobody can tell: {doubt}")
        post.doubt = doubt
        post.strikes = post.strikes + 1 if examination.fault else 0
        if not examination.fault and not doubt:
            post.ends = 0
        if post.strikes >= STRIKES:
            post.strikes, post.ends = 0, post.ends + 1
            self.say(f"{post.process.name} runs but gets nowhere; ending it so that it starts afresh:")
            self.say(f"    {examination.fault}")
            child.kill()

    # --- stopping ------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything, the last started first: ask, wait for the grace, then end the group."""
        for post in reversed(self._posts):
            if post.child:
                post.child.ask_to_stop()
                self._wait_for(post.child, post.process.grace)
                if post.child.exit_code is None:
                    self.say(f"{post.process.name} did not stop in time and is ended by force")
                self._bury(post.child)
                post.child = None
        self._posts.clear()
        if self._guard:
            self._guard.communicate()  # closes its input, which ends it
            self._guard = None

    def _wait_for(self, child: Child, grace: float) -> None:
        deadline = time.monotonic() + grace
        while child.exit_code is None and time.monotonic() < deadline and self._stops_asked < 2:
            self._read_outputs(child)

    def _children(self) -> list[Child]:
        return [post.child for post in self._posts if post.child]

    def _bury(self, child: Child) -> int:
        code = child.bury()
        self._tell_guard(f"-{child.pid}\n")
        return code

    def _tell_guard(self, line: str) -> None:
        """Tell the guard of a group that came or went; a killed guard is replaced and told of all."""
        if self._guard and self._guard.poll() is not None:
            self._guard.communicate()
            self._guard = None
        if self._guard is None:
            self._guard = start_guard(grace=8)
            line = "".join(f"+{child.pid}\n" for child in self._children()) + line
        assert self._guard.stdin is not None
        try:
            self._guard.stdin.write(line.encode())
        except BrokenPipeError:
            pass  # killed this very moment: its successor is told of all


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _last_words(child: Child) -> str:
    return "\n".join(f"    {child.process.name} | {line}" for line in child.tail) or "    (no output)"
