#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/deps, with a package manager that only writes down what it is asked for.
. tests/lib/tap.sh

fake=$tap_work/bin
mkdir "$fake"
ln -s "$(command -v sh)" "$(command -v env)" "$fake"

# fake COMMAND LINE: what the command does.
fake() {
	printf '#!/bin/sh\n%s\n' "$2" >"$fake/$1"
	chmod +x "$fake/$1"
}

# Runs tools/deps with none but the fake commands.
deps() {
	: >"$tap_work/asked"
	run env PATH="$fake" sh tools/deps
	asked=$(cat "$tap_work/asked")
}

fake apt-get "echo apt-get \"\$@\" >>$tap_work/asked"
fake id 'echo 0'

fake dpkg-query 'shift 3; for p; do printf " %s:installed " "$p"; done'
deps
ok_str "$status$out$err$asked" 0 "with nothing missing it says and does nothing"

fake dpkg-query 'shift 3
for p; do
	case $p in
	meson) printf " %s:config-files " "$p" ;;
	libbpf-dev) ;;
	*) printf " %s:installed " "$p" ;;
	esac
done
exit 1'
deps
ok_int "$status" 0 "with packages missing it succeeds"
ok_str "$asked" 'apt-get update -qq
apt-get install -qq --no-install-recommends libbpf-dev meson' "and installs those, after an update"

fake id 'echo 1000'
deps
ok_int "$status" 1 "without root and sudo it fails"
ok_like "$err" 'only root can install them: apt-get install libbpf-dev meson$' "and says what to do"

fake sudo "echo sudo >>$tap_work/asked; exec env \"\$@\""
deps
ok_like "$asked" '^sudo$' "without root it asks sudo"
ok_like "$asked" '^apt-get install .* libbpf-dev meson$' "for the same packages"

rm "$fake/dpkg-query"
deps
ok_int "$status" 0 "where there is no dpkg it lets meson find out"
ok_str "$asked" "" "and installs nothing"

tap_done
