#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The layer checker, on a little tree that is in order and then broken in one way at a time.
. tests/lib/tap.sh

src=$tap_work/src
mkdir -p "$src/low" "$src/high" "$src/wire"
printf '# a comment\n\nlow:\nhigh: low\nwire: low | libbpf\n' >"$src/LAYERS"

# Writes a file of the tree, a line per argument.
write() {
	write_to=$src/$1
	shift
	printf '%s\n' "$@" >"$write_to"
}

in_order() {
	write low/low.h '#pragma once'
	write low/low.c '#include "low/low.h"' '#include <stdio.h>'
	write high/high.h '#include "low/low.h"'
	write high/high.c '#include "high/high.h"' '#include <bpf/bpf_helpers.h>'
	write high/part.c '/* has no header of its own */' '#include "high/high.h"'
	write wire/wire.c '#include "low/low.h"' '#include <bpf/libbpf.h>' '#include "bpf/x.skel.h"'
	write wire/probe.bpf.c '#include <linux/bpf.h>' '#include "wire/probe.h"'
	write wire/probe.h '#pragma once'
}

# refused NAME MESSAGE: the checker fails with exactly this line; then the tree is mended.
refused() {
	run tools/check-layers "$src/LAYERS"
	ok_int "$status" 1 "$1: refused"
	ok_str "$err" "$2" "$1: the sentence"
	in_order
}

in_order
sed -i 's/^wire: low/bpf:\nwire: low bpf/' "$src/LAYERS"
run tools/check-layers "$src/LAYERS" "$tap_work/stamp"
ok_str "$status$out$err" 0 "a tree in order passes without a word"
test -f "$tap_work/stamp"
ok $? "and the stamp is there"
ok_like "$(cat "$tap_work/stamp.d")" "^$tap_work/stamp: .*/src/LAYERS .*/src/high .*/src/low/low.c" \
	"with what it depends on"

write low/low.c '#include "low/low.h"' '' '#  include "high/high.h"'
refused "upwards" \
	'src/low/low.c:3 includes high/high.h, but low may use no other module (src/LAYERS:3)'

write high/high.h '#include "wire/wire.h"'
refused "undeclared" \
	'src/high/high.h:1 includes wire/wire.h, but high may use only low (src/LAYERS:4)'

write low/low.h '#include "nowhere/x.h"'
refused "no module" 'src/low/low.h:1 includes nowhere/x.h, but nowhere is no module (src/LAYERS)'

write high/high.h '#include "high.h"'
refused "bare name" \
	'src/high/high.h:1 includes high.h, write "high/high.h" (the form is "module/file.h")'

write low/low.c '#include <stdio.h>' '#include "low/low.h"'
refused "own header second" 'src/low/low.c must include low/low.h first'

write low/low.c 'int low;'
refused "own header never" 'src/low/low.c must include low/low.h first'

write high/part.c '#include <stdio.h>' '#include "high/high.h"'
refused "module's header second" 'src/high/part.c must include high/high.h first'

write high/high.c '#include "high/high.h"' '#include <bpf/libbpf.h>'
refused "foreign library" \
	'src/high/high.c:2 includes bpf/libbpf.h, but high does not name libbpf (src/LAYERS:4)'

mkdir "$src/stray"
refused "folder without a line" 'src/stray has no line in src/LAYERS'
rmdir "$src/stray"

# misdescribed NAME LAYERS MESSAGE: src/LAYERS itself is wrong.
misdescribed() {
	printf "$2" >"$src/LAYERS"
	refused "$1" "$3"
}
misdescribed "order" 'high: low\nlow:\nwire:\n' \
	"src/LAYERS:1: high uses low, but no line above it is low's"
misdescribed "twice" 'low:\nlow:\n' 'src/LAYERS:2: low has a line already (src/LAYERS:1)'
misdescribed "no line of a module" 'low\n' \
	"src/LAYERS:1: expected 'module: modules [| packages] [> program]', found 'low'"

tap_done
