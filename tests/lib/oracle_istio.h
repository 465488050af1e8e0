/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle of the mesh: what the texts of AuthorizationPolicy and PeerAuthentication say of one TCP
 * connection to a pod in the mesh, evaluated as naively as they are written (istio/api security/v1beta1).
 *
 * Like lib/oracle it shares no code with the engine above `model`. What the connection does not tell, of
 * requests and names, is left open. DISABLE counts as PERMISSIVE.
 */
#pragma once

#include "lib/rbac.h"
#include "model/model.h"

struct oracle_connection {
	const struct model_pod *source; /* NULL: no pod */
	struct ip_addr addr;            /* of the source */
	const struct model_pod *target;
	struct ip_addr target_addr;
	uint16_t port;
};

/* Whether the mesh lets it through: no, perhaps, yes. */
enum rbac_answer oracle_istio(const struct model_snapshot *snapshot,
			      const struct oracle_connection *connection);
