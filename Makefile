# SPDX-License-Identifier: Apache-2.0
# The front door: `make help` says what there is. Meson and ninja do the work, in build/.
BUILD ?= build

all: deps build

deps:
	@tools/deps

build: $(BUILD)/build.ninja
	@tools/list-sources src/LAYERS | cmp -s - $(BUILD)/sources.list || meson setup --reconfigure $(BUILD)
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@meson setup $(BUILD)

.PHONY: all deps build
