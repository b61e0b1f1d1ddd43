# Everything the studio needs, from an empty machine with Python 3.11 or later: `make run`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODEL := $(VENV)/share/masking-models/u2netp.onnx

.PHONY: run test fuzz soak check lint types audit sbom format benchmark mutants lock clean

run: $(VENV)/.installed $(MODEL)
	$(BIN)/streamlit run app.py

test: $(VENV)/.installed-dev $(MODEL)
	@sh tests/browser/install_browsers.sh $(BIN)
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What files, links and messages may say, 50,000 times.
fuzz: $(VENV)/.installed-dev
	FUZZ=25 $(BIN)/pytest -n 2 tests/test_fuzz.py

# What a visitor in a hurry does, 500 times.
soak: $(VENV)/.installed-dev
	ACTIONS=500 $(BIN)/pytest -n 0 -s tests/browser/test_soak.py

check: lint types audit test

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings studio
	$(BIN)/lint-imports --no-logo --no-cache

types: $(VENV)/.installed-dev
	$(BIN)/mypy

# Known weaknesses of what is pinned; says so where they could not be looked up.
audit: $(VENV)/.installed-dev
	$(BIN)/python tools/audit.py

# What the studio is made of, as a CycloneDX document.
sbom: $(VENV)/.installed-dev
	$(BIN)/python tools/sbom.py > sbom.json

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks speed

# Small mistakes, one at a time, that the tests should notice: in what differs from the main branch, or as MUTANTS says.
mutants: $(VENV)/.installed-dev
	nice -n 19 $(BIN)/python tools/mutants.py $(MUTANTS)

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

# The small network that finds the subject (4.6 MB). Where it cannot be had, everything else works and says what is missing.
$(MODEL): | $(VENV)/.installed
	-@$(BIN)/python -m masking_core models fetch u2netp --into $(@D)

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Pin what pyproject.toml names, and what that needs; needs uv (pip install uv). Pins that still fit stay as they are:
# make lock UPGRADE=--upgrade takes the newest.
PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml
lock:
	$(PIN) --extra studio -o requirements.txt
	$(PIN) --all-extras --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis
