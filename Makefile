# Thin: every target makes its own .venv with nothing but Python >= 3.11 and a package index.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --no-warn-script-location

.PHONY: demo test coverage nightly soak lint format schemas bench lock lock-check clean

demo: .venv/.runtime
	$(BIN)/reconciler demo

# a process for each core, up to eight (each takes some 250 MB); in an order of
# chance whose seed is printed
PARALLEL := --numprocesses auto --maxprocesses 8 --dist worksteal
test: .venv/.dev
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

# the same with every line and branch counted, in the commands that tests start too
coverage: .venv/.dev
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term --cov-report=xml $(ARGS)

# what takes too long for every change: ten times the examples of each property; soak tests
nightly: .venv/.dev
	$(BIN)/python -m pytest $(PARALLEL) --hypothesis-profile nightly $(ARGS)

soak: .venv/.dev
	$(BIN)/python -m pytest -m soak $(ARGS)

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# what it costs, beside the floor and beside Terraform where that is installed
bench: .venv/.dev
	$(BIN)/python -m bench $(ARGS)

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# after a change of a model, a rule's `schema=` or the plan: writes what is committed
schemas: .venv/.runtime
	$(BIN)/reconciler schema export schemas
	$(BIN)/reconciler -C config-examples/webexcc schema export schemas

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

.venv/.runtime: .venv/bin/python pyproject.toml requirements/runtime.txt requirements/build.txt
	$(INSTALL) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	$(INSTALL) --require-hashes -r requirements/dev.txt
	touch $@

# needs `uv` on the path; the options keep addresses of package indexes out of the files
UV := uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --no-annotate --quiet
lock:
	$(UV) pyproject.toml -o requirements/runtime.txt
	printf 'hatchling\neditables\n' | $(UV) - -o requirements/build.txt
	$(UV) pyproject.toml --group dev requirements/build.txt -o requirements/dev.txt

# whether pip, the oldest and the newest that this Python bundles, would install the locks today
lock-check:
	$(PYTHON) .ci/check_locks.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* coverage.xml .import_linter_cache dist
