# `make run` and `make test` need Python 3.11 with pip, and nothing else.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif
ifeq ($(PYTHON),)
$(error Python 3.11 or newer is needed, and there is none in PATH)
endif
BIN := .venv/bin

.PHONY: run venv test faults races pages inputs scenarios check browser screenshots clean

run:
	@exec $(PYTHON) -m hotline.supervise

venv:
	@$(PYTHON) -m hotline.install --dev

browser: venv
	@$(BIN)/python -m tests.get_browser

# One run, one closing line. Three workers on two processors: tests of browsers and faults mostly wait (tests/conftest.py
# says which stay together).
test: venv browser
	@$(BIN)/ruff check .
	@$(BIN)/pytest -n 3 --dist loadgroup

# Every page for everybody in every look; `make test` leaves out what repeats itself.
pages: venv browser
	@HOTLINE_PAGES=whole $(BIN)/pytest -n 2 --dist loadgroup tests/pages

# Each statement of every step of a ticket's life, and long storms of kills; `make test` does the most important ones once.
faults: venv
	@HOTLINE_FAULTS=whole $(BIN)/pytest -p no:cacheprovider tests/faults

# Every two steps on one ticket at the same moment, in every state; `make test` takes a few of them.
races: venv
	@HOTLINE_RACES=whole $(BIN)/pytest -s -p no:cacheprovider tests/tickets/test_pairs.py tests/tickets/test_hammer.py

# Ten thousand generated inputs to forms, pages and the telephone system's address; `make test` tries a fifth.
inputs: venv
	@HOTLINE_INPUTS=whole $(BIN)/pytest -q -p no:cacheprovider tests/taking/test_anything.py tests/telephony/test_api.py

# The published days of real hotlines in full, through the real actions: about half an hour.
scenarios: venv
	@HOTLINE_SCENARIOS=whole $(BIN)/pytest -s -p no:cacheprovider tests/scenarios

check: venv
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/pytest -q -n 2 -m "not browser and not faults and not slow"

# The pictures of README and docs, of a demo district of its own; SITE=http://… takes them of a running one.
screenshots: venv browser
	@$(BIN)/python docs/make_screenshots.py $(SITE)

clean:
	rm -rf .venv node_modules .browser staticfiles .pytest_cache .mypy_cache .ruff_cache
