/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_write.h"

void random_policies(struct random_cluster *cluster, uint32_t n)
{
	static const uint32_t percents[] = {0, 0, 30, 60, 100};
	uint32_t admin_percent = random_pick(&cluster->random, percents);

	for (uint32_t i = 0; i < n; i++) {
		if (cluster->has_mesh && random_chance(&cluster->random, 70))
			random_istio(cluster, i);
		else if (random_chance(&cluster->random, admin_percent))
			random_adminpolicy(cluster, i);
		else
			random_networkpolicy(cluster, i);
	}
}
