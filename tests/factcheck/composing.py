"""Reads docker-compose.yml as Docker would, and runs its commands on this machine instead."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def filled(text: str, values: dict[str, str]) -> str:
    """Fill in `${NAME}`, `${NAME:-default}` and `${NAME:?why}`; raises LookupError with the why."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match["name"], "")
        if found or match["kind"] == "-":
            return found or match["rest"]
        raise LookupError(match["rest"] or match["name"])

    return _VARIABLE.sub(value, text)


def services(values: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The services with the values of `.env` filled in."""
    text = filled((HERE / "docker-compose.yml").read_text(encoding="utf-8"), values)
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return loaded


def example_values() -> dict[str, str]:
    """What .env.example suggests, with the secrets that its reader has to make up."""
    lines = (HERE / ".env.example").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return values | {"FACTCHECK_SECRET_KEY": "x7" * 32, "POSTGRES_PASSWORD": "letmein"}


@dataclass
class Stack:
    """The compose file's services run as plain processes, each with its own environment and log."""

    folder: Path
    overrides: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, str]:
        """What the service's container would see, with the addresses of this machine."""
        given = example_values()
        service = services(given)[name]
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            **(given if service.get("env_file") == ".env" else {}),
            **service.get("environment", {}),
            **self.overrides,
        }

    def here(self, command: list[str]) -> list[str]:
        """The command with its temporary files in our own directory."""
        return [part.replace("/tmp/", f"{self.folder}/") for part in command]  # noqa: S108 - the container's

    def run(self, name: str, command: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a service's command (or another one as that service) to its end."""
        return subprocess.run(
            self.here(command or services(example_values())[name]["command"]),
            cwd=HERE,
            env=self.environment(name),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, name: str) -> None:
        """Start a service's command."""
        with self.log_path(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                self.here(services(example_values())[name]["command"]),
                cwd=HERE,
                env=self.environment(name),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log_path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def log(self, name: str) -> str:
        return self.log_path(name).read_text(encoding="utf-8", errors="replace")

    def health_command(self, name: str) -> list[str]:
        """The service's own health check."""
        test: list[str] = services(example_values())[name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        return test[1:]

    def stop(self, name: str, within: float = 30) -> int:
        """Stop a service as Docker does; return its exit code."""
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(timeout=within)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop_all(self) -> None:
        """Stop whatever still runs."""
        for name in list(self.running):
            with suppress(subprocess.TimeoutExpired):
                self.stop(name)
