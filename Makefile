# Both `make demo` and `make test` set up .venv themselves when it is missing or older than the lock file.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= ../shared/data

.PHONY: demo test test-transformers bench lock

.venv/installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: .venv/installed
	$(BIN)/loop demo --dir models/demo

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

# Transformers need torch, of which nobody else should have to load 200 MB: an environment of its own.
test-transformers:
	test -x .venv-transformers/bin/python || $(PYTHON) -m venv .venv-transformers
	.venv-transformers/bin/python -m pip install -q -e . pytest hypothesis pyarrow torch spacy-curated-transformers spacy-transformers
	.venv-transformers/bin/python -m pytest -m transformers tests/pipelines

bench: .venv/installed
	for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script --quick --data $(DATA) || exit 1; done

lock: .venv/installed
	$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev -o requirements.lock pyproject.toml
