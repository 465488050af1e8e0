#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts where, and that it runs from there, as a plugin of kubectl too.
. tests/lib/tap.sh

run env DESTDIR="$tap_work" meson install --no-rebuild -C "$BULKHEAD_BUILD"
ok_int "$status" 0 "install"
prefix=$(find "$tap_work" -path '*/bin/bulkhead')
prefix=${prefix%/bin/bulkhead}

for file in bin/bulkhead bin/bulkhead-lab bin/kubectl-bulkhead share/zsh/site-functions/_bulkhead \
	share/bash-completion/completions/bulkhead; do
	test -s "$prefix/$file"
	ok $? "$file"
done

run "$prefix/bin/kubectl-bulkhead"
ok_int "$status" 2 "kubectl bulkhead"
ok_like "$out" '^usage: kubectl bulkhead VERB …$' "usage as it was called"
run "$prefix/bin/kubectl-bulkhead" help reach
ok_str "$(printf '%s\n' "$out" | head -n 2)" \
	"usage: kubectl bulkhead reach FROM -f PATH…
       kubectl bulkhead reach --rank PATH…" "in every form of a verb"
run "$prefix/bin/kubectl-bulkhead" map --levle
ok_like "$err" '^\(kubectl bulkhead help map\)$' "and where help is"
run "$prefix/bin/kubectl-bulkhead" nothing
ok_like "$err" '\(kubectl bulkhead help\)$' "for a verb that is none too"
run "$prefix/bin/bulkhead" help reach
ok_like "$out" '^usage: bulkhead reach FROM' "and by its own name its own name"
run "$prefix/bin/kubectl-bulkhead" can shop/frontend shop/api 8080/TCP -f examples/shop
ok_int "$status" 0 "a question through the link"
tap_done
