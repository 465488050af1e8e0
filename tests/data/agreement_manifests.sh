#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The verbs agree about the real projects of ../shared/data/manifests: `can` with the map, `coverage` with
# what the map's connections count up to, `map --check` and `diff` with the same input once more.
. tests/lib/tap.sh

data=../shared/data/manifests
[ -d "$data" ] || skip_all "$data is not there"
bulkhead=$BULKHEAD_BUILD/bin/bulkhead
map=$tap_work/map.json

# questions: of the map, a line "FROM TO" for pairs of endpoints that are two, every n-th of very many.
questions() {
	python3 -c '
import json, sys
known = [e["id"] for e in json.load(open(sys.argv[1]))["endpoints"]
         if e["kind"] != "IngressController" and not e["hostNetwork"]]
pairs = [(a, b) for a in known for b in known if a != b]
for a, b in pairs[::len(pairs) // 1000 + 1]:
    print(a, b)' "$map"
}

# differences QUESTIONS ANSWERS: what `can` does not say as the map does.
differences() {
	python3 -c '
import json, sys
def text(ports):
    return " ".join("%s:%d-%d" % (p["protocol"], p["port"], p["endPort"]) for p in ports)
the_map, questions, answers = sys.argv[1:]
certain, conditional, by_family = {}, set(), set()
for c in json.load(open(the_map))["connections"]:
    pair = c["from"], c["to"]
    if "byFamily" in c:
        by_family.add(pair)
    if c["conditions"]:
        conditional.add(pair)
    else:
        certain[pair] = text(c["ports"])
for question, answer in zip(open(questions), open(answers), strict=True):
    pair, answer = tuple(question.split()), json.loads(answer)
    if "error" in answer:
        print(*pair, answer["error"])
    elif pair not in by_family and text(answer["allowed"]) != certain.get(pair, ""):
        print(*pair, "can:", text(answer["allowed"]), "map:", certain.get(pair, ""))
    elif (answer["verdict"] == "deny") != (pair not in certain and pair not in conditional):
        print(*pair, "is", answer["verdict"])' "$map" "$1" "$2"
}

# openness COVERAGE: "NUMERATOR/DENOMINATOR" by the coverage and by the map.
openness() {
	printf '%s' "$1" | python3 -c '
import json, sys
it, ratio = json.load(open(sys.argv[1])), json.load(sys.stdin)["total"]["openness"]
pods = {e["id"]: e["pods"] for e in it["endpoints"]
        if not e["hostNetwork"] and not e.get("assumed") and e["kind"] != "IngressController"}
pairs = {(c["from"], c["to"]) for c in it["connections"] if c["from"] in pods and c["to"] in pods}
n = sum(pods.values())
print("%d/%d" % (ratio["numerator"], ratio["denominator"]),
      "%d/%d" % (sum(pods[a] * (pods[b] - (a == b)) for a, b in pairs), n * max(n - 1, 0)))' "$map"
}

for project in "$data"/*/; do
	name=$(basename "$project")
	run "$bulkhead" map --invalid=skip -o json "$project"
	printf '%s\n' "$out" >"$map"
	questions >"$tap_work/questions"
	"$bulkhead" can --invalid=skip --batch "$tap_work/questions" -f "$project" >"$tap_work/answers" 2>/dev/null
	ok_str "$(differences "$tap_work/questions" "$tap_work/answers")" "" "$name: can says what the map says"
	run "$bulkhead" map --invalid=skip --check "$map" "$project"
	ok_int "$status" 0 "$name: the map is true" || diag "$out" "$err"
	run "$bulkhead" diff --invalid=skip --fail-on any "$project" "$project"
	ok_int "$status" 0 "$name: the same is no change" || diag "$out"
	run "$bulkhead" coverage --invalid=skip -o json "$project"
	counted=$(openness "$out")
	ok_str "${counted% *}" "${counted#* }" "$name: openness counts the map's connections"
done
tap_done
