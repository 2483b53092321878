# Two commands on a fresh machine: `make demo` and `make test`. What they need, they install.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8787
DATA ?=
STATE ?= demo-data

export OPENBLAS_NUM_THREADS := 1
# Kept whatever the shell says: each of many short-lived processes would compile 470 modules, 0.8 s.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test lint kernels soak bench setup stale web system clean

demo: setup
	$(BIN)/jhalak demo --data $(STATE) --port $(PORT) $(if $(DATA),--items $(DATA))

test: setup system
	$(MAKE) --no-print-directory -j 2 lint kernels
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

# Compiled once beforehand: tests side by side would each compile the same.
kernels: setup
	$(BIN)/python -m tests.compile

lint: setup
	$(BIN)/ruff check jhalak tests benchmarks
	$(BIN)/ruff format --check jhalak tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && npm run --silent check && npm run --silent test

soak: setup system
	$(BIN)/python -m pytest -m soak -x -o log_cli=true -o log_cli_level=INFO

bench: setup system
	$(BIN)/python -m benchmarks

setup: $(VENV)/.installed web stale

# Compiled kernels keep what they read of other files, and Numba looks at their own alone: those of
# another commit go.
stale:
	@of=$$(git rev-parse HEAD 2>/dev/null || echo none); \
	if [ "$$of" != "$$(cat $(VENV)/.compiled 2>/dev/null)" ]; then \
		find jhalak tests benchmarks -name '*.nb[ic]' -delete; echo $$of > $(VENV)/.compiled; \
	fi

# The viewer's app and the console, built into the package.
web: jhalak/api/built/.made

WEB := $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)

jhalak/api/built/.made: web/node_modules/.installed $(WEB)
	cd web && npm run --silent build
	touch $@

web/node_modules/.installed: web/package-lock.json web/.npmrc
	@node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null \
		|| { echo "Jhalak's web applications are built with Node 20 or newer; install nodejs and npm"; exit 1; }
	cd web && npm ci --no-audit --no-fund --silent
	touch $@

$(VENV)/.installed: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Jhalak needs Python 3.11 to 3.13; name one with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh scripts/debian.sh python3-venv
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation -e .
	touch $@

# What the tests need beside Python packages: a browser, fonts for every script, nginx to compare,
# OpenMP for LightGBM.
system:
	@sh scripts/debian.sh chromium fonts-noto-core fonts-noto-color-emoji nginx-light libgomp1

clean:
	rm -rf $(VENV) web/node_modules jhalak/api/built demo-data soak-data .mypy_cache .pytest_cache .ruff_cache
