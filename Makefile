# Quarterdeck's commands. `make help` lists them.
.DEFAULT_GOAL := help
PYTHON ?= .venv/bin/python

help: ## List these commands.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
