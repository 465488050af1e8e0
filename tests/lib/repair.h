/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests that an API server would refuse, as another analyzer reads them: `pods` without a selector
 * selects all, an empty `protocol` is the default, a policy may have any name, and pods that all claim
 * the address 127.0.0.1 have none.
 */
#pragma once

struct strbuf;

/* The YAML files of the folder as one text, repaired. */
void repair_read(const char *folder, struct strbuf *ret);
