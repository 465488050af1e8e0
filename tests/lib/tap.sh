# SPDX-License-Identifier: Apache-2.0
# The Test Anything Protocol for test scripts; the same words as lib/tap.h.
#
#	. tests/lib/tap.sh
#	run "$BULKHEAD_BUILD/bin/bulkhead" version
#	ok_int "$status" 0 "version succeeds"
#	ok_like "$out" '^bulkhead [0-9]' "and names itself"
#	tap_done
# shellcheck shell=sh disable=SC2034 # run's results are the caller's

tap_n=0
tap_n_failed=0
tap_work=$(mktemp -d) # a folder for the script's files too
trap 'rm -rf "$tap_work"' EXIT
trap 'exit 1' HUP INT TERM

# Runs a command; what it said is in $out and $err, its exit status in $status.
run() {
	status=0
	"$@" >"$tap_work/out" 2>"$tap_work/err" </dev/null || status=$?
	out=$(cat "$tap_work/out")
	err=$(cat "$tap_work/err")
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ok STATUS NAME: ok when the status is 0, as in: test -f x; ok $? "x is there"
ok() {
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - $2"
	else
		tap_n_failed=$((tap_n_failed + 1))
		echo "not ok $tap_n - $2"
	fi
	return "$1"
}

# ok_str GOT WANT NAME
ok_str() {
	[ "$1" = "$2" ]
	ok $? "$3" || diag "got:
$1
expected:
$2"
}

# ok_int GOT WANT NAME
ok_int() {
	ok_str "$@"
}

# ok_like GOT REGEX NAME: a line matches the extended regular expression.
ok_like() {
	printf '%s\n' "$1" | grep -Eq -e "$2"
	ok $? "$3" || diag "got:
$1
expected a line like:
$2"
}

# skip REASON: one fact that cannot be tested here.
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n # SKIP $*"
}

# skip_all REASON: the whole script cannot be tested here.
skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

bail() {
	echo "Bail out! $*"
	exit 1
}

# Prints the plan and ends the script, with 0 if every fact held.
tap_done() {
	echo "1..$tap_n"
	[ "$tap_n_failed" -eq 0 ]
	exit
}
