#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `scan --fix` on copies of the real projects of ../shared/data/manifests: it edits the lines of its findings
# and no others, changes no verdict, and does nothing the second time.
. tests/lib/tap.sh

data=../shared/data/manifests
[ -d "$data" ] || skip_all "$data is not there"
bulkhead=$BULKHEAD_BUILD/bin/bulkhead

# lines PROJECT: "FILE:LINE" of each finding with a safe fix; "FILE+" where that is lines to add.
lines() {
	(cd "$1" && "$bulkhead" scan --fail-on none -o json . 2>/dev/null) | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    name = f["file"].removeprefix("./")
    if f["fix"] == "safe":
        print("%s:%d" % (name, f["line"]))
        if f["rule"] in ("BH501", "BH502"):
            print(name + "+")' | sort -u
}

# changed A B: the same of what differs; "FILE:LINE …" of what no fix does.
changed() {
	python3 - "$1" "$2" <<-'PYTHON' | sort -u
		import difflib, pathlib, sys
		old, new = map(pathlib.Path, sys.argv[1:])
		for path in sorted(p for p in old.rglob("*") if p.is_file()):
		    name = path.relative_to(old)
		    a, b = (root.joinpath(name).read_bytes().split(b"\n") for root in (old, new))
		    if a == b:
		        continue
		    for op, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, False).get_opcodes():
		        if op == "insert":
		            print("%s+" % name)
		        elif op == "delete" or (op == "replace" and a2 - a1 != b2 - b1):
		            print("%s:%d lines are lost" % (name, a1 + 1))
		        elif op == "replace":
		            for i in range(a1, a2):
		                print("%s:%d" % (name, i + 1))
		                if a[i].partition(b"#")[1:] != b[i - a1 + b1].partition(b"#")[1:]:
		                    print("%s:%d the comment is another" % (name, i + 1))
	PYTHON
}

# What the safe fixes of these rules name is access; BH104 and BH101 mend what was refused.
opening=-BH101,-BH104,-BH403,-BH501,-BH502

n_changed=0
for project in "$data"/*/; do
	name=$(basename "$project")
	before=$tap_work/before/$name
	after=$tap_work/after/$name
	mkdir -p "$tap_work/before" "$tap_work/after"
	cp -r "$project" "$before"
	cp -r "$project" "$after"
	lines "$before" >"$tap_work/safe"
	run "$bulkhead" scan --fail-on none --fix "$after"
	changed "$before" "$after" >"$tap_work/changed"
	n_changed=$((n_changed + $(wc -l <"$tap_work/changed")))
	ok_str "$(comm -13 "$tap_work/safe" "$tap_work/changed")" "" "$name: only lines with a finding are edited"
	cp -r "$after" "$tap_work/again"
	run "$bulkhead" scan --fail-on none --fix "$tap_work/again"
	ok_like "$err" 'there is nothing to fix' "$name: a second time there is nothing to do"
	diff -r "$after" "$tap_work/again" >"$tap_work/twice"
	ok $? "$name: and nothing is done" || diag "$(head -20 "$tap_work/twice")"
	rm -rf "$after" "$tap_work/again"
	cp -r "$before" "$after"
	run "$bulkhead" scan --fail-on none --rules "$opening" --fix "$after"
	run "$bulkhead" diff --invalid=skip "$before" "$after"
	ok_int "$status" 0 "$name: no access is added or removed" || diag "$out"
	rm -rf "$after"
	cp -r "$before" "$after"
	run "$bulkhead" scan --fail-on none --rules BH501,BH502 --fix "$after"
	run "$bulkhead" diff --invalid=skip -o json "$before" "$after"
	printf '%s' "$out" | python3 -c '
import json, sys
it = json.load(sys.stdin)
def is_dns(ports):
    return all((p["protocol"], p.get("port"), p.get("endPort")) in (("TCP", 53, 53), ("UDP", 53, 53)) for p in ports)
assert not it["removed"], it["removed"]
assert all(is_dns(c["ports"]) for c in it["added"]), it["added"]
assert all(is_dns([p for p in c["after"] if p not in c["before"]]) for c in it["changed"]), it["changed"]' 2>"$tap_work/opened"
	ok $? "$name: the fixes for DNS open DNS" || diag "$(tail -3 "$tap_work/opened" | cut -c1-300)"
	rm -rf "$before" "$after"
done
[ "$n_changed" -gt 0 ]
ok $? "something was edited"
tap_done
