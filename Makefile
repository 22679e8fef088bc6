# Everything happens in .venv; nothing global is needed but Python 3.11 or newer, git and make.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check format generate bench soak clean

help:  ## Show what there is to make
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: $(STAMP)  ## Create .venv with bridge (editable) and all that development needs

# pip learnt of dependency groups in 25.1: the one that comes with Python may be older.
$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "bridge needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $(STAMP)

demo: install  ## Play with bridge in the browser: no account, token or network needed
	$(BIN)/bridge demo

test: install  ## Run every test
	$(BIN)/python -m pytest -n auto

check: install  ## Format, lint, types, import layers and generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

format: install  ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

generate: install  ## Write the generated files anew
	$(BIN)/python docs/generate.py
	$(BIN)/python -m benchmarks.figures

bench: install  ## Measure; benchmarks/README.md says how to read the figures
	$(BIN)/python -m benchmarks

soak: install  ## Let everything go wrong for MINUTES=15, and judge what came of it
	$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),15) $(if $(SAVE),--save $(SAVE))

clean:  ## Remove .venv and all caches
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
