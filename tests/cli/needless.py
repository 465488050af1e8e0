# SPDX-License-Identifier: Apache-2.0
"""BH410 on random policies: what it reports can go at once, and nothing is left that could go.

usage: needless.py BULKHEAD WORK FIRST COUNT

For each seed a policy of a few rules over all pods that its selectors can tell apart. `scan --fix`
takes out what is needless; `diff` must see no change, and must see one for each rule or peer that is
left, if that is taken out too.
"""

import json
import random
import subprocess
import sys

PODS = [{}, {"matchLabels": {"app": "a"}}, {"matchLabels": {"app": "b"}}] + [
    {"matchExpressions": [dict(key="app", **what)]}
    for what in (
        {"operator": "In", "values": ["a", "b"]},
        {"operator": "NotIn", "values": ["a"]},
        {"operator": "Exists"},
        {"operator": "DoesNotExist"},
    )
]
NAMESPACES = [None, None, {}, {"matchLabels": {"team": "x"}}, {"matchLabels": {"kubernetes.io/metadata.name": "far"}}]
BLOCKS = [
    {"cidr": "192.0.2.0/24"},
    {"cidr": "192.0.2.0/25"},
    {"cidr": "192.0.2.128/25"},
    {"cidr": "192.0.2.64/26"},
    {"cidr": "192.0.2.0/24", "except": ["192.0.2.64/26"]},
]
PORTS = [
    {"port": 80},
    {"port": 81, "endPort": 90},
    {"port": 80, "endPort": 100},
    {"port": 91, "endPort": 100},
    {"port": 80, "protocol": "UDP"},
    {"protocol": "TCP"},
]


def cluster():
    for ns, team in ("shop", "x"), ("far", "y"):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns, "labels": {"team": team}}}
        for name, labels in ("a", {"app": "a"}), ("b", {"app": "b"}), ("c", {"app": "c"}), ("none", {"tier": "x"}):
            yield {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": ns, "labels": labels}}


def peer(rng):
    if rng.random() < 0.25:
        return {"ipBlock": rng.choice(BLOCKS)}
    ns = rng.choice(NAMESPACES)
    return {"podSelector": rng.choice(PODS)} | ({} if ns is None else {"namespaceSelector": ns})


def rule(rng, key):
    made = {key: [peer(rng) for _ in range(rng.choice([1, 1, 2, 3]))]} if rng.random() < 0.95 else {}
    if rng.random() < 0.8:
        made["ports"] = rng.sample(PORTS, rng.choice([1, 1, 2]))
    return made


def policy(rules, direction):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"podSelector": {}, "policyTypes": [direction.capitalize()], direction: rules},
    }


def block(value, indent=0):
    """YAML in blocks, with flows at the leaves, as people write it."""
    pad = " " * indent
    if isinstance(value, list) and value:
        return "".join(f"{pad}- " + block(item, indent + 2).lstrip(" ") for item in value)
    if isinstance(value, dict) and set(value) & {"spec", "from", "to", "ingress", "egress", "ports"}:
        return "".join(
            f"{pad}{key}:\n{block(item, indent + 2)}" if isinstance(item, (dict, list)) and item
            else f"{pad}{key}: {json.dumps(item)}\n"
            for key, item in value.items()
        )
    return f"{pad}{json.dumps(value)}\n"


def main():
    bulkhead, work, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    base = f"{work}/cluster.json"
    with open(base, "w", encoding="utf-8") as out:
        json.dump({"apiVersion": "v1", "kind": "List", "items": list(cluster())}, out)

    def run(*args):
        return subprocess.run([bulkhead, *args], capture_output=True, text=True, check=False)

    def write(name, text):
        path = f"{work}/{name}"
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def change(before, after):
        both = []
        for name, text in ("before", before), ("after", after):
            folder = f"{work}/{name}"
            subprocess.run(["mkdir", "-p", folder], check=True)
            subprocess.run(["cp", base, folder], check=True)
            write(f"{name}/policy.json", text)
            both.append(folder)
        told = run("diff", "--fail-on", "any", *both)
        if told.returncode > 1:
            raise SystemExit(f"diff: {told.stderr}")
        return told.returncode == 1

    def fixed(text):
        path = write("policy.yaml", text)
        told = run("scan", "--rules", "BH410", "--fix", base, path)
        if told.returncode > 1:
            raise SystemExit(f"scan: {told.stderr}")
        with open(path, encoding="utf-8") as result:
            return result.read()

    n_cut = n_left = 0
    for seed in range(first, first + count):
        rng = random.Random(seed)
        direction = rng.choice(["ingress", "egress"])
        key = "from" if direction == "ingress" else "to"
        rules = [rule(rng, key) for _ in range(rng.choice([1, 2, 3, 4]))]
        text = json.dumps(policy(rules, direction))
        least = fixed(text)
        if change(text, least):
            raise SystemExit(f"seed {seed}: access changes\n{text}\n{least}")
        as_block = block(policy(rules, direction))
        if change(fixed(as_block), least):
            raise SystemExit(f"seed {seed}: blocks are fixed otherwise\n{as_block}\n{least}")
        n_cut += least != text
        left = json.loads(least)["spec"][direction]
        smaller = [left[:i] + left[i + 1 :] for i in range(len(left))]
        for i, item in enumerate(left):
            peers = item.get(key, [])
            for k in range(len(peers) if len(peers) > 1 else 0):
                smaller.append(left[:i] + [item | {key: peers[:k] + peers[k + 1 :]}] + left[i + 1 :])
        for rest in smaller:
            n_left += 1
            if not change(least, json.dumps(policy(rest, direction))):
                raise SystemExit(f"seed {seed}: more could go\n{least}\n{json.dumps(rest)}")
    print(n_cut, n_left)


main()
