# make demo   the main job on the sample audit, in an environment of its own (.venv)
# make test   format, lint, types, import contracts, catalogue and all tests, in another (.venv-dev)
# make bench  speed as ratios against references of the same run

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := Scripts
else
BIN := bin
endif
RUN := .venv/$(BIN)
DEV := .venv-dev/$(BIN)
PIP := -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test bench docs messages clean

demo: .venv/done
	$(RUN)/cpa check sample-audit
	$(RUN)/cpa status sample-audit
	$(RUN)/cpa balance sample-audit
	$(RUN)/cpa focus sample-audit
	$(RUN)/cpa options sample-audit
	$(RUN)/cpa screen sample-audit
	$(RUN)/cpa appraise sample-audit
	$(RUN)/cpa package sample-audit
	$(RUN)/cpa report sample-audit

test: .venv-dev/done
	$(DEV)/ruff format --check .
	$(DEV)/ruff check .
	$(DEV)/mypy
	$(DEV)/lint-imports --no-cache
	$(DEV)/python tools/catalogue.py
	$(DEV)/python tools/documentation.py
	$(DEV)/pytest -n auto

bench: .venv-dev/done .venv/done
	$(DEV)/python benchmarks/run.py --cpa $(RUN)/python
	$(DEV)/python benchmarks/balances.py
	$(DEV)/python benchmarks/economics.py

docs: .venv-dev/done
	$(DEV)/python tools/documentation.py --write

messages: .venv-dev/done
	$(DEV)/python tools/catalogue.py --write

# A copy, not an editable install: what users get, with compiled bytecode.
.venv/done: pyproject.toml constraints.txt $(shell find cpa -type f ! -name '*.pyc')
	test -d .venv || $(PYTHON) -m venv .venv
	rm -rf build
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25'  # older ones write slower start scripts
	$(RUN)/python $(PIP) --force-reinstall --no-deps .
	$(RUN)/python $(PIP) .
	touch $@

.venv-dev/done: pyproject.toml constraints.txt
	test -d .venv-dev || $(PYTHON) -m venv .venv-dev
	$(DEV)/python $(PIP) --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv .venv-dev build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
