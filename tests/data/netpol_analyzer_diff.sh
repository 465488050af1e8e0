#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The `diff` cases of ../shared/data/netpol-analyzer that end in an error or a warning there. Where
# `diff` does something else, the line says why.
. tests/lib/tap.sh

data=../shared/data/netpol-analyzer
[ -d "$data" ] || skip_all "$data is not there"

# CASE OLD NEW STATUS: how it ends, and a line of stderr.
while IFS='|' read -r name old new want pattern reason; do
	run "$BULKHEAD_BUILD/bin/bulkhead" diff "$data/tests/$old" "$data/tests/$new"
	ok_int "$status" "$want" "$name${reason:+; $reason}" || diag "$err"
	ok_like "$err" "$pattern" "and says why"
	grep -q "\"$name\"" "$data/cases.json"
	ok $? "it is one of its cases"
done <<'CASES'
dir_has_json_that_cannot_be_decoded_and_dir1_ref2_are_the_same|acs-security-demos|acs-security-demos|0|connlist_output.json:1:1: warning: 1 document without apiVersion and kind|
in_second_input_dir_network_policies_block_ingress_conns_to_a_workload_should_get_warning_msg|acs-security-demos|acs-security-demos-new|1|warning: .*|the Route's connection is removed, and the result says so
first_input_dir_has_two_admin_netpols_with_same_priority_should_return_fatal_error|anp_bad_path_test_1|anp_test_4|0|BH0209|the API allows equal priorities and leaves the order open: names decide
second_input_dir_has_an_admin_netpol_with_invalid_priority_should_return_fatal_error|anp_test_4|anp_bad_path_test_2|2|anps.yaml:7:13: error: 'priority' must be 0 to 1000, but is 1001|
first_input_dir_has_two_admin_netpols_with_same_name_should_return_fatal_error|anp_bad_path_test_3|anp_test_4|0|anps.yaml:38:1: warning: AdminNetworkPolicy same-name is here twice|the last in order wins, as when both are applied
first_input_dir_has_an_admin_netpol_missing_ingress_rule_peer_should_return_fatal_error|anp_bad_path_test_14|anp_test_4|2|anp.yaml:12:5: error: an ingress rule needs 'from'|
first_input_dir_has_an_admin_netpol_with_an_invalid_ingress_rule_port_should_return_fatal_error|anp_bad_path_test_17|anp_test_4|2|anp.yaml:37:7: error: a port must have only one field|
second_input_dir_has_baseline_admin_netpol_with_an_invalid_egress_rule_action_should_return_fatal_error|banp_test_core_egress_sctp_rules|banp_bad_path_test_8|2|banp_core_egress_sctp_rules.yaml:12:13: error: 'action' must be Deny or Allow|
first_input_dir_has_baseline_admin_netpol_with_an_invalid_ingress_rule_peer_should_return_fatal_error|banp_bad_path_test_12|banp_test_core_egress_sctp_rules|2|banp_core_ingress_sctp_rules.yaml:14:7: error: a peer must have only one field|
CASES
run "$BULKHEAD_BUILD/bin/bulkhead" diff "$data/tests/acs-security-demos" "$data/tests/acs-security-demos-new"
ok_like "$out" '^  - ingress-controller.* → frontend/Deployment/asset-cache' "what policies block of a Route is removed"
tap_done
