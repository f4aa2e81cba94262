# Two commands do everything: `make run` shows the main job, `make test` tests it. Both install what is missing.

DATA ?= data
PYTHON := .venv/bin/python
COMPILE := uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header

.PHONY: run test lint types imports bench lock reference install clean help

help: ## What can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Install what is missing, start the daemon, show the main job on five mails
	@scripts/setup run
	@.venv/bin/mailroom --data $(DATA) demo

test: ## Install what is missing, then lint, types, imports and the whole test suite
	@scripts/setup test
	@$(MAKE) --no-print-directory lint types imports
	$(PYTHON) -m pytest -q -n 2 --dist worksteal

lint: ## Style
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/deptry mailroom
	.venv/bin/vulture

types: ## Types
	.venv/bin/mypy

imports: ## Who may import whom
	.venv/bin/lint-imports

bench: ## The benchmarks, each as a table with ratios
	@scripts/setup test
	@for each in benchmarks/[!_]*.py; do $(PYTHON) $$each || exit 1; done

lock: ## Lock the requirements again, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv (https://docs.astral.sh/uv/): pipx install uv" >&2; exit 2; }
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) -c requirements/build.txt --extra official --extra photos --extra s3 pyproject.toml -o requirements/run.txt
	$(COMPILE) -c requirements/build.txt -c requirements/run.txt --group dev --extra official --extra photos --extra s3 pyproject.toml -o requirements/test.txt

reference: ## Write config/mailroom.toml and docs/verdicts.md again, from mailroom/config.py and mailroom/languages/en
	$(PYTHON) -c 'import mailroom.config as c; print(c.reference(), end="")' > config/mailroom.toml
	$(PYTHON) -c 'import mailroom.web.verdicts as v; print(v.as_markdown(), end="")' > docs/verdicts.md

install: ## Install under /opt/mailroom with systemd units (root)
	scripts/install

clean: ## Remove what was made, but not the data
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
