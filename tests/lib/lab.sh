# SPDX-License-Identifier: Apache-2.0
# For test scripts that run labs, after tests/lib/tap.sh: skips where none can run.
#
#	lab NAME VERB …          bulkhead-lab on a lab of its own name; like run
#	ok_nothing_left NAME     neither files nor links nor mounts of it
# shellcheck shell=sh disable=SC2154

lab_program=$BULKHEAD_BUILD/bin/bulkhead-lab
lab_links=$(ls /sys/class/net)
lab_pins=$(ls /sys/fs/bpf 2>/dev/null || true)

[ "$(id -u)" -eq 0 ] || skip_all "needs root: a lab makes network namespaces"

lab() {
	lab_name=$1 lab_verb=$2
	shift 2
	run "$lab_program" "$lab_verb" --name "$lab_name" "$@"
	case $err in
	*"this needs "*) skip_all "$err" ;;
	esac
}

# What it printed last.
last_line() {
	printf '%s\n' "$out" | tail -n 1
}

# The process that holds a lab.
lab_init() {
	cut -d ' ' -f 1 "/run/bulkhead-lab/$1/init" 2>/dev/null
}

# A process that has ended lives on as a zombie until its parent looks.
is_alive() {
	grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null
}

ok_nothing_left() {
	test ! -e "/run/bulkhead-lab/$1"
	ok $? "$1: no file is left"
	ok_str "$(ls /sys/class/net)" "$lab_links" "$1: the machine's links are as before"
	ok_str "$(ls /sys/fs/bpf 2>/dev/null || true)" "$lab_pins" "$1: nothing is pinned"
	! grep -q "bulkhead-lab/$1" /proc/mounts
	ok $? "$1: nothing is mounted"
}
