# The verbs of this repository. The work is done by scripts/ and bench/, which can be called directly too,
# with arguments: `scripts/test --filter Sites`, `bench/run me site`.

.DEFAULT_GOAL := help
.PHONY: help run check test screenshots cluster-test fuzz power-test long-test deb sbom bench format lint clean

help: ## List the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

run: ## Build, fill an empty database with a demo company, and serve it
	@scripts/run

check: ## Run the quick checks before a commit: linters, Core, the storage contract on SQLite, the web app's units
	@scripts/check

test: ## Check format and linters, build, and run all tests on SQLite and a throw-away PostgreSQL
	@scripts/test

screenshots: ## Photograph every page of the web app into var/screenshots, and remake the README's pictures in docs/images
	@scripts/screenshots

cluster-test: ## Run a small production: three servers, a standby, a load balancer, and what goes wrong there
	@scripts/cluster-test

fuzz: ## Feed random bytes to every parser of outside input, a minute each, until something traps
	@scripts/fuzz

power-test: ## Cut the power and let the disk fail under a server on SQLite, for 15 minutes
	@scripts/power-test

long-test: ## Run what takes hours: power cuts, a thousand kills on each engine, and the small production
	@scripts/long-test

deb: ## Build the Debian package for a droplet, into .build/deb
	@scripts/make-deb

sbom: ## Print the bill of materials of the server that was built (CycloneDX)
	@scripts/sbom

bench: ## Build for release and measure, each figure against a limit measured in the same run
	@bench/run

format: ## Put the Swift sources into the repository's format
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

lint: ## Hold all sources against format, types and linters, and change nothing
	@scripts/lint

clean: ## Remove what was built; the data in var/ stays
	@rm -rf .build .build-fuzz

.PHONY: snapshots
snapshots: ## Remake docs/openapi.json, docs/schema.sql and the list of what v1 promises
	@scripts/snapshots
