# `make` lists the commands. Each installs what it needs first.
PYTHON ?= python3
PORT ?= 4566
PROGRAM ?= .
COUNT ?= 50
SEED ?= 1
BIN := .venv/bin
# Every lock file: X.in lists direct dependencies, X.txt pins them with hashes.
LOCKED := requirements requirements-dev requirements-emulator requirements-mutants policy/requirements \
  benchmarks/bare/requirements benchmarks/bare/powertools
# One file at a time in each process: each starts its own emulator, so they do not interfere.
BY_FILE := --dist loadfile --no-loadscope-reorder
PARALLEL := -n auto --maxprocesses 4 $(BY_FILE)
# One process more than processors, at most 4: a quarter of a unit test's time is waiting.
PARALLEL_UNIT = -n $(shell $(PYTHON) -c "import os; print(min(4, os.cpu_count() + 1))") $(BY_FILE)
# Six on two processors: half of an end-to-end test is waiting.
PARALLEL_WAITING := -n 6 $(BY_FILE)
export PULUMI_ERROR_OUTPUT_STRING := 1
# Hundreds of processes start: without bytecode files each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup tour chaos up down check format policy test e2e engine snapshot reference pictures sbom bench bench-check mutants lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready .venv-emulator/.ready ## Create the virtual environments

tour: setup ## Deploy locally and watch it work, fail and recover (PROGRAM=.)
	@$(BIN)/python -m local tour $(PROGRAM)

chaos: setup ## Inject faults under load, and count lost and duplicate events
	@$(BIN)/python -m local chaos

up: setup ## Deploy locally and leave it running (PROGRAM=., PORT=4566)
	@$(BIN)/python -m local up $(PROGRAM) --port $(PORT)

down: setup ## Stop what `make up` started
	@$(BIN)/python -m local down

check: .venv/.ready ## Format, lint, types, import rules, workflows, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --quiet --offline .github
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/python scripts/audit.py $(addsuffix .txt,$(LOCKED))

format: .venv/.ready ## Format, and fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

policy: .venv/.ready .venv-policy/.ready ## Test the policy pack: its rules against every stack, and over gRPC
	$(BIN)/pytest tests/policy

test: setup .venv-policy/.ready .venv-mutants/.ready ## Unit and contract tests
	$(BIN)/pytest $(PARALLEL_UNIT) --ignore=tests/e2e --ignore=tests/engine

e2e: setup ## End-to-end tests of the local deployment
	$(BIN)/pytest $(PARALLEL_WAITING) tests/e2e

engine: setup .venv-policy/.ready ## Deploy with Pulumi's engine to the emulator (needs the Pulumi CLI or Go)
	@# A program that fails leaves tasks of Pulumi's unfinished, which are nothing of these tests.
	@# The longest files come first, so that none is left to one process at the end.
	@$(BIN)/python scripts/pulumi_cli.py $(BIN)/pytest $(PARALLEL) --loadscope-reorder -p no:unraisableexception tests/engine

snapshot: .venv/.ready ## Write what every stack and pattern declares to tests/snapshots, for review
	@$(BIN)/python -m tests.snapshots

reference: .venv/.ready ## Write docs/reference.md from the docstrings
	@$(BIN)/python scripts/make_reference.py

pictures: .venv/.ready ## Write the picture of every program into the page that describes it
	@$(BIN)/python -m scripts.make_pictures

sbom: .venv/.ready ## Write each bundle's bill of materials to .build/sbom, as CycloneDX
	@$(BIN)/python scripts/make_sbom.py

bench: .venv/.ready ## Measure cold starts, requests and the program
	@$(BIN)/python -m benchmarks

bench-check: .venv/.ready ## Compare instruction counts with benchmarks/budgets.toml (needs valgrind)
	@$(BIN)/python -m benchmarks check

mutants: setup .venv-policy/.ready .venv-mutants/.ready ## Change the code at random, and count what no test notices (COUNT=50, SEED=1, PATHS=)
	@.venv-mutants/bin/python -m scripts.mutants --count $(COUNT) --seed $(SEED) $(ARGS) $(PATHS)

lock: .venv/.ready ## Pin the newest versions that the *.in files allow
	@for name in $(LOCKED); do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command "make lock" \
	    $$name.in -o $$name.txt || exit 1; done

clean: down ## Stop the local deployment and remove everything that was built
	rm -rf .venv .venv-emulator .venv-mutants .venv-policy .build .local

.venv/.ready: requirements-dev.txt scripts/make_venv.py
	@$(PYTHON) scripts/make_venv.py .venv requirements-dev.txt components lambdas

.venv-emulator/.ready: requirements-emulator.txt scripts/make_venv.py
	@$(PYTHON) scripts/make_venv.py .venv-emulator requirements-emulator.txt

.venv-policy/.ready: policy/requirements.txt scripts/make_venv.py
	@$(PYTHON) scripts/make_venv.py .venv-policy policy/requirements.txt

.venv-mutants/.ready: requirements-mutants.txt scripts/make_venv.py
	@$(PYTHON) scripts/make_venv.py .venv-mutants requirements-mutants.txt
