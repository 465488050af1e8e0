/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One object while it is read, and typed access to its fields. Private to the module.
 *
 * A getter returns nothing for a field that is absent or null, as the API has it; one of another
 * type is an error of the object, which is then not kept: the API server would have refused it too.
 */
#pragma once

#include "base/diag.h"
#include "model/model.h"
#include "model/syntax.h"
#include "tree/tree.h"

struct model_loader;
struct model_object;

enum model_role {
	MODEL_ROLE_IGNORED,       /* of no matter here */
	MODEL_ROLE_OBJECT,        /* read by `read` */
	MODEL_ROLE_POLICY,        /* the same, with the codes of policies */
	MODEL_ROLE_NOT_EVALUATED, /* a policy of another API */
	MODEL_ROLE_REMOVED,       /* a policy of an API version that no cluster has */
	MODEL_ROLE_OVERLAY,       /* a kustomization: the input of another tool */
};

struct model_kind {
	const char *group;
	const char *kind;
	uint8_t role; /* enum model_role */
	bool is_cluster_wide;
	void (*read)(struct model_object *object);
};

/* What is known of a kind; never NULL. */
const struct model_kind *model_kind_find(const char *group, const char *kind);

struct model_object {
	struct model_loader *loader;
	struct diag_list *diags;
	const struct diag *before; /* the last one that is not of this object */
	const struct diag_file *file;
	const struct tree_node *root;
	const struct model_kind *known;
	const char *group; /* interned, as the rest */
	const char *version;
	const char *kind;
	const char *ns; /* NULL: cluster-wide */
	const char *name;
	bool lacks_ns; /* it names none, so `ns` is the default */
	uint32_t n_problems;
	bool failed; /* it is read on, for the sake of other problems, but not kept */
};

struct model_limits {
	int64_t min;
	int64_t max;
};

/* Fills namespace and name from the object's metadata; fails it when they are not valid. */
void model_object_identify(struct model_object *object);

/*
 * A problem of the object, which fails; the code is that of policies, and BH0104 for other objects.
 */
struct diag *model_object_error(struct model_object *object, enum diag_code code,
				struct diag_span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

const struct tree_node *model_object_map(struct model_object *object,
					 const struct tree_node *parent, const char *key);
const struct tree_node *model_object_seq(struct model_object *object,
					 const struct tree_node *parent, const char *key);

/* An item of a list, which must be a mapping; NULL when it is not. */
const struct tree_node *model_object_item(struct model_object *object, const struct tree_node *seq,
					  uint32_t i);

/* Interned. */
const char *model_object_string(struct model_object *object, const struct tree_node *parent,
				const char *key);
bool model_object_bool(struct model_object *object, const struct tree_node *parent,
		       const char *key);

/* Leaves *ret alone when there is no such field. */
void model_object_int(struct model_object *object, const struct tree_node *parent, const char *key,
		      struct model_limits limits, int64_t *ret);

/* A port number that must be there. */
uint16_t model_object_port(struct model_object *object, const struct tree_node *parent,
			   const char *key);

/* A text that is not as it must be is an error at `span`; `what` says what it is. */
void model_object_check(struct model_object *object, struct diag_span span, const char *what,
			const char *text, model_syntax_fn syntax);

/* Labels, or a selector by them: sorted, in the snapshot's arena. */
struct model_labels model_object_labels(struct model_object *object, const struct tree_node *parent,
					const char *key);

/* "protocol", TCP when there is none. */
uint8_t model_object_protocol(struct model_object *object, const struct tree_node *parent);

/* An address as text; family IP_NONE when there is none ("" counts as none). */
struct ip_addr model_object_ip(struct model_object *object, const struct tree_node *node);

#define MODEL_PORT_LIMITS ((struct model_limits){1, 65535})
