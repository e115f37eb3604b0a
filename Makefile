# Every command of this repository. Each does its own set-up, prints what it is doing, and does nothing
# twice.

SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TARGET := $(or $(CARGO_TARGET_DIR),target)
TOOLS := $(abspath $(TARGET))/tools
export PATH := $(HOME)/.cargo/bin:$(TOOLS)/cargo-deny/bin:$(TOOLS)/cargo-fuzz/bin:$(PATH)

# How long `make fuzz` searches with each target.
FUZZ_SECONDS ?= 120

# Built with the features of the whole workspace, as in the tests. Built alone, these two would compile
# their dependencies once more with fewer features.
server = cargo build --workspace --bin voxum
bundle = cargo build --workspace --bin bundle

book = .ci/links.py && MDBOOK_LOG=warn $(TOOLS)/mdbook/bin/mdbook build docs --dest-dir $(abspath $(TARGET))/book

contract = python3 server/tests/contract/run.py $(TOOLS)/schemathesis/bin/schemathesis $(TARGET)/debug/voxum

comma := ,
say = @printf '\n==> %s\n' "$(1)"

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: site ## Serve the console on http://127.0.0.1:3000, on the SQLite file data/voxum.db
	$(call say,Building the server (about 3 minutes the first time on two cores))
	@$(server)
	@exec $(TARGET)/debug/voxum serve

.PHONY: dev
dev: setup ## Like run, and rebuild, restart and reload on every change
	@$(bundle)
	@exec $(TARGET)/debug/bundle watch

.PHONY: test
test: check unit contract end2end ## Every check and every test, those in a browser included

.PHONY: check
check: setup setup-check ## Formatting, lints, documents and their links, language, style sheets, arrows between crates and modules, dependencies
	$(call say,Formatting)
	@cargo fmt --all --check
	$(call say,Dependency policy)
	@cargo deny --log-level error check --deny unnecessary-skip --deny license-not-encountered bans licenses sources
	$(call say,Arrows between the crates$(comma) and between the modules of a folder)
	@.ci/arrows.sh
	@.ci/circles.py
	$(call say,Documents for engineers)
	@.ci/documents.py
	$(call say,Language of comments)
	@.ci/words.py
	$(call say,Style sheets)
	@cd end2end && npx stylelint '../style/**/*.css' --config ../style/.stylelintrc.json --config-basedir .
	@.ci/style.py
	$(call say,Files for systemd$(comma) containers and proxies)
	@.ci/deploy.sh
	$(call say,The book and the links of all documents)
	@$(book)
	$(call say,Lints (about 3 minutes the first time))
	@cargo clippy --quiet --workspace --all-targets -- --deny warnings
	$(call say,Lints of the browser's half (about a minute the first time))
	@cargo clippy --quiet --package frontend --package app --target wasm32-unknown-unknown -- --deny warnings
	$(call say,Documentation)
	@RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --workspace --no-deps --document-private-items

.PHONY: unit
unit: setup setup-examples setup-mail setup-postgres setup-deploy setup-valgrind ## Every test that needs no browser
	$(call say,Tests (about 3 minutes to compile the first time))
	@if cargo nextest --version >/dev/null 2>&1; then \
	    cargo nextest run --workspace --profile make --test-threads $$((2 * $$(getconf _NPROCESSORS_ONLN))) && \
	    cargo test --quiet --workspace --doc; \
	else \
	    cargo test --workspace; \
	fi

.PHONY: contract
contract: setup setup-contract setup-clients ## Compare the running server with its API description, by generated calls and clients
	$(call say,Building the server that the calls go to)
	@$(server)
	$(call say,Clients of three generators (half a minute))
	@python3 server/tests/contract/clients.py $(TOOLS)/clients $(TARGET)/debug/voxum
	$(call say,Calls (about a minute; CONTRACT_EXAMPLES=100 makes more of them))
	@$(contract) --seed 1 --examples $(or $(CONTRACT_EXAMPLES),30)

.PHONY: end2end
end2end: site setup-browser ## The browser tests
	$(call say,Building the server that the browser tests drive)
	@$(server)
	$(call say,Browser tests)
	@cd end2end && npx tsc --noEmit && npx playwright test

.PHONY: docs
docs: setup-book ## The book of docs/src as pages: target/book/index.html
	@$(book)

.PHONY: fuzz
fuzz: setup setup-fuzz setup-contract ## Search for bytes that break what reads them: FUZZ_SECONDS=120 each; CONTRACT_EXAMPLES=500
	$(call say,Building the fuzz targets (about 7 minutes the first time on two cores))
	@server/fuzz/run.sh $(FUZZ_SECONDS)
	$(call say,Building the server that the calls go to)
	@$(server)
	$(call say,Calls that no run made before (about 10 minutes))
	@$(contract) --examples $(or $(CONTRACT_EXAMPLES),500)

.PHONY: storm
storm: setup setup-postgres ## The long storms: TRIALS=10000 revocations and CYCLES=200 kills on each database, and faults
	$(call say,Storms (the better part of an hour))
	@TRIALS=$(or $(TRIALS),10000) CYCLES=$(or $(CYCLES),200) cargo test --workspace --test binary --test http -- --nocapture --test-threads 1 storm promises::revoked

.PHONY: build
build: site ## The release binary with the site inside: target/release/voxum
	$(call say,Building the release binary (about 5 minutes the first time))
	@cargo build --package server --release
	@ls -lh $(TARGET)/release/voxum

.PHONY: bench
bench: build setup-load setup-valgrind setup-postgres ## Print ratios of the release binary: to check a key, its pages, its start (half an hour; BENCH="a g" chooses)
	$(call say,Building what it is compared with)
	@cargo build --package server --release --example bare --example unchecked --example instructions
ifndef BENCH
	@python3 server/benches/startup.py $(TARGET)/release/voxum
	@python3 server/benches/pages.py $(TARGET)/release/voxum
	@python3 server/benches/flood.py $(TARGET)/release/voxum
endif
	@python3 server/benches/verify.py $(TARGET)/release/voxum $(TARGET)/release/examples $(BENCH)

.PHONY: lighthouse
lighthouse: $(if $(BINARY),setup,build) setup-browser setup-lighthouse ## Scores and times of pages, on the release binary or on BINARY=target/debug/voxum
	$(call say,Lighthouse on five pages)
	@cd end2end && VOXUM_BIN=$(abspath $(or $(BINARY),$(TARGET)/release/voxum)) LIGHTHOUSE=$(TOOLS)/lighthouse \
	    REPORTS=$(abspath $(TARGET))/lighthouse npx playwright test --config lighthouse/playwright.config.ts

.PHONY: site
site: setup ## What browsers load, into target/site, within its size budgets
	$(call say,Building the site (about 4 minutes the first time on two cores))
	@$(bundle)
	@$(TARGET)/debug/bundle

.PHONY: setup
setup: ## The toolchain and the npm packages; every command does this itself
	@.ci/setup/rust.sh
	@.ci/setup/npm.sh
	@$(if $(filter setup,$(MAKECMDGOALS)),.ci/setup/hooks.sh)

.PHONY: setup-check
setup-check: setup-deploy setup-book
	@.ci/setup/cargo-deny.sh

.PHONY: setup-deploy
setup-deploy:
	@.ci/setup/deploy.sh

.PHONY: setup-book
setup-book:
	@.ci/setup/mdbook.sh

.PHONY: setup-fuzz
setup-fuzz:
	@.ci/setup/cargo-fuzz.sh

.PHONY: setup-contract
setup-contract:
	@.ci/setup/schemathesis.sh

.PHONY: setup-clients
setup-clients:
	@.ci/setup/clients.sh

.PHONY: setup-examples
setup-examples:
	@.ci/setup/curl.sh

.PHONY: setup-mail
setup-mail:
	@.ci/setup/aiosmtpd.sh

.PHONY: setup-postgres
setup-postgres:
	@.ci/setup/postgres.sh

.PHONY: setup-load
setup-load:
	@.ci/setup/load.sh

.PHONY: setup-lighthouse
setup-lighthouse: setup
	@.ci/setup/lighthouse.sh

.PHONY: setup-valgrind
setup-valgrind:
	@.ci/setup/valgrind.sh

.PHONY: setup-browser
setup-browser: setup
	@end2end/browser.sh
