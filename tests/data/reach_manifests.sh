#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `reach` of each real project in ../shared/data/manifests, against a search over its map that knows nothing of reach: every
# hop is a connection of the map, and no connection leads out of what falls to where something listens.
. tests/lib/tap.sh

data=../shared/data/manifests
[ -d "$data" ] || skip_all "$data is not there"

for project in "$data"/*/; do
	python3 - "$BULKHEAD_BUILD/bin/bulkhead" "$project" >"$tap_work/wrong" 2>&1 <<'PYTHON'
import json, subprocess, sys

bulkhead, project = sys.argv[1:]


def ask(*words):
    done = subprocess.run([bulkhead, *words, "--invalid=skip", "-o", "json", "-f", project], capture_output=True)
    return json.loads(done.stdout)


def overlap(some, others):
    return any(a["protocol"] == b["protocol"] and a["port"] <= b.get("endPort", b["port"])
               and b["port"] <= a.get("endPort", a["port"]) for a in some for b in others)


known = ask("map")
workloads = {f"{w['namespace']}/{w['kind']}/{w['name']}": w["ports"] for w in ask("inventory")["workloads"]}
ends = {end["id"] for end in known["endpoints"] if end["kind"] not in ("IngressController", "Namespace")}
edges = {}
for edge in known["connections"]:
    if edge["from"] in ends and edge["to"] in ends and edge["from"] != edge["to"]:
        edges.setdefault(edge["from"], {})[edge["to"]] = edge["ports"]
reaches, reached_by = {}, {}
for start in sorted(ends):
    hops = {hop["id"]: hop for hop in ask("reach", start)["reached"] if not hop["hypothetical"]}
    fallen = {start} | set(hops)
    reaches[start] = len(hops)
    for name, hop in hops.items():
        reached_by[name] = reached_by.get(name, 0) + 1
        if not overlap(hop["ports"], edges.get(hop["via"], {}).get(name, [])):
            print(start, "no such connection:", hop)
        if hop["via"] != start and hops[hop["via"]]["hop"] != hop["hop"] - 1:
            print(start, "not a hop further:", hop)
    for name in fallen:
        for to, ports in edges.get(name, {}).items():
            declared = workloads.get(to)
            if to not in fallen and (not declared or overlap(ports, declared)):
                print(start, "left out:", name, to)
for rank in ask("reach", "--rank")["rank"]:
    if (rank["reaches"], rank["reachedBy"]) != (reaches[rank["id"]], reached_by.get(rank["id"], 0)):
        print("rank:", rank, reaches[rank["id"]], reached_by.get(rank["id"], 0))
print(len(ends), "workloads", file=sys.stderr)
PYTHON
	ok_like "$(cat "$tap_work/wrong")" '^[0-9]+ workloads$' "$(basename "$project"): it was searched"
	ok_int "$(wc -l <"$tap_work/wrong")" 1 "$(basename "$project"): nothing else, and nothing less" ||
		diag "$(head -c 2000 "$tap_work/wrong")"
done
tap_done
