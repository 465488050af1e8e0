#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Istio's policies on the command line: a layer that must allow too, for pods in the mesh.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
istio=tests/cli/fixtures/istio

run "$bulkhead" can shop/web shop/api 8080 -f $istio
ok_int "$status" 0 "a service account is allowed"
ok_like "$out" 'allowed: by AuthorizationPolicy shop/callers rules\[0\]$' "the rule that allows it"
ok_like "$err" '1 RequestAuthentication \(security.istio.io\) is not evaluated' "tokens are not checked, and that is said"
run "$bulkhead" can shop/web shop/api 9090 -f $istio
ok_int "$status" 1 "not on another port"
ok_like "$out" 'denied: isolated by AuthorizationPolicy shop/callers, and no rule allows it$' "ALLOW isolates"
run "$bulkhead" can shop/web shop/api 53/UDP -f $istio
ok_int "$status" 0 "the mesh judges TCP only"
run "$bulkhead" can shop/guest shop/api 8080 -f $istio
ok_int "$status" 1 "DENY comes first"
ok_like "$out" 'denied: by AuthorizationPolicy shop/no-guests rules\[0\]$' "the rule that denies"
run "$bulkhead" can shop/monitor shop/api 8080 -f $istio
ok_int "$status" 4 "requests are a condition"
ok_like "$out" 'if: the request has methods: \[GET\], paths: \[/health\]$' "in the API's words"

run "$bulkhead" can plain/old shop/web 80 -f $istio
ok_int "$status" 1 "STRICT takes no source without an identity"
run "$bulkhead" can internet shop/api 8080 -f $istio
ok_like "$out" 'denied: by PeerAuthentication shop/default mtls\[0\]$' "nor one from outside"
run "$bulkhead" can plain/old shop/api 9100 -f $istio
ok_int "$status" 0 "a port may be PERMISSIVE"
run "$bulkhead" can shop/guest shop/monitor 80 -f $istio
ok_int "$status" 0 "no ALLOW policy, no default deny"

run "$bulkhead" can shop/monitor shop/web 443 -f $istio
ok_int "$status" 4 "CUSTOM is a condition"
ok_like "$out" "unless provider 'opa' refuses\$" "that names the provider"
run "$bulkhead" can shop/guest shop/web 80 -f $istio
ok_int "$status" 1 "the network denies what the mesh allows"
run "$bulkhead" can shop/monitor shop/web 80 -f $istio
ok_int "$status" 0 "both layers allow"

run "$bulkhead" can plain/old shop/api 8080 --as shop/web -f $istio
ok_int "$status" 0 "with another identity"
ok_like "$out" 'assumed: the source has the identity cluster.local/ns/shop/sa/web$' "which is said"
run "$bulkhead" can plain/old shop/api 8080 --as spiffe://cluster.local/ns/shop/sa/default -f $istio
ok_like "$out" 'denied: by AuthorizationPolicy shop/no-guests rules\[0\]$' "as a SPIFFE ID"
run "$bulkhead" can shop/web shop/api 8080 --as example.org/ns/shop/sa/web -f $istio
ok_int "$status" 1 "of another trust domain"
run "$bulkhead" can shop/web shop/api 8080 --as shop/ -f $istio
ok_int "$status" 2 "no identity"
ok_like "$err" "^bulkhead can: --as: service account ''" "what is wrong with it"

run "$bulkhead" can shop/guest shop/bare 8080 -f $istio
ok_int "$status" 0 "a target outside the mesh is not bound"
run "$bulkhead" explain shop/bare -f $istio
ok_like "$out" '^  service account api, not in the mesh$' "explain says who the pod is"
ok_like "$out" 'AuthorizationPolicy shop/callers .*tier ALLOW, no effect: not in the mesh ' "explain says so"
ok_like "$out" 'PeerAuthentication shop/default.*tier mTLS, no effect: not in the mesh ' "of each policy"
run "$bulkhead" can shop/guest shop/bare 8080 --mesh all -f $istio
ok_int "$status" 1 "--mesh all binds every pod"
run "$bulkhead" explain shop/bare --mesh all -f $istio
! printf '%s' "$out" | grep -q 'not in the mesh'
ok $? "and explain says nothing"
run "$bulkhead" can shop/guest shop/bare --mesh some -f $istio
ok_int "$status" 2 "no other value"

run "$bulkhead" explain shop/web -f $istio
ok_like "$out" 'AuthorizationPolicy shop/trial.*no effect: dry-run: what it would decide is only logged ' "dry-run has no effect"
ok_like "$out" 'NetworkPolicy shop/web isolates' "policies of both layers"
run "$bulkhead" explain shop/api -f $istio
ok_like "$out" 'pass from everybody on TCP 9100 ' "the mode of a port"
ok_like "$out" '^  service account api, in the mesh$' "an identity in the mesh"
run "$bulkhead" map -f $istio -o json
ok_int "$status" 0 "the map knows it too"
run "$bulkhead" can -o json shop/web shop/api 8080 -f $istio
ok_like "$out" '"tier": "ALLOW"' "the tier in the JSON"

tap_done
