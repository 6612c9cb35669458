# Every target is a command of scripts/dev, which does all the set-up by itself.
.DEFAULT_GOAL := help
.PHONY: help run demo-mail test test-core test-odoo test-browser test-dist test-upgrade dist lint format translations stop verified

DEV := scripts/dev
export PORT RESET FROM TO SUBJECT

help: ## Show these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: ## Odoo with CRM, this addon and a mail sandbox (PORT=8069 RESET=1)
	@$(DEV) run

demo-mail: ## A customer writes to the running demo (FROM=… TO=… SUBJECT=…)
	@$(DEV) demo-mail

test: ## All tests: lint, core, Odoo, browser, dist, upgrade
	@$(DEV) test

test-core: ## The tests that need no Odoo
	@$(DEV) test-core

test-odoo: ## The tests inside Odoo, without browser
	@$(DEV) test-odoo

test-browser: ## The tests in a real Chromium
	@$(DEV) test-browser

test-dist: ## Install what `make dist` makes in an empty database
	@$(DEV) test-dist

test-upgrade: ## Update databases of earlier versions to this tree
	@$(DEV) test-upgrade

dist: ## The zip that a user installs, in dist/
	@$(DEV) dist

lint: ## ruff, pylint-odoo and import-linter
	@$(DEV) lint

format: ## Format the Python files
	@$(DEV) format

translations: ## Write the translation template anew
	@$(DEV) translations

stop: ## Stop the demo and the private database server
	@$(DEV) stop

verified: ## Have the Odoo tests passed for exactly this tree?
	@$(DEV) verified
