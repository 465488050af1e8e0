/* SPDX-License-Identifier: Apache-2.0 */
/* Any text through the readers, the loader and the front ends, strictly, leniently, as Ciliums do. */
#include "fuzz/fuzz.h"

#include "model/load.h"
#include "policy/ir.h"

#include <stdio.h>
#include <stdlib.h>

/* What the diagnostics say must be printable too. */
static void print(const struct diag_list *diags)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	diag_list_print(out, diags, true);
	fclose(out);
	free(text);
}

static void read_text(const uint8_t *data, size_t size, bool skip_invalid, struct policy_cni cni)
{
	const struct model_options options = {.skip_invalid = skip_invalid};
	const struct policy_options policy_options = {.skip_invalid = skip_invalid, .cni = cni};
	struct model_loader *loader = model_loader_new(&options);
	struct model_snapshot *snapshot;
	struct diag_list diags;

	diag_list_init(&diags, model_loader_arena(loader));
	model_load_text(loader, "fuzz", (const char *)data, size, &diags);
	snapshot = model_loader_finish(loader, &diags);
	policy_set_build(snapshot, &policy_options, &diags);
	print(&diags);
	model_snapshot_free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_text(data, size, false, (struct policy_cni){0});
	read_text(data, size, true, (struct policy_cni){0});
	read_text(data, size, true, (struct policy_cni){POLICY_CNI_CILIUM, 0, 0});
	read_text(data, size, true, (struct policy_cni){POLICY_CNI_CILIUM, 1, 18});
	return 0;
}
