#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The test runner and lib/tap.c, on a little project whose tests go wrong in every way there is.
. tests/lib/tap.sh

project=$tap_work/project
runner=$PWD/tools/run-tests
mkdir "$project"

# test_case NAME: a script from stdin is a test of the project.
test_case() {
	{
		echo '#!/bin/sh'
		cat
	} >"$project/$1.sh"
	chmod +x "$project/$1.sh"
	echo "test('$1', find_program('$1.sh'), protocol: 'tap', timeout: 2)" >>"$project/meson.build"
}

# counts NAME LAST-LINE STATUS: runs the project's tests (or those named further on).
counts() {
	counts_name=$1 counts_want=$2 counts_status=$3
	shift 3
	run "$runner" "$project/build" "$@"
	ok_str "$(printf '%s\n' "$out" | tail -n 1)" "$counts_want" "$counts_name: the last line"
	ok_int "$status" "$counts_status" "$counts_name: the exit status"
}

echo "project('tests')" >"$project/meson.build"
meson setup "$project/build" "$project" >/dev/null || bail "meson setup failed"
counts "no test at all" "0 passed, 0 failed, 0 skipped" 1

test_case good <<'X'
printf 'ok 1 - a\nok 2\nok 3 - b # SKIP not here\n1..3\n'
X
test_case absent <<'X'
echo '1..0 # SKIP no such data'
X
test_case wrong <<'X'
printf 'ok 1 - fine\nnot ok 2 - broken\n# got 3, expected 4\n1..2\n'
exit 1
X
test_case crash <<'X'
printf 'ok 1 - before\n# at input 17\n'
echo 'it hurts here' >&2
kill -SEGV $$
X
test_case short <<'X'
printf 'ok 1\n1..2\n'
X
test_case silent_end <<'X'
printf 'ok 1\n'
X
test_case bail <<'X'
echo 'Bail out! no such host'
exit 1
X
test_case bad_status <<'X'
printf 'ok 1\n1..1\n'
exit 7
X
test_case slow <<'X'
echo 'ok 1'
sleep 20
X
meson setup --reconfigure "$project/build" "$project" >/dev/null || bail "meson setup failed"

counts "all is well" "2 passed, 0 failed, 2 skipped" 0 good absent
ok_like "$out" '^good: 1 skipped: not here$' "why a fact was skipped"
ok_like "$out" '^absent: 1 skipped: no such data$' "why a test was skipped"

counts "a failed fact" "1 passed, 1 failed, 0 skipped" 1 wrong
ok_like "$out" '^  not ok 2 - broken$' "the failed fact is shown"
ok_like "$out" '^  # got 3, expected 4$' "with what was said about it"

counts "a crash" "1 passed, 1 failed, 0 skipped" 1 crash
ok_like "$out" '^  # at input 17$' "its last words on stdout"
ok_like "$out" '^  it hurts here$' "and on stderr"

counts "fewer facts than planned" "1 passed, 1 failed, 0 skipped" 1 short
counts "no plan" "1 passed, 1 failed, 0 skipped" 1 silent_end
counts "given up" "0 passed, 1 failed, 0 skipped" 1 bail
counts "good facts, bad exit status" "1 passed, 1 failed, 0 skipped" 1 bad_status
counts "a timeout" "1 passed, 1 failed, 0 skipped" 1 slow

cat >"$tap_work/facts.c" <<'X'
#include "lib/tap.h"

#include <stddef.h>

int main(void)
{
	ok(true, "number %d", 1);
	ok(false, "a #\nname");
	ok_int(3, 4, "three");
	ok_str("a", NULL, "text");
	ok_str(NULL, NULL, "no text");
	skip("no %s", "luck");
	return tap_done();
}
X
cc -D_GNU_SOURCE -Itests -o "$tap_work/facts" "$tap_work/facts.c" tests/lib/tap.c || bail "cc failed"
run "$tap_work/facts"
ok_int "$status" 1 "a program with failed facts fails"
ok_str "$(printf '%s\n' "$out" | grep -v 'failed at')" 'ok 1 - number 1
not ok 2 - a   name
not ok 3 - three
# got 3, expected 4
not ok 4 - text
# got:
# a
# expected:
# (null)
ok 5 - no text
ok 6 # SKIP no luck
1..6' "what it says"

tap_done
