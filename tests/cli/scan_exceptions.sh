#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exceptions of `scan`: where a comment may stand and what it is about, what is not understood, what ran out,
# and what cannot be told from this input.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
file=$tap_work/policies.yaml

# scan OPTION…: on $file.
scan() {
	run "$bulkhead" scan --now 2026-06-01 --fail-on none "$@" "$file"
}

# policy NAME: the beginning of a policy that lets everybody in, twice.
policy() {
	printf '%s\n' 'apiVersion: networking.k8s.io/v1' 'kind: NetworkPolicy' "metadata: {name: $1, namespace: shop}" \
		'spec:' '  podSelector: {}'
}

# left RULE: the lines with a finding of the rule that counts.
left() {
	scan --rules "$1,BH704" -o json
	echo $(printf '%s' "$out" | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["rule"] == sys.argv[1] and not f["suppressed"]:
        print(f["line"])' "$1")
}

# problem: what BH704 says of the one comment.
problem() {
	scan --rules BH301,BH704
	echo "$out" | sed -n 's/^.*:\([0-9]*:[0-9]*\): medium: Exception: \(.*\) \[BH704\]$/\1 \2/p'
}

allow='  ingress:
  - {}
  - ports: []'

{ echo '# bulkhead:ignore BH301 until=2027-01-31 -- of the document'; policy a; echo "$allow"; } >"$file"
ok_str "$(left BH301)" "" "a comment before a document is about all of it"
{ echo '# a licence'; echo; echo '# bulkhead:ignore BH301 until=2027-01-31 -- of the document'; echo ---; policy a; echo "$allow"; echo ---
	policy b; echo "$allow"; } >"$file"
ok_str "$(left BH301)" "20 21" "and before the mark of a document, and of that one only"
{ echo '--- # bulkhead:ignore BH301 until=2027-01-31 -- of the document'; policy a; echo "$allow"; } >"$file"
ok_str "$(left BH301)" "" "and beside the mark"
{ policy a; echo '  # bulkhead:ignore BH301 until=2027-01-31 -- of the list'; echo "$allow"; echo '  egress: [{}]'; } >"$file"
ok_str "$(left BH301)" "10" "one above a list is about its items, however far left they are"
{ policy a; echo '  ingress:'; echo '  # bulkhead:ignore BH301 until=2027-01-31 -- of the item'; echo '  - {}'; echo '  - {}'; } >"$file"
ok_str "$(left BH301)" "9" "one above an item is about that item"
{ policy a; echo '  ingress:'; echo '  - {} # bulkhead:ignore BH301 until=2027-01-31 -- of the line'; echo '  - {}'; } >"$file"
ok_str "$(left BH301)" "8" "one behind a value is about its line"
{ policy a; echo '  ingress:'; echo '  - {} #bulkhead:ignore BH301, BH302 until=2027-01-31 -- blanks'; } >"$file"
ok_str "$(left BH301)" "" "a blank more or less does not matter"
{ policy a; echo "$allow"; } | sed 's/$/\r/; s/^  - ports/  # bulkhead:ignore BH301 until=2027-01-31 -- windows\r\n\r\n&/' >"$file"
ok_str "$(left BH301)" "7" "nor do the line ends of another system"
{ policy a; echo "$allow"; printf '%s\n' --- 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: c, namespace: shop}' 'data:' \
	'  text: |' '    # bulkhead:ignore BH999 -- in a text' '    more' '  line: "a # bulkhead:ignore BH999 -- in a line"'; } >"$file"
ok_str "$(problem)" "" "a text that has the words is no comment"

# by WORDS: the policy with them in a comment, and what is said of it.
by() {
	{ policy a; echo '  ingress:'; echo "  - {} # bulkhead:ignore $1"; } >"$file"
	problem
}
understood='this exception is not understood, and holds for nothing'
ok_str "$(by 'BH3O1 -- typo')" "7:8 $understood: no rule begins with 'BH3O1'" "a rule that there is not"
ok_str "$(by 'BH -- all')" "7:8 $understood: no rule begins with 'BH'" "every rule is not a rule"
ok_str "$(by 'BH301 until=2026-02-30 -- day')" "7:8 $understood: '2026-02-30' is no day" "a day that there is not"
ok_str "$(by 'BH301 untill=2027-01-31 -- key')" \
	"7:8 $understood: 'untill=2027-01-31' is none of until=, owner=, ticket=, reason=" "a key that there is not"
ok_str "$(by 'BH301 until=2027-01-31')" "7:8 $understood: it has no reason" "no reason"
scan --rules BH704
ok_like "$out" '^    fix: # bulkhead:ignore BH305 until=2027-01-31 owner=TEAM -- REASON$' "and how it is written"
ok_str "$(by 'BH301 until=2027-01-31 owner=a ticket=B-1 -- known')" "" "an owner and a ticket"
ok_str "$(by 'BH301 until=2026-06-01T12:00:00+02:00 -- zone')" "" "a moment of another zone"
ok_str "$(left BH301)" "7" "which is over at the end of that day"
ok_str "$(by 'BH301 -- for ever')" "7:8 it has no end: until=2027-01-31 makes somebody look again" "no end"
ok_str "$(by 'until=2027-01-31 -- all')" "7:8 it names no rule, so whatever is found there later is not told" "no rule"
ok_str "$(by 'BH302 until=2027-01-31 -- stale')" "" "what did not run is not judged"
scan --rules BH3,BH704
ok_like "$out" ':7:8: medium: Exception: nothing is found that this exception for BH302 is for' "what ran is"
ok_str "$(by 'BH204 until=2027-01-31 -- workloads')" "" "nor what needs workloads that are not there"
scan
ok_int "$(echo "$out" | grep -c BH704)" 0 "nor then"
{ policy a | sed 's/: a,/: "a", annotations: {bulkhead.dev\/ignore: 5},/'; echo '  ingress: [{}]'; } >"$file"
ok_str "$(problem)" "3:37 $understood: it must be a text" "an annotation that is no text"
{ policy a; echo '  ingress:'; echo '  - from:'; echo '    # bulkhead:ignore BH402 until=2027-01-31 -- elsewhere'
	echo '    - podSelector: {matchLabels: {app: b}}'; printf '%s\n' --- 'apiVersion: v1' 'kind: Pod' \
		'metadata: {name: c, namespace: other, labels: {app: c}}' 'spec: {containers: [{name: c, image: c}]}'; } >"$file"
scan --rules BH402,BH704
ok_like "$out" 'unknown: NetworkPolicy shop/a: .*BH402' "what cannot be told"
ok_int "$(echo "$out" | grep -c Exception)" 0 "is no reason to take its exception away"

# A baseline lists what is wrong with exceptions too; of what is wrong with itself nothing is written into the next.
{ echo '# bulkhead:ignore BH101 until=2027-01-31 -- nothing'; policy a; } >"$file"
scan --rules BH1,BH704 --write-baseline "$tap_work/known.json"
ok_like "$out" '^1 finding:' "an exception that nothing needs"
scan --rules BH1,BH704 --baseline "$tap_work/known.json"
ok_like "$out" '^0 findings; 1 suppressed' "is known where a baseline lists it"
{ echo '# bulkhead:ignore BH102 until=2027-01-31 -- nothing'; policy a; } >"$file"
scan --rules BH1,BH704 --baseline "$tap_work/known.json" --write-baseline "$tap_work/next.json"
ok_like "$out" '^2 findings:' "another one is not, nor is one of the baseline that nothing needs"
ok_int "$(grep -c '"rule"' "$tap_work/next.json")" 1 "the next baseline has what is wrong with the input"
scan --rules BH1,BH704 --baseline "$tap_work/next.json"
ok_like "$out" '^0 findings; 1 suppressed' "and so lasts"
printf '%s\n' 'exceptions:' '- {rules: [BH3O1], object: shop/a, reason: typo, until: 2026-02-30}' >"$tap_work/config.yaml"
scan --config "$tap_work/config.yaml"
ok_int "$status" 2 "the configuration is refused as a whole"
ok_like "$err" ":2:11: error: BH3O1 must be the id of a rule" "a rule that there is not, at its place"
ok_like "$err" "2:57: error: until must be a day" "and for a day"

# A cluster on one line: what is known stays known when something else comes into the line.
pad=$(printf '%01100d' 0)
one() {
	printf '{"apiVersion":"v1","kind":"List","items":[%s{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a","namespace":"shop","annotations":{"pad":"%s"}},"spec":{"podSelector":{},"ingress":[{}]}}]}' "$1" "$pad" >"$tap_work/one.json"
}
one ''
run "$bulkhead" scan --rules BH301 --fail-on none --write-baseline "$tap_work/one.known" "$tap_work/one.json"
one '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop"}},'
run "$bulkhead" scan --rules BH301 --baseline "$tap_work/one.known" "$tap_work/one.json"
ok_like "$out" "^0 findings; 1 suppressed" "a baseline of a file of one long line"
tap_done
