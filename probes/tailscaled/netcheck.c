/* Three kinds of answer, of which a few members are read. */
#include "probes/tailscaled/netcheck.h"

#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static enum tri tri_of(const struct json *value)
{
	if (json_is_true(value))
		return TRI_YES;
	return json_is_false(value) ? TRI_NO : TRI_UNKNOWN;
}

static enum tri tri(const struct json *object, const char *key)
{
	return tri_of(json_member(object, key));
}

/* That a protocol is offered does not mean that it works. Only an open mapping does, which netcheck does not
 * report. */
static enum tri maps_ports(const struct json *object)
{
	static const char *const protocols[] = { "UPnP", "PMP", "PCP" };

	if (tri(object, "HavePortMap") == TRI_YES)
		return TRI_YES;
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (tri(object, protocols[i]) != TRI_NO)
			return TRI_UNKNOWN;
	return TRI_NO;
}

static struct json *parse_object(const char *bytes, size_t length, const char *what, struct fault *fault)
{
	struct json *tree = json_parse(bytes, length, fault);

	if (!tree || json_is_object(tree))
		return tree;
	fault_say(fault, "JSON that is no %s", what);
	json_free(tree);
	return NULL;
}

int netcheck_parse(const char *bytes, size_t length, struct obs_net *net, struct fault *fault)
{
	struct json *tree = parse_object(bytes, length, "report of netcheck", fault);
	char region[32];

	net_init(net);
	if (!tree)
		return -1;
	net->has_udp = tri(tree, "UDP");
	net->has_ipv4 = tri(tree, "IPv4");
	net->has_ipv6 = tri(tree, "IPv6");
	net->is_hard_nat = tri(tree, "MappingVariesByDestIP");
	net->maps_ports = maps_ports(tree);
	net->is_captive = tri(tree, "CaptivePortal");
	snprintf(region, sizeof(region), "%.0f", json_number(tree, "PreferredDERP"));
	net->derp_ms = json_amount(json_member(tree, "RegionLatency"), region) / 1e6;
	if (!json_first(json_member(tree, "RegionLatency")))
		net->has_udp = TRI_UNKNOWN; /* no region answered: there was no network at all */
	json_free(tree);
	if (net->has_udp != TRI_UNKNOWN)
		return 0;
	fault_say(fault, "a report of netcheck that says nothing of UDP");
	return -1;
}

static double count_of(const struct json *list)
{
	double count = 0;

	for (const struct json *item = json_first(list); item; item = json_next(item))
		count++;
	return count;
}

/* "192.168.1.20:41641" */
static void read_addresses(const struct json *list, struct obs_node *node)
{
	for (const struct json *item = json_first(list); item && node->ipv4_count < ARRAY_LEN(node->ipv4);
		item = json_next(item)) {
		const char *text = json_string(item);
		size_t length = strcspn(text, ":");
		char address[INET_ADDRSTRLEN];
		struct in_addr number;

		if (length >= sizeof(address))
			continue;
		snprintf(address, sizeof(address), "%.*s", (int)length, text);
		if (inet_pton(AF_INET, address, &number) == 1)
			node->ipv4[node->ipv4_count++] = ntohl(number.s_addr);
	}
}

/* The user of a tagged node is no person: its login is "tagged-devices". */
static void read_who(const struct json *tree, struct obs_who *who)
{
	const struct json *user = json_member(tree, "UserProfile");
	const char *login = json_text(user, "LoginName"), *display = json_text(user, "DisplayName");
	char capability[TEXT_CAP];

	text_clean(who->login, sizeof(who->login), login, strlen(login));
	text_clean(who->display, sizeof(who->display), display, strlen(display));
	for (const struct json *cap = json_first(json_member(tree, "CapMap")); cap; cap = json_next(cap)) {
		text_clean(capability, sizeof(capability), json_key(cap), strlen(json_key(cap)));
		if (*capability && !strchr(capability, ' ') &&
			strlen(who->capabilities) + strlen(capability) + 2 < sizeof(who->capabilities))
			text_add(who->capabilities, sizeof(who->capabilities), "%s%s",
				*who->capabilities ? " " : "", capability);
	}
}

int whois_parse(const char *bytes, size_t length, struct obs_node *node, struct fault *fault)
{
	struct json *tree = parse_object(bytes, length, "answer to whois", fault);
	const struct json *reported = json_member(tree, "Node");
	const struct json *info = json_member(json_member(reported, "Hostinfo"), "NetInfo");

	*node = (struct obs_node){ .peer_id = "" };
	net_init(&node->net);
	if (!json_is_object(reported)) {
		if (tree)
			fault_say(fault, "an answer to whois without a node");
		json_free(tree);
		return -1;
	}
	node->net.candidates = count_of(json_member(reported, "Endpoints"));
	read_addresses(json_member(reported, "Endpoints"), node);
	node->net.has_udp = tri(info, "WorkingUDP");
	node->net.has_ipv6 = tri(info, "WorkingIPv6");
	node->net.is_hard_nat = tri(info, "MappingVariesByDestIP");
	node->net.maps_ports = maps_ports(info);
	read_who(tree, &node->who);
	json_free(tree);
	return 0;
}

void ping_read(const struct answer *answer, struct obs_ping *ping, struct arena *arena)
{
	const struct json *pong =
		answer->status == 200 && !*json_text(answer->json, "Err") ? answer->json : NULL;

	double ms = json_amount(pong, "LatencySeconds") * 1000;

	*ping = (struct obs_ping){
		.peer_id = "",
		.ms = isfinite(ms) ? ms : NAN,
		.endpoint = text_keep(arena, json_text(pong, "Endpoint")),
		.derp = text_keep(arena, json_text(pong, "DERPRegionCode")),
		.peer_relay = text_keep(arena, json_text(pong, "PeerRelay")),
	};
}
