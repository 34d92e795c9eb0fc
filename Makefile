# make run: serve the shop here. make test: everything. make check: the fast part. make faults: the long fault, name and race
# tests, with figures. make coverage: the lines that tests pass. make gallery: its pictures anew. make bench: ratios.
# Debian's own Python was built after a profile of itself; one that a version manager put first on the path often was
# not, and everything here takes a quarter longer with it. So Debian's comes first, if it is new enough for the shop.
PYTHON ?= $(shell /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
  { /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || [ "$$(id -u)" = 0 ]; } && echo /usr/bin/python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
# Tests never lose power: where there is a memory disk, their databases need not wait for a real one.
MEMORY := $(wildcard /dev/shm)
PYTEST := $(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY)) $(BIN)/python -m pytest
# A process for each processor; each of them has a browser and a database server of its own, so not for dozens.
AT_ONCE := -n logical --maxprocesses 4 --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests start the shop hundreds of times: where Python may keep nothing, it is compiled anew each time.
unexport PYTHONDONTWRITEBYTECODE
# The locks name everything that is needed, so pip looks for nothing more: with its own search it asks what the
# index offers today, and an older pip then wants the newest of whatever is named with an extra. `pip check` says
# whether anything is lacking all the same.
# Today's pip installs all of it in two thirds of the time that Debian 12's takes, so it comes first, if it can.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-deps --require-hashes

LINTERS := format ruff mypy imports djlint
.PHONY: run test programs collected coverage check faults lint $(LINTERS) gallery bench lock install install-test chromium firefox java readers

run: $(VENV)/.installed
	@exec $(BIN)/python app.py --prepare

# Everything: both databases, real browser, races and kills.
test:
	@$(MAKE) --no-print-directory --jobs --output-sync=target programs install-test lint collected
	$(PYTEST) $(AT_ONCE)

# What apt-get has to fetch, in turn, while pip and the linters work; before all, it may fetch Python's venv.
programs: | $(VENV)/bin/python
	@for each in chromium java readers; do $(MAKE) --no-print-directory $$each || exit 1; done

# Asserts are rewritten when a test is first collected: done once here, not by both of the tests' processes.
collected: $(VENV)/.installed-test
	@$(PYTEST) -q --collect-only >$(VENV)/collected.txt || { cat $(VENV)/collected.txt; exit 1; }

# The same once more with coverage by branch, which before Python 3.12 takes a sixth longer.
coverage: install-test chromium java readers
	$(PYTEST) $(AT_ONCE) --cov --cov-report=term --cov-fail-under=90

# The fast part, for every few minutes: the rules by themselves (tests/unit.py says which tests those are).
check: install-test lint
	$(PYTEST) -q $(AT_ONCE) -m unit

# Half an hour and more: what the other tests show with a telling sample, here over thousands, with figures.
faults: install-test chromium firefox java readers
	$(PYTEST) -s -m 'faults_long or hypothesis' --hypothesis-profile=long

# All at the same time; what each says stays together, and one that fails fails all. The first mypy of a clone takes
# half a minute, as nothing is in its cache; the next ones take a second.
lint: $(VENV)/.installed-test
	@$(MAKE) --no-print-directory --keep-going --jobs --output-sync=target $(LINTERS)
format:
	$(BIN)/ruff format --check --quiet .
ruff:
	$(BIN)/ruff check --quiet .
mypy:
	$(BIN)/mypy --no-error-summary
imports:
	$(BIN)/lint-imports --no-cache --no-logo
djlint:
	$(BIN)/djlint templates --lint --quiet

gallery: install-test chromium
	$(PYTEST) -q tests/gallery --pictures tests/gallery

bench: install-test
	$(BIN)/python -m tests.benchmarks

PIPS := $(patsubst tests/setup/pip-%.lock,$(VENV)/pips/%/.installed,$(wildcard tests/setup/pip-*.lock))
install: $(VENV)/.installed
install-test: $(VENV)/.installed-test $(PIPS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "Debian keeps Python's venv apart: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r tests/setup/pip-newest.lock || echo "The pip that came with Python does as well."

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	$(PIP_INSTALL) -r requirements.lock
	@$(BIN)/python -m pip check
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	$(PIP_INSTALL) -r requirements-test.lock
	@$(BIN)/python -m pip check
	touch $@

# Debian 12's pip, the last that asks the index about extras, and today's: the locks are tried with each.
$(VENV)/pips/%/.installed: tests/setup/pip-%.lock $(VENV)/.installed
	$(PIP_INSTALL) --upgrade --target $(@D) -r $<
	touch $@

# The browser without any window opens a page in a quarter of the time; the whole Chromium does as well.
chromium:
	@command -v chromium-headless-shell >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium-headless-shell; } || \
	  command -v chromium >/dev/null || \
	  { echo "The browser tests need Chromium: apt-get install chromium-headless-shell"; exit 1; }

# What was typed must outlive a reload and a closed tab in more than one family of browsers: the long faults drive Firefox, too.
firefox:
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends firefox-esr; } || \
	  { echo "The long fault tests need Firefox: apt-get install firefox-esr"; exit 1; }

java:
	@command -v java >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq default-jre-headless; } || \
	  { echo "The HTML checker needs Java: apt-get install default-jre-headless"; exit 1; }

COMPILE := uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11
# Files for the cutter, papers and the ledger's files are read by programs that did not write them: Poppler for PDF and its
# signatures, librsvg for SVG, hp2xx for HPGL, hledger for its journal, LibreOffice's tables without a window for workbooks.
READERS := poppler-utils librsvg2-bin hp2xx hledger libreoffice-calc-nogui
readers:
	@{ command -v pdftoppm && command -v rsvg-convert && command -v hp2xx && command -v hledger && command -v soffice; } \
	  >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends $(READERS); } || \
	  { echo "Files for others are read back: apt-get install $(READERS)"; exit 1; }

lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra test pyproject.toml -c requirements.lock -o requirements-test.lock
	echo pip | $(COMPILE) --upgrade --no-annotate - -o tests/setup/pip-newest.lock
