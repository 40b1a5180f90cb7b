# What can be done with this tree. `make demo` and `make test` need only Python 3.11+ and make.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
DATA_DIR ?= var
WORKERS ?= auto
ARGS ?=

RUN := $(VENV)/bin/python
# Checks write nothing into the desk's own data directory, and use no service.
SCRATCH := env -u DATABASE_URL -u REDIS_URL -u FACTCHECK_PRODUCTION FACTCHECK_DATA_DIR=$(VENV)/scratch

.PHONY: help install demo test check bench drill-kill drill-log serve worker beat lock
.DELETE_ON_ERROR:

help:
	@echo "make demo     the whole desk with data on 127.0.0.1:PORT (PORT=8000 DATA_DIR=var)"
	@echo "make test     all tests; with DATABASE_URL and REDIS_URL set, on those too"
	@echo "make check    lint, types, import directions, migrations, settings, lock files"
	@echo "make bench    the short forms of benchmarks/*.py"
	@echo "make drill-kill   kill workers and brokers by the hundred; nothing may be lost (ten minutes)"
	@echo "make drill-log    change the log by the thousand; every change must be found (a quarter of an hour)"
	@echo "make serve | worker | beat   one part of the desk, for development"
	@echo "make install  what the desk runs on; make lock  new requirements/*.txt"

# --- The environment, made once ----------------------------------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Factcheck needs Python 3.11 or newer. '$(PYTHON) -V' says: $$($(PYTHON) -V 2>&1 || true)" >&2; \
	  echo "Name a newer one, for instance: PYTHON=python3.12 make $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: its venv module is missing." >&2; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "== making $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.app: requirements/app.txt $(VENV)/.made
	@echo "== installing what the desk runs on: once, about half a minute" >&2
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/app.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/verifier.txt $(VENV)/.made
	@echo "== installing what its developers use: once, about a minute" >&2
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@# It asks for Python 3.12 and runs on 3.11: the verifier of logs that we did not write.
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python \
	  -r requirements/verifier.txt
	@touch $@

install: $(VENV)/.app

# --- The desk: exec, so that a signal to make reaches it ---------------------------------------------------

demo: $(VENV)/.app
	@FACTCHECK_DATA_DIR="$(DATA_DIR)" exec $(RUN) manage.py demo --port "$(PORT)" --data-dir "$(DATA_DIR)" $(ARGS)

serve: $(VENV)/.app
	$(RUN) manage.py migrate --no-input
	@exec $(RUN) manage.py develop web --port "$(PORT)"

worker beat: $(VENV)/.app
	@exec $(RUN) manage.py develop $@

# --- Proof -------------------------------------------------------------------------------------------------

test: $(VENV)/.dev
	@status=0; \
	echo "== Embedded default: SQLite, and the broker that comes with the desk"; \
	env -u DATABASE_URL -u REDIS_URL $(RUN) -m pytest -n $(WORKERS) $(ARGS) || status=1; \
	if [ -n "$$DATABASE_URL" ] && [ -n "$$REDIS_URL" ]; then \
	  echo "== Production: PostgreSQL and Redis (but for what they have no part in: that ran above)"; \
	  $(RUN) -m pytest -n $(WORKERS) -m "not pure and not once" $(ARGS) || status=1; \
	else \
	  echo "== LEFT OUT: the production part, which needs PostgreSQL and Redis. To run it as well:"; \
	  echo "==   DATABASE_URL=postgres://USER@127.0.0.1:5432/test REDIS_URL=redis://127.0.0.1:6379/9 make test"; \
	fi; \
	exit $$status

check: $(VENV)/.dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(SCRATCH) $(RUN) manage.py makemigrations --check --dry-run
	$(SCRATCH) $(RUN) manage.py lifecycle --check
	$(SCRATCH) FACTCHECK_PRODUCTION=true FACTCHECK_DEBUG=false FACTCHECK_FETCH_ALLOW= \
	  FACTCHECK_SECRET_KEY="$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	  FACTCHECK_ALLOWED_HOSTS=desk.example FACTCHECK_PUBLIC_URL=https://desk.example \
	  DATABASE_URL=postgres://desk@127.0.0.1/desk REDIS_URL=redis://127.0.0.1/0 \
	  $(RUN) manage.py check --deploy --fail-level WARNING
	$(SCRATCH) $(RUN) -m pytest -q tests/factcheck/test_locks.py tests/factcheck/test_tree.py

bench: $(VENV)/.dev
	@status=0; for file in benchmarks/*.py; do \
	  if grep -q -e '"--short"' "$$file"; then \
	    echo "== $$file"; $(RUN) "$$file" --short || status=1; \
	  else \
	    echo "== $$file: left out, it has no --short form"; \
	  fi; \
	done; exit $$status

# Each line is a drill of its own; the tests have their short forms. KILLS=40 makes them shorter.
KILLS ?= 300

drill-kill: $(VENV)/.dev
	@status=0; \
	echo "== Embedded default"; \
	env -u DATABASE_URL -u REDIS_URL $(RUN) -m tests.crash.kill_drill --kills "$(KILLS)" || status=1; \
	env -u DATABASE_URL -u REDIS_URL $(RUN) -m tests.crash.kill_drill --kills 0 --stalls 8 --stage ARCHIVED --fence-off || status=1; \
	if [ -n "$$DATABASE_URL" ]; then \
	  echo "== PostgreSQL"; \
	  $(RUN) -m tests.crash.kill_drill --kills "$(KILLS)" || status=1; \
	  $(RUN) -m tests.crash.kill_drill --kills 0 --stalls 8 --stage ARCHIVED --fence-off || status=1; \
	else \
	  echo "== LEFT OUT: PostgreSQL. Set DATABASE_URL for it; a database is made beside the one it names."; \
	fi; \
	echo "== Workers, pools and brokers"; \
	$(RUN) -m tests.crash.broker_drill --kills 20 || status=1; \
	exit $$status

drill-log: $(VENV)/.dev
	@status=0; \
	FACTCHECK_LOG_ENTRIES=2000 $(RUN) -m pytest -q tests/verification/test_standard_tool.py || status=1; \
	$(RUN) -m tests.verification.mutation_drill || status=1; \
	$(RUN) -m tests.verification.mutation_drill --without-documents || status=1; \
	$(RUN) -m tests.verification.mutation_drill --without-memory || status=1; \
	exit $$status

# --- Locks: with hashes and without the address of any registry --------------------------------------------

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(ARGS) pyproject.toml

lock: $(VENV)/.made
	$(RUN) -m pip install -qq --disable-pip-version-check 'uv>=0.9'
	$(VENV)/bin/$(LOCK) -o requirements/app.txt
	$(VENV)/bin/$(LOCK) --group dev -c requirements/app.txt -o requirements/dev.txt
	$(VENV)/bin/uv pip compile --quiet --universal --no-deps --python-version 3.12 --generate-hashes --no-header \
	  --no-annotate --group verifier -o requirements/verifier.txt
