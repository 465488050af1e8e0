/* SPDX-License-Identifier: Apache-2.0 */
/* What the port of a test is at the pods behind its target; only for the module. */
#pragma once

#include "analyze/endpoint.h"
#include "analyze/question.h"

/* Adds the numbers at one pod of the endpoint, NULL: at all of them. */
void suite_ports_at(const struct analyze_endpoint *to, const struct analyze_port *port,
		    const struct model_pod *pod, struct port_set *ret);
