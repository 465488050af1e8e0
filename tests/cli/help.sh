#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Help says all that the program takes and nothing that it does not: options, formats, and what may be meant.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
verbs=$("$bulkhead" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -vx -e lab -e help)

# What help of a verb lists.
options_of() {
	"$bulkhead" help "$1" | grep -Eo -e '--[a-z-]+' | sort -u
}
formats_of() {
	"$bulkhead" help "$1" | sed -n 's/.*--output FORMAT *//p' | tr -s ', ' '\n'
}

# Every option that some verb may have, by help and by the sources.
options=$({
	for verb in $verbs; do
		options_of "$verb"
	done
	sed -En 's/^.*[({]"([a-z-]+)", (true|false|CLI_MAY|.[a-z].|0).*/--\1/p' src/cli/*.c
} | sort -u)
[ "$(echo "$options" | wc -l)" -gt 35 ]
ok $? "options are found" || diag "$options"
formats=$(sed -n 's/.*X([A-Z]*, "\([a-z]*\)").*/\1/p' src/cli/command.h)

# takes WORD…: whether the verb knows the option; what else is wrong does not matter.
takes() {
	run "$bulkhead" "$@"
	! printf '%s\n' "$err" | grep -Eq 'unknown option|this verb has no|--output .* is unknown'
}

for verb in $verbs; do
	listed=$(options_of "$verb")
	taken=$(for option in $options; do
		takes "$verb" "$option" && echo "$option"
	done)
	ok_str "$taken" "$listed" "help $verb: the options that it takes"
	[ "$verb" != init ] || continue # there -o is a folder
	ok_str "$(for format in $formats; do
		takes "$verb" -o "$format" --color never && echo "$format"
	done)" "$(formats_of "$verb")" "help $verb: its formats"
done

run "$bulkhead" help lab
! printf '%s' "$out" | grep -q -e '--'
ok $? "help lab: the options are another program's"
run "$bulkhead" help --help
ok_str "$status $(echo "$out" | head -n 1)" "0 usage: bulkhead help [VERB]" "help of help"
run "$bulkhead" version --help
ok_like "$out" '^usage: bulkhead version$' "help of version"

# Of all that can be mistyped: what may be meant.
meant() {
	want=$1
	shift
	run "$bulkhead" "$@"
	ok_str "$status" 2 "$*"
	ok_like "$err" "did you mean '$want'" "and what may be meant"
}
meant coverage covrage x
meant coverage help covrage
meant --exposure map --exposre x
meant --namespace scan --namspace x
meant sarif scan -o sarfi x
meant prometheus coverage -o promteheus x
meant namespace map --level namspace x
meant critical scan --fail-on critcal x
meant suggested scan --fix=sugested x
meant widened diff --fail-on widned examples/shop examples/shop
meant always can a b --color alwyas
meant refuse can a b --invalid=refuze
meant auto can a b --mesh atuo
meant cilium can a b --cni clium
meant openshift init x --profile openshfit
meant podSecurity init x --set podSecurty=restricted
run "$bulkhead" diff -f a b
ok_like "$err" 'this verb has no -f$' "an option of other verbs"
run "$bulkhead" init x --namespace=y
ok_like "$err" 'this verb has no --namespace$' "with a value too"
run "$bulkhead" map -o xml
ok_like "$err" "expected one of text, json, csv, md, dot, svg$" "a format that is like none"
tap_done
