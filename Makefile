# Everything that people do with this project: make help.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# Processor of what is built for AWS. make local builds for this machine's.
ARCH ?= arm64
# Environment in samconfig.toml.
CONFIG ?= default

# Only from make's command line, never from the shell's environment, where such names may mean something else.
FOR =
TOKEN =
ENVIRONMENT =
TO =
FROM =
TYPE = video
EVENT =
SHAPE = signed
PROFILE =
PARAMETERS =
STACK =
AGAIN =
PURGE =
P8 =
KEY_ID =
TEAM_ID =
ROTATE =
EMERGENCY =
KEEP_DATA = 1
GUIDED =
YES =
RESTORED =
REPAIR =
RELEASE =
CALL =
ERRORS =
SINCE = 15m
SEED = 1
CALLS = 2000
INPUTS = 200000
ONLY =
MUTANTS =
MINUTES = 60

# As it was typed: make would replace $ in it.
export PARAMETERS_OF_MAKE := $(value PARAMETERS)

# Not absolute: the path of this directory may have blanks.
BIN := .venv/bin
PYTHON := $(BIN)/python3.13
TOOLS := .venv/.tools
MUTMUT := .venv/.mutmut
INSTALLED := .venv/.installed
CHECKERS := .venv-checkers/.installed
COMPILE := $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.13

# Which stack a command is about: STACK=its name in AWS, or CONFIG=environment in samconfig.toml; else the one here.
WHERE = $(if $(STACK),--stack "$(STACK)",$(if $(filter command,$(firstword $(origin CONFIG))),--config "$(CONFIG)"))

export SAM_CLI_TELEMETRY := 0

# What a shell may set for pip in general is wrong for an environment of our own.
unexport PIP_USER PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_PREFIX PIP_ROOT PYTHONHOME PYTHONPATH

ifeq ($(OS),Windows_NT)
$(error Windows is not supported: use WSL2, where all of this works)
endif

.PHONY: help
help: ## this
	@awk -F ':.*## ' '/^## ----/ { print "\n" substr($$0, 9) } /^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

## ---- see it work, on this machine

.PHONY: demo
demo: tools ## one call to two phones, from the webhook to what Apple receives
	@$(PYTHON) -m local demo

.PHONY: local
local: tools ## the stack on this machine and a page to see it ring, until Ctrl-C (PORT=4566 PAGE_PORT=4580)
	@$(PYTHON) -m local up

.PHONY: register
register: tools ## with make local: a phone for FOR=bob [TOKEN=hex] [ENVIRONMENT=production|sandbox]
	@[ -n "$(FOR)" ] || { echo "whose phone? make register FOR=bob" >&2; exit 1; }
	@$(PYTHON) -m local register "$(FOR)" --token "$(TOKEN)" --environment "$(ENVIRONMENT)"

.PHONY: ring
ring: tools ## with make local: call TO=bob FROM=alice [TYPE=audio|video] [SHAPE=signed|documented|custom] [PROFILE=all]
	@[ -n "$(TO)" ] && [ -n "$(FROM)" ] || { echo "who calls whom? make ring TO=bob FROM=alice" >&2; exit 1; }
	@$(PYTHON) -m local ring "$(TO)" "$(FROM)" --type "$(TYPE)" --shape "$(SHAPE)" --profile "$(PROFILE)"

.PHONY: sam-local
sam-local: tools ## the stack and what sam local needs of it, in Docker, until Ctrl-C; prints the commands to type
	@$(PYTHON) -m local sam-local

.PHONY: sam-invoke
sam-invoke: tools ## with make sam-local: sam local invoke with an event of this moment (EVENT=push-call-ringing)
	@[ -n "$(EVENT)" ] || { echo "which event? make sam-invoke EVENT=push-call-ringing" >&2; exit 1; }
	@$(PYTHON) -m local sam-invoke "$(EVENT)"

.PHONY: events
events: tools ## write events/*.json again, for sam local invoke, with the present time
	@$(PYTHON) -m local.sample_events

## ---- work on it

.PHONY: install
install: $(INSTALLED) ## all tools for working on it, into .venv; those that the commands above need come by themselves

.PHONY: tools
tools: $(TOOLS)

$(TOOLS): requirements-run.txt
	@python=$$(for candidate in python3.13 python3 python; do \
		$$candidate -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo $$candidate && break; \
	done); \
	[ -n "$$python" ] || { \
		echo "Python 3.13 is needed, and neither python3.13 nor python3 is that. pyenv install 3.13 brings it." >&2; exit 1; }; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python has no venv. On Debian and Ubuntu: apt install python3.13-venv" >&2; exit 1; }; \
	[ "$$(uname -sm)" != "Darwin x86_64" ] || \
		echo "install: there is no wheel of cryptography for Intel Macs; building it needs Rust and OpenSSL: brew install rust openssl@3"; \
	echo "install: an environment in .venv, from $$python" && \
	if [ -L .venv ]; then rm .venv; fi && \
	$$python -m venv --clear .venv
	@echo "install: uv"
	@# uv from the lock as well, with its hashes.
	@awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements-run.txt > .venv/uv.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@echo "install: everything in requirements-run.txt"
	@$(BIN)/uv pip install --quiet --python $(PYTHON) --require-hashes -r requirements-run.txt
	@touch $@

$(INSTALLED): $(TOOLS) requirements-dev.txt
	@echo "install: everything in requirements-dev.txt"
	@$(BIN)/uv pip sync --quiet --python $(PYTHON) --require-hashes requirements-dev.txt
	@touch $@

.PHONY: lock
lock: install ## recompile the locked requirements after a change of requirements.in or pyproject.toml
	$(COMPILE) --python-platform aarch64-manylinux_2_28 layers/base/requirements.in -o layers/base/requirements.txt
	$(COMPILE) --python-platform aarch64-manylinux_2_28 layers/apns/requirements.in -o layers/apns/requirements.txt
	$(COMPILE) --universal --group run -c layers/base/requirements.txt -c layers/apns/requirements.txt \
		layers/base/requirements.in layers/apns/requirements.in -o requirements-run.txt
	$(COMPILE) --universal --group dev -c requirements-run.txt \
		layers/base/requirements.in layers/apns/requirements.in -o requirements-dev.txt
	$(COMPILE) --universal tests/programs/mutants/requirements.in -o tests/programs/mutants/requirements.txt
	$(COMPILE) --universal --group checkers -o requirements-checkers.txt
	$(MAKE) notices

.PHONY: notices
notices: install ## licences of what the layers ship, into layers/THIRD-PARTY-NOTICES.md; part of make lock
	@$(PYTHON) -m layers.notices

.PHONY: audit
audit: install ## known vulnerabilities of what is locked; needs the internet: a database of vulnerabilities, and PyPI
	@for lock in layers/base/requirements.txt layers/apns/requirements.txt requirements-dev.txt tests/programs/mutants/requirements.txt; do \
		echo "$$lock" && $(BIN)/pip-audit --require-hashes --disable-pip --strict --progress-spinner off -r $$lock || exit 1; done

.PHONY: format
format: install ## format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

$(CHECKERS): requirements-checkers.txt | install
	@echo "install: checkers of the template, in .venv-checkers"
	@$(BIN)/uv venv --quiet --clear --python $(PYTHON) .venv-checkers
	@$(BIN)/uv pip install --quiet --python .venv-checkers/bin/python --require-hashes -r requirements-checkers.txt
	@touch $@

.PHONY: lint
lint: install $(CHECKERS) ## style, types, template
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sam validate --lint --config-env $(CONFIG)
	@mkdir -p .aws-sam
	@$(PYTHON) -m tests.support.aws.print_translated > .aws-sam/translated.json
	@# The exceptions of tests/unit/template/test_data.py, which has their reasons.
	.venv-checkers/bin/cfn-lint --include-checks I --ignore-checks W2001 I3042 -- .aws-sam/translated.json
	.venv-checkers/bin/checkov --config-file .checkov.yaml --file .aws-sam/translated.json

.PHONY: test-unit
test-unit: install ## tests without a network
	$(BIN)/pytest tests/unit

.PHONY: test-integration
test-integration: install ## tests against real servers on this machine
	$(BIN)/pytest tests/integration

.PHONY: test-e2e
test-e2e: install ## tests of the whole, deployed to the emulator (VOIP_STACK=running: use the one of make local)
	$(BIN)/pytest tests/e2e

.PHONY: test-sam-local
test-sam-local: install ## every event by sam local invoke, in a container of its own (5 minutes)
	SAM_LOCAL=invoke $(BIN)/pytest tests/e2e/test_sam_local.py

.PHONY: test
test: lint test-unit test-integration test-e2e ## all of these
	@echo "passed: lint, unit, integration, end-to-end"

.PHONY: screenshot
screenshot: install ## redraw docs/page*.png from the browser tests on a stack of its own; needs Chromium
	@VOIP_SCREENSHOTS=docs $(BIN)/pytest tests/e2e/test_page.py -k screenshot

.PHONY: drill
drill: install ## every fault that doctor has to name, one after the other, on a stack of its own (4 minutes)
	@VOIP_DRILL=all $(BIN)/pytest tests/e2e/test_drill.py

.PHONY: chaos
chaos: install ## thousands of calls under faults on a stack of its own; the counts must reconcile (SEED=1 CALLS=2000)
	@$(PYTHON) -m tests.programs.chaos --seed $(SEED) --calls $(CALLS)

.PHONY: attack
attack: install ## every way in that should not be one, on a stack of its own (VOIP_STACK=running: the one of make local)
	@$(PYTHON) -m tests.programs.attack

.PHONY: fuzz
fuzz: install ## hundreds of thousands of odd requests and messages, guided by coverage (SEED=1 INPUTS=200000)
	@$(PYTHON) -m tests.programs.fuzz --seed $(SEED) --inputs $(INPUTS)

.PHONY: faults
faults: install ## every dependency fails in every way; goes on where it stopped (ONLY="APNs answer" AGAIN=1; 60 minutes at most)
	@$(PYTHON) -m tests.programs.faults --only "$(ONLY)" $(if $(AGAIN),--again) $(if $(ONLY),,--write)
$(MUTMUT): tests/programs/mutants/requirements.txt
	@echo "install: mutmut"
	@$(BIN)/uv pip install --quiet --python $(PYTHON) --target $@ --require-hashes -r tests/programs/mutants/requirements.txt
	@touch $@

.PHONY: mutants
mutants: install $(MUTMUT) ## do the tests notice changes of the functions? goes on where it was stopped (MUTANTS="rules push" MINUTES=60)
	@$(PYTHON) -m tests.programs.mutants --mutmut "$(MUTMUT)" --minutes $(MINUTES) $(MUTANTS)

.PHONY: charts
charts: install ## draw docs/charts.png, the dashboard's first row, from the latest make chaos
	@$(PYTHON) -m tests.programs.chaos.charts

.PHONY: bench
bench: bench-cold bench-ring ## speed: both of these, APNs senders side by side (7 minutes), a burst of calls on a stack of its own
	@$(PYTHON) tests/programs/bench/run.py --rounds 3 --write
	@$(PYTHON) -m tests.programs.bench.burst

.PHONY: bench-cold
bench-cold: install ## cold starts in containers and as processes, and warm functions, beside a baseline (5 minutes)
	@$(PYTHON) -m tests.programs.bench.cold --write

.PHONY: bench-ring
bench-ring: install ## a warm ring of 1, 3 and 10 phones: time, CPU, AWS requests; fails above its limits (AGAINST=a commit to compare with)
	@$(PYTHON) -m tests.programs.bench.ring $(if $(AGAINST),--against $(AGAINST),--write)

.PHONY: release-check
release-check: install ## what must be true before a tag: changelog, version, locks, licences, links, tables, clean tree
	@.ci/release-check

.PHONY: version
version: ## the version of this checkout
	@awk -F '"' '/^version = / { print $$2; exit }' pyproject.toml

.PHONY: clean
clean: ## remove what was built; .venv stays
	@[ ! -e .local/stack.json ] || { echo "a stack is running (or was killed): stop it, or remove .local/stack.json" >&2; exit 1; }
	rm -rf .aws-sam .local .mypy_cache .pytest_cache .ruff_cache .hypothesis

## ---- AWS

.PHONY: build
build: tools ## functions and layers for AWS (ARCH=arm64|x86_64)
	ARCH=$(ARCH) PYTHON="$(CURDIR)/$(PYTHON)" $(BIN)/sam build --config-env $(CONFIG) --cache-dir .aws-sam/cache-$(ARCH) \
		--parameter-overrides Architecture=$(ARCH)

.PHONY: deploy
deploy: build ## build and deploy to AWS [GUIDED=1 | YES=1] [CONFIG=default|dev|staging|prod] [PARAMETERS='Name=value Name="a value"']
	@$(PYTHON) -m ops.commands.deploy "$(CONFIG)" "$(ARCH)" $(if $(GUIDED),--guided) $(if $(YES),--yes)

# Each of these is about the stack of make local, unless STACK= or CONFIG= names one in AWS.

.PHONY: apns-key
apns-key: tools ## check Apple's key, store it: P8=AuthKey_….p8 KEY_ID=… TEAM_ID=… [ENVIRONMENT=production|sandbox] [STACK=…]; or REPAIR=1
	@[ -n "$(REPAIR)" ] || [ -n "$(P8)" ] && [ -n "$(KEY_ID)" ] && [ -n "$(TEAM_ID)" ] || { \
		echo "which key? make apns-key P8=AuthKey_ABC123DEFG.p8 KEY_ID=ABC123DEFG TEAM_ID=TEAM123456" >&2; exit 1; }
	@$(PYTHON) -m ops apns-key $(WHERE) $(if $(REPAIR),--repair,--environment "$(ENVIRONMENT)" "$(P8)" "$(KEY_ID)" "$(TEAM_ID)")

.PHONY: webhook-secret
webhook-secret: tools ## make CometChat's credentials and show them once [ROTATE=1 | EMERGENCY=1] [HMAC=1|0] [STACK=…]
	@$(PYTHON) -m ops webhook-secret $(WHERE) $(if $(ROTATE),--rotate) $(if $(EMERGENCY),--emergency) $(if $(HMAC),--hmac "$(HMAC)")

.PHONY: cometchat-webhook
cometchat-webhook: tools ## set the webhook up at CometChat, with its management key [ID=…] [YES=1] [STACK=…]
	@$(PYTHON) -m ops cometchat-webhook $(WHERE) $(if $(ID),--id "$(ID)") $(if $(YES),--yes)

.PHONY: doctor
doctor: tools ## what is wrong with a stack, and what to do about it [STACK=…]
	@$(PYTHON) -m ops doctor $(WHERE)

.PHONY: smoke
smoke: tools ## a test call, which really rings, followed to Apple: TO=bob [FROM=alice] [STACK=…]
	@[ -n "$(TO)" ] || { echo "whom to call? make smoke TO=bob" >&2; exit 1; }
	@$(PYTHON) -m ops smoke $(WHERE) --type "$(TYPE)" "$(TO)" "$(or $(FROM),smoke-test)"

.PHONY: devices
devices: install ## a user's phones, and what became of those that are gone: FOR=bob [RELEASE=1] [STACK=…]
	@[ -n "$(FOR)" ] || { echo "whose phones? make devices FOR=bob" >&2; exit 1; }
	@$(PYTHON) -m ops devices $(WHERE) $(if $(RELEASE),--release) "$(FOR)"

.PHONY: logs
logs: install ## what was logged, as a story [CALL=…] [FOR=uid] [ERRORS=1] [SINCE=15m] [STACK=…]
	@$(PYTHON) -m ops logs $(WHERE) --since "$(SINCE)" --call "$(CALL)" --uid "$(FOR)" $(if $(ERRORS),--errors)

.PHONY: dead-letters
dead-letters: tools ## what could not be rung, and why [AGAIN="<ids>"|all] [PURGE="<ids>"|all] [STACK=…]
	@$(PYTHON) -m ops dead-letters $(WHERE) $(if $(AGAIN),--again "$(AGAIN)") $(if $(PURGE),--purge "$(PURGE)")

.PHONY: forget
forget: tools ## erase a user's phones, and say when the rest goes by itself: FOR=bob [STACK=…]
	@[ -n "$(FOR)" ] || { echo "forget whom? make forget FOR=bob" >&2; exit 1; }
	@$(PYTHON) -m ops forget $(WHERE) "$(FOR)"

.PHONY: restore-devices
restore-devices: tools ## put back lost devices from RESTORED=table, a point-in-time copy of the devices table [STACK=…]
	@[ -n "$(RESTORED)" ] || { echo "from which table? docs/runbooks/restoring-tables.md says how" >&2; exit 1; }
	@$(PYTHON) -m ops restore-devices $(WHERE) "$(RESTORED)"

.PHONY: uninstall
uninstall: tools ## delete a stack in AWS, after asking; devices and secrets stay unless KEEP_DATA=0: STACK=… or CONFIG=…
	@$(PYTHON) -m ops uninstall $(WHERE) --keep-data "$(KEEP_DATA)"
