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

# step NUMBER [INPUT=VALUE…]: of the action, for a pull request.
step() {
	number=$1
	shift
	"$project/tests/lib/ci-scripts" github "$project/action.yml" "$scripts" "$@"
	: >"$summary"
	in_ci "$number" GITHUB_STEP_SUMMARY="$summary" GITHUB_PATH="$tap_work/path" \
		GITHUB_ACTION_PATH="$tap_work/action" GITHUB_BASE_REF="${base-main}"
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
		ok_str "$status $(cat "$tap_work/path")" "0 $tap_work/action/build/bin" \
			"action: built, and in the PATH of what follows" || diag "$out$err"
	fi
	PATH=$old_path
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

make_repository
action_builds
action_scans
action_compares
gitlab_runs
hook_runs
documented
tap_done
