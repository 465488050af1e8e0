/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/coverage.h"

#include "scan/config.h"

static void add(struct analyze_coverage_extras *ret, const struct scan_exception *exception,
		enum analyze_count count)
{
	vec_push(&ret->items,
		 ((struct analyze_coverage_extra){exception->place, (uint8_t)count, 1}));
}

static void add_exception(struct analyze_coverage_extras *ret, const struct scan *scan,
			  const struct scan_exception *exception)
{
	const enum scan_exception_state state = scan_exception_state(scan, exception);

	if (state == SCAN_EXCEPTION_UNREADABLE)
		return;
	if (state == SCAN_EXCEPTION_EXPIRED) {
		add(ret, exception, ANALYZE_COUNT_EXPIRED);
		return;
	}
	add(ret, exception, ANALYZE_COUNT_ACTIVE);
	if (exception->until == SCAN_NEVER)
		add(ret, exception, ANALYZE_COUNT_NO_EXPIRY);
	if (!exception->owner)
		add(ret, exception, ANALYZE_COUNT_NO_OWNER);
	if (state == SCAN_EXCEPTION_STALE)
		add(ret, exception, ANALYZE_COUNT_STALE);
}

static bool has_exceptions(struct analyze_cluster *cluster, const struct scan_options *options)
{
	struct scan scan;
	bool ret;

	scan_init(&scan, cluster, options);
	scan_exceptions_read(&scan);
	ret = scan.exceptions.n > 0;
	scan_release(&scan);
	return ret;
}

/* What an exception is needed for only a scan can tell; where there are none it is spared. */
void scan_coverage_add(struct analyze_coverage_extras *ret, struct analyze_cluster *cluster,
		       const struct scan_options *options)
{
	struct scan scan;

	if (options->config) {
		ret->system = options->config->system.items;
		ret->n_system = options->config->system.n;
	}
	if (!has_exceptions(cluster, options))
		return;
	scan_init(&scan, cluster, options);
	scan_run(&scan);
	for (size_t i = 0; i < scan.exceptions.n; i++)
		add_exception(ret, &scan, &scan.exceptions.items[i]);
	scan_release(&scan);
}
