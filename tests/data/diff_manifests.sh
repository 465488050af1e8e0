#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real projects in ../shared/data/manifests, each compared with itself after one of its policies was
# dropped or lets everybody in: what is added is what the new map has and the old one has not, what is
# removed the other way round, and the way back is the same with the words exchanged.
. tests/lib/tap.sh

data=../shared/data/manifests
[ -d "$data" ] || skip_all "$data is not there"

cat >"$tap_work/check.py" <<'PYTHON'
import ipaddress, json, os, re, shutil, subprocess, sys

bulkhead, project, work = sys.argv[1:]
MAX_MUTANTS = 3

def ask(verb, *paths):
    words = [bulkhead, verb, "--invalid=skip", "-o", "json", *paths]
    done = subprocess.run(words, capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode < 2 else None

def is_shown(end):
    return "[" not in end

def span(end):
    return [int(ipaddress.ip_address(at)) for at in end[3:].split("-")] if end.startswith("ip:") else None

# What two ends have: {(version, from, to): [(first, last, set of (ports, conditions))]}; without a range 0 to 0.
def note(found, c, ports, conditions):
    key, first, last = [], 0, 0
    for end in (c["from"], c["to"]):
        if end.startswith("ip:"):
            first, last = span(end)
            end = "ip:" if "." in end else "ip6:"
        key.append(end)
    found.setdefault(tuple(key), []).append((first, last, (json.dumps(ports), json.dumps(sorted(conditions)))))

def connections(of):
    found = {}
    for c in of:
        if is_shown(c["from"]) and is_shown(c["to"]):
            note(found, c, c["ports"], c["conditions"])
    return found

def at(spans, first):
    return frozenset(what for start, end, what in spans if start <= first <= end)

# Equal neighbours are joined: [(first, last, what)]
def pieces(before, after, wanted):
    borders = sorted({b for s, e, _ in before + after for b in (s, e + 1)})
    ret = []
    for first, following in zip(borders, borders[1:]):
        old, new = at(before, first), at(after, first)
        if old == new or not wanted(old, new):
            continue
        if ret and ret[-1][1] + 1 == first and ret[-1][2] == (old, new):
            ret[-1] = (ret[-1][0], following - 1, (old, new))
        else:
            ret.append((first, following - 1, (old, new)))
    return ret

def from_maps(old, new, wanted):
    ret = set()
    for key in old.keys() | new.keys():
        for first, last, what in pieces(old.get(key, []), new.get(key, []), wanted):
            ret.add((*key, first, last, what))
    return ret

def from_diff(of, is_old):
    found = {}
    for c in of:
        if is_shown(c["from"]) and is_shown(c["to"]):
            note(found, c, c["ports"], c["conditions"])
    ret = set()
    for key, spans in found.items():
        for first, last in {(s, e) for s, e, _ in spans}:
            what = frozenset(w for s, e, w in spans if (s, e) == (first, last))
            ret.add((*key, first, last, (what, frozenset()) if is_old else (frozenset(), what)))
    return ret

def from_changed(of):
    ret = set()
    for c in of:
        if not (is_shown(c["from"]) and is_shown(c["to"])):
            continue
        sides = []
        for side in ("before", "after"):
            found = {}
            if c[side]:
                note(found, c, c[side], [])
            for part in c.get(side + "Conditional", []):
                note(found, c, part["ports"], part["conditions"])
            spans = next(iter(found.values()))
            sides.append(frozenset(w for _, _, w in spans))
            key = (*next(iter(found)), spans[0][0], spans[0][1])
        ret.add((*key, tuple(sides)))
    return ret

def strip(of):
    return sorted(json.dumps({k: v for k, v in c.items() if k in ("from", "to", "ports", "conditions")}, sort_keys=True) for c in of)

# Whose policy was changed is named for all that changes.
def unexplained(of, side, policy):
    changes = of["added"] + of["removed"] + of["changed"]
    return [c for c in changes if all(rule["name"] != policy for rule in c["rules"][side])]

def check(name, a, b, side, policy):
    there, back, old, new = ask("diff", a, b), ask("diff", b, a), ask("map", a), ask("map", b)
    if not there or not back or not old or not new:
        print(f"{name}: cannot be read")
        return False
    global changes
    changes += sum(len(there[key]) for key in ("added", "removed", "changed"))
    ids = [{e["id"] for e in m["endpoints"]} for m in (old, new)]
    wrong = []
    if strip(there["added"]) != strip(back["removed"]) or strip(there["removed"]) != strip(back["added"]):
        wrong.append("the way back")
    if ids[0] == ids[1]:
        before, after = connections(old["connections"]), connections(new["connections"])
        if from_diff(there["added"], False) != from_maps(before, after, lambda o, n: not o):
            wrong.append("added")
        if from_diff(there["removed"], True) != from_maps(before, after, lambda o, n: not n):
            wrong.append("removed")
        if from_changed(there["changed"]) != from_maps(before, after, lambda o, n: o and n):
            wrong.append("changed")
    if policy and unexplained(there, side, policy):
        wrong.append(f"rules: {unexplained(there, side, policy)[0]}")
    for word in wrong:
        print(f"{name}: {word}")
    return not wrong

IS_POLICY = re.compile(r"^kind: *(Calico|Cilium|Global|Admin|BaselineAdmin)?(Clusterwide)?(Network|Authorization)Policy *$", re.M)

def mutants(text):
    documents = re.split(r"(?m)^---.*$", text)
    for i, document in enumerate(documents):
        if not IS_POLICY.search(document):
            continue
        name = re.search(r'(?ms)^metadata:.*?^  name: *"?([^\s"]+)', document)
        name = name and name[1]
        yield "dropped", "old", name, "---\n".join(documents[:i] + documents[i + 1:])
        open_up = re.sub(r"(?m)^  ingress:\n  - ", "  ingress:\n  - {}\n  - ", document, count=1)
        if open_up != document:
            yield "open", "new", name, "---\n".join(documents[:i] + [open_up] + documents[i + 1:])

n, failed, changes = 0, 0, 0
old, new = os.path.join(work, "old"), os.path.join(work, "new")
shutil.copytree(project, old)
shutil.copytree(project, new)
for folder, _, files in sorted(os.walk(old)):
    for file in sorted(files):
        path = os.path.join(folder, file)
        if not file.endswith((".yaml", ".yml")) or n >= MAX_MUTANTS * 2:
            continue
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            text = f.read()
        other = os.path.join(new, os.path.relpath(path, old))
        for word, side, policy, mutant in mutants(text):
            if n >= MAX_MUTANTS * 2:
                break
            with open(other, "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write(mutant)
            n += 1
            failed += not check(f"{os.path.relpath(path, old)}: {word}", old, new, side, policy)
        with open(other, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(text)
print(f"{n} mutants, {changes} changes")
sys.exit(failed > 0)
PYTHON

for project in "$data"/*/; do
	rm -rf "$tap_work/old" "$tap_work/new"
	run python3 "$tap_work/check.py" "$BULKHEAD_BUILD/bin/bulkhead" "$project" "$tap_work"
	ok "$status" "$(basename "$project"): $(echo "$out" | tail -1)" || diag "$out" "$err"
done
tap_done
