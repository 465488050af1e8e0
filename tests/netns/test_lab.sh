#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The verbs of bulkhead-lab, on a little town: two nodes, dual stack, a pod of the host's network.
. tests/lib/tap.sh
. tests/lib/lab.sh

town=tests/netns/town
NO_DISAGREEMENT='^[0-9,]+ probes, 0 disagreements$'

lab run $town
ok_int "$status" 0 "run agrees"
ok_like "$(last_line)" "$NO_DISAGREEMENT" "and counts in its last line"
ok_like "$out" '^town/Pod/web → town/Pod/api +TCP 8081; UDP 8120-8130$' "it shows the map"
ok_like "$out" '^ +4 town/api .*●●·│●●·' "and prediction beside reality"
ok_like "$err" '1 SCTP port' "and says what it does not probe"
ok_nothing_left

lab run -o json --cni flannel $town tests/cli/fixtures/tiny
ok_int "$status" 0 "a lab where nobody enforces agrees"
ok_like "$err" 'NetworkPolicy .* without effect: flannel evaluates no network policy' "and says so"
ok_like "$err" 'ClusterNetworkPolicy \(crd\.antrea\.io\) is not evaluated' "as what is not evaluated"
ok_like "$out" '"why": "flannel evaluates no network policy"' "in the JSON too"
ok_like "$out" '"group": "crd\.antrea\.io"' "with what is not evaluated"

lab run --nodes 3 examples/shop
ok_like "$(last_line)" "$NO_DISAGREEMENT" "the shop on three nodes agrees"

lab run -o json $town
ok_int "$(printf '%s' "$out" | python3 -c '
import json, sys
report = json.load(sys.stdin)
assert report["schema"] == "bulkhead.lab.probe/v1" and report["disagreements"] == 0
assert len(report["results"]) == report["probes"]
seen = {r["seen"] for r in report["results"]}
assert seen == {"answered", "refused", "dropped"}, seen
for r in report["results"]:
    if r["seen"] == "dropped":
        assert r["drop"]["reason"] == r["prediction"]["reason"]
shut = [r for r in report["results"] if (r["from"], r["to"]) == ("town/web", "vault/db")]
assert all(r["prediction"]["policies"][0]["name"] == "closed" for r in shut)
kubelet = [r for r in report["results"] if r["from"] == "node west" and r["to"] == "vault/db"]
assert kubelet and all(r["prediction"]["reason"] == "local-node" for r in kubelet)
families = {":" in r["toAddress"] for r in report["results"]}
print(len(families))')" 2 "JSON has every probe, of both families, with the reasons"

lab up $town
ok_int "$status" 0 "up"
lab up $town
ok_int "$status" 3 "a second lab of that name is refused"
lab status
ok_like "$out" 'generation 1,' "status tells the generation"
ok_like "$out" '^vault/db +10\.9\.1\.3 ' "and who is in it"
lab exec town/api -- sh -c 'cat /sys/class/net/lo/ifindex; exit 7'
ok_int "$status" 7 "exec gives the command's status"
lab exec town/api -- sh -c 'exec 3<>/dev/null; cat /proc/net/fib_trie'
ok_like "$out" '10\.9\.1\.2' "exec runs in the pod's network"
lab exec town/nobody -- true
ok_int "$status" 2 "exec in a pod that is not there"

# Its db answers the api, until other policies are applied; flows tells both.
ask_db='import socket,sys
try:
    print(socket.create_connection(("10.9.1.3", 5432), 0.5).recv(64).decode().strip())
except TimeoutError:
    print("silence")'
"$lab_program" flows --name "$lab_name" -o json >"$tap_work/flows" 2>"$tap_work/flows.err" &
flows=$!
sleep 0.3
lab probe
ok_int "$status" 3 "probe and flows exclude each other"
ok_like "$err" 'another command reads the events' "and it says so"
lab exec town/api -- python3 -c "$ask_db"
ok_str "$out" "vault/db" "the api reaches the database"
lab apply $town/cluster.yaml tests/netns/town_shut
ok_int "$status" 0 "apply"
ok_like "$out" '^2 policies in force, generation 2,' "tells what is in force"
lab exec town/api -- python3 -c "$ask_db"
ok_str "$out" "silence" "the api reaches the database no more"
sleep 0.3
kill $flows
wait $flows 2>/dev/null
ok_str "$(python3 - "$tap_work/flows" <<'X'
import json, sys
for line in open(sys.argv[1]):
    flow = json.loads(line)
    if flow["to"] == "vault/db":
        side = flow["sides"][-1]
        policy = side["policies"][0]
        print(flow["verdict"], flow["from"], flow["port"], side["reason"], policy["name"],
              policy["file"].rpartition("/")[2], flow["generation"])
        if flow["verdict"] == "deny":
            break
X
)" "allow town/api 5432 rule db-from-api policies.yaml 1
deny town/api 5432 default-deny shut policies.yaml 2" "flows told both, with the policies"
lab probe
ok_like "$(last_line)" "$NO_DISAGREEMENT" "probe agrees with the new policies"

sed 's/10\.9\.1\.3/10.9.1.4/; s/name: job/name: other/' $town/cluster.yaml >"$tap_work/other.yaml"
lab apply --cni flannel $town/cluster.yaml tests/netns/town_shut
ok_int "$status" 0 "apply for another CNI"
ok_like "$out" '^0 policies in force' "one that enforces none"
lab apply $town/cluster.yaml tests/netns/town_shut
ok_like "$out" '^0 policies in force' "which is remembered"
lab apply "$tap_work/other.yaml"
ok_int "$status" 2 "apply refuses other pods"
ok_like "$err" 'pod vault/db has other addresses' "and says which"
ok_like "$err" 'pod town/other is not in the lab' "each of them"
ok_like "$err" 'pod town/job of the lab is not in the input' "and those that are gone"

init=$(lab_init)
"$lab_program" exec --name "$lab_name" town/api -- sleep 60 &
sleep 0.3
lab down
ok_int "$status" 0 "down"
ok_nothing_left
! is_alive "$init"
ok $? "its first process is gone"
wait $!
ok_int $? 137 "and so is a command that ran in it"
lab down
ok_int "$status" 0 "down again does nothing"
lab probe
ok_int "$status" 3 "there is nothing to probe"

lab run /nowhere
ok_int "$status" 2 "an input that is not there"
lab run --pod-cidr fd00:77::/64 $town/cluster.yaml
ok_like "$(last_line)" "$NO_DISAGREEMENT" "v6 addresses alone for pods that have none"
run "$lab_program" prob
ok_int "$status" 2 "an unknown verb"
ok_like "$err" "did you mean 'probe'" "and which one is meant"
lab probe --nodes 2
ok_int "$status" 2 "an option of another verb"
ok_like "$err" '^bulkhead-lab probe: --nodes: this verb has no use for it' "is refused"
tap_done
