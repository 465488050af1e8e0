/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sensitive.h"

#include <string.h>

static const struct {
	uint16_t number;
	const char *what;
} ports[] = {
	{1433, "SQL Server"},     {1521, "Oracle"},
	{2379, "etcd"},           {2380, "etcd peers"},
	{3306, "MySQL"},          {4222, "NATS"},
	{5432, "PostgreSQL"},     {5672, "AMQP"},
	{6379, "Redis"},          {8086, "InfluxDB"},
	{8200, "Vault"},          {8500, "Consul"},
	{9042, "Cassandra"},      {9092, "Kafka"},
	{9200, "Elastic"},        {9300, "Elastic peers"},
	{10250, "kubelet"},       {11211, "memcached"},
	{15000, "Envoy's admin"}, {15672, "RabbitMQ's admin"},
	{26257, "Cockroach"},     {27017, "MongoDB"},
};

/* Without registry, path and tag. */
static const struct {
	const char *name;
	const char *what;
} images[] = {
	{"adminer", "a database's admin"},
	{"cassandra", "Cassandra"},
	{"cockroach", "Cockroach"},
	{"consul", "Consul"},
	{"cp-kafka", "Kafka"},
	{"elasticsearch", "Elastic"},
	{"etcd", "etcd"},
	{"influxdb", "InfluxDB"},
	{"kafka", "Kafka"},
	{"mariadb", "MySQL"},
	{"memcached", "memcached"},
	{"mongo", "MongoDB"},
	{"mongodb", "MongoDB"},
	{"mysql", "MySQL"},
	{"nats", "NATS"},
	{"opensearch", "Elastic"},
	{"pgadmin4", "a database's admin"},
	{"phpmyadmin", "a database's admin"},
	{"postgres", "PostgreSQL"},
	{"postgresql", "PostgreSQL"},
	{"rabbitmq", "RabbitMQ"},
	{"redis", "Redis"},
	{"valkey", "Redis"},
	{"vault", "Vault"},
};

const char *scan_sensitive_port(const struct model_port *port)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (port->space == PORT_TCP && ports[i].number == port->number)
			return ports[i].what;
	return NULL;
}

/* "registry:5000/bitnami/postgresql:16@sha256:…" */
static const char *what_runs(const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *name = slash ? slash + 1 : image;
	const size_t len = strcspn(name, ":@");

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		if (strlen(images[i].name) == len && memcmp(images[i].name, name, len) == 0)
			return images[i].what;
	return NULL;
}

static uint16_t usual_port(const char *what)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (strcmp(ports[i].what, what) == 0)
			return ports[i].number;
	return 0;
}

const char *scan_sensitive_image(const struct model_workload *workload, uint16_t *ret_port)
{
	const char *what = NULL;

	for (uint32_t i = 0; i < workload->images.n && !what; i++)
		what = what_runs(workload->images.items[i]);
	*ret_port = what ? usual_port(what) : 0;
	return what;
}

static bool is_configured(const struct scan_config *config, const struct model_workload *workload)
{
	return config && scan_patterns_match(&config->sensitive, workload->ns->name, workload->kind,
					     workload->name);
}

const char *scan_called_sensitive(const struct scan_config *config,
				  const struct model_workload *workload)
{
	if (is_configured(config, workload))
		return "sensitive by the configuration";
	return workload->sensitivity ? "sensitive by its label" : NULL;
}

const char *scan_sensitivity(const struct scan_config *config,
			     const struct model_workload *workload)
{
	const struct model_pod *pod = workload->pods[0];
	const char *what = NULL;
	uint16_t port;

	if (workload->sensitivity)
		return workload->sensitivity;
	if (is_configured(config, workload))
		return "sensitive";
	for (uint32_t i = 0; i < pod->n_ports && !what; i++)
		what = scan_sensitive_port(&pod->ports[i]);
	return what ? what : scan_sensitive_image(workload, &port);
}
