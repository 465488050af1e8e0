#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The bash completion knows every verb, and every option that help lists.
. tests/lib/tap.sh

command -v bash >/dev/null || skip_all "bash is not there"
bulkhead=$BULKHEAD_BUILD/bin/bulkhead

# complete WORD…: what is offered for the last word, one a line.
completes() {
	run bash -c '
		. completions/bulkhead.bash
		COMP_WORDS=(bulkhead "$@")
		COMP_CWORD=$#
		_bulkhead
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

completes ""
for verb in $("$bulkhead" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	ok_like "$out" "^$verb\$" "the verb $verb"
done
for verb in scan can map diff reach test coverage inventory init explain; do
	completes "$verb" --
	for option in $("$bulkhead" help "$verb" | grep -Eo -e '--[a-z-]+' | sort -u); do
		ok_like "$out" "^$option(=|\$)" "$verb $option"
	done
done
completes map -o j
ok_str "$out" "json" "a format by its first letter"
completes can a b -f tests/cli/fixtures/ti
ok_like "$out" "^tests/cli/fixtures/tiny\$" "paths after -f"
completes help m
ok_str "$out" "map" "verbs after help"
tap_done
