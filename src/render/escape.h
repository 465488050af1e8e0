/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in formats that are not ours: XML, and the commands of GitHub's workflow logs. */
#pragma once

#include "base/strbuf.h"

#include <stdio.h>

/* In an attribute or an element; what XML 1.0 has no way to say becomes U+FFFD. */
void render_xml(FILE *out, const char *text);

/* The message of a workflow command; a property escapes ':' and ',' too. */
void render_github_message(FILE *out, const char *text);
void render_github_property(FILE *out, const char *text);

/* A path within a URI (RFC 3986): what could be read as something else is %XX. */
void render_uri_path(struct strbuf *uri, const char *path);

/* Between quotes, in which only the quote, the backslash and a line end (\n) are special: Graphviz, YAML. */
void render_quoted(FILE *out, const char *text);
