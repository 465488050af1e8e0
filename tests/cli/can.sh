#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `can`: endpoints and ports as people write them, verdicts, reasons and exit codes, in the text form.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
town=tests/cli/fixtures/town

# asks EXIT REGEX WORDS…: the exit code of a question, and a line of its answer or of its complaint.
asks() {
	asks_exit=$1
	asks_like=$2
	shift 2
	run "$bulkhead" can "$@" -f $town
	ok_int "$status" "$asks_exit" "can $*: exit code"
	ok_like "$out
$err" "$asks_like" "can $*: /$asks_like/"
}

# Endpoints.
asks 0 '^allowed   shop/Deployment/web → shop/Deployment/api  9090/TCP$' shop/web shop/api 9090
asks 0 '→ shop/Deployment/api ' shop/DEPLOY/web shop/deployments/api 9090
asks 0 '^allowed   shop/Pod/web-0 → shop/Pod/api-0 ' shop/web-0 shop/po/api-0 9090
asks 1 '→ payments/StatefulSet/db ' shop/web payments/sts/db 5432
asks 2 "names 2 workloads: payments/Deployment/report, payments/Job/report" shop/web payments/report 80
asks 1 '→ payments/Job/report ' shop/web payments/job/report 80
asks 2 "namespace shop has no pod or workload 'wep'" shop/wep shop/api 80
asks 2 "hint: did you mean 'web'" shop/wep shop/api 80
asks 2 "no namespace 'shpo'" shpo/web shop/api 80
asks 2 "hint: did you mean 'shop'" shpo/web shop/api 80
asks 2 "'web' names no endpoint" web shop/api 80
asks 1 '→ shop/ReplicaSet/cache-5f6d8 ' shop/web shop/cache 1
asks 1 '→ shop/ReplicaSet/cache-5f6d8 ' shop/web shop/deploy/cache 1
asks 0 '→ kube-system/Deployment/coredns ' shop/web dns 53/UDP
asks 0 '^allowed   shop/Pod/cache-a → ' 10.9.0.1 shop/web 80
asks 0 '^allowed   192.168.7.1 → shop/Pod/cache-a ' 192.168.7.1 10.9.0.1 80
asks 0 '→ shop/Service/api ' shop/web 10.96.0.7 80
asks 0 '^allowed   198.51.100.7 → shop/Deployment/web' 198.51.100.7 shop/web 80
asks 2 'IPv4-mapped' ::ffff:198.51.100.7 shop/web 80
asks 0 '→ ip:203.0.0.0-203.0.0.9 ' shop/web ip:203.0.0.0-203.0.0.9 443
asks 0 'hypothetical' 'shop/[app=web]' shop/api http
asks 1 'hypothetical' 'shop/[app=web,tier=x]' payments/db 5432
asks 0 'hypothetical' 'elsewhere/[]' shop/web 80
asks 0 'hypothetical' '[team=shop]/[app=api]' payments/db 5432
asks 1 'hypothetical' '[team=other]/[app=api]' payments/db 5432
asks 1 'hypothetical' '[]/[]' payments/db 5432
asks 2 "label value 'x y' must" '[team=x y]/[]' payments/db 5432
asks 2 "expected LABEL=VALUE, found 'app'" 'shop/[app]' shop/web 80
asks 2 'has a label twice' 'shop/[a=1,a=2]' shop/web 80
asks 2 "label key ' tier' must" 'shop/[app=web, tier=x]' shop/web 80
asks 2 "label value 'x y' must" 'shop/[app=x y]' shop/web 80
asks 2 "namespace 'Shop' must" 'Shop/[app=web]' shop/web 80
asks 2 "namespace '' must" '/[app=web]' shop/web 80
asks 2 "there is no kind 'deploymnt'" shop/web shop/deploymnt/api 80
asks 2 "hint: did you mean 'Deployment'" shop/web shop/deploymnt/api 80
asks 1 'is scaled to zero' shop/idle shop/api 9090

# Services: the Service's port, at each backend the backend's own.
asks 0 '^allowed   shop/Deployment/web → shop/Service/api  80/TCP' shop/web shop/svc/api 80
asks 0 'http/TCP' shop/web shop/svc/api http/TCP
asks 1 '→ shop/Service/api  81/TCP' shop/web shop/svc/api 81
asks 2 'has no port 82/TCP, only 80/TCP \(http\), 81/TCP \(odd\)' shop/web shop/svc/api 82
asks 2 'has no port 80/UDP' shop/web shop/svc/api 80/UDP
asks 2 'no pod of the input is behind this Service' shop/web shop/svc/nobody 80
asks 4 'allowed ports: TCP 80$' shop/web shop/svc/api
asks 1 'is headless' shop/web payments/svc/db 5432
asks 1 'sql/TCP' shop/web payments/svc/db sql
asks 0 '^allowed   shop/Service/api → ' shop/svc/api payments/db 5432
asks 0 '^allowed   ops/Pod/agent → shop/Pod/cache-a' ops/agent shop/cache-a 6379

# Ports.
asks 0 '  9090/TCP$' shop/web shop/api 9090/tcp
asks 0 '  http/TCP$' shop/web shop/api http
asks 2 'no pod of shop/Deployment/api has a port grpc/TCP' shop/web shop/api grpc
asks 2 'a port name needs a pod or a Service' shop/web 198.51.100.7 http
asks 2 "is not a port, expected 1 to 65535" shop/web shop/api 0
asks 2 "is not a port, expected 1 to 65535" shop/web shop/api 65536
asks 2 "unknown protocol 'TPC'" shop/web shop/api 80/TPC
asks 2 "hint: did you mean 'TCP'" shop/web shop/api 80/TPC
asks 4 '9000-9100/TCP$' shop/web shop/api 9000-9100
asks 4 'allowed ports: TCP 9090$' shop/web shop/api 9000-9100
asks 1 '  8/ICMP$' shop/web shop/api 8/ICMP
asks 0 '  ICMP$' payments/db shop/web ICMP
asks 1 '  UDP$' shop/web shop/api UDP
asks 4 'allowed ports: TCP 9090$' shop/web shop/api
asks 0 'allowed ports: all ports$' payments/db shop/web
asks 2 'no address family in common for ICMP' 2001:db8::1 shop/cache-a ICMP
asks 2 "is a port name, but ICMP has no ports" shop/web shop/api ping/ICMP

# Sides, reasons, and the rules.
asks 1 'egress  from shop/Deployment/web   denied: isolated by shop/web, and no rule allows it' \
	shop/web payments/db 5432
asks 1 'policies.yaml:27$' shop/web payments/db 5432
asks 1 'ingress to   payments/StatefulSet/db   denied: isolated by payments/db' shop/web payments/db 5432
asks 1 'nearest rule: payments/db ingress\[0\] matches the port but not the peer; it allows only app=api in namespaces with team=shop; app=db in payments   .*policies.yaml:20' \
	shop/web payments/db 5432
asks 1 'matches the peer but not the port; it allows only TCP 5432' shop/api payments/db 5433
asks 1 'matches the peer but not the protocol' shop/api payments/db 5432/UDP
asks 1 'matches the port, and the peer is in an except block' shop/web 203.0.200.1 443
asks 1 'its port name is not this port there; it allows only TCP http' shop/web shop/api 8080
asks 0 'allowed: by shop/api ingress\[0\]' shop/web shop/api http
asks 0 'allowed: no policy isolates' payments/db shop/web 80
asks 0 'allowed: the address is not a pod of this cluster' 198.51.100.7 shop/web 80
asks 0 'a pod cannot block access to itself' payments/db-0 payments/db-0 1
asks 0 "ingress from the pod's own node is always allowed" ops/agent shop/cache-a 1
asks 1 'isolated by shop/cache, shop/cache-canary' ops/agent shop/cache-b 1
asks 0 'policies do not apply to host-network pods' ops/agent shop/web 1
asks 1 'two live pods claim the address' ops/twin-a shop/web 80
asks 1 'two live pods claim the address' shop/web 10.9.0.9 80

# Sets: all, none, some.
asks 0 '^allowed   payments/StatefulSet/db → payments/StatefulSet/db' payments/db payments/db 5432
asks 1 '^denied   payments/StatefulSet/db → payments/StatefulSet/db' payments/db payments/db 80
asks 4 '^partial   ops/Pod/agent → shop/ReplicaSet/cache-5f6d8' ops/agent shop/cache 6379
asks 4 '^    allowed   ops/Pod/agent → shop/Pod/cache-a$' ops/agent shop/cache 6379
asks 4 '^    denied   ops/Pod/agent → shop/Pod/cache-b$' ops/agent shop/cache 6379
asks 4 '^    denied   shop/Deployment/web → ip:203.0.128.0-203.1.255.255$' shop/web 203.0.0.0/15 443
asks 1 '203.0.200.0/24' shop/web 203.0.200.0/24 443
asks 0 '203.0.100.0/24' shop/web 203.0.100.0/24 443
asks 4 'over IPv4$' shop/cache-a shop/cache-b 6379
asks 1 'also covers 4 known pods' shop/web 10.9.0.0/16
asks 0 'also covers 1 known pod$' 192.168.7.0/24 shop/web 80
asks 4 'ip:203.0.0.0-203.0.112.255$' shop/web internet 443
asks 1 '→ internet  80/TCP' shop/web internet 80

# A DNS without its Service, and a node that nobody knows.
town=tests/cli/fixtures/host
asks 0 '→ kube-system/Deployment/coredns ' x/t dns 53/UDP
asks 4 '^    allowed   ip:192.168.0.0-192.168.255.255 → x/Pod/t$' ops/hostd x/t 53/UDP
asks 4 'every address is judged$' ops/hostd x/t 53/UDP
asks 4 'taken to be on different nodes' ops/hostd x/t 53/UDP
asks 0 'policies do not apply to host-network pods' x/t ops/hostd 53/UDP
asks 0 'egress  from 192.168.1.1   allowed: the address is not a pod' 192.168.1.1 x/t 53/UDP

# Usage.
town=tests/cli/fixtures/town
run "$bulkhead" can shop/web shop/api 80
ok_int "$status" 2 "no input"
ok_like "$err" 'give it with -f' "and how to give it"
run "$bulkhead" can shop/web -f $town
ok_int "$status" 2 "one endpoint"
run "$bulkhead" can a/b c/d 1 2 -f $town
ok_int "$status" 2 "four words"
run "$bulkhead" can shop/web shop/api 80 -f $town -o csv
ok_int "$status" 2 "no CSV"

# The proxy of routes: where they lead, and where a pod of which nothing is known may.
edge=tests/cli/fixtures/edge
run "$bulkhead" can ingress-controller shop/web 8080 -f $edge
ok_int "$status" 0 "the proxy of routes may reach what they lead to"
ok_like "$out" '^allowed   ingress-controller → shop/Deployment/web  8080/TCP$' "and is called so"
run "$bulkhead" can ingress-controller shop/svc/web www/TCP -f $edge
ok_int "$status" 0 "by the port of a Service"
run "$bulkhead" can ingress-controller shop/web -f $edge
ok_like "$out" '^  allowed ports: TCP 8080$' "without a port: of those that routes lead to"
run "$bulkhead" can ingress-controller shop/web 9000 -f $edge
ok_int "$status" 1 "where no route leads it does not go"
ok_like "$out" 'denied: no Ingress, Route or HTTPRoute leads there' "as it says"
run "$bulkhead" can ingress-controller shop/api 9090 -f $edge
ok_int "$status" 1 "a stranger may not"
run "$bulkhead" can ingress-controller shop/api 9090 --ingress-controller edge/nginx -f $edge
ok_int "$status" 0 "but the one that is named"
run "$bulkhead" can ingress-controller shop/api 9090 --ingress-controller edge/ngin -f $edge
ok_int "$status" 2 "one that is not there"
ok_like "$err" "did you mean 'nginx'" "is looked for"
run "$bulkhead" can shop/web ingress-controller 80 -f $edge
ok_int "$status" 2 "nobody asks the proxy"
printf 'ingress-controller shop/web 8080\ningress-controller shop/web 9000\n' >"$tap_work/proxy"
run "$bulkhead" can --batch "$tap_work/proxy" -f $edge
ok_str "$(echo "$out" | grep -c '"verdict":"allow"')$(echo "$out" | grep -c '"reason":"no-route"')" 11 "in a batch too"
tap_done
