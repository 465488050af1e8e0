#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What all verbs share: input, errors, options, help; and verbs that do little else.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures
tiny=$fixtures/tiny
question="shop/web shop/db-a 5432"

# Where input comes from. $question is three words.
# shellcheck disable=SC2086
{
	run "$bulkhead" can $question -f $tiny
	ok_int "$status" 0 "a directory"
	run "$bulkhead" can $question --file=$tiny/all.yaml
	ok_int "$status" 0 "a file"
	run sh -c "$bulkhead can $question -f - < $tiny/all.yaml"
	ok_int "$status" 0 "standard input"
	run "$bulkhead" -f $tiny can $question
	ok_int "$status" 2 "the verb comes first"
}
mkfifo "$tap_work/fifo"
cat $tiny/all.yaml >"$tap_work/fifo" &
run "$bulkhead" map -o csv "$tap_work/fifo"
ok_like "$out" '^shop/Deployment/web,shop/Pod/db-a,TCP' "a FIFO"
cat >"$tap_work/pod.yaml" <<-EOF
	apiVersion: v1
	kind: Pod
	metadata: {name: extra}
	spec: {containers: [{name: c, image: c}]}
EOF
run "$bulkhead" map -o json $tiny "$tap_work/pod.yaml" -n attic
ok_like "$out" '"id":"attic/Pod/extra"' "several at once are one cluster; -n names the namespace"
run "$bulkhead" map -o json "$tap_work/pod.yaml"
ok_like "$out" '"id":"default/Pod/extra"' "without -n it is default"
ok_like "$err" "BH0102" "which is said"
run "$bulkhead" map -o json "$tap_work/nothing.yaml"
ok_int "$status" 2 "a file that is not there"
ok_like "$err" 'BH0001' "is an error"
run "$bulkhead" can default/extra 10.11.0.1 1 -f "$tap_work/pod.yaml" --pod-cidr 10.11.0.0/31
ok_int "$status" 0 "--pod-cidr"
run "$bulkhead" can default/extra 1.2.3.4 1 -f "$tap_work/pod.yaml" --pod-cidr nonsense
ok_int "$status" 2 "a pod CIDR that is none"

# Every verb, of an input that has nothing, no workloads, no policies, or is not there.
mkdir "$tap_work/empty" "$tap_work/policies" "$tap_work/workloads"
cat >"$tap_work/policies/deny.yaml" <<-EOF
	apiVersion: networking.k8s.io/v1
	kind: NetworkPolicy
	metadata: {name: deny, namespace: a}
	spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
EOF
cat >"$tap_work/workloads/pod.yaml" <<-EOF
	apiVersion: v1
	kind: Pod
	metadata: {name: a, namespace: a}
	spec: {containers: [{name: c}]}
EOF
# VERB: what it says of the input, whose place is IN.
every_verb() {
	for words in "scan IN" "map IN" "coverage IN" "inventory IN" "can a/a internet 443 -f IN" \
		"explain a/a -f IN" "reach a/a -f IN" "reach --rank IN" "test IN" "diff IN IN"; do
		# shellcheck disable=SC2046,SC2086
		run "$bulkhead" $(echo $words | sed "s|IN|$tap_work/$1|g")
		printf '%s %s\n' "${words%% *}" "$status"
		printf '%s\n' "$err" >>"$tap_work/said"
	done
}
ok_str "$(every_verb empty)" "scan 2
map 2
coverage 2
inventory 2
can 2
explain 2
reach 2
reach 2
test 2
diff 2" "a folder without objects is no input"
ok_int "$(grep -c 'there are no objects in the input, nothing was answered$' "$tap_work/said")" 10 "which each verb says"
ok_int "$(grep -c '^    hint: folders are searched for' "$tap_work/said")" 10 "with a hint"
rm "$tap_work/said"
ok_str "$(every_verb typo | sort -u -k 2 | cut -d ' ' -f 2)" "2" "a path that is not there"
ok_int "$(grep -Ec 'typo: error: cannot read: No such file' "$tap_work/said")" 10 "is named by each verb"
# Without pods nobody can be asked for.
ok_str "$(every_verb policies)" "scan 0
map 0
coverage 0
inventory 0
can 2
explain 2
reach 2
reach 0
test 2
diff 0" "policies without workloads"
ok_str "$(every_verb workloads)" "scan 1
map 0
coverage 0
inventory 0
can 0
explain 0
reach 0
reach 0
test 2
diff 0" "workloads without policies"
run "$bulkhead" diff "$tap_work/empty" "$tap_work/workloads"
ok_int "$status" 1 "where there was nothing, everything is new"
ok_like "$err" 'empty: warning: no objects in here' "and that is said"
run sh -c "'$bulkhead' map - </dev/null"
ok_int "$status" 2 "nothing through a pipe"

# Errors: all of them, then exit 2; or without what is wrong.
run "$bulkhead" map -o json $fixtures/bad
ok_int "$status" 2 "errors are no map"
ok_str "$out" "" "and no result"
ok_like "$err" "policy.yaml:8:7: error: .*ipBlok" "file, line, column and field"
ok_like "$err" "did you mean 'ipBlock'" "what may be meant"
ok_like "$err" "policy.yaml:16:20: error: .*70000" "the next one too"
ok_like "$err" "syntax.yaml:2:.*error" "and that of another file"
ok_like "$err" "nothing was answered" "a last line sums up"
run "$bulkhead" map -o json --invalid=skip $fixtures/bad
ok_int "$status" 0 "--invalid=skip goes on without them"
ok_like "$out" '"id":"x/Pod/a"' "with the rest"
ok_like "$err" "warning: .*ipBlok" "and warns"
run "$bulkhead" can x/a 1.2.3.4 1 --invalid=perhaps -f $fixtures/bad
ok_int "$status" 2 "--invalid= with another word"

# Options.
run "$bulkhead" map --forom x $tiny
ok_int "$status" 2 "an unknown option"
ok_like "$err" "did you mean '--from'" "and which one is meant"
run "$bulkhead" map $tiny --from
ok_like "$err" "\-\-from needs a value" "a value that is missing"
run "$bulkhead" map $tiny --exposure=yes
ok_like "$err" "\-\-exposure takes no value" "a value that is too much"
run "$bulkhead" map -o xml $tiny
ok_like "$err" "--output xml is unknown, expected one of text, json, csv" "an unknown format"
run "$bulkhead" map -x $tiny
ok_int "$status" 2 "an unknown letter"
run "$bulkhead" map -ocsv -- $tiny
ok_like "$out" '^from,to,' "a letter with its value in one word; -- ends the options"
run "$bulkhead" map -v $fixtures/town
ok_int "$status" 0 "--verbose"

# Colour: never where nobody looks, unless asked for.
# shellcheck disable=SC2086
{
	escape=$(printf '\033')
	run "$bulkhead" can $question -f $tiny
	ok_int "$(printf '%s' "$out$err" | grep -c "$escape")" 0 "no colour in a pipe"
	run "$bulkhead" can $question -f $tiny --color=always
	ok_like "$out" "^$escape\[32mallowed$escape\[0m " "--color=always"
	run "$bulkhead" can $question -f $tiny --color always --color never
	ok_int "$(printf '%s' "$out$err" | grep -c "$escape")" 0 "--color never"
	run "$bulkhead" can $question -f $tiny --color=perhaps
	ok_int "$status" 2 "--color with another word"
	run env NO_COLOR=1 script -qec "$bulkhead can $question -f $tiny 2>/dev/null" /dev/null
	if [ "$status" -eq 127 ]; then
		skip "script(1) is not there to be a terminal"
		skip "script(1) is not there to be a terminal"
	else
		ok_int "$(printf '%s' "$out" | grep -c "$escape")" 0 "NO_COLOR on a terminal"
		run env -u NO_COLOR script -qec "$bulkhead can $question -f $tiny 2>/dev/null" /dev/null
		ok_like "$out" "$escape\[32mallowed" "colour on a terminal"
	fi
}

# Progress: on a terminal, for work over a second, and wiped.
# shellcheck disable=SC2016
run script -qec "sh -c '(sleep 1.6; cat $tiny/all.yaml) | $bulkhead map -o csv - >$tap_work/map'" /dev/null
if [ "$status" -eq 127 ]; then
	skip "script(1) is not there to be a terminal"
else
	ok_like "$out" 'reading the input: 1 s' "progress on a terminal"
	ok_like "$(cat "$tap_work/map")" '^shop/Deployment/web,' "and none in the result"
fi

# Verbs.
run "$bulkhead"
ok_int "$status" 2 "no verb"
run "$bulkhead" help
ok_int "$status" 0 "help"
ok_like "$out" "^  can  *may this connection happen" "help lists the verbs"
run "$bulkhead" --help
ok_like "$out" "^Exit codes: " "--help is help"
run "$bulkhead" help map
ok_like "$out" "^  --exposure " "help of a verb"
run "$bulkhead" map --help
ok_like "$out" "^  --exposure " "a verb's --help"
run "$bulkhead" help mpa
ok_int "$status" 2 "help of no verb"
run "$bulkhead" mpa
ok_like "$err" "did you mean 'map'" "a verb that is mistyped"
run "$bulkhead" version
ok_like "$out" '^bulkhead [0-9]+\.[0-9]+' "version"
run "$bulkhead" --version
ok_like "$out" '^bulkhead [0-9]+\.[0-9]+' "--version is version"
run "$bulkhead" version -o json
ok_like "$out" '"schema": "bulkhead.version/v1"' "version as JSON"

# A full disk is no success.
if [ -w /dev/full ]; then
	run sh -c "$bulkhead map $tiny >/dev/full"
	ok_int "$status" 3 "a result that cannot be written"
else
	skip "/dev/full is not there"
fi

# `bulkhead lab` is another program: beside this one, else in the PATH.
cp "$bulkhead" "$tap_work/bulkhead"
run env PATH=/nowhere "$tap_work/bulkhead" lab status
ok_int "$status" 3 "the lab is not installed"
printf '#!/bin/sh\necho "lab: $*"\n' >"$tap_work/bulkhead-lab"
chmod +x "$tap_work/bulkhead-lab"
run env PATH=/usr/bin:/bin "$tap_work/bulkhead" lab run "a b" -f x
ok_str "$out" "lab: run a b -f x" "the lab beside the program gets the words"

# What an API server refuses replaces nothing: the policy that was there stays.
cat >"$tap_work/twice.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, ingress: [{form: []}]}
YAML
run "$bulkhead" can 8.8.8.8 shop/web 80 --invalid=skip -f "$tap_work/twice.yaml"
ok_int "$status" 1 "a policy stays when its successor is refused"
ok_like "$out" 'isolated by shop/web' "and isolates"
ok_like "$err" 'note: it would have replaced this one, which stays' "and that is said"

run "$bulkhead" map -n Bad_Name tests/cli/fixtures/town
ok_int "$status" 2 "a namespace that cannot be"
ok_like "$err" "--namespace 'Bad_Name' must be" "and why not"

tap_done
