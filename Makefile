# Quarterdeck's commands. `make help` lists them; README.md explains the two that matter.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-faults check kill-test bench audit-dependencies lock format
PY := .venv/bin/python

help: ## List these commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

setup: ## Make .venv, database, migrations and reference data, and nothing more
	@deploy/bin/setup dev
	@$(PY) -m deploy.standalone.prepare

run: ## Set up, then serve the demo on http://127.0.0.1:8000 (PORT=, VAR_DIR=)
	@deploy/bin/setup run
	@exec $(PY) -m deploy.standalone.serve

test: ## Set up, then run the suite (ARGS= goes to pytest)
	@deploy/bin/setup dev
	@deploy/bin/browser
	@exec $(PY) -m pytest $(if $(ARGS),$(ARGS),-n auto --dist loadgroup -m "not slow and not faults" --cov --cov-report=term)

test-faults: ## Run the tests that kill, starve, or misconfigure whole processes
	@deploy/bin/setup dev
	@deploy/bin/browser
	@exec $(PY) -m pytest -n auto --dist loadgroup -m "faults and not slow"

check: ## Lint, format, types, layers, migrations, deployment settings, pins
	@deploy/bin/setup dev
	@deploy/bin/check

kill-test: ## Kill workers, the broker, and the database in the middle of imports, mailings, and scheduled tasks
	@deploy/bin/setup dev
	@exec $(PY) -m pytest -m slow tests/transfers/test_kill.py tests/transfers/test_worker_stops.py \
		tests/transfers/test_database_killed.py tests/schedules tests/reports

bench: ## Run the benchmarks (ONLY=imports for one group, 20 minutes; ROWS="10000 100000" for less)
	@deploy/bin/setup dev
	@BENCH_ROWS="$(ROWS)" exec $(PY) -m tests.bench $(ONLY)

audit-dependencies: ## Look up the pinned packages for known holes (needs a network that allows it)
	@deploy/bin/setup dev
	@$(PY) deploy/bin/audit_dependencies.py

format: ## Format the code and mend what the linter can
	@deploy/bin/setup dev
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: ## Compile requirements.txt from pyproject.toml with the newest versions
	@deploy/bin/setup dev
	@$(PY) deploy/bin/lock.py
