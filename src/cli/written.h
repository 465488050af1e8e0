/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map that was written before against what is written now: line by line, in any of the formats.
 * Of a picture, what its titles state counts, and not where things are.
 */
#pragma once

#include "analyze/map.h"
#include "cli/command.h"

/* Writes a map to stdout. */
typedef void (*written_fn)(struct analyze_map *map);

/* The format that a file of this name is in; false: its name does not tell. */
bool written_format(const char *path, enum cli_format *ret);

/*
 * Prints the lines that are only in the file ("- …") or only in the map ("+ …"). *ret_stale is
 * whether there are any. false: a diagnostic says why the file is no map in this format.
 */
bool written_compare(const char *path, enum cli_format format, struct analyze_map *map,
		     written_fn write, struct diag_list *diags, bool *ret_stale);
