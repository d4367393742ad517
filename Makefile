# Ambula. The two commands of a newcomer: `make demo`, `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Two stamps: what the demo needs is in, and everything is in.
DEMO   := $(VENV)/.demo
ALL    := $(VENV)/.installed
JOBS   ?= 3
SUITE  ?= bookworm
# Byte code is left to the first run: written for every module at once it is 40 MB of the demo's and as long again.
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# What the rehearsal never imports, though what it imports names it: bumble's programs and USB radios, boards on USB.
UNUSED := click esp-pylib esptool importlib-resources intelhex libusb-package libusb1 mpremote prompt-toolkit pybind11 \
  pyserial pyserial-asyncio pyusb pyyaml reedsolo rich-click wcwidth websockets

.PHONY: help install demo test test-bluez bare lint bench soak train texts museum release pictures axe mpy case docs dist lock clean
help:            ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(ALL)  ## make .venv and install Ambula with everything the demo and the tests need

# A venv of Python 3.11 brings setuptools, 10 MB that nothing here imports.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Ambula needs Python 3.11 or newer: $(PYTHON) is too old. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip uninstall --quiet --yes setuptools

$(DEMO): pyproject.toml requirements-demo.lock | $(BIN)/python
	@echo "installing Ambula and what the demo needs into $(VENV) (under a minute the first time) ..."
	@$(PIP) --no-deps -r requirements-demo.lock -e .
	@touch $@

$(ALL): pyproject.toml requirements.lock | $(BIN)/python
	@echo "installing Ambula and what the tests need into $(VENV) (a minute or two the first time) ..."
	@$(PIP) -c requirements.lock -e '.[test]'
	@touch $(DEMO) $@

demo: $(DEMO)    ## a simulated participant, two virtual nodes, one synced day: build/demo/report.html
	@$(BIN)/ambula demo --out build/demo $(ARGS)

test: install    ## the whole test suite, after the device files were compiled for the board
	@$(BIN)/python -m ambula.firmware_build.compile build/mpy
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

bare:            ## both commands on a clean clone of HEAD in a bare Debian; as root (SUITE=trixie, ARGS=--root: as root in there too)
	@.ci/bare --suite $(SUITE) $(ARGS) -- sh -c 'make demo && make test'

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
	@$(PIP) -c requirements.lock -e '.[train]'
	@cd host && OMP_NUM_THREADS=1 ../$(BIN)/python -m training.train

texts: install ## bring up to date what is made of the code's texts: docs/dictionary.md, the report's catalogues (.po), what boards said
	@$(BIN)/python -m ambula.days.dictionary_page docs/dictionary.md
	@$(BIN)/python -m ambula.report.messages
	@$(BIN)/python -m ambula.bringup.tables .

museum: install ## freeze pieces of HEAD, made by its own program, in tests/museum (COMMIT=..., HOURS=7.3-8.3)
	@$(BIN)/python -m tests.museum.add $(or $(COMMIT),HEAD) $(HOURS)

release: install ## refuse while a text of the report has no translation; else make dist
	@$(BIN)/python -m ambula.report.messages --missing
	@$(MAKE) dist

pictures: install ## the report's pictures in docs, from a synthetic week, in the system's Chromium
	@$(BIN)/python -m docs.pictures

axe:             ## fetch axe-core by npm into build/axe, for the tests of the pages in Chromium
	@npm install --silent --no-audit --no-fund --prefix build/axe axe-core@4

mpy: install     ## compile every device file for rv32imc and print the size of each module; build/mip: as a package for mip
	@$(BIN)/python -m ambula.firmware_build.compile build/mpy
	@$(BIN)/python -m ambula.firmware_build.mip_package build/mip

case: install    ## the printable case: build, check, STL and STEP files into build/case (installs build123d, 600 MB)
	@$(PIP) -c requirements.lock -e '.[case]'
	@PYTHONPATH=hardware $(BIN)/python -m case build/case $(ARGS)

docs: install    ## the documents as a site that needs no network: build/site/index.html
	@$(PIP) -c requirements.lock -e '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet && echo "open build/site/index.html"

dist: $(DEMO)    ## wheel and sdist into dist/, checked, and each tried in an empty environment
	@$(PIP) -c requirements.lock build twine
	@rm -rf dist && $(BIN)/python -m build --quiet && $(BIN)/twine check --strict dist/*
	@.ci/wheel $(BIN)/python

# uv keeps the pins that still hold of the file it writes.
RESOLVE = $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --annotation-style line \
  --custom-compile-command 'make lock' pyproject.toml

lock: $(BIN)/python ## both lock files anew from pyproject.toml; pins that still hold stay (ARGS=--upgrade: the newest of all)
	@$(PIP) -c requirements.lock uv
	@$(RESOLVE) --all-extras -o requirements.lock $(ARGS) > /dev/null
	@$(RESOLVE) --extra sim --upgrade -c requirements.lock $(UNUSED:%=--no-emit-package %) -o requirements-demo.lock > /dev/null

clean:           ## remove what was built (not .venv)
	@rm -rf build dist
