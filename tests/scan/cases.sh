#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A folder a rule, with files that it must find something in (bad*.yaml) and files that it must not
# (good*.yaml). `expect` has a line a finding, in order:
#
#	bad.yaml:12:7 high NetworkPolicy shop/api
#	bad.yaml:12:7 unknown NetworkPolicy shop/api
#	can bad.yaml FROM TO PORT            what findings say of access, asked of the engine
#	cannot bad.yaml FROM TO PORT
#	args --cni flannel                   for every run
#
# bad2.safe and bad2.suggested are bad2.yaml after --fix, and after a yes to --fix=suggested: of this rule
# alone, and with nothing left to fix.
# config.yaml, if it is there, is given with --config. Every rule has a folder and a page.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead

# scan FOLDER FILE: the findings and unknowns of the folder's rule, a line each.
scan() {
	set -- "$1" "$2" --rules "$(basename "$1")" --now 2026-06-01 $args
	[ -f "$1/config.yaml" ] && set -- "$@" --config "$1/config.yaml"
	folder=$1
	rule=$(basename "$1")
	file=$2
	shift 2
	run "$bulkhead" scan --fail-on info "$@" "$folder/$file"
	echo "$out" | sed -nE "s|^$folder/([^ ]+): ([a-z]+): ([^:]+): .*\[$rule\]\$|\1 \2 \3|p"
}

# check_fix FOLDER FILE: FILE, called by what was fixed in it, is what becomes of the one that was bad.
check_fix() {
	kind=${2##*.}
	set -- "$1" "$2" --rules "$(basename "$1")" --now 2026-06-01 "--fix=$kind" $args
	[ -f "$1/config.yaml" ] && set -- "$@" --config "$1/config.yaml"
	wanted=$2
	cp "${wanted%.*}.yaml" "$tap_work/fixed.yaml"
	shift 2
	echo y | "$bulkhead" scan "$@" "$tap_work/fixed.yaml" >"$tap_work/shown" 2>&1
	"$bulkhead" scan "$@" "$tap_work/fixed.yaml" >"$tap_work/said" 2>&1 </dev/null
	ok_str "$(cat "$tap_work/fixed.yaml")" "$(cat "$wanted")" "$wanted: the fix, and nothing else"
	ok_like "$(cat "$tap_work/said")" 'there is nothing to fix' "$wanted: nothing is left to fix"
	case $wanted in
	*/BH106/* | */BH109/*) # which write what is meant already
		run "$bulkhead" diff --fail-on any "${wanted%.*}.yaml" "$tap_work/fixed.yaml"
		ok_int "$status" 0 "$wanted: no access is added or removed"
		;;
	esac
}

check_case() {
	args=$(sed -n 's/^args //p' "$1/expect")
	found=$(for bad in "$1"/bad*.yaml; do scan "$1" "$(basename "$bad")"; done)
	ok_str "$found" "$(grep '^bad' "$1/expect")" "$1: what is bad is found, where it is"
	for good in "$1"/good*.yaml; do
		ok_str "$(scan "$1" "$(basename "$good")")" "" "$good has nothing of it"
	done
	for fixed in "$1"/*.safe "$1"/*.suggested; do
		[ ! -f "$fixed" ] || check_fix "$1" "$fixed"
	done
	grep -E '^can(not)? ' "$1/expect" | while read -r word file from to port; do
		echo "$word $file $from $to $port $("$bulkhead" can "$from" "$to" "$port" -f "$1/$file" $args \
			>/dev/null 2>&1 && echo can || echo cannot)"
	done >"$tap_work/asked"
	ok_str "$(awk '$1 != $6' "$tap_work/asked")" "" "$1: the engine says the same of access"
	! grep -q '^can' "$1/expect" || ok_int "$(wc -l <"$tap_work/asked")" \
		"$(grep -cE '^can(not)? ' "$1/expect")" "$1: every question was asked"
}

for rule in $("$bulkhead" scan --list-rules | cut -d' ' -f1); do
	if [ -d "tests/scan/$rule" ]; then
		check_case "tests/scan/$rule"
	else
		ok 1 "$rule has a case"
	fi
	run "$bulkhead" scan --explain "$rule"
	for part in "^# $rule: " "^## Why" "^## Bad" "^## Good" "^## When to ignore it"; do
		ok_like "$out" "$part" "the page of $rule has '$part'"
	done
	ok_like "$out" "$("$bulkhead" scan --list-rules | awk -v rule="$rule" '$1 == rule { print "^Severity " $2 }')" \
		"the page of $rule has its severity"
done
reserved=$(sed -n '/^## Reserved/,$ s/^| \(BH[0-9]*\) | \(.*\) |$/\1 \2/p' docs/rules/README.md)
ok_str "$(sed -n 's/^\t{"\(BH[0-9]*\)", "\(.*\)"},$/\1 \2/p' src/scan/rule.c)" "$reserved" \
	"docs/rules/README.md has the ids that are reserved"
ok_like "$reserved" '^BH108 ' "and there are some"
tap_done
