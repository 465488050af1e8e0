#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What other programs are to read is read by them: SARIF by its schema, JUnit, Prometheus' text and Markdown by
# parsers that are not ours, GitLab's and GitHub's by what their documentation says.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
modules=build/npm/node_modules
odd=$tap_work/odd
mkdir "$odd" "$tap_work/sarif"

# A file and a policy whose names mean something in every format.
name='a b,c%41#d|e.yaml'
cat >"$odd/$name" <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: odd, namespace: shop}
spec:
  podSelector: {}
  'ä': {"a|b,c:d%0A<x>&\"'\\|\n`_*[y](http://z)~~\u0001\e[31m\uFFFF": 1}
  ingress: [{}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {bulkhead.dev/owner: "team|a\\\"\n\e[31m"}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: many, namespace: shop}
spec:
  podSelector: {}
  "x|y,z:%\\|\n<b>[l](http://z)\e[31m\uFFFF": 1
YAML
quoted="'x|y,z:%\\|\\x0a<b>[l](http://z)\\x1b[31m\\xef\\xbf\\xbf'"

# write FILE PATH OPTION…: the SARIF of what is at PATH.
write() {
	to=$tap_work/sarif/$1.sarif
	path=$2
	shift 2
	"$bulkhead" scan --now 2026-06-01 --fail-on none -o sarif "$@" "$path" >"$to" 2>/dev/null || rm -f "$to"
}

# Every rule's cases; suppressions of each kind, a baseline, a related place, nothing at all, and odd names.
sarif_is_valid() {
	for case in tests/scan/*/*.yaml; do
		write "$(echo "$case" | tr / _)" "$case"
	done
	write suppressed tests/cli/fixtures/scan/shop.yaml
	write configured tests/cli/fixtures/scan/shop.yaml --config tests/cli/fixtures/scan/config.yaml
	"$bulkhead" scan --fail-on none --write-baseline "$tap_work/known.json" examples/shop >/dev/null 2>&1
	write baseline examples/shop --baseline "$tap_work/known.json"
	write gone tests/scan/BH301/good.yaml --baseline "$tap_work/known.json"
	write empty examples/shop --rules BH8
	write odd "$odd"
	[ "$(find "$tap_work/sarif" -name '*.sarif' | wc -l)" -gt 200 ]
	ok $? "SARIF: of the cases of every rule"
	run node tests/lib/npm/validate.js $modules sarif-2.1.0.json "$tap_work"/sarif/*.sarif
	ok_int "$status" 0 "SARIF: all is what the schema of OASIS wants" || diag "$out$err"
	for word in suppressions relatedLocations '"results": \[\]' '"kind": "inSource"' '"kind": "external"' \
		deletedRegion '"baselineState": "absent"'; do
		grep -qr -e "$word" "$tap_work/sarif"
		ok $? "SARIF: with $word"
	done
	echo '{"version": "2.1.0", "runs": [{"results": [{}]}]}' >"$tap_work/wrong.sarif"
	run node tests/lib/npm/validate.js $modules sarif-2.1.0.json "$tap_work/wrong.sarif"
	ok_int "$status" 1 "SARIF: what is not is noticed"
}

# sarif_states WORD…: how many results are in which state.
sarif_states() {
	"$bulkhead" scan --fail-on none -o sarif "$@" 2>/dev/null | sed -n 's/.*"baselineState": "\(.*\)"$/\1/p' | sort | uniq -c | tr -s '\n ' ' '
}

# One finding that is known and one that is not; then it is known until a day that is over; then it is gone.
baseline_states() {
	policy='{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: %s, namespace: n}, spec: {podSelector: {}, %s: 1}}\n'
	# shellcheck disable=SC2059 # a template
	printf "$policy" a x >"$tap_work/state.yaml"
	"$bulkhead" scan --rules BH101 --fail-on none --write-baseline "$tap_work/state.json" "$tap_work/state.yaml" >/dev/null 2>&1
	ok_str "$(sarif_states --rules BH101 "$tap_work/state.yaml")" "" "SARIF: no baseline, no states"
	# shellcheck disable=SC2059
	{ echo ---; printf "$policy" b y; } >>"$tap_work/state.yaml"
	set -- --rules BH101,BH703,BH704 --baseline "$tap_work/state.json" "$tap_work/state.yaml"
	ok_str "$(sarif_states "$@")" " 1 new 1 unchanged " "SARIF: new and unchanged"
	sed -i 's/"until": null/"until": "2020-01-01"/' "$tap_work/state.json"
	ok_str "$(sarif_states "$@")" " 2 new 1 unchanged " "SARIF: what is known and counts again (and BH703)"
	sed -i 's/, x: 1//' "$tap_work/state.yaml"
	ok_str "$(sarif_states "$@")" " 1 absent 2 new " "SARIF: absent"
	shift 2
	ok_str "$(sarif_states --rules BH301 "$@")" "" "SARIF: what was not looked for is not absent"
	echo '{"schema": "bulkhead.baseline/v1", "findings": []}' >"$tap_work/state.json"
	ok_str "$(sarif_states --rules BH101 "$@")" " 1 new " "SARIF: next to an empty baseline all is new"
}

# Columns of what is not ASCII, behind a byte order mark, before CR LF, at an end without a newline.
fixes_are_those_of_fix() {
	mkdir "$tap_work/edits"
	head='apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}'
	printf '\357\273\277{%s, spec: {podSelectr: {}}}\n' "$head" >"$tap_work/edits/mark.yaml"
	printf '{%s,\r\n spec: {"ä𝄞": "𝄞", podSelectr: {}}}\r\n' "$head" >"$tap_work/edits/crlf.yaml"
	printf '{%s,\n ä: 1, spec: {podSelector: {}, ingress: [{form: []}]}}' "$head" >"$tap_work/edits/end.yaml"
	for least in safe suggested; do
		run tests/lib/apply-sarif "$bulkhead" $least "$tap_work"/edits/* tests/cli/fixtures/scan/*.yaml tests/scan/BH*/*.yaml
		ok_str "$status $(printf '%s\n' "$out" | grep 'other$\|no end')" "0 " "SARIF: its fixes are those of --fix=$least" || diag "$err"
		ok_int "$(printf '%s\n' "$out" | grep -c '/edits/.* [1-9][0-9]* $')" 3 "SARIF: odd files are fixed"
		[ "$(printf '%s\n' "$out" | awk '{ n += $2 } END { print n }')" -gt 100 ]
		ok $? "SARIF: many edits were made"
	done
}

# docs.github.com, SARIF support for code scanning: what is read of it, and how much.
github_reads_sarif() {
	run tests/lib/read-report sarif "$tap_work"/sarif/*.sarif
	ok_int "$status" 0 "SARIF: as GitHub reads it" || diag "$out$err"
	printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: first, namespace: new}\nspec: {containers: [{name: c, image: i}]}\n---\n' |
		cat - tests/scan/BH301/bad.yaml >"$tap_work/moved.yaml"
	write before tests/scan/BH301/bad.yaml --rules BH301
	write after "$tap_work/moved.yaml" --rules BH301
	before=$(grep -h bulkhead/v1 "$tap_work/sarif/before.sarif")
	[ -n "$before" ]
	ok $? "SARIF: a finding has a fingerprint"
	ok_str "$(grep -h bulkhead/v1 "$tap_work/sarif/after.sarif")" "$before" "SARIF: and keeps it when it moves"
	run env -C "$odd" "$bulkhead" scan --fail-on none --rules BH101 -o sarif "$odd"
	ok_like "$out" '"uri": "a%20b%2Cc%2541%23d%7Ce.yaml"' "SARIF: a path is relative to here, and part of a URI"
	run "$bulkhead" scan --fail-on none --rules BH101 -o sarif "$odd"
	ok_like "$out" '"uri": "file:///.*/a%20b%2C' "SARIF: elsewhere it is a whole URI"
	run "$bulkhead" scan --fail-on none --rules BH101 -o sarif tests/scan/BH101/bad.yaml
	ok_like "$out" '"uri": "tests/scan/BH101/bad.yaml"' "SARIF: a plain path stays as it is"
	printf 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\nspec: {podSelector: {}, ingress: [{from: []}], "ä": 1, é: 2}\n' \
		>"$odd/columns.yaml"
	run "$bulkhead" scan --fail-on none --rules BH101 -o sarif "$odd/columns.yaml"
	ok_str "$(echo "$out" | grep startColumn | tr -cd '0-9 ' | tr -s ' ')" " 48 56" "SARIF: columns are characters"
	rm "$odd/columns.yaml"
	printf 'apiVersion: bulkhead.dev/v1\nkind: Configuration\nseverities: {BH106: critical}\n' >"$tap_work/severities.yaml"
	seq 6000 | awk '{ print "---\napiVersion: v1\nkind: Pod"
		print "metadata: {name: p, namespace: n" $1 "}\nspec: {containers: [{name: c, image: x}]}" }' >"$tap_work/many.yaml"
	{ echo ---; cat tests/scan/BH106/bad.yaml; } >>"$tap_work/many.yaml"
	"$bulkhead" scan -o sarif "$tap_work/many.yaml" --config "$tap_work/severities.yaml" >"$tap_work/many.sarif" 2>/dev/null
	ok_int "$(grep -c '"ruleId"' "$tap_work/many.sarif")" 25000 "SARIF: as many results as GitHub takes"
	ok_like "$(grep -m 1 '"ruleId"' "$tap_work/many.sarif")" BH106 "SARIF: the most severe of them"
}

# read_as KIND WANT NAME: the last output is read as KIND, and a line of what is found is WANT.
read_as() {
	if printf '%s\n' "$out" | tests/lib/read-report "$1" >"$tap_work/read" 2>"$tap_work/why"; then
		grep -Fxq -e "$2" "$tap_work/read"
		ok $? "$3" || diag "$(cat "$tap_work/read")"
	elif [ $? -eq 77 ]; then
		skip "$3: $(cat "$tap_work/why")"
	else
		ok 1 "$3" || diag "$(cat "$tap_work/why")"
	fi
}

# in_odd WORD…: in the folder with the odd file.
in_odd() {
	run env -C "$odd" "$bulkhead" "$@"
}

scans() {
	in_odd scan --rules BH101 -o junit .
	read_as junit "1 2 2 0" "scan: JUnit"
	in_odd scan --rules BH101 -o gitlab .
	read_as gitlab 2 "scan: GitLab"
	in_odd scan --rules BH101 -o github .
	read_as github "error $name 23 BH101 unknown field $quoted in spec; the API server drops the field or refuses the policy, which then does not say this" \
		"scan: GitHub"
	in_odd scan --rules BH101 -o md .
	read_as markdown "critical ¦ BH101 ¦ $name:23 ¦ NetworkPolicy shop/many ¦ unknown field $quoted in spec; the API server drops the field or refuses the policy, which then does not say this ¦ spec has: podSelector, policyTypes, ingress, egress" \
		"scan: Markdown"
	in_odd scan --rules BH101 .
	ok_like "$out" "unknown field 'x\|y,z:%" "scan: text"
	ok_int "$(printf '%s' "$out" | LC_ALL=C tr -d '\n' | LC_ALL=C tr -cd '\000-\037' | wc -c)" 0 "scan: no controls of the input reach the terminal"
}

# Of every rule's bad case, what a reader does not take.
all_rules() {
	if ! /usr/bin/python3 -c 'import junitparser' 2>/dev/null; then
		skip "python3-junitparser is not installed"
		return
	fi
	for case in tests/scan/BH*/bad.yaml; do
		for format in junit gitlab; do
			"$bulkhead" scan --fail-on none -o $format "$case" >"$tap_work/report" 2>/dev/null
			tests/lib/read-report $format <"$tap_work/report" >/dev/null 2>&1 || echo "$format $case"
		done
	done >"$tap_work/unread"
	ok_str "$(cat "$tap_work/unread")" "" "scan: JUnit and GitLab of every rule"
}

others() {
	cat >"$tap_work/tests.yaml" <<-'YAML'
		apiVersion: bulkhead.dev/v1
		kind: PolicyTest
		metadata: {name: payments}
		spec:
		  tests:
		  - {name: "a|b,c:d%0A<x>&\"'\\\n# \e[31m\uFFFF", from: shop/frontend, to: payments/db, ports: [5432], expect: allow}
		  - {from: shop/api, to: payments/db, ports: [5432], expect: allow}
	YAML
	run "$bulkhead" test "$tap_work/tests.yaml" -f examples/shop -o junit
	read_as junit "1 2 1 0" "test: JUnit"
	run "$bulkhead" test "$tap_work/tests.yaml" -f examples/shop -o github
	read_as github "error $tap_work/tests.yaml 6 a|b,c:d%0A<x>&\"'\\" "test: GitHub"
	sed 's/\\n# /\\r\\n/' "$tap_work/tests.yaml" >"$odd/t:%0A,u.yaml"
	cp -r examples/shop "$odd/100%25"
	in_odd test "t:%0A,u.yaml" -f "100%25" -o github
	ok_like "$out" '\(100%2525/policies/' "test: GitHub: a message has its percent signs"
	ok_like "$out" '^::error file=t%3A%250A%2Cu.yaml,line=6,title=a\|b%2Cc%3Ad%250A<x>.*%0D%0A.*::.*%0A' "test: GitHub: the escapes"
	ok_int "$(printf '%s\n' "$out" | wc -l)" 1 "test: GitHub: one line"
	rm -r "$odd/t:%0A,u.yaml" "$odd/100%25"
	run "$bulkhead" test "$tap_work/tests.yaml" -f examples/shop -o tap
	ok_like "$out" '^not ok 1 - payments: a\|b,c:d%0A<x>&"'"'"'\\\\ \\#  \[31m' "test: TAP"
	run "$bulkhead" test "$tap_work/tests.yaml" -f examples/shop
	ok_like "$out" '\\x0a# \\x1b\[31m\\xef' "test: no controls of a name"
	run "$bulkhead" coverage -o prometheus examples/shop
	read_as prometheus "bulkhead_namespace_level gauge 4" "coverage: Prometheus"
	sed -n '/^---/,$p' "$odd/$name" | grep -v '^  "x' >"$tap_work/owned.yaml"
	run "$bulkhead" coverage -o prometheus "$tap_work/owned.yaml"
	read_as prometheus "bulkhead_namespace_level gauge 1" "coverage: Prometheus with an odd owner"
	run "$bulkhead" coverage -o md "$tap_work/owned.yaml"
	read_as markdown "namespace ¦ level ¦ owner ¦ protected ¦ deny in ¦ deny out ¦ open ¦ unknown in ¦ internet in ¦ internet out ¦ no owner ¦ broad rules ¦ expired ¦ stale ¦ host net ¦ next step" \
		"coverage: Markdown"
	read_as markdown 'team|a\"\x0a\x1b[31m ¦ 0/1 ¦ 1/1 ¦ 0/1 ¦ 0/0 ¦ 0/1 ¦ 0/1 ¦ 1/1 ¦ 1/1 ¦ 0 ¦ 0 ¦ 0 ¦ 0' \
		"coverage: Markdown with an odd owner"
	run "$bulkhead" coverage "$tap_work/owned.yaml"
	ok_like "$out" ' team\|a\\"\\x0a\\x1b\[31m' "coverage: no controls of an owner's name"
	run "$bulkhead" inventory "$tap_work/owned.yaml"
	ok_like "$out" ' team\|a\\"\\x0a\\x1b\[31m ' "inventory: neither"
	run "$bulkhead" map -o md examples/shop
	read_as markdown "monitoring/Deployment/prometheus ¦ payments/StatefulSet/db ¦ TCP 9187" "map: Markdown"
	run "$bulkhead" diff -o md tests/cli/fixtures/diff/old tests/cli/fixtures/diff/new
	read_as markdown "from ¦ to ¦ before ¦ after ¦ rules" "diff: Markdown"
	run "$bulkhead" reach internet -o md -f examples/shop
	read_as markdown "1 ¦ internet ¦ ingress/Deployment/gateway ¦ TCP 8080,8443" "reach: Markdown"
}

if [ -d $modules ] && command -v node >/dev/null; then
	sarif_is_valid
	github_reads_sarif
else
	skip "the schema of SARIF is not in $modules (make deps)"
fi
baseline_states
fixes_are_those_of_fix
scans
all_rules
others
tap_done
