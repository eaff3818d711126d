/* The network of a host, in JSON. */
#include "tui/out/json_network.h"

#include "probes/base/json_out.h"

static void write_tri(struct json_out *out, const char *key, enum tri tri)
{
	if (tri != TRI_UNKNOWN)
		json_out_bool(out, key, tri == TRI_YES);
}

void json_write_network(struct json_out *out, const struct obs_net *net)
{
	if (!net->at)
		return;
	json_out_begin(out, "net", '{');
	write_tri(out, "udp", net->has_udp);
	write_tri(out, "ipv4", net->has_ipv4);
	write_tri(out, "ipv6", net->has_ipv6);
	write_tri(out, "hard_nat", net->is_hard_nat);
	write_tri(out, "port_mapping", net->maps_ports);
	write_tri(out, "captive_portal", net->is_captive);
	json_out_number(out, "candidates", net->candidates);
	json_out_number(out, "derp_ms", net->derp_ms);
	json_out_time(out, "at", net->at);
	json_out_end(out, '}');
}
