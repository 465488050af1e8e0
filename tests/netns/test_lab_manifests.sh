#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real projects in the lab: whatever their policies are, the kernel does what is predicted.
. tests/lib/tap.sh
. tests/lib/lab.sh

data=../shared/data/manifests
[ -d $data ] || skip_all "$data is not there"

# agrees NAME PATH…
agrees() {
	agrees_name=$1
	shift
	lab run "$@"
	ok_int "$status" 0 "$agrees_name: exit status"
	ok_like "$(last_line)" '^[0-9]+,[0-9]{3} probes, 0 disagreements$' "$agrees_name: agrees"
	diag "$agrees_name: $(last_line)"
}

agrees sock-shop $data/sock-shop
agrees "sock-shop on three nodes" --nodes 3 $data/sock-shop/deploy/kubernetes/manifests \
	$data/sock-shop/deploy/kubernetes/manifests-policy
agrees online-boutique $data/online-boutique/kubernetes-manifests \
	$data/online-boutique/kustomize/components/network-policies
ok_nothing_left
tap_done
