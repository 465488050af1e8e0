#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `can --batch`: one JSON answer a line, in order; the shape of the answers is what docs/json.md says.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures
town=$fixtures/town

run "$bulkhead" can --batch $fixtures/questions.txt -f $town
ok_int "$status" 2 "three unusable lines: exit code 2"
ok_str "$(echo "$out" | sed "s|$town/|@|g")" "$(cat $fixtures/town.batch.json)" "answers and errors, in order"

head -n 1 $fixtures/questions.txt >"$tap_work/good"
run "$bulkhead" can --batch "$tap_work/good" -f $town
ok_int "$status" 0 "every line usable: exit code 0, whatever the verdicts are"

run sh -c "printf 'shop/web shop/api http' | $bulkhead can --batch - -f $town"
ok_like "$out" '"port":"http","protocol":"TCP","verdict":"allow"' "standard input, a last line without a newline"

run sh -c "printf 'shop/web\tshop/api   http\r\n' | $bulkhead can --batch - -f $town"
ok_like "$out" '"verdict":"allow"' "tabs, blanks and CR LF"

run sh -c ": | $bulkhead can --batch - -f $town"
ok_int "$status" 0 "no question"
ok_str "$out" "" "no answer"

run sh -c "printf 'a\377b c/d 1\n' | $bulkhead can --batch - -f $town"
ok_like "$out" '^{"error":".*","line":1}$' "bytes that are not UTF-8"

# A program that asks, reads, and asks again.
mkfifo "$tap_work/questions" "$tap_work/answers"
"$bulkhead" can --batch - -f $town <"$tap_work/questions" >"$tap_work/answers" 2>/dev/null &
exec 3>"$tap_work/questions" 4<"$tap_work/answers"
echo "shop/web shop/api 9090" >&3
read -r answer <&4
ok_like "$answer" '"verdict":"allow"' "an answer before the next question"
echo "payments/db shop/[app=x] 1" >&3
read -r answer <&4
ok_like "$answer" '"to":"shop/\[app=x\]"' "and one about pods that were not asked about before"
exec 3>&- 4<&-
wait $!
ok_int $? 0 "it ends with its questions"

# Many questions, and each answer is the one that the question gets alone.
i=0
while [ $i -lt 300 ]; do
	echo "shop/web-$((i % 2)) payments/db-$((i / 2 % 2)) $((5400 + i))/TCP"
	i=$((i + 1))
done >"$tap_work/many"
run "$bulkhead" can --batch "$tap_work/many" -f $town
ok_int "$(echo "$out" | wc -l)" 300 "an answer for each of 300 questions"
ok_str "$(echo "$out" | sed -n 's/.*"port":\([0-9]*\),.*/\1/p' | head -n 300 | tr '\n' ' ' | md5sum)" \
	"$(sed 's/.* \([0-9]*\).TCP/\1/' "$tap_work/many" | tr '\n' ' ' | md5sum)" "in order"

run "$bulkhead" can --batch "$tap_work/none" -f $town
ok_int "$status" 2 "a file that is not there"
run "$bulkhead" can --batch - -f -
ok_int "$status" 2 "standard input cannot be both"
run "$bulkhead" can --batch "$tap_work/good" shop/web shop/api -f $town
ok_int "$status" 2 "a question besides --batch"
tap_done
