#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The completions of bash and zsh offer every verb and every option that help lists, and its values.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead

# completes WORD…: what is offered for the last word, one a line, in the shell $shell.
completes() {
	run "in_$shell" "$@"
}

in_bash() {
	bash -c '
		. completions/bulkhead.bash
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_bulkhead
		printf "%s\n" "${COMPREPLY[@]}"' bash "$bulkhead" "$@"
}

# zsh filters by itself what a completion offers; here grep does, and paths are all.
# shellcheck disable=SC2016 # zsh's own $
in_zsh() {
	for word; do :; done
	zsh -f -c '
		_call_program() { shift; eval "$@" }
		_describe() { print -rl -- ${(P)@[-1]} }
		_files() { print -rl -- tests/cli/fixtures/*(N) }
		words=("$@")
		CURRENT=$#
		. completions/_bulkhead' zsh "$bulkhead" "$@" | sed 's/:.*//' | grep -e "^$word"
}

verbs=$("$bulkhead" help | sed -n 's/^  \([a-z]*\) .*/\1/p')

every_verb() {
	completes ""
	for verb in scan can map explain diff reach test coverage init inventory lab version help $verbs; do
		ok_like "$out" "^$verb\$" "$shell: the verb $verb"
	done
	completes help m
	ok_str "$out" "map" "$shell: verbs after help"
	completes lab pr
	ok_str "$out" "probe" "$shell: verbs of the lab"
}

every_option() {
	for verb in $(printf '%s\n' "$verbs" | grep -vx -e lab -e help); do
		completes "$verb" --
		missing=
		for option in $("$bulkhead" help "$verb" | grep -Eo -e '--[a-z-]+' | sort -u); do
			printf '%s\n' "$out" | grep -Eq -e "^$option(=|\$)" || missing="$missing $option"
		done
		ok_str "$missing" "" "$shell: every option of $verb"
		ok_like "$out" '^--help$' "$shell: and those of every verb"
	done
	completes scan --fix
	ok_like "$out" '^--fix=suggested$' "$shell: an option in both of its forms"
}

# offers VALUE WORD…: VALUE, and nothing else, is offered for the last word.
offers() {
	value=$1
	shift
	completes "$@"
	ok_str "$out" "$value" "$shell: $*"
}

values() {
	offers json map -o j
	offers prometheus coverage --output pr
	offers sarif scan -o sar
	offers gitlab scan -o gitl
	offers cilium can --cni cil
	offers spec map --cni sp
	offers namespace map --level n
	offers never map --color n
	offers critical scan --fail-on c
	offers widened diff --fail-on w
	offers istio init --profile is
	offers BH301 scan --explain BH301
	offers all map --mesh al
	offers "" can --as ""
	offers "" can ""
	offers "" map --only ""
	for words in "can a b -f" "map" "diff" "scan --baseline" "reach x --with" "init x -o" "test"; do
		# shellcheck disable=SC2086 # words
		offers tests/cli/fixtures/tiers $words tests/cli/fixtures/tiers
	done
}

for shell in bash zsh; do
	if ! command -v $shell >/dev/null; then
		skip "$shell is not there"
		continue
	fi
	every_verb
	every_option
	values
done

if command -v zsh >/dev/null; then
	run zsh -f -c 'fpath=($PWD/completions $fpath); autoload -U compinit; compinit -u -D
		print ${_comps[bulkhead]} ${_comps[kubectl-bulkhead]}'
	ok_str "$out" "_bulkhead _bulkhead" "zsh finds the completion of both names"
fi
tap_done
