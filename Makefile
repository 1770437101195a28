# A few short targets; `make help` lists them. They need python3 (3.11 or newer) and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SOURCES = $(shell find src -name '*.py' -o -name '*.yaml')

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint format types docs bench clean services services-stop

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 15

demo: $(VENV)/.installed ## From raw files of a newsroom to report.html
	$(BIN)/coterie demo

test: $(VENV)/.dev ## Run the tests
	$(BIN)/python -m pytest -q -n auto --dist loadfile

coverage: $(VENV)/.dev ## Run the tests and hold branch coverage at 95 %
	$(BIN)/python -m pytest -q -n auto --dist loadfile --cov --cov-report=term-missing:skip-covered

lint: $(VENV)/.dev ## Check style and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Put the code into its usual form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/.dev ## Check the types
	$(BIN)/mypy

docs: $(VENV)/.dev ## Write the generated pages anew
	$(BIN)/python docs/generate.py

services: ## Start the servers that tests use; their URLs are printed for eval
	@services/start

services-stop: ## Stop them, and remove their data
	@services/stop

bench: $(VENV)/.dev ## Measure against pandas, Polars, chdb and plain SQL
	$(BIN)/python -m pip install -q --group bench
	$(BIN)/python benchmarks/features.py
	$(BIN)/python benchmarks/end_to_end.py

clean: ## Remove what the targets above made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .coverage

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "coterie needs Python 3.11 or newer; '$(PYTHON)' is not that. Name another: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# --no-compile: Python compiles what it imports, which is a tenth of what is installed.
$(VENV)/.installed: $(VENV)/.made pyproject.toml $(SOURCES)
	@echo "Installing coterie into $(VENV); the first time takes about a minute."
	$(BIN)/python -m pip install -q --no-compile --disable-pip-version-check .
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install -q --disable-pip-version-check --editable . --group dev
	@touch $@
