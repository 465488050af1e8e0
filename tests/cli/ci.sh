#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the action, the GitLab jobs and the pre-commit hook run, run in a repository with a change.
. tests/lib/tap.sh

for program in bash git python3; do
	command -v $program >/dev/null || skip_all "$program is not there"
done
python3 -c 'import yaml' 2>/dev/null || skip_all "python3-yaml is not there"

project=$PWD
scripts=$tap_work/scripts
repository=$tap_work/repository
mkdir "$scripts" "$tap_work/origin"
export HOME="$tap_work" GIT_CONFIG_NOSYSTEM=1
PATH=$BULKHEAD_BUILD/bin:$PATH

in_repository() {
	git -C "$repository" -c user.name=tester -c user.email=tester@example.org "$@"
}

# A branch `change` that lets any pod reach the database, and has another, from a base that is closed.
make_repository() {
	git init -q --bare -b main "$tap_work/origin"
	git clone -q "$tap_work/origin" "$repository" 2>/dev/null
	in_repository checkout -q -b main
	mkdir "$repository/deploy"
	"$BULKHEAD_BUILD/bin/bulkhead" init shop --owner team-a --profile minimal >"$repository/deploy/namespace.yaml"
	cat >"$repository/deploy/db.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, image: postgres, ports: [{containerPort: 5432}]}]}
YAML
	in_repository add -A
	in_repository commit -q -m base
	in_repository push -q origin main
	in_repository checkout -q -b change
	cat >"$repository/deploy/open.yaml" <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - {}
YAML
	mkdir "$repository/new"
	sed 's/db/web/g' "$repository/deploy/db.yaml" >"$repository/new/web.yaml"
	in_repository add -A
	in_repository commit -q -m open
}

# in_ci NAME [VARIABLE=VALUE…]: runs scripts/NAME.sh as a runner does, in the repository.
in_ci() {
	script=$scripts/$1.sh
	shift
	run env -C "$repository" "$@" bash --noprofile --norc -eo pipefail "$script"
}

summary=$tap_work/summary

# action [--step N] [INPUT=VALUE…]: for a pull request.
action() {
	only=
	if [ "$1" = --step ]; then
		only="--step $2"
		shift 2
	fi
	: >"$summary"
	# shellcheck disable=SC2086 # two words
	run env -C "$repository" GITHUB_STEP_SUMMARY="$summary" GITHUB_ACTION_PATH="$tap_work/action" \
		GITHUB_BASE_REF="${base-main}" "$project/tests/lib/run-action" $only "$project/action.yml" "$@"
}

# step NUMBER [INPUT=VALUE…]: of the action.
step() {
	action --step "$@"
}

action_builds() {
	step 1
	ok_int "$status" 0 "action: installed already"
	ok_str "$out" "$BULKHEAD_BUILD/bin/bulkhead" "action: which is it"
	mkdir "$tap_work/action"
	ln -s "$project"/* "$tap_work/action"
	rm -f "$tap_work/action/build"
	ln -s "$BULKHEAD_BUILD" "$tap_work/action/build"
	old_path=$PATH
	PATH=${PATH#"$BULKHEAD_BUILD/bin:"}
	if command -v bulkhead >/dev/null; then
		skip "a bulkhead is installed here"
	else
		step 1
		ok_int "$status" 0 "action: built" || diag "$out$err"
		ok_like "$err" "^PATH=$tap_work/action/build/bin:" "action: and in the PATH of what follows"
		action fail-on=none
		ok_str "$status $(echo "$err" | grep '^step')" "0 step 1: success
step 2: success
step 3: success" "action: all of it, from the sources" || diag "$out$err"
	fi
	PATH=$old_path
}

# Its steps together.
action_runs() {
	action
	ok_str "$status $(echo "$err" | grep '^step')" "1 step 1: success
step 2: failure
step 3: success" "action: the access is compared when the scan fails, too"
	ok_like "$out" '^::error file=deploy/open.yaml,line=8,col=5,title=BH301' "action: the annotation"
	ok_like "$(cat "$summary")" 'shop/Pod/db' "action: and the summary"
	test -s "$repository/bulkhead.sarif"
	ok $? "action: and SARIF"
	action fail-on=none fail-on-access=added
	ok_str "$status $(echo "$err" | tail -n 1)" "1 step 3: failure" "action: access that is added fails where it is to"
	action fail-on=none
	ok_int "$status" 0 "action: else the job passes"
	rm "$repository/bulkhead.sarif"
	PATH=$tap_work/none:/usr/bin:/bin
	mkdir "$tap_work/none"
	printf '#!/bin/sh\nexit 1\n' >"$tap_work/none/cd"
	if ! command -v bulkhead >/dev/null; then
		old_action=$tap_work/action
		mv "$old_action" "$old_action.away"
		action
		mv "$old_action.away" "$old_action"
		ok_str "$status $(echo "$err" | grep '^step')" "1 step 1: failure
step 2: skipped
step 3: skipped" "action: nothing is run that was not built"
	else
		skip "a bulkhead is installed here"
	fi
	PATH=$old_path
}

# What must not be run, as the name of everything.
action_is_safe() {
	# shellcheck disable=SC2016
	for input in path config baseline fail-on fail-on-access base sarif; do
		action "$input"='$(touch injected); touch injected `touch injected` " ; touch injected #'
	done
	! find "$repository" "$tap_work" -name injected | grep .
	ok $? "action: no input is ever a command"
	find "$repository" -maxdepth 1 -name '*touch*' -delete
	sed 's/scan -o github/scan -o ${{ inputs.path }}/' "$project/action.yml" >"$tap_work/unsafe.yml"
	run "$project/tests/lib/run-action" "$tap_work/unsafe.yml"
	ok_like "$err" 'is no script of bash without expressions' "action: an input within a script would be noticed"
	rm -f "$repository/bulkhead.sarif"
}

action_scans() {
	step 2
	ok_int "$status" 1 "action: a high finding fails"
	ok_like "$out" '^::error file=deploy/open.yaml,line=8,col=5,title=BH301' "action: with its place"
	ok_str "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["version"])' \
		"$repository/bulkhead.sarif")" "2.1.0" "action: SARIF is written when it fails too"
	step 2 fail-on=none sarif=other.sarif
	ok_int "$status" 0 "action: fail-on"
	test -s "$repository/other.sarif"
	ok $? "action: sarif"
	(cd "$repository" && bulkhead scan . --fail-on none --write-baseline known.json >/dev/null 2>&1)
	step 2 baseline=known.json fail-on=info
	ok_int "$status" 0 "action: baseline"
	printf 'apiVersion: bulkhead.dev/v1\nkind: Configuration\nseverities: {BH301: low}\n' \
		>"$repository/bulkhead.yaml"
	step 2 config=bulkhead.yaml path=deploy/open.yaml
	ok_like "$out" '^::(notice|warning) file=deploy/open.yaml,line=8,col=5,title=BH301' "action: config and path"
	# shellcheck disable=SC2016 # what must not be run
	step 2 'path=$(touch injected)'
	ok_int "$status" 2 "action: a path that is none"
	! test -e "$repository/injected"
	ok $? "action: an input is never a command"
	rm -f "$repository"/*.sarif "$repository/known.json" "$repository/bulkhead.yaml"
}

action_compares() {
	step 3
	ok_int "$status" 0 "action: what is added is the reviewer's to judge"
	ok_like "$(cat "$summary")" '^### bulkhead diff: .* added' "action: the summary of the job"
	ok_like "$(cat "$summary")" 'shop/Pod/db' "action: who can be reached"
	step 3 path=deploy
	ok_like "$(cat "$summary")" 'shop/Pod/db' "action: of a folder"
	step 3 fail-on-access=added
	ok_int "$status" 1 "action: fail-on-access"
	step 3 fail-on-access=nobody
	ok_int "$status" 2 "action: what is wrong always fails"
	step 3 path=new fail-on-access=any
	ok_int "$status" 1 "action: a folder that the base has not"
	ok_like "$(cat "$summary")" 'shop/Pod/web' "action: all in it is new"
	step 3 base=change
	ok_int "$status" 128 "action: a branch that is not there"
	base='' step 3
	ok_str "$status $(cat "$summary")" "0 " "action: no pull request, no comparison"
	base='' step 3 base=main
	ok_like "$(cat "$summary")" 'shop/Pod/db' "action: a base by name"
}

gitlab_runs() {
	tests/lib/ci-scripts gitlab deploy/ci/gitlab.yml "$scripts"
	in_ci bulkhead-scan
	ok_int "$status" 1 "gitlab: a high finding fails"
	ok_like "$out" 'deploy/open.yaml:8:5' "gitlab: with its place"
	ok_str "$(python3 -c 'import json, sys; print(*{(e["location"]["path"], e["location"]["lines"]["begin"])
		for e in json.load(open(sys.argv[1])) if e["check_name"] == "BH301"})' \
		"$repository/gl-code-quality-report.json")" "('deploy/open.yaml', 8)" "gitlab: code quality"
	python3 -c 'import sys, xml.etree.ElementTree as e; assert e.parse(sys.argv[1]).find(".//failure") is not None' \
		"$repository/bulkhead.xml"
	ok $? "gitlab: JUnit"
	in_ci bulkhead-scan BULKHEAD_FAIL_ON=none BULKHEAD_PATH=deploy
	ok_int "$status" 0 "gitlab: variables"
	in_ci bulkhead-diff CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main
	ok_int "$status" 1 "gitlab: access was added"
	ok_like "$out" 'shop/Pod/db' "gitlab: which"
	ok_like "$(cat "$repository/bulkhead-diff.md")" 'shop/Pod/db' "gitlab: and in a file"
}

# By pre-commit itself, from a repository that has the hook.
pre_commit_runs() {
	if ! command -v pre-commit >/dev/null; then
		skip "pre-commit is not there"
		return
	fi
	hooks=$tap_work/hooks
	git init -q "$hooks"
	cp .pre-commit-hooks.yaml "$hooks"
	git -C "$hooks" add -A
	git -C "$hooks" -c user.name=tester -c user.email=tester@example.org commit -q -m hooks
	run pre-commit validate-manifest .pre-commit-hooks.yaml
	ok_int "$status" 0 "pre-commit: it takes the hook"
	in_repository checkout -q change
	for args in '[.]' '[deploy, --fail-on, medium]'; do
		printf 'repos:\n- repo: %s\n  rev: %s\n  hooks:\n  - id: bulkhead-scan\n    args: %s\n' \
			"$hooks" "$(git -C "$hooks" rev-parse HEAD)" "$args" >"$repository/.pre-commit-config.yaml"
		in_repository add .pre-commit-config.yaml
		run env -C "$repository" PRE_COMMIT_HOME="$tap_work/pre-commit" pre-commit run --all-files
		ok_int "$status" 1 "pre-commit runs it with $args"
		ok_like "$out" 'deploy/open.yaml:8:5: high' "pre-commit: with its place"
		ok_int "$(echo "$out" | grep -c '^[0-9]* findings')" 1 "pre-commit: once, whichever files there are"
	done
	in_repository rm -q --cached .pre-commit-config.yaml
	in_repository checkout -q main
	in_repository add .pre-commit-config.yaml
	run env -C "$repository" PRE_COMMIT_HOME="$tap_work/pre-commit" pre-commit run --all-files
	ok_str "$status $(echo "$out" | grep -c Passed)" "0 1" "pre-commit: what is closed passes"
	in_repository rm -q --cached .pre-commit-config.yaml
	rm "$repository/.pre-commit-config.yaml"
}

hook_runs() {
	tests/lib/ci-scripts pre-commit .pre-commit-hooks.yaml "$scripts"
	in_ci bulkhead-scan
	ok_int "$status" 1 "pre-commit: a high finding refuses"
	ok_like "$out" 'deploy/open.yaml:8:5' "pre-commit: with its place"
	in_repository checkout -q main
	in_ci bulkhead-scan
	ok_int "$status" 0 "pre-commit: what is closed passes"
}

# Every input of the action, variable of GitLab and hook is told of.
documented() {
	for name in $(sed -n '/^inputs:/,/^runs:/s/^  \([a-z-]*\):$/\1/p' action.yml) \
		$(sed -n 's/^  \(BULKHEAD_[A-Z_]*\):.*/\1/p' deploy/ci/gitlab.yml) \
		$(sed -n 's/^- id: //p' .pre-commit-hooks.yaml); do
		grep -Eq "(\`| |^)$name(\`|:|\$)" docs/ci.md
		ok $? "docs/ci.md: $name"
	done
}

# The files, and the workflow in the documentation, are what those who read them take.
valid() {
	if command -v yamllint >/dev/null; then
		printf '%s\n' 'extends: default' 'rules:' '  line-length: {max: 130}' '  document-start: disable' \
			'  indentation: {indent-sequences: whatever}' '  comments: {min-spaces-from-content: 1}' >"$tap_work/lint"
		run yamllint -c "$tap_work/lint" \
			action.yml deploy/ci/gitlab.yml .pre-commit-hooks.yaml
		ok_str "$status$out$err" 0 "yamllint"
	else
		skip "yamllint is not there"
	fi
	modules=build/npm/node_modules
	if ! [ -d $modules ]; then
		skip "the schemas are not in $modules (make deps)"
		return
	fi
	awk '/^```/ { if (n++) exit; next } n' docs/ci.md >"$tap_work/workflow.yml"
	while read -r file schema; do
		# YAML 1.1, which is not what GitHub reads, has a truth in place of "on".
		python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)).replace("\"true\":", "\"on\":"))' \
			<"$file" >"$tap_work/valid.json"
		run node tests/lib/npm/validate.js $modules "$schema" "$tap_work/valid.json"
		ok_str "$status$out$err" 0 "$(basename "$file") by its schema"
	done <<-EOF
		action.yml github-action.json
		.pre-commit-hooks.yaml pre-commit-hooks.json
		deploy/ci/gitlab.yml gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json
		$tap_work/workflow.yml github-workflow.json
	EOF
}

# The commands of docs/ci.md, in the repository.
commands_run() {
	in_repository checkout -q change
	cat >"$repository/deploy/tests.yaml" <<-'YAML'
		apiVersion: bulkhead.dev/v1
		kind: PolicyTest
		metadata: {name: db, namespace: shop}
		spec: {tests: [{from: shop/db, to: internet, expect: deny}]}
	YAML
	env -C "$repository" bulkhead map deploy -o json >"$tap_work/access.json" 2>/dev/null
	env -C "$repository" bulkhead map deploy -o md >"$tap_work/access.md" 2>/dev/null
	mv "$tap_work"/access.* "$repository"
	sed -n '/^```sh$/,/^```$/p' docs/ci.md | grep '^bulkhead' >"$tap_work/commands"
	[ -s "$tap_work/commands" ]
	ok $? "docs/ci.md has commands"
	while read -r command; do
		run env -C "$repository" sh -c "$command"
		[ "$status" -le 1 ] && [ "$(echo "$err" | grep -c error)" -eq 0 ]
		ok $? "$command" || diag "$status" "$err"
	done <"$tap_work/commands"
	rm -f "$repository/deploy/tests.yaml" "$repository"/access.* "$repository"/*.xml
}

make_repository
action_builds
action_runs
action_scans
action_is_safe
action_compares
gitlab_runs
commands_run
hook_runs
pre_commit_runs
documented
valid
tap_done
