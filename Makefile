# Bellwether: the two commands are `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help test

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## install what the tests need, then run them
	swift test
