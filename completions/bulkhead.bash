# SPDX-License-Identifier: Apache-2.0
# bash completion for bulkhead. What there is to complete the program says itself: its help has the verbs
# and options, and what an option expects is in its answer to a value that cannot be.
# shellcheck shell=bash disable=SC2207

_bulkhead_offer() {
	COMPREPLY=($(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}"))
}

_bulkhead_paths() {
	COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
	compopt -o filenames 2>/dev/null
}

_bulkhead_run() {
	"${COMP_WORDS[0]}" "$@" 2>&1 </dev/null
}

# _bulkhead_kind VERB OPTION: what help calls the option's value, as PATH; nothing where it takes none.
_bulkhead_kind() {
	_bulkhead_run help "$1" | sed -En "s/.*$2(, --[a-z-]+)* ([A-Z]+).*/\2/p" | head -n 1
}

# _bulkhead_values VERB OPTION: the values to choose from; nothing where it is free.
_bulkhead_values() {
	case $1$2 in
	diff--fail-on) echo "added widened any internet" ;;
	scan--explain) _bulkhead_run scan --list-rules | cut -d" " -f1 ;;
	*)
		_bulkhead_run "$1" "$2" "?" |
			sed -En '1s/ or | for none/ /g; 1s/,//g; 1s/.*unknown.* expected (one of )?//p'
		;;
	esac
}

# _bulkhead_takes_paths VERB: whether paths follow without an option.
_bulkhead_takes_paths() {
	_bulkhead_run help "$1" | sed -E '1!d; s/\[[^]]*\]//g; s/ --?[a-z-]+ [^ ]+//g' |
		grep -Eq ' (PATH|FILE|OLD)'
}

_bulkhead_options() {
	_bulkhead_run help "$1" | grep -Eo -e '--[a-z-]+(=[a-z]+)?'
}

_bulkhead_verbs() {
	_bulkhead_run "$@" | sed -En 's/^  ([a-z]+) .*/\1/p'
}

_bulkhead() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
	local kind=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ] || [ "$verb" = help ]; then
		_bulkhead_offer "$(_bulkhead_verbs help)"
		return
	fi
	if [ "$verb" = lab ]; then
		[ "$COMP_CWORD" -gt 2 ] || _bulkhead_offer "$(_bulkhead_verbs lab help)"
		return
	fi
	[[ $before != -* ]] || kind=$(_bulkhead_kind "$verb" "$before")
	case $kind in
	PATH | FILE | DIR) _bulkhead_paths ;;
	?*) _bulkhead_offer "$(_bulkhead_values "$verb" "$before")" ;;
	*)
		if [[ $word == -* ]]; then
			_bulkhead_offer "$(_bulkhead_options "$verb")"
		elif _bulkhead_takes_paths "$verb"; then
			_bulkhead_paths
		fi
		;;
	esac
}

complete -F _bulkhead bulkhead kubectl-bulkhead
