#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# As somebody new would try it: every verb on nothing, a chart, a typo, no policies, pipes that close early, links
# that lead back, files from other systems and files that cannot be read.
. tests/lib/tap.sh

bulkhead=$(realpath "$BULKHEAD_BUILD")/bin/bulkhead
home=$tap_work/home
mkdir -p "$home/empty" "$home/chart/templates" "$home/plain" "$home/loop/a" "$home/closed" "$home/one"
cat >"$home/plain/pod.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web, ports: [{containerPort: 80}]}]}
YAML
cp "$home/plain/pod.yaml" "$home/loop/a"
ln -s .. "$home/loop/a/up"
cp "$home/plain/pod.yaml" "$home/one"
cat >"$home/one/policy.yaml" <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
      podSelector: {matchLabels: {app: prometheus}}
    ports: [{port: 80}]
YAML
printf 'apiVersion: v2\nname: x\nversion: 1\n' >"$home/chart/Chart.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {{ toYaml .Values.spec }}\n' >"$home/chart/templates/pod.yaml"
{ printf '\357\273\277' && sed 's/$/\r/' "$home/plain/pod.yaml"; } >"$home/windows.yaml"
for i in $(seq 500); do
	sed "s/web/w$i/g" "$home/plain/pod.yaml"
	echo ---
done >"$home/many.yaml"

# each PATH CODE REGEX NAME: every verb that reads manifests ends so, and says so.
each() {
	path=$1 code=$2 regex=$3 name=$4
	while read -r words; do
		# shellcheck disable=SC2086 # words
		run env -C "$home" timeout 60 "$bulkhead" $words "$path"
		ok_int "$status" "$code" "$name: $words"
		ok_like "$err" "$regex" "$name: $words: what it says"
	done <<-EOF
		scan
		map
		coverage
		inventory
		test
		reach shop/web -f
		reach --rank
		explain shop/web -f
		can shop/web internet 443 -f
	EOF
}
each empty 2 '^bulkhead [a-z]+: there are no objects in the input' "an empty folder"
each chart 2 'hint: .*helm template chart \| bulkhead' "a chart"
each plan 2 "hint: did you mean 'plain'\?" "a typo"
each plain/pod.yml 2 "hint: did you mean 'plain/pod.yaml'\?" "a typo in a file's name"
run env -C "$home" "$bulkhead" map plan
! echo "$err" | grep -q invalid=skip
ok $? "what is not there is not left out by --invalid=skip"
for verb in scan map; do
	run env -C "$home" "$bulkhead" $verb plan
	ok_str "$(echo "$err" | grep -v hint:)" "plan: error: cannot read: No such file or directory [BH0001]
bulkhead $verb: 1 error, nothing was answered" "$verb: what is not there is not an empty input too"
done
run env -C "$home" "$bulkhead" diff plain plan
ok_str "$status" 2 "diff: a typo"
ok_like "$err" "did you mean 'plain'" "diff: and what may be meant"

# same PATH NAME: PATH is read as plain/pod.yaml is.
same() {
	run env -C "$home" timeout 60 "$bulkhead" diff plain/pod.yaml "$1"
	ok_str "$status $(echo "$out" | head -n 1)" "0 no change in access" "$2" || diag "$err"
}
same loop "a link that leads back up"
same windows.yaml "a byte order mark, and lines that end as on Windows"
mkfifo "$home/fifo"
cat "$home/plain/pod.yaml" >"$home/fifo" &
same fifo "a FIFO"
mkfifo "$home/closed/pod.yaml"
run env -C "$home" timeout 60 "$bulkhead" map closed
ok_int "$status" 2 "a FIFO that is not named is not waited for"

# Policies are not needed to be of use; nor is what their peers are.
run env -C "$home" "$bulkhead" scan plain
ok_like "$out" 'no policy selects its workload: any pod in any namespace can reach it' "scan: without policies"
run env -C "$home" "$bulkhead" map plain
ok_like "$out" '^open to all: nothing isolates these' "map: without policies"
run env -C "$home" "$bulkhead" reach shop/web -f plain
ok_like "$out" '; and 1 kind of pods that the input does not show$' "reach: without policies"
run env -C "$home" "$bulkhead" test plain
ok_str "$status $(echo "$err" | head -n 1)" "2 bulkhead test: the input has no tests: objects of kind PolicyTest" "test: without tests"
run env -C "$home" "$bulkhead" scan --rules BH4 one
ok_like "$out" '^0 findings; 1 unknown|^0 findings' "scan: peers that live elsewhere are no finding"
run env -C "$home" "$bulkhead" map one --exposure
ok_like "$out" 'monitoring/\[app=prometheus\] → shop/Pod/web +TCP 80' "map: and are shown when asked for"

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$tap_work" "$home"
	chmod 000 "$home/windows.yaml"
	run env -C "$home" setpriv --reuid 65534 --clear-groups cat "$bulkhead"
	if [ "$status" -ne 0 ]; then
		skip "others cannot run what is built here"
	else
		run env -C "$home" setpriv --reuid 65534 --clear-groups "$bulkhead" map windows.yaml
		ok_like "$status $err" '^2 windows.yaml: error: cannot read: Permission denied' "a file that may not be read"
	fi
else
	skip "not root, or no setpriv: nobody to be refused a file"
fi

# Who has read enough closes the pipe; the exit code is what it would have been.
closes() {
	code=$1
	shift
	run sh -c '{ "$@"; echo $? >"$0"; } | head -c 1 >/dev/null' "$tap_work/code" "$bulkhead" "$@"
	ok_str "$(cat "$tap_work/code")$err" "$code" "closed early: $*"
}
closes 1 scan "$home/many.yaml"
closes 1 scan -o sarif "$home/many.yaml"
closes 0 map "$home/many.yaml"
closes 0 map -o json "$home/many.yaml"
closes 0 coverage -o csv "$home/many.yaml"
closes 1 diff "$home/plain" "$home/many.yaml"
closes 0 help scan
run sh -c 'yes "shop/w1 shop/w2 80" | timeout 60 "$1" can --batch - -f "$2" | head -n 1' sh "$bulkhead" "$home/many.yaml"
ok_like "$out" '"verdict":"allow"' "can --batch ends when nobody reads"
tap_done
