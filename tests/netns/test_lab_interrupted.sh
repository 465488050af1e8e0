#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A lab that is interrupted leaves nothing: by Ctrl-C at any moment, by other signals, by kill -9.
. tests/lib/tap.sh
. tests/lib/lab.sh

lab run tests/netns/town # skips where no lab can run

# start: `run` in a process group of its own, as a terminal has it; its leader is $run_pid. (What a
# shell starts in the background ignores SIGINT.)
start() {
	python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.setsid()
os.execv(sys.argv[1], sys.argv[1:])' "$lab_program" run --name "$lab_name" examples/shop \
		>"$tap_work/run" 2>&1 &
	run_pid=$!
	until [ "$(readlink "/proc/$run_pid/exe")" = "$(readlink -f "$lab_program")" ]; do
		is_alive $run_pid || bail "the lab does not start"
	done
}

# ok_ended PID: it is gone, at the latest in 5 s.
ok_ended() {
	for _ in $(seq 50); do
		is_alive "$1" || break
		sleep 0.1
	done
	! is_alive "$1"
	ok $? "$2 is gone"
}

for delay in 0 0.01 0.02 0.05 0.1 0.2 0.4 0.8; do
	start
	sleep $delay
	init=$(lab_init)
	kill -INT -$run_pid 2>/dev/null
	wait $run_pid
	ended=$?
	diag "Ctrl-C after $delay s: status $ended"
	[ $ended -eq 130 ] || [ $ended -eq 0 ]
	ok $? "it ends by the signal, or was through"
	[ -z "$init" ] || ok_ended "$init" "init after $delay s"
	ok_nothing_left
done

# ends_by NAME NUMBER
ends_by() {
	start
	sleep 0.5
	init=$(lab_init)
	kill "-$1" $run_pid
	wait $run_pid
	ok_int $? $((128 + $2)) "SIG$1 ends it as a signal does"
	ok_ended "$init" "init after SIG$1"
	ok_nothing_left
}

ends_by TERM 15
ends_by HUP 1

start
for _ in $(seq 100); do
	init=$(lab_init)
	[ -z "$init" ] || break
	sleep 0.02
done
kill -KILL $run_pid
wait $run_pid 2>/dev/null
ok_ended "$init" "init after kill -9"
lab down
ok_nothing_left

# A lab that stays is ended by `down` whoever started it, also when its starter was killed.
"$lab_program" up --name "$lab_name" examples/shop >/dev/null 2>&1 &
up_pid=$!
sleep 0.3
kill -KILL $up_pid 2>/dev/null
wait $up_pid 2>/dev/null
lab down
ok_nothing_left
tap_done
