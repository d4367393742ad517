# Ambula. The two commands of a newcomer: `make demo`, `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
JOBS   ?= 2

.PHONY: help install demo test test-bluez lint bench soak train messages pictures mpy case docs clean
help:            ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## make .venv and install Ambula with everything the demo and the tests need

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Ambula needs Python 3.11 or newer: $(PYTHON) is too old. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing Ambula into $(VENV) (a minute or two the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test]'
	@touch $@

demo: install    ## a simulated participant, two virtual nodes, one synced day: build/demo/report.html
	@$(BIN)/ambula demo --out build/demo $(ARGS)

test: install    ## the whole test suite, after the device files were compiled for the board
	@$(BIN)/python -m ambula.mpy build/mpy
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

test-bluez: install ## the shipped Linux way: bleak, bluetoothd and a kernel in QEMU (fetched, 90 MB) against the firmware
	@$(BIN)/python -m pytest -m bluez tests/bluez $(ARGS)

lint: install    ## ruff and pyright, host and device code
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright -p .
	@$(BIN)/pyright -p firmware --typeshedpath "$$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")"

bench: install   ## benchmarks, as ratios in one run
	@$(BIN)/python -m tests.bench

soak: install    ## every kind of fault at random for BUDGET_S seconds (default 3600) from SEED; ends with one line
	@$(BIN)/python -m tests.soak

train: install   ## learn firmware/nodecore/model.py anew from the recordings beside the project, the same bytes each time
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[train]'
	@cd host && OMP_NUM_THREADS=1 ../$(BIN)/python -m training.train

messages: install ## bring the report's catalogues (.po) up to date, and say what has no translation yet
	@$(BIN)/python -m ambula.report.messages

pictures: install ## the report's pictures in docs, from a synthetic week, in the system's Chromium
	@$(BIN)/python -m docs.pictures

mpy: install     ## compile every device file for rv32imc and print the size of each module; build/mip: as a package for mip
	@$(BIN)/python -m ambula.mpy build/mpy
	@$(BIN)/python -m ambula.mip_package build/mip

case: install    ## the printable case: build, check, STL and STEP files into build/case (installs build123d, 600 MB)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[case]'
	@PYTHONPATH=hardware $(BIN)/python -m case build/case $(ARGS)

docs: install    ## the documents as a site that needs no network: build/site/index.html
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet && echo "open build/site/index.html"

clean:           ## remove what was built (not .venv)
	@rm -rf build dist
