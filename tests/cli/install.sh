#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts where, that it runs from there, as a plugin of kubectl too, and the man pages.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
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
if command -v kubectl >/dev/null; then
	run env PATH="$prefix/bin:$PATH" kubectl bulkhead help map
	ok_str "$status $(printf '%s\n' "$out" | head -n 1)" "0 usage: kubectl bulkhead map PATH…" "kubectl finds it"
else
	skip "kubectl is not there"
fi

# A page for every verb that does something; between it and bulkhead(1) every option of help is there.
general=$(cat "$prefix/share/man/man1/bulkhead.1")
for verb in $("$bulkhead" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -vx -e version -e help -e lab); do
	page=$(cat "$prefix/share/man/man1/bulkhead-$verb.1")
	ok_like "$page" "^\.TH BULKHEAD\\\\-$(echo "$verb" | tr "[:lower:]" "[:upper:]") 1 " "bulkhead-$verb.1"
	missing=
	for option in $("$bulkhead" help "$verb" | grep -Eo -e '--[a-z-]+' | sort -u); do
		printf '%s\n' "$page$general" | sed 's/\\-/-/g' | grep -Fq -e "$option" || missing="$missing $option"
	done
	ok_str "$missing" "" "every option of $verb is in its page or in bulkhead.1"
	missing=
	for format in $("$bulkhead" help "$verb" | sed -n 's/.*--output FORMAT *//p' | tr -s ', ' '\n' | grep -vx -e text -e json); do
		printf '%s\n' "$page" | grep -Fq -e "$format" || missing="$missing $format"
	done
	ok_str "$missing" "" "every format of $verb is in its page"
done
ok_like "$(cat "$prefix/share/man/man1/bulkhead-lab.1")" '^\.SH "READING THE MATRIX"' "bulkhead-lab.1"

# lint COMMAND…: what it says of every page.
lint() {
	for page in "$prefix"/share/man/man1/*.1; do
		"$@" "$page"
	done
}
if command -v man >/dev/null && command -v groff >/dev/null; then
	run lint man --warnings -E UTF-8 -Tutf8 -Z -l
	ok_str "$err" "" "man has no warning"
else
	skip "man and groff are not there"
fi
if command -v mandoc >/dev/null; then
	run lint mandoc -T lint -W warning
	# The date would be that of the build.
	ok_str "$(printf '%s\n' "$out" | grep -v 'missing date')" "" "mandoc has none either"
else
	skip "mandoc is not there"
fi
tap_done
