/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the manifests of a synthetic cluster: usage: bench-generate PODS [POLICIES] [owned] [mixed] */
#include "lib/manifests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct manifests_shape shape = {0};
	struct strbuf text = {0};

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "owned"))
			shape.owned = true;
		else if (!strcmp(argv[i], "mixed"))
			shape.mixed = true;
		else
			*(i == 1 ? &shape.n_pods : &shape.n_policies) = strtoul(argv[i], NULL, 10);
	}
	if (shape.n_pods < 100) {
		fprintf(stderr,
			"usage: %s PODS [POLICIES] [owned] [mixed], with at least 100 pods\n",
			argv[0]);
		return 2;
	}
	manifests_write(&shape, &text);
	fwrite(text.text, 1, text.len, stdout);
	strbuf_release(&text);
	return 0;
}
