# SPDX-License-Identifier: Apache-2.0
# The front door; `make help` says what there is. Meson and ninja do the work, in build/.
BUILD = build
PREFIX = /usr/local
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
SANITIZE = -Db_sanitize=address,undefined -Db_lundef=false

all: build

help:
	@echo 'make          install missing packages, then build: build/bin/bulkhead, build/bin/bulkhead-lab'
	@echo 'make deps     only install the packages that are missing, of the tests too (nothing if none is)'
	@echo 'make demo     build, then run the example shop in a real little cluster on this machine (root or sudo)'
	@echo 'make check    build, then run every test; the last line counts them'
	@echo 'make asan     the same tests under AddressSanitizer and UBSan, built with clang'
	@echo 'make fuzz     look for new crashing inputs, FUZZ_SECONDS=60 for each target'
	@echo 'make soak     the long form of the tests that have one'
	@echo 'make bench    the measurements, as a table (BENCH="map net": only these)'
	@echo 'make install  install to PREFIX=/usr/local, under DESTDIR if set'
	@echo 'make clean    remove what was built'

deps:
	@tools/deps --tests build/npm

build:
	@tools/deps
	@tools/build $(BUILD)

demo: build
	@$(SUDO) $(BUILD)/bin/bulkhead-lab run examples/shop

check: deps build
	@tools/run-tests $(BUILD)

soak: build
	@BULKHEAD_SOAK=1 tools/run-tests $(BUILD) --suite soak --timeout-multiplier 0

asan: deps
	@CC=clang tools/build $(BUILD)-asan $(SANITIZE)
	@tools/run-tests $(BUILD)-asan --timeout-multiplier 4

fuzz:
	@tools/deps
	@CC=clang tools/build $(BUILD)-fuzz $(SANITIZE) -Dfuzzer=true
	@tools/fuzz $(BUILD)-fuzz

bench: build
	@$(SUDO) bench/run $(BUILD) $(BENCH)

install: build
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz

.PHONY: all help deps build demo check soak asan fuzz bench install clean
