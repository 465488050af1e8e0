# SPDX-License-Identifier: Apache-2.0
# bash completion for bulkhead
# shellcheck shell=bash disable=SC2207

_bulkhead_words() {
	COMPREPLY=($(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}"))
}

_bulkhead_paths() {
	COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
	compopt -o filenames 2>/dev/null
}

_bulkhead() {
	local shared="--file --namespace --output --pod-cidr --cni --mesh --invalid=skip --color --verbose --help"
	local verb=${COMP_WORDS[1]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_bulkhead_words "scan can map diff reach test coverage inventory init explain lab version help"
		return
	fi
	case $before in
	-f | --file | --batch | --check | --config | --baseline | --write-baseline | --with | --template) _bulkhead_paths && return ;;
	-o | --output)
		case $verb in
		map) _bulkhead_words "text json csv" ;;
		diff) _bulkhead_words "text json md csv" ;;
		scan) _bulkhead_words "text json sarif junit github gitlab md" ;;
		test) _bulkhead_words "text json tap junit github" ;;
		coverage) _bulkhead_words "text json md csv prometheus" ;;
		reach) _bulkhead_words "text json dot md" ;;
		*) _bulkhead_words "text json" ;;
		esac
		return
		;;
	--cni)
		_bulkhead_words "cilium calico antrea kindnet kube-network-policies flannel aws \
			azure gke ovn-kubernetes openshift-sdn kube-router weave kube-ovn spec"
		return
		;;
	--mesh) _bulkhead_words "all auto" && return ;;
	--profile) _bulkhead_words "kubernetes minimal nodelocaldns openshift istio" && return ;;
	--color) _bulkhead_words "auto always never" && return ;;
	--fail-on)
		if [ "$verb" = diff ]; then
			_bulkhead_words "added widened any internet"
		else
			_bulkhead_words "info low medium high critical none"
		fi
		return
		;;
	--explain) _bulkhead_words "$(bulkhead scan --list-rules 2>/dev/null | cut -d" " -f1)" && return ;;
	--level) _bulkhead_words "workload namespace" && return ;;
	-n | --namespace | --pod-cidr | --as | --source-port | --cut | --owner | --environment | --set | --from | --to | --only | --port | --ingress-controller | --rules | --now) return ;;
	esac
	case $verb in
	help) _bulkhead_words "scan can map diff reach test coverage inventory init explain lab version" ;;
	lab) _bulkhead_words "run up probe exec apply flows status down" ;;
	can) [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && _bulkhead_words "$shared --batch --as --source-port" ;;
	explain) [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && _bulkhead_words "$shared" ;;
	scan)
		if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
			_bulkhead_words "$shared --fail-on --rules --config --baseline --write-baseline --fix --fix=suggested --list-rules --explain --now"
		else
			_bulkhead_paths
		fi
		;;
	reach) [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && _bulkhead_words "$shared --with --cut --rank" ;;
	init)
		[[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && _bulkhead_words "$shared --owner --environment \
			--profile --template --set --force"
		;;
	inventory)
		if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
			_bulkhead_words "$shared"
		else
			_bulkhead_paths
		fi
		;;
	coverage)
		if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
			_bulkhead_words "$shared --adequacy --now"
		else
			_bulkhead_paths
		fi
		;;
	test)
		if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
			_bulkhead_words "$shared --live --uncovered --adequacy"
		else
			_bulkhead_paths
		fi
		;;
	diff)
		if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
			_bulkhead_words "$shared --fail-on --ingress-controller"
		else
			_bulkhead_paths
		fi
		;;
	map)
		if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
			_bulkhead_words "$shared --from --to --only --port --level --exposure --ingress-controller --check"
		else
			_bulkhead_paths
		fi
		;;
	esac
}

complete -F _bulkhead bulkhead
