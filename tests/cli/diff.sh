#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `diff` as a reviewer uses it: folders, pipes, revisions, formats, exit codes.
. tests/lib/tap.sh

bulkhead=$(cd "$BULKHEAD_BUILD" && pwd)/bin/bulkhead
old=$PWD/tests/cli/fixtures/diff/old
new=$PWD/tests/cli/fixtures/diff/new

has() {
	ok_like "$out" "$1" "$2"
}
lacks() {
	! printf '%s\n' "$out" | grep -Eq -e "$1"
	ok $? "$2" || diag "$out"
}
# line REGEX: its number in the last result, 0 without.
line() {
	number=$(printf '%s\n' "$out" | grep -nE -e "$1" | head -1 | cut -d: -f1)
	echo "${number:-0}"
}

run "$bulkhead" diff "$old" "$new"
ok_int "$status" 1 "access was added"
has '^  \+ 0.0.0.0-9.255.255.255 → shop/Deployment/web   TCP 443$' "a way in from outside"
has '^  \+ .*, shop/Deployment/web, .* → payments/StatefulSet/db \[critical\]   TCP 5432$' "what is sensitive is named so"
has 'now: .*NetworkPolicy payments/db ingress\[0\] \(.*new/all.yaml:22:5\)' "the rule that lets it"
has '\[\]/\[\]' "pods that nobody shows are among those who may"
has '^  ~ .* → shop/Deployment/web   TCP 80,443, was TCP 80$' "what has changed, with what it was"
has '^new endpoints: shop/Deployment/api$' "who is new"
has 'shop/Deployment/api \(new\)' "and is called so"
ok "$([ "$(line '^new ways in')" -lt "$(line '^sensitive')" ]; echo $?)" "ways in from outside stand first"
ok "$([ "$(line '^sensitive')" -lt "$(line '^added')" ]; echo $?)" "then what is sensitive"
ok "$([ "$(line '^added')" -lt "$(line '^changed')" ]; echo $?)" "then the rest"

run "$bulkhead" diff "$new" "$old"
ok_int "$status" 0 "access was only removed"
has '^  - .* → payments/StatefulSet/db \[critical\]   TCP 5432$' "what is removed"
has 'before: .*payments/db ingress\[0\] \(.*new/all.yaml:22:5\)' "by the rule that it had"
has '^gone endpoints: shop/Deployment/api$' "who is gone"

run "$bulkhead" diff "$old" "$old"
ok_int "$status" 0 "the same twice"
has '^no change in access$' "is no change"
has '^compared: 3 endpoints and [0-9]+ peers? .* in [0-9]+ classes; 4 ranges of addresses outside$' "of what was compared"

# --fail-on
fails() {
	run "$bulkhead" diff --fail-on "$1" "$2" "$3"
	ok_int "$status" "$4" "--fail-on $1: $5"
}
fails widened "$old" "$new" 1 "between ends that existed"
fails widened "$old" "$old" 0 "nothing"
fails any "$new" "$old" 1 "a removal is a change"
fails internet "$old" "$new" 1 "from the internet"
fails internet "$new" "$old" 0 "less from the internet"
fails any "$old" "$old" 0 "nothing"
fails added "$new" "$old" 0 "a removal adds nothing"
fails widened "$new" "$old" 0 "and widens nothing"
fails critical "$old" "$new" 1 "a sensitivity"
fails payments/db "$old" "$new" 1 "an endpoint"
fails shop "$old" "$new" 1 "a namespace"
fails kube-system "$new" "$old" 0 "one that nobody reaches newly"
fails internett "$old" "$new" 2 "a typo"
ok_like "$err" "did you mean 'internet'" "which is understood"
cat >"$tap_work/more.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: more, namespace: payments}
spec: {template: {metadata: {labels: {app: more}}, spec: {containers: [{name: m}]}}}
YAML
mkdir "$tap_work/grown" && cp "$old/all.yaml" "$tap_work/more.yaml" "$tap_work/grown"
fails widened "$old" "$tap_work/grown" 0 "only a new workload"
fails added "$old" "$tap_work/grown" 1 "which has access"

# An owner whose pods get different answers keeps its name.
for side in open closed; do
	cat >"$tap_work/$side.yaml" <<'YAML'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: payments}
spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db}]}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: db-0
  namespace: payments
  labels: {app: db}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, controller: true}]
---
apiVersion: v1
kind: Pod
metadata:
  name: db-1
  namespace: payments
  labels: {app: db, role: spare}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, controller: true}]
YAML
done
cat >>"$tap_work/closed.yaml" <<'YAML'
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: spare, namespace: payments}
spec: {podSelector: {matchLabels: {role: spare}}, policyTypes: [Ingress]}
YAML
fails payments/db "$tap_work/closed.yaml" "$tap_work/open.yaml" 1 "a workload, one pod of which can be reached"
fails payments/StatefulSet/db "$tap_work/closed.yaml" "$tap_work/open.yaml" 1 "by its id too"
fails payments/db "$tap_work/open.yaml" "$tap_work/closed.yaml" 0 "a workload, one pod of which cannot any more"

# What the configuration and known ports and images say.
cat >"$tap_work/config.yaml" <<'YAML'
sensitive: [payments/more]
exposed: ["shop/Deployment/web", "*/api"]
YAML
fails internet "$old" "$new" 1 "a way in to somebody"
run "$bulkhead" diff --fail-on internet --config "$tap_work/config.yaml" "$old" "$new"
ok_int "$status" 0 "unless it is meant"
has '^  \+ 0.0.0.0-9.255.255.255 → shop/Deployment/web \[exposed\]   TCP 443$' "which is shown"
run "$bulkhead" diff --fail-on internet --config "$tap_work/config.yaml" -o json "$old" "$new"
has '"exposure":true,"meant":true' "in JSON too"
run "$bulkhead" diff --fail-on sensitive --config "$tap_work/config.yaml" "$old" "$tap_work/grown"
ok_int "$status" 1 "sensitive by the configuration"
has '→ payments/Deployment/more \[sensitive\] \(new\)' "is called so"
ok "$([ "$(line '^sensitive')" -lt "$(line '^added')" ]; echo $?)" "and stands before the rest"
sed -i 's/name: m}/name: m, image: "registry:5000\/bitnami\/postgresql:16"}/' "$tap_work/grown/more.yaml"
run "$bulkhead" diff "$old" "$tap_work/grown"
has '→ payments/Deployment/more \[PostgreSQL\] \(new\)' "an image"
sed -i 's/image: .*}]/image: own, ports: [{containerPort: 9092}]}]/' "$tap_work/grown/more.yaml"
run "$bulkhead" diff "$old" "$tap_work/grown"
has '→ payments/Deployment/more \[Kafka\] \(new\)' "a port"
echo 'sensitve: [a/b]' >"$tap_work/typo.yaml"
run "$bulkhead" diff --config "$tap_work/typo.yaml" "$old" "$new"
ok_int "$status" 2 "a typo in the configuration"
ok_like "$err" "typo.yaml:1:1: error: .*sensitve" "with its place"

# Formats.
run "$bulkhead" diff -o json "$old" "$new"
ok_int "$status" 1 "JSON: the same exit code"
echo "$out" | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["schema"] == "bulkhead.diff/v1"
db = [c for c in d["added"] if c["to"] == "payments/StatefulSet/db" and c["from"] == "[]/[]"][0]
assert db["ports"] == [{"protocol": "TCP", "port": 5432, "endPort": 5432}], db
assert db["sensitivity"] == "critical" and db["conditions"] == [] and "new" not in db
assert db["rules"]["new"][0]["line"] == 22 and db["rules"]["old"] == [], db
assert d["added"][0]["exposure"] is True, d["added"][0]
api = [c for c in d["added"] if c["from"] == "shop/Deployment/api"]
assert api and all(c["new"] for c in api)
web = [c for c in d["changed"] if c["to"] == "shop/Deployment/web" and c["from"] == "ip:10.0.0.0-10.255.255.255"][0]
assert [p["port"] for p in web["before"]] == [80] and [p["port"] for p in web["after"]] == [80, 443]
assert web["widened"] is True
assert d["endpoints"] == {"added": ["shop/Deployment/api"], "removed": []}
assert d["removed"] == [] and d["compared"]["endpoints"] == 4 and d["compared"]["hypothetical"] > 0
'
ok $? "JSON: the shape"
run "$bulkhead" diff -o csv "$old" "$new"
has '^change,from,to,protocol,port,endPort,ends' "CSV: a header"
has '^added,\[\]/\[\],payments/StatefulSet/db,TCP,5432,5432,' "CSV: added"
has '^widened,ip:10.0.0.0-10.255.255.255,shop/Deployment/web,TCP,443,443,' "CSV: widened, by what was gained"
has '^added,shop/Deployment/api,.*,new' "CSV: new ends"
run "$bulkhead" diff -o md "$old" "$new"
has '^### bulkhead diff: [0-9]+ connections added, 0 removed, [0-9]+ changed' "Markdown: a title"
has '^\| 0.0.0.0-9.255.255.255 \| shop/Deployment/web \| nothing \| TCP 443 \| NetworkPolicy shop/web ' "Markdown: a row"

# Folded, it is the same.
run "$bulkhead" diff --fold -o json "$old" "$new"
ok_int "$status" 1 "folded: the same exit code"
cp "$tap_work/out" "$tap_work/folded.json"
run "$bulkhead" diff -o json "$old" "$new"
cp "$tap_work/out" "$tap_work/plain.json"
cat >"$tap_work/unfold.py" <<'PYTHON'
import json, sys
folded, plain = (json.load(open(path)) for path in sys.argv[1:])
assert folded["folded"] is True and "folded" not in plain
assert all(folded[key] == plain[key] for key in ("schema", "compared", "endpoints", "cni"))

def shown(end):
    return "[" not in end

for key in ("added", "removed", "changed"):
    rest = {}
    for c in folded[key]:
        for pair in ((f, t) for f in c["from"] for t in c["to"]):
            assert (*pair, str(c["conditions"]) if "conditions" in c else "") not in rest
            rest[(*pair, str(c["conditions"]) if "conditions" in c else "")] = c
    for c in plain[key]:
        other = rest.pop((c["from"], c["to"], str(c["conditions"]) if "conditions" in c else ""))
        for field in ("ports", "before", "after", "widened", "exposure"):
            assert c.get(field) == other.get(field), (c, other)
        assert c.get("new", False) == bool({c["from"], c["to"]} & set(other.get("new", []))), (c, other)
        assert c.get("gone", False) == bool({c["from"], c["to"]} & set(other.get("gone", [])))
        assert c.get("sensitivity") == other.get("sensitivity", {}).get(c["to"]), (c, other)
        for side in ("old", "new"):
            assert all(rule in other["rules"][side] for rule in c["rules"][side]), (c, other)
    for f, t, _ in rest:
        assert f == t or not (shown(f) or shown(t)), (f, t)
PYTHON
python3 "$tap_work/unfold.py" "$tap_work/folded.json" "$tap_work/plain.json"
ok $? "folded: its pairs are the connections"
run "$bulkhead" diff --fold -o csv "$old" "$new"
has '^added,ip:0.0.0.0-9.255.255.255,"shop/Deployment/web",TCP,443,443,' "folded: CSV"

# A selector that no known pod stands for is a change too.
mkdir "$tap_work/a" "$tap_work/b"
for side in a b; do
	cat >"$tap_work/$side/all.yaml" <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: payments}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [one]}]}}]
YAML
done
sed -i 's/\[one\]/[one, two]/' "$tap_work/b/all.yaml"
run "$bulkhead" diff "$tap_work/a" "$tap_work/b"
ok_int "$status" 1 "policies without any workload: a value more is access more"
has '\+ \[team=two\]/\[\] → payments/\[app=db\]   all ports' "for whom, and to whom"
run "$bulkhead" diff "$tap_work/b" "$tap_work/a"
ok_int "$status" 0 "a value less is not"
has '\- \[team=two\]/\[\] → payments/\[app=db\]   all ports' "but is said"
sed -i 's/namespaceSelector: .*/namespaceSelector: {}}]/' "$tap_work/b/all.yaml"
run "$bulkhead" diff "$tap_work/a" "$tap_work/b"
has '\[\]/\[\].* → payments/\[app=db\]   all ports' "an empty selector is everybody"

# Conditions: a rule that a proxy narrows takes access away, and the way back gives it.
mkdir "$tap_work/l4" "$tap_work/l7"
cat >"$tap_work/l4/all.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: web}}
  ingress:
    - fromEntities: [all]
      toPorts:
        - ports: [{port: "80", protocol: TCP}]
YAML
{ cat "$tap_work/l4/all.yaml" && echo '          rules: {http: [{method: GET}]}'; } >"$tap_work/l7/all.yaml"
run "$bulkhead" diff "$tap_work/l4" "$tap_work/l7"
ok_int "$status" 0 "a condition more: less access"
has 'TCP 80 if .*GET.*, was TCP 80' "which is told"
run "$bulkhead" diff "$tap_work/l7" "$tap_work/l4"
ok_int "$status" 1 "a condition less: more access"

# A pod that moves to the node's network is not protected any more, by what protected it.
sed 's/containers: \[{name: db}\]/hostNetwork: true, &/' "$old/all.yaml" >"$tap_work/host.yaml"
run "$bulkhead" diff "$old" "$tap_work/host.yaml"
has '^  \+ any IPv4 address → payments/StatefulSet/db \[critical\]   all ports$' "the host's network is a way in"
has '^      before: NetworkPolicy payments/db \(.*old/all.yaml:[0-9]+:1\)' "past this policy"

# A rule of one family is named, and so is each of many.
cat >"$tap_work/dual.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: s, labels: {app: a}}
spec: {containers: [{name: w}]}
status: {podIPs: [{ip: 10.244.0.5}, {ip: "fd00::5"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: s, labels: {app: b}}
spec: {containers: [{name: w}]}
status: {podIPs: [{ip: 10.244.0.6}, {ip: "fd00::6"}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b, namespace: s}
spec:
  podSelector: {matchLabels: {app: b}}
  ingress:
  - from: [{ipBlock: {cidr: 10.244.0.5/32}}]
YAML
{ cat "$tap_work/dual.yaml" && echo '  - from: [{ipBlock: {cidr: "fd00::5/128"}}]'; } >"$tap_work/dual6.yaml"
run "$bulkhead" diff "$tap_work/dual.yaml" "$tap_work/dual6.yaml"
has '^  ~ s/Pod/a → s/Pod/b   all ports, was all ports \(IPv4: all ports; IPv6: nothing\)$' "one family more"
has '^  \+ fd00::5 → s/Pod/b ' "an address is no range"
ok_int "$(printf '%s\n' "$out" | grep -c 'NetworkPolicy s/b ingress\[1\] (.*dual6.yaml:20:5)')" 2 "by this rule"
run "$bulkhead" diff "$tap_work/dual6.yaml" "$tap_work/dual.yaml"
has '^      now:    NetworkPolicy s/b \(.*dual.yaml:13:1\)' "one family less, by what refuses it"
sed 's/ingress:/policyTypes: [Ingress]/; /ipBlock/d' "$tap_work/dual.yaml" >"$tap_work/shut.yaml"
{
	cat "$tap_work/shut.yaml" && echo '  ingress:'
	for port in $(seq 1000 2 1098); do
		echo "  - {from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: $port}]}"
	done
} >"$tap_work/ajar.yaml"
run "$bulkhead" diff -o json "$tap_work/shut.yaml" "$tap_work/ajar.yaml"
ok_int "$(printf '%s\n' "$out" | grep '"from":"s/Pod/a"' | grep -o '"rule":"ingress' | wc -l)" 50 "all of 50 rules"

# A family that only one input shows.
{
	cat "$old/all.yaml"
	cat <<'YAML'
---
apiVersion: v1
kind: Service
metadata: {name: six, namespace: shop}
spec: {selector: {app: none}, ipFamilies: [IPv6], clusterIPs: ["fd00:96::7"], ports: [{port: 80}]}
YAML
} >"$tap_work/six.yaml"
run "$bulkhead" diff "$old" "$tap_work/six.yaml"
ok_like "$err" 'only NEW shows that the cluster has IPv6, .* counts as added' "a family more is said"
run "$bulkhead" diff --pod-cidr 10.244.0.0/16 --pod-cidr fd00:10:244::/56 "$old" "$tap_work/six.yaml"
ok_str "$(printf '%s\n' "$out" | head -1)" "no change in access" "both have it"

# Ingresses are ways in.
sed '/^kind: Ingress$/,/^---$/d' tests/cli/fixtures/edge/all.yaml >"$tap_work/edge.yaml"
run "$bulkhead" diff --invalid=skip "$tap_work/edge.yaml" tests/cli/fixtures/edge
has '^  \+ ingress-controller.* → shop/Deployment/web   TCP 8080$' "a new Ingress is a way in"
ok_int "$status" 1 "and access"

# Input.
run sh -c "cat '$old'/all.yaml | '$bulkhead' diff - '$new'"
ok_int "$status" 1 "a pipe"
run "$bulkhead" diff "$old"
ok_int "$status" 2 "one input"
ok_like "$err" 'expected OLD and NEW' "is one too few"
run "$bulkhead" diff - -
ok_int "$status" 2 "one standard input for both"
run "$bulkhead" diff "$old" "$tap_work/nowhere"
ok_int "$status" 2 "a path that is not there"
mkdir "$tap_work/empty"
run "$bulkhead" diff "$tap_work/empty" "$old"
ok_like "$err" 'no objects in here' "an empty folder is said"
run "$bulkhead" diff "$tap_work/more.yaml" "$tap_work/more.yaml"
ok_int "$status" 0 "a folder without policies"
run "$bulkhead" dif "$old" "$new"
ok_like "$err" "did you mean 'diff'" "a typo"

# Revisions.
cd "$tap_work" || exit
if ! git init -q repo 2>/dev/null; then
	diag "git is not there: revisions are left out"
	tap_done
	exit
fi
cd repo || exit
mkdir deploy docs && cp "$old/all.yaml" deploy && echo 'kind: [' >docs/broken.txt
git add -A && git -c user.name=n -c user.email=n@example.com commit -qm one
cp "$new/all.yaml" deploy
run "$bulkhead" diff git:HEAD:deploy deploy
ok_int "$status" 1 "a folder of a revision"
has 'new/all.yaml|deploy/all.yaml' "with the place of the rule"
run "$bulkhead" diff deploy git:HEAD:deploy
has 'git:HEAD:deploy/all.yaml:[0-9]+' "a place in a revision"
run "$bulkhead" diff git:HEAD:deploy/all.yaml deploy
ok_int "$status" 1 "a file of a revision"
run "$bulkhead" diff git:HEAD: git:HEAD:deploy/
ok_int "$status" 0 "the whole tree, without what is no manifest"
has '^no change in access$' "is the same"
cd docs || exit
run "$bulkhead" diff git:HEAD:../deploy git:HEAD:deploy
has '^no change in access$' "from another folder"
cd .. || exit
ok_str "$(git status --porcelain)" " M deploy/all.yaml" "nothing was checked out"
run "$bulkhead" diff git:nowhere:deploy deploy
ok_int "$status" 2 "a revision that is not there"
ok_like "$err" "git:nowhere:deploy: invalid object name 'nowhere'" "in git's words"
run "$bulkhead" diff git:HEAD:deplot deploy
ok_like "$err" "path 'deplot' does not exist in 'HEAD'" "a path that is not there"
run "$bulkhead" diff git:HEAD:docs deploy
ok_like "$err" 'there are no manifests in it' "a folder without manifests"
run "$bulkhead" diff git:HEAD deploy
ok_like "$err" 'expected git:REV:PATH' "a revision without a path"
run "$bulkhead" diff git:--output=x:deploy deploy
ok_int "$status" 2 "what looks like an option"
ok "$([ ! -e x ]; echo $?)" "is none"
commit() {
	git add -A && git -c user.name=n -c user.email=n@example.com commit -qm "$1"
}
mkdir linked && cp deploy/all.yaml shared.yaml && ln -s ../shared.yaml linked/all.yaml && ln -s linked way
ln -s ../docs linked/folder.yaml
commit links
git -c user.name=n -c user.email=n@example.com tag -m two v2
run "$bulkhead" diff git:v2:linked linked
has '^no change in access$' "a link in a folder, of a tag, is the file"
run "$bulkhead" diff git:v2:way git:v2:linked/all.yaml
has '^no change in access$' "a link to a folder, or to a file, is what it leads to"
run "$bulkhead" diff git:v2:shared.yaml git:v2:linked
has '^no change in access$' "and that is not nothing"
ln -s ../nowhere.yaml linked/bad.yaml && commit dangling
run "$bulkhead" diff git:HEAD:linked linked
ok_int "$status" 2 "a link to nowhere"
ok_like "$err" 'git:HEAD:linked: bad.yaml is a link to no file of the tree' "is said"
git rm -qf linked/bad.yaml
git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),linked/module" && git -c user.name=n \
	-c user.email=n@example.com commit -qm module
run "$bulkhead" diff git:HEAD:linked linked
ok_int "$status" 0 "a submodule is no part of it"
ok_like "$err" 'git:HEAD:linked: without the submodule module' "which is said"
run "$bulkhead" diff git:HEAD:linked/module linked
ok_int "$status" 2 "nor can it be named"
git clone -q --bare . "$tap_work/bare.git" && cd "$tap_work/bare.git" || exit
run "$bulkhead" diff git:v2:linked git:HEAD:way
has '^no change in access$' "a bare repository"
cd "$tap_work" || exit
run env GIT_DIR="$tap_work/none" "$bulkhead" diff git:HEAD:deploy "$new"
ok_int "$status" 2 "no repository"
run env PATH=/nonexistent "$bulkhead" diff git:HEAD:deploy "$new"
ok_int "$status" 3 "no git"
tap_done
