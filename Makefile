# `make` lists what there is to do. Needs Python 3.11 or newer with venv; everything goes to .venv.

PYTHON ?= python3
PYTEST_ARGS ?=
SERVE_ARGS ?=
# The CPU build is enough for the tests: TORCH="torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu"
TORCH ?= torch==2.13.0

bin := .venv/bin
stamps := .venv/stamps
pip := $(bin)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help serve test soak check bench docs fix clean

help: ## list these
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(stamps)/serve ## answer over HTTP on port 7860, with a page to try it
	@exec $(bin)/antiphon serve $(SERVE_ARGS)

test: $(stamps)/test ## run every test
	$(bin)/python -m pytest $(PYTEST_ARGS)

soak: $(stamps)/test ## run the long checks; results go to benchmarks/results
	$(bin)/python -m pytest -m soak --timeout 0 $(PYTEST_ARGS)

check: $(stamps)/check ## formatting, lint, types, import rules, generated pages
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/python tools/reference.py --check

bench: $(stamps)/bench ## measure what the README claims
	$(bin)/python benchmarks/first_audio.py

docs: $(stamps)/docs ## generate docs/reference from the code, and build the site
	$(bin)/python tools/reference.py
	$(bin)/python tools/build_site.py

fix: $(stamps)/check ## format, and mend what lint can mend
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

clean: ## remove .venv and every cache
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(bin)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Antiphon needs Python 3.11 or newer; choose one with make PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# A stamp per set of extras: made again when pyproject.toml has changed, and only then.
# Byte code is made of what is used, when it is first used: 31 MB less than pip would make.
$(stamps)/serve: pyproject.toml | $(bin)/python
	$(pip) --no-compile --editable .
	@mkdir -p $(@D) && touch $@

$(stamps)/test: pyproject.toml examples/engine-plugin/pyproject.toml | $(bin)/python
	$(pip) $(TORCH)
	$(pip) --editable '.[test]'
	$(pip) --editable examples/engine-plugin
	@mkdir -p $(@D) && touch $@

$(stamps)/check: pyproject.toml | $(bin)/python
	$(pip) --editable '.[check]'
	@mkdir -p $(@D) && touch $@

$(stamps)/docs: pyproject.toml | $(bin)/python
	$(pip) --editable '.[docs]'
	@mkdir -p $(@D) && touch $@

$(stamps)/bench: pyproject.toml | $(bin)/python
	$(pip) --editable '.[bench]'
	@mkdir -p $(@D) && touch $@
