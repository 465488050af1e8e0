# SPDX-License-Identifier: Apache-2.0
# For test scripts that run labs, after tests/lib/tap.sh: skips where none can run.
#
#	lab VERB …         bulkhead-lab on a lab of our own; like run
#	ok_nothing_left    neither files nor links nor mounts of it
# shellcheck shell=sh disable=SC2154

lab_program=$BULKHEAD_BUILD/bin/bulkhead-lab
lab_name=test-$$ # others may test on this machine too
lab_links=$(ls /sys/class/net)
lab_pins=$(ls /sys/fs/bpf 2>/dev/null || true)

[ "$(id -u)" -eq 0 ] || skip_all "needs root: a lab makes network namespaces"

lab() {
	lab_verb=$1
	shift
	run "$lab_program" "$lab_verb" --name "$lab_name" "$@"
	case $err in
	*"this needs "*) skip_all "$err" ;;
	esac
}

# What it printed last.
last_line() {
	printf '%s\n' "$out" | tail -n 1
}

# The process that holds the lab.
lab_init() {
	cut -d ' ' -f 1 "/run/bulkhead-lab/$lab_name/init" 2>/dev/null
}

# A process that has ended lives on as a zombie until its parent looks.
is_alive() {
	grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null
}

ok_nothing_left() {
	test ! -e "/run/bulkhead-lab/$lab_name"
	ok $? "no file is left"
	ok_str "$(ls /sys/class/net)" "$lab_links" "the machine's links are as before"
	ok_str "$(ls /sys/fs/bpf 2>/dev/null || true)" "$lab_pins" "nothing is pinned"
	! grep -q "bulkhead-lab/$lab_name" /proc/mounts
	ok $? "nothing is mounted"
}
