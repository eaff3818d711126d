/* The JSON contract, top to bottom: a function for each kind of object, in the order of printing. */
#include "tui/out/json.h"

#include "probes/base/json_out.h"
#include "probes/model/fields.h"
#include "tui/out/canary_json.h"
#include "tui/out/json_parts.h"
#include "tui/out/json_peer.h"
#include "tui/out/outputs.h"

#include <math.h>

static void write_daemon(struct json_out *out, const struct daemon *daemon)
{
	json_out_begin(out, "daemon", '{');
	json_out_text(out, "backend_state", daemon->backend_state);
	json_out_text(out, "version", daemon->version);
	if (daemon->is_known) {
		json_out_bool(out, "tun", daemon->has_tun);
		json_out_texts(out, "health", daemon->health);
	}
	json_out_text(out, "self", daemon->self);
	json_out_text(out, "self_id", daemon->self_id);
	json_out_text(out, "login", daemon->login);
	json_out_text(out, "display_name", daemon->display);
	if (*daemon->capabilities)
		json_out_texts(out, "capabilities", daemon->capabilities);
	json_out_text(out, "tailnet", daemon->tailnet);
	json_out_text(out, "magicdns_suffix", daemon->magicdns_suffix);
	json_out_text(out, "home_derp", daemon->home_derp);
	json_out_number(out, "age_ms", daemon->age_ms);
	json_out_text(out, "via", daemon->via);
	json_out_true(out, "stale", daemon->is_stale);
	json_out_text(out, "trouble", daemon->trouble);
	json_write_network(out, &daemon->net);
	json_out_end(out, '}');
}

static void write_traffic(struct json_out *out, const struct traffic *traffic)
{
	json_out_begin(out, "traffic", '{');
	json_out_text(out, "source", traffic->source);
	json_write_paths(out, "rx_bytes", traffic->rx_bytes);
	json_write_paths(out, "tx_bytes", traffic->tx_bytes);
	json_write_paths(out, "rx_bytes_per_s", traffic->rx_per_s);
	json_write_paths(out, "tx_bytes_per_s", traffic->tx_per_s);
	json_out_end(out, '}');
}

static void write_models(struct json_out *out, const struct model *models, size_t count)
{
	json_out_begin(out, "models", '[');
	for (const struct model *model = models; model < models + count; model++) {
		json_out_begin(out, NULL, '{');
		json_out_text(out, "id", model->id);
		json_out_text(out, "state", model_state_name(model->state));
		json_out_text(out, "quantisation", model->quantisation);
		json_out_text(out, "remote_host", model->remote_host);
		json_write_fields(out, &fields_model, model);
		json_out_time(out, "expires_at", model->expires_at);
		json_out_end(out, '}');
	}
	json_out_end(out, ']');
}

static void write_figures(struct json_out *out, const struct endpoint *endpoint)
{
	json_out_begin(out, "latency", '{');
	json_write_fields(out, &fields_answer, endpoint);
	json_out_end(out, '}');
	json_out_begin(out, "engine", '{');
	json_write_fields(out, &fields_engine, &endpoint->figures);
	json_out_end(out, '}');
	json_out_begin(out, "anatomy", '{');
	json_write_fields(out, &fields_latency, &endpoint->latency);
	json_out_text(out, "text", endpoint->latency.text);
	json_out_end(out, '}');
}

static void write_endpoint(
	struct json_out *out, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	const struct peer *peer = endpoint->peer < 0 ? NULL : &snapshot->peers[endpoint->peer];

	json_out_begin(out, NULL, '{');
	json_out_text_or_null(out, "peer", peer ? peer->name : "");
	json_out_text_or_null(out, "peer_id", peer ? peer->id : "");
	json_out_number(out, "engine_id", endpoint->engine_id);
	json_out_text(out, "url", endpoint->url);
	json_out_text(out, "base_url", endpoint->base_url);
	json_out_text(out, "found_by", found_by_name(endpoint->found_by));
	json_out_true(out, "pinned", endpoint->is_pinned);
	json_out_text(out, "server", endpoint->server);
	json_out_text(out, "server_version", endpoint->version);
	json_out_text(out, "state", state_name(endpoint->state));
	json_out_time(out, "since", endpoint->since);
	json_out_true(out, "was_before", endpoint->was_before);
	json_out_true(out, "stale", endpoint->is_stale);
	json_out_number(out, "age_ms", endpoint->age_ms);
	json_out_time(out, "cert_not_after", endpoint->cert_not_after);
	json_write_verdicts(out, snapshot, endpoint->verdicts);
	if (endpoint->models_known)
		write_models(out, snapshot->models + endpoint->models.first, endpoint->models.count);
	write_figures(out, endpoint);
	canary_json_write(out, snapshot, endpoint);
	json_out_end(out, '}');
}

static void write_offer(struct json_out *out, const struct snapshot *snapshot, const struct offer *offer)
{
	const struct endpoint *endpoint = &snapshot->endpoints[offer->endpoint];

	json_out_begin(out, NULL, '{');
	json_out_text(out, "model", snapshot->models[offer->model].id);
	json_out_text(out, "url", endpoint->url);
	json_out_number(out, "engine_id", endpoint->engine_id);
	json_out_text(out, "class", offer_class_name(offer->class_));
	json_out_text(out, "warmth", warmth_name(offer->warmth));
	json_out_number(out, "rank", offer->rank ? (double)offer->rank : NAN);
	json_out_text(out, "why", offer->why);
	json_out_end(out, '}');
}

static void write_mount(struct json_out *out, const struct snapshot *snapshot, const struct mount *mount)
{
	json_out_begin(out, NULL, '{');
	json_out_text(out, "host", mount->host);
	json_out_text(out, "service", mount->service);
	json_out_number(out, "port", mount->port ? mount->port : NAN);
	json_out_text(out, "protocol", serve_protocol_name(mount->protocol));
	json_out_text(out, "mount", mount->path);
	json_out_text(out, "target", mount->target);
	json_out_bool(out, "funnel", mount->is_funnel);
	json_out_bool(out, "foreground", mount->is_foreground);
	json_out_text(out, "backend_state", state_name(mount->backend_state));
	json_write_verdicts(out, snapshot, mount->verdicts);
	json_out_end(out, '}');
}

static void write_capture(struct json_out *out, const struct capture *capture)
{
	json_out_begin(out, "capture", '{');
	json_out_text(out, "state", capture_state_name(capture->state));
	json_out_time(out, "since", capture->since);
	if (capture->state == CAPTURE_RUNNING)
		json_out_texts(out, "devices", capture->devices);
	json_out_number(out, "dropped", capture->dropped);
	json_out_text(out, "trouble", capture->trouble);
	json_out_text(out, "fix", capture->fix);
	json_out_end(out, '}');
}

static void write_flow_figures(struct json_out *out, const struct flow *flow)
{
	json_write_fields(out, &fields_flow, flow);
	if (!isnan(flow->tokens_per_s))
		json_out_bool(out, "estimated", flow->is_estimated);
}

/* The user is whoever connects to us. For an outgoing flow it would be the server's owner, so leave it
 * out. */
static void write_flow(struct json_out *out, const struct snapshot *snapshot, const struct flow *flow)
{
	const struct peer *peer = flow->peer < 0 ? NULL : &snapshot->peers[flow->peer];

	json_out_begin(out, NULL, '{');
	json_out_text_or_null(out, "peer", peer ? peer->name : "");
	json_out_text_or_null(out, "peer_id", peer ? peer->id : "");
	json_out_true(out, "inferred", flow->is_inferred);
	json_out_text_or_null(out, "service", flow->service);
	json_out_text(out, "url", flow->endpoint < 0 ? "" : snapshot->endpoints[flow->endpoint].url);
	json_out_text(out, "user", peer && !flow->is_outgoing ? peer->user : "");
	json_out_number(out, "port", flow->port);
	json_out_text(out, "direction", flow->is_outgoing ? "out" : "in");
	json_out_bool(out, "active", flow->is_active);
	json_out_time(out, "since", flow->since);
	json_out_time(out, "last", flow->last);
	write_flow_figures(out, flow);
	json_out_end(out, '}');
}

static void write_flows(struct json_out *out, const struct snapshot *snapshot)
{
	json_out_begin(out, "flows", '[');
	for (size_t i = 0; i < snapshot->flow_count; i++)
		write_flow(out, snapshot, &snapshot->flows[i]);
	json_out_end(out, ']');
}

static void write_ledger(struct json_out *out, const struct snapshot *snapshot)
{
	json_out_begin(out, "ledger", '{');
	json_out_number(out, "requests", snapshot->requests);
	json_out_number(out, "bytes_sent", snapshot->bytes_sent);
	json_out_number(out, "bytes_received", snapshot->bytes_received);
	json_out_begin(out, "by_cost", '{');
	for (int cost = 0; cost < COST_COUNT; cost++)
		if (snapshot->by_cost[cost] > 0 || cost == COST_FREE)
			json_out_number(out, cost_name((enum cost)cost), snapshot->by_cost[cost]);
	json_out_end(out, '}');
	json_out_end(out, '}');
}

static void write_rows(struct json_out *out, const struct snapshot *snapshot)
{
	json_out_begin(out, "peers", '[');
	for (size_t i = 0; i < snapshot->peer_count; i++)
		json_peer_write(out, snapshot, &snapshot->peers[i]);
	json_out_end(out, ']');
	json_out_begin(out, "endpoints", '[');
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		write_endpoint(out, snapshot, &snapshot->endpoints[i]);
	json_out_end(out, ']');
	json_out_begin(out, "offers", '[');
	for (size_t i = 0; i < snapshot->offer_count; i++)
		write_offer(out, snapshot, &snapshot->offers[i]);
	json_out_end(out, ']');
	json_out_begin(out, "serve", '[');
	for (size_t i = 0; i < snapshot->mount_count; i++)
		write_mount(out, snapshot, &snapshot->mounts[i]);
	json_out_end(out, ']');
}

void json_add_snapshot(struct json_out *out, const char *key, const struct snapshot *snapshot)
{
	json_out_begin(out, key, '{');
	json_out_number(out, "schema_version", JSON_SCHEMA_VERSION);
	json_out_text(out, "version", TSLLM_VERSION);
	json_out_time(out, "taken_at", snapshot->taken.wall_ms);
	json_out_text(out, "source", snapshot->source);
	json_out_text(out, "status", status_name(snapshot->status));
	write_daemon(out, &snapshot->daemon);
	write_traffic(out, &snapshot->traffic);
	write_rows(out, snapshot);
	write_capture(out, &snapshot->capture);
	write_flows(out, snapshot);
	json_write_verdicts(out, snapshot, snapshot->verdicts);
	write_ledger(out, snapshot);
	json_out_end(out, '}');
}

int json_write_snapshot(FILE *file, const struct snapshot *snapshot, bool is_pretty)
{
	struct json_out out = { .file = file, .is_pretty = is_pretty };

	json_add_snapshot(&out, NULL, snapshot);
	putc('\n', file);
	return fflush(file) == 0 && !ferror(file) ? 0 : -1;
}

void json_print(const struct print_to *to, const struct snapshot *snapshot)
{
	json_write_snapshot(to->file, snapshot, true);
}

void json_print_line(const struct print_to *to, const struct snapshot *snapshot)
{
	json_write_snapshot(to->file, snapshot, false);
}
