#include "tui/out/json_parts.h"

#include "probes/base/json_out.h"
#include "probes/model/snapshot.h"

void json_write_fields(struct json_out *out, const struct fields *fields, const void *row)
{
	for (size_t i = 0; i < fields->count; i++)
		json_out_number(out, fields->items[i].key, fields_value(&fields->items[i], row));
}

static void write_verdict(struct json_out *out, const struct verdict *verdict)
{
	json_out_begin(out, NULL, '{');
	json_out_text(out, "code", verdict->code);
	json_out_text(out, "layer", layer_name(verdict->layer));
	json_out_text(out, "severity", severity_name(verdict->severity));
	json_out_text(out, "text", verdict->text);
	json_out_text(out, "run", verdict->run);
	json_out_text(out, "run_on", verdict->run_on);
	json_out_text(out, "hint", verdict->hint);
	json_out_text(out, "fix", verdict->fix);
	json_out_text(out, "cause", verdict->cause);
	json_out_time(out, "since", verdict->since);
	json_out_true(out, "was_before", verdict->was_before);
	json_out_true(out, "inferred", verdict->is_inferred);
	json_out_true(out, "muted", verdict->is_muted);
	json_out_end(out, '}');
}

void json_write_verdicts(struct json_out *out, const struct snapshot *snapshot, struct span span)
{
	json_out_begin(out, "verdicts", '[');
	for (size_t i = 0; i < span.count; i++)
		write_verdict(out, &snapshot->verdict_list[span.first + i]);
	json_out_end(out, ']');
}

void json_write_paths(struct json_out *out, const char *key, const double figures[TRAFFIC_PATHS])
{
	json_out_begin(out, key, '{');
	for (int path = 0; path < TRAFFIC_PATHS; path++)
		json_out_number(out, traffic_path_name((enum traffic_path)path), figures[path]);
	json_out_end(out, '}');
}

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
