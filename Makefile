# Two commands on a bare machine: `make demo` and `make test`. Each makes what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo test lint types audit check clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/installed ## Make .venv with the pinned packages

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it: make PYTHON=/usr/bin/python3.11"; exit 1; }
	@# Debian keeps ensurepip in a package of its own.
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } \
	  || { echo "python3-venv is missing; as root: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,replay,parquet,documents,web,postgres,notify,cluster]'
	@touch $@

demo: install ## Play two Departments on localhost, archive them twice, rebuild, compare
	$(BIN)/python -m tests.play.demo

test: install ## Run every test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

lint: install ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## Check types
	$(BIN)/mypy

audit: install ## Ask whether a vulnerability is known in what is pinned
	$(BIN)/python -m tests.supply.audit

check: lint types audit test ## All of it, as continuous integration may

clean: ## Remove what was made
	rm -rf $(VENV) demo-data build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
