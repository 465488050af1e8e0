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

# deps WORD…: runs tools/deps with none but the fake commands.
deps() {
	: >"$tap_work/asked"
	run env PATH="$fake" sh tools/deps "$@"
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

fake apt-get 'echo "no network" >&2; exit 100'
deps
ok_int "$status" 1 "without a network it fails"
ok_like "$err" 'is there a network\? apt-get install libbpf-dev meson$' "and says what to do"
fake apt-get "echo apt-get \"\$@\" >>$tap_work/asked"

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

# What only tests need.
ln -s "$(command -v cmp)" "$(command -v cp)" "$(command -v rm)" "$(command -v mkdir)" "$fake"
npm=$tap_work/npm
fake id 'echo 0'
fake dpkg-query 'shift 3; for p; do [ "$p" = zsh ] || printf " %s:installed " "$p"; done'
deps
ok_str "$asked" "" "what only tests need is not installed to build"
fake npm "echo npm \"\$1\" >>$tap_work/asked; mkdir $npm/node_modules"
deps --tests "$npm"
ok_str "$status $asked" "0 apt-get update -qq
apt-get install -qq --no-install-recommends zsh
npm ci" "--tests: it is, and the packages of npm" || diag "$err"
deps --tests "$npm"
! echo "$asked" | grep -q npm
ok $? "--tests: once"
echo '{}' >"$npm/package-lock.json"
rmdir "$npm/node_modules"
deps --tests "$npm"
ok_like "$asked" '^npm ci$' "--tests: and when the lock has changed"

rm -rf "$npm"
fake npm 'exit 1'
fake apt-get 'exit 100'
deps --tests "$npm"
ok_int "$status" 0 "--tests: without a network it goes on"
ok_like "$err" 'is there a network\? apt-get install zsh$' "--tests: and says what is not there"
ok_like "$err" 'npm could not fetch its packages; is there a network\?' "--tests: of npm too"
! test -d "$npm"
ok $? "--tests: and leaves nothing half done"
rm "$fake/npm"
deps --tests "$npm"
ok_str "$status $(echo "$err" | tail -n 1)" "0 npm is not there: tests that need its packages are skipped" \
	"--tests: without npm"
! grep -E 'resolved|registry' tests/lib/npm/package-lock.json
ok $? "the lock names no registry"

tap_done
