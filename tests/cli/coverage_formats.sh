#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `coverage`: every number is the same in all five formats; exceptions of all four sources count.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
folder=tests/cli/fixtures/coverage
input=$folder/all.yaml

"$bulkhead" scan "$input" --fail-on none --write-baseline "$tap_work/baseline.json" --rules BH201,BH204 >/dev/null 2>&1

cover() {
	"$bulkhead" coverage "$input" --adequacy --config "$folder/bulkhead.yaml" \
		--baseline "$tap_work/baseline.json" "$@"
}

for format in text json md csv prometheus; do
	run cover -o $format
	ok_int "$status" 0 "-o $format"
	printf '%s\n' "$out" >"$tap_work/$format"
done

for format in csv prometheus text md; do
	ok_like "$(python3 "$folder/compare.py" "$tap_work" $format 2>&1)" '^compared [0-9]+ rows$' "$format says what JSON says"
	ok_int "$(python3 "$folder/compare.py" "$tap_work" $format 2>&1 | wc -l)" 1 "$format: nothing differs"
done
ok_str "$(python3 "$folder/compare.py" "$tap_work" zero 2>&1)" "[]" "no number of the cluster is zero here"

# Exceptions, each counted with the namespace that it was made in.
ok_str "$(python3 -c '
import json, sys
answer = json.load(open(sys.argv[1]))
row = lambda one: [one["counts"]["exceptions_" + x] for x in ("active", "expired", "no_expiry", "no_owner", "stale")]
for one in answer["namespaces"]:
    print(one["namespace"], *row(one))
print("total", *row(answer["total"]))' "$tap_work/json")" \
	"flat 3 1 3 3 0
pay 0 1 0 0 0
shop 3 0 3 2 1
total 6 2 6 5 1" "comments, annotations, the configuration and the baseline"
run cover --now 2020-01-01
ok_like "$out" '^  exceptions +8 active, 0 expired' "and at another time"

# Debian's own Python is the one that has Debian's packages.
python=
for one in python3 /usr/bin/python3; do
	$one -c 'import prometheus_client' 2>/dev/null && python=$one
done
if [ "$python" ]; then
	ok_str "$($python -c '
import sys
from prometheus_client.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(open(sys.argv[1]).read()))
owners = {sample.labels["owner"] for family in families for sample in family.samples}
print(len(families), {family.type for family in families}, all(family.documentation for family in families),
      all(sample.name == family.name for family in families for sample in family.samples), sorted(owners))' "$tap_work/prometheus")" \
		"12 {'gauge'} True True ['', 'b', 'the \"a\" \\\\ team, |x']" "a parser of Prometheus reads it, labels as they were"
else
	skip "there is no python3-prometheus-client"
fi
for format in text json md csv prometheus; do
	run cover -o $format
	ok_str "$out" "$(cat "$tap_work/$format")" "$format: the same bytes again"
done
tap_done
