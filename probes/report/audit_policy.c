/* Forms as Tailscale documents them: "ip": ["tcp:443"] in grants, "HOST:PORTS" in acls. */
#include "probes/report/audit_policy.h"

#include "probes/base/text.h"
#include "probes/report/audit_facts.h"
#include "probes/report/audit_rules.h"

#include <stdio.h>
#include <string.h>

#define GROUP "group:llm-users"
#define TAG "tag:llm-client"

static void add_port(struct audit_policy *policy, int port)
{
	for (size_t i = 0; i < policy->port_count; i++)
		if (policy->ports[i] == port)
			return;
	if (port > 0 && policy->port_count < AUDIT_PORTS_MAX)
		policy->ports[policy->port_count++] = port;
}

/* Every port by which others reach it. */
static void add_ports(
	const struct snapshot *snapshot, const struct audit_finding *finding, struct audit_policy *policy)
{
	size_t i;

	switch (finding->rule->scope) {
	case AUDIT_MOUNT:
		add_port(policy, snapshot->mounts[finding->about.index].port);
		break;
	case AUDIT_COMPANION:
		add_port(policy, audit_port_of(snapshot->companions[finding->about.index].url));
		break;
	case AUDIT_SERVER:
		for (i = audit_next_url(snapshot, finding->about.index, 0); i < snapshot->endpoint_count;
			i = audit_next_url(snapshot, finding->about.index, i + 1))
			if (snapshot->endpoints[i].peer == finding->about.peer &&
				audit_is_reachable(snapshot, &snapshot->endpoints[i]))
				add_port(policy, audit_port_of(snapshot->endpoints[i].url));
		break;
	case AUDIT_MACHINE:
		for (i = 0; i < snapshot->mount_count; i++)
			add_port(policy, snapshot->mounts[i].port);
		break;
	default:
		break;
	}
}

bool audit_policy_of(
	const struct snapshot *snapshot, const struct audit_finding *finding, struct audit_policy *policy)
{
	const struct peer *self = audit_self(snapshot);
	const struct peer *host = finding->about.peer < 0 ? NULL : &snapshot->peers[finding->about.peer];

	*policy = (struct audit_policy){ .sources = { "autogroup:member", GROUP, TAG } };
	if (!finding->rule->has_policy || !host || host->is_shared_in ||
		!(host->tags[0] || host->addresses[0]))
		return false;
	if (self && audit_is_users(self))
		policy->sources[AUDIT_BY_USER] = self->user;
	policy->host = host->name;
	policy->destination = host->tags[0] ? host->tags[0] : host->addresses[0];
	add_ports(snapshot, finding, policy);
	return policy->port_count > 0;
}

bool audit_policy_is_same(const struct audit_policy *a, const struct audit_policy *b)
{
	return strcmp(a->destination, b->destination) == 0 && a->port_count == b->port_count &&
	       memcmp(a->ports, b->ports, a->port_count * sizeof(*a->ports)) == 0;
}

const char *audit_by_name(enum audit_by by)
{
	static const char *const names[AUDIT_BY_COUNT] = {
		[AUDIT_BY_USER] = "user", [AUDIT_BY_GROUP] = "group", [AUDIT_BY_TAG] = "tag"
	};

	return names[by];
}

static void write_list(struct json_out *out, const char *key, const char *only)
{
	json_out_texts(out, key, (const char *const[]){ only, NULL });
}

void audit_policy_write_needs(struct json_out *out, const struct audit_policy *policy)
{
	json_out_begin(out, "groups", '{');
	if (strchr(policy->sources[AUDIT_BY_USER], '@'))
		write_list(out, GROUP, policy->sources[AUDIT_BY_USER]);
	else
		json_out_texts(out, GROUP, (const char *const[]){ NULL });
	json_out_end(out, '}');
	json_out_begin(out, "tagOwners", '{');
	write_list(out, TAG, "autogroup:admin");
	json_out_end(out, '}');
}

void audit_policy_write_grant(struct json_out *out, const struct audit_policy *policy, enum audit_by by)
{
	char port[16];

	json_out_begin(out, NULL, '{');
	write_list(out, "src", policy->sources[by]);
	write_list(out, "dst", policy->destination);
	json_out_begin(out, "ip", '[');
	for (size_t i = 0; i < policy->port_count; i++) {
		snprintf(port, sizeof(port), "tcp:%d", policy->ports[i]);
		json_out_text(out, NULL, port);
	}
	json_out_end(out, ']');
	json_out_end(out, '}');
}

bool audit_policy_has_acl(const struct audit_policy *policy)
{
	return text_has_prefix(policy->destination, "tag:") || !strchr(policy->destination, ':');
}

void audit_policy_write_acl(struct json_out *out, const struct audit_policy *policy, enum audit_by by)
{
	char target[400];

	if (!audit_policy_has_acl(policy))
		return;
	text_set(target, sizeof(target), "%s:", policy->destination);
	for (size_t i = 0; i < policy->port_count; i++)
		text_add(target, sizeof(target), "%s%d", i ? "," : "", policy->ports[i]);
	json_out_begin(out, NULL, '{');
	json_out_text(out, "action", "accept");
	write_list(out, "src", policy->sources[by]);
	json_out_text(out, "proto", "tcp");
	write_list(out, "dst", target);
	json_out_end(out, '}');
}
