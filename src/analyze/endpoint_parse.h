/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that finding an endpoint is made of; only for endpoint*.c. */
#pragma once

#include "analyze/endpoint.h"

struct endpoint_request {
	struct analyze_endpoints *endpoints;
	const char *text;
	struct diag_list *diags;
	struct analyze_endpoint *ret; /* zeroed, in the arena of `endpoints` */
};

/* Each fills request->ret, or says why not and is false. */
bool endpoint_find_object(struct endpoint_request *request, const char *ns, const char *kind,
			  const char *name);
bool endpoint_find_dns(struct endpoint_request *request);
bool endpoint_make_hypothetical(struct endpoint_request *request, const char *ns,
				const char *labels);
bool endpoint_make_stranger(struct endpoint_request *request, const char *ns_labels,
			    const char *labels);
bool endpoint_take_pod(struct endpoint_request *request, struct model_pod *pod);
bool endpoint_take_address(struct endpoint_request *request, const struct ip_addr *addr);
bool endpoint_take_ranges(struct endpoint_request *request, const struct ip_range *ranges,
			  uint32_t n_ranges);
bool endpoint_take_internet(struct endpoint_request *request);
