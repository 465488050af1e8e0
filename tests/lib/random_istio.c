/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_write.h"

/* Values that meet the identities, and the ports, of the cluster's pods. */
static const char *const principals[] = {
	"*",
	"cluster.local/ns/alpha/sa/bot",
	"cluster.local/ns/beta/sa/default",
	"cluster.local/ns/alpha/*",
	"cluster.local/ns/*",
	"cluster.local/ns/al*",
	"cluster.local/ns/gamma/sa/b*",
	"clus*",
	"*/sa/bot",
	"*/bot",
	"*ot",
	"*a/sa/bot",
	"*/ns/beta/sa/web",
	"*t/sa/default",
	"td/ns/alpha/sa/bot",
	"cluster.local/ns/alpha",
};
static const char *const namespaces[] = {"alpha", "beta", "default", "*", "al*", "*a", "kube*"};
static const char *const accounts[] = {"bot", "web", "default", "alpha/bot", "beta/default"};
static const char *const trust_domains[] = {"cluster.local", "*", "clus*", "*local", "td", "t*"};
static const char *const requests[] = {"GET", "P*", "*"};

enum value { PRINCIPAL, NAMESPACE, ACCOUNT, TRUST_DOMAIN, BLOCK, PORT, REQUEST };

static void write_block(struct random_cluster *cluster)
{
	struct ip_cidr block = random_block(cluster);
	char text[IP_CIDR_TEXT_SIZE];

	block.addr = ip_cidr_range(&block).first;
	strbuf_addstr(&cluster->yaml, random_chance(&cluster->random, 30)
					      ? ip_format(&block.addr, text)
					      : ip_cidr_format(&block, text));
}

static void write_value(struct random_cluster *cluster, enum value value)
{
	struct random *random = &cluster->random;
	struct strbuf *yaml = &cluster->yaml;

	strbuf_addch(yaml, '\'');
	if (value == PRINCIPAL)
		strbuf_addstr(yaml, random_pick(random, principals));
	else if (value == NAMESPACE)
		strbuf_addstr(yaml, random_pick(random, namespaces));
	else if (value == ACCOUNT)
		strbuf_addstr(yaml, random_pick(random, accounts));
	else if (value == TRUST_DOMAIN)
		strbuf_addstr(yaml, random_pick(random, trust_domains));
	else if (value == PORT)
		strbuf_printf(yaml, "%u", random_pick(random, random_port_numbers));
	else if (value == REQUEST)
		strbuf_addstr(yaml, random_pick(random, requests));
	else
		write_block(cluster);
	strbuf_addch(yaml, '\'');
}

/* "[…]" of one to three. */
static void write_values(struct random_cluster *cluster, enum value value)
{
	const uint32_t n = random_between(&cluster->random, 1, 3);

	strbuf_addch(&cluster->yaml, '[');
	for (uint32_t i = 0; i < n; i++) {
		strbuf_addstr(&cluster->yaml, i ? ", " : "");
		write_value(cluster, value);
	}
	strbuf_addch(&cluster->yaml, ']');
}

/* A field and its negation. */
struct field {
	const char *name;
	const char *not_name;
	uint8_t value;
};

static const struct field source_fields[] = {
	{"ipBlocks", "notIpBlocks", BLOCK}, /* CUSTOM has the first two */
	{"trustDomains", "notTrustDomains", TRUST_DOMAIN},
	{"principals", "notPrincipals", PRINCIPAL},
	{"namespaces", "notNamespaces", NAMESPACE},
	{"remoteIpBlocks", "notRemoteIpBlocks", BLOCK},
	{"serviceAccounts", "notServiceAccounts", ACCOUNT},
};

static const struct field operation_fields[] = {
	{"ports", "notPorts", PORT},
	{"ports", "notPorts", PORT},
	{"methods", "notMethods", REQUEST},
};

static const struct field when_fields[] = {
	{"source.ip", NULL, BLOCK},
	{"destination.port", NULL, PORT},
	{"source.namespace", NULL, NAMESPACE},
	{"source.principal", NULL, PRINCIPAL},
	{"source.serviceAccount", NULL, ACCOUNT},
	{"connection.sni", NULL, REQUEST},
};

/* The address that a connection goes to; of two families' addresses a policy would see both. */
static const struct field target_field = {"destination.ip", NULL, BLOCK};

static void write_field(struct random_cluster *cluster, const struct field *field)
{
	strbuf_printf(&cluster->yaml,
		      "%s: ", random_chance(&cluster->random, 70) ? field->name : field->not_name);
	write_values(cluster, (enum value)field->value);
}

/* A service account stands alone, others with their neighbour. */
static void write_source(struct random_cluster *cluster, bool is_custom)
{
	const uint32_t first = random_below(&cluster->random, is_custom ? 2 : 6);

	strbuf_addstr(&cluster->yaml, "{source: {");
	write_field(cluster, &source_fields[first]);
	if (first < (is_custom ? 1 : 4) && random_chance(&cluster->random, 40)) {
		strbuf_addstr(&cluster->yaml, ", ");
		write_field(cluster, &source_fields[first + 1]);
	}
	strbuf_addstr(&cluster->yaml, "}}");
}

static void write_operation(struct random_cluster *cluster, bool is_custom)
{
	const uint32_t first = random_below(&cluster->random, 3);

	(void)is_custom;
	strbuf_addstr(&cluster->yaml, "{operation: {");
	write_field(cluster, &operation_fields[first]);
	if (first == 1 && random_chance(&cluster->random, 30)) {
		strbuf_addstr(&cluster->yaml, ", ");
		write_field(cluster, &operation_fields[2]);
	}
	strbuf_addstr(&cluster->yaml, "}}");
}

static void write_when(struct random_cluster *cluster, bool is_custom)
{
	const struct field *field = &when_fields[random_below(&cluster->random, is_custom ? 2 : 6)];
	const uint32_t which = random_below(&cluster->random, 3);

	if (!cluster->has_v6 && random_chance(&cluster->random, 25))
		field = &target_field;
	strbuf_printf(&cluster->yaml, "{key: %s", field->name);
	if (which != 0) {
		strbuf_addstr(&cluster->yaml, ", values: ");
		write_values(cluster, (enum value)field->value);
	}
	if (which != 1) {
		strbuf_addstr(&cluster->yaml, ", notValues: ");
		write_values(cluster, (enum value)field->value);
	}
	strbuf_addstr(&cluster->yaml, "}");
}

static void write_list(struct random_cluster *cluster, const char *name, bool is_custom,
		       void (*write)(struct random_cluster *cluster, bool is_custom))
{
	const uint32_t n = random_between(&cluster->random, 1, 2);

	if (random_chance(&cluster->random, 50))
		return;
	strbuf_printf(&cluster->yaml, "%s: [", name);
	for (uint32_t i = 0; i < n; i++) {
		strbuf_addstr(&cluster->yaml, i ? ", " : "");
		write(cluster, is_custom);
	}
	strbuf_addstr(&cluster->yaml, "], ");
}

static void write_rules(struct random_cluster *cluster, const char *action)
{
	const bool is_custom = strcmp(action, "CUSTOM") == 0;
	const uint32_t n = random_between(&cluster->random, strcmp(action, "ALLOW") != 0, 3);

	strbuf_addstr(&cluster->yaml, "rules: [");
	for (uint32_t i = 0; i < n; i++) {
		strbuf_addstr(&cluster->yaml, "{");
		write_list(cluster, "from", is_custom, write_source);
		write_list(cluster, "to", is_custom, write_operation);
		write_list(cluster, "when", is_custom, write_when);
		strbuf_addstr(&cluster->yaml, "}, ");
	}
	strbuf_addstr(&cluster->yaml, "]");
}

static const char *home(struct random_cluster *cluster)
{
	return random_chance(&cluster->random, 25) ? "istio-system" : random_namespace(cluster);
}

static bool write_selector(struct random_cluster *cluster)
{
	if (random_chance(&cluster->random, 40))
		return false;
	strbuf_printf(&cluster->yaml, "selector: {matchLabels: {%s: '%s'}}, ",
		      random_pick(&cluster->random, random_label_keys),
		      random_pick(&cluster->random, random_label_values));
	return true;
}

static void write_authorization(struct random_cluster *cluster, uint32_t number)
{
	static const char *const actions[] = {"ALLOW", "ALLOW", "ALLOW",  "ALLOW",
					      "DENY",  "DENY",  "CUSTOM", "AUDIT"};
	const char *action = random_pick(&cluster->random, actions);

	strbuf_printf(
		&cluster->yaml,
		"---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: "
		"{name: auth-%u, namespace: %s, annotations: {istio.io/dry-run: '%s'}}, "
		"spec: {action: %s, ",
		number, home(cluster), random_chance(&cluster->random, 8) ? "true" : "false",
		action);
	write_selector(cluster);
	if (strcmp(action, "CUSTOM") == 0)
		strbuf_addstr(&cluster->yaml, "provider: {name: opa}, ");
	write_rules(cluster, action);
	strbuf_addstr(&cluster->yaml, "}}\n");
}

static const char *mode(struct random_cluster *cluster)
{
	static const char *const modes[] = {"UNSET", "PERMISSIVE", "STRICT"};

	return random_pick(&cluster->random, modes);
}

static void write_authentication(struct random_cluster *cluster, uint32_t number)
{
	strbuf_printf(&cluster->yaml,
		      "---\n{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: "
		      "{name: peer-%u, namespace: %s, ",
		      number, home(cluster));
	if (random_chance(&cluster->random, 50))
		strbuf_printf(&cluster->yaml, "creationTimestamp: '2024-01-0%uT00:00:00Z', ",
			      random_between(&cluster->random, 1, 3));
	strbuf_addstr(&cluster->yaml, "}, spec: {");
	if (write_selector(cluster) && random_chance(&cluster->random, 50))
		strbuf_printf(&cluster->yaml, "portLevelMtls: {%u: {mode: %s}}, ",
			      random_pick(&cluster->random, random_port_numbers), mode(cluster));
	strbuf_printf(&cluster->yaml, "mtls: {mode: %s}}}\n", mode(cluster));
}

void random_istio(struct random_cluster *cluster, uint32_t number)
{
	if (random_chance(&cluster->random, 30))
		write_authentication(cluster, number);
	else
		write_authorization(cluster, number);
}
