PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test check style types same-assets assets bench

# what running needs, in .venv
setup: .venv/.ready
.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --constraint constraints.txt
	touch $@

# what testing needs on top of it
.venv/.tested: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt
	touch $@

# one process on 127.0.0.1, filled with believable data
demo: setup
	$(BIN)/chatserver demo

# where tests write: in memory where the machine can, since thousands of commits wait for the disk
SCRATCH := $(shell test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp})

PYTEST := TMPDIR=$(SCRATCH) $(BIN)/python -m pytest

# every test, real servers and a real browser included; they often wait, so three at a time. What
# fails beside the others is tried once more with the machine to itself: what fails then is broken.
test: setup .venv/.tested
	$(BIN)/python -m tests.machine
	$(PYTEST) --numprocesses 3 --dist loadfile --no-loadscope-reorder || \
	$(PYTEST) --last-failed --last-failed-no-failures none --maxfail 1

# what CI runs
check: setup .venv/.tested
	$(MAKE) --jobs 2 --output-sync=target style types same-assets
	$(MAKE) test

style: setup .venv/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo

types: setup .venv/.tested
	$(BIN)/mypy

# the browser files are those that the source makes
same-assets: setup .venv/.tested
	$(BIN)/python -m tests.assets

# build the browser files from widget/src into static/
assets:
	npm --prefix widget ci --no-audit --no-fund --loglevel=error
	npm --prefix widget run --silent build

# speed, as ratios against baselines of the same run
bench: setup .venv/.tested
	$(BIN)/chatserver bench
