/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax of names in the Kubernetes API (k8s.io/apimachinery/pkg/util/validation).
 *
 * Each function returns NULL when the text is right, else what it must be: "must …", a constant
 * that follows the quoted text in a message.
 */
#pragma once

#include <stddef.h>

typedef const char *(*model_syntax_fn)(const char *text, size_t len);

/* The name of most kinds: a DNS subdomain (RFC 1123) of ≤ 253 characters. */
const char *model_syntax_name(const char *text, size_t len);

/* The name of a namespace: a DNS label of ≤ 63 characters. */
const char *model_syntax_namespace(const char *text, size_t len);

/* A label key: a name of ≤ 63 characters, after an optional DNS subdomain and '/'. */
const char *model_syntax_label_key(const char *text, size_t len);

/* The same with the prefix in any case. */
const char *model_syntax_annotation_key(const char *text, size_t len);

/* ≤ 63 characters, may be empty. */
const char *model_syntax_label_value(const char *text, size_t len);

/* IANA service name (RFC 6335) in lower case: ≤ 15 characters, a letter among them. */
const char *model_syntax_port_name(const char *text, size_t len);
