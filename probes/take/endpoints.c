/* Endpoints, with their models and what was sent to them. */
#include "probes/base/text.h"
#include "probes/ledger/endpoints.h"
#include "probes/ledger/first_look.h"
#include "probes/ledger/models.h"
#include "probes/ledger/mounts.h"
#include "probes/ledger/peers.h"
#include "probes/ledger/state.h"
#include "probes/take/builder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000
#define ANSWER_MOST_MS 6000 /* until an answer, or that there is none */

static struct span copy_models(struct builder *s, const struct known_endpoint *known, struct endpoint *row)
{
	struct span span = { s->snapshot->model_count, known->models.count };

	for (size_t i = 0; i < known->models.count; i++) {
		const struct known_model *model = &known->models.items[i];

		s->snapshot->models[s->snapshot->model_count++] = (struct model){
			.id = arena_copy(s->arena, model->id),
			.quantisation = arena_copy(s->arena, model->quantisation),
			.remote_host = arena_copy(s->arena, model->remote_host),
			.state = model->state,
			.size_bytes = model->size_bytes,
			.vram_bytes = model->vram_bytes,
			.context = model->context,
			.is_no_chat = model->is_no_chat,
			.is_short_for_agents = models_has_context_under(model, AGENTS_CONTEXT),
			.expires_at = model->expires_at,
		};
		row->loaded_models += model->state == MODEL_LOADED;
	}
	return span;
}

static struct span copy_sents(struct builder *s, const struct known_endpoint *known)
{
	struct span span = { s->snapshot->sent_count, known->sents.count };

	for (size_t i = 0; i < known->sents.count; i++) {
		const struct known_sent *sent = &known->sents.items[i];

		s->snapshot->sents[s->snapshot->sent_count++] =
			(struct sent){ .path = arena_copy(s->arena, sent->path),
				.cost = sent->cost,
				.count = sent->count,
				.last = sent->last,
				.status = sent->status };
	}
	return span;
}

/* The time from one request to the next. */
static int64_t gap_of(const struct builder *s, const struct known_endpoint *known)
{
	int64_t gap = s->ledger->terms.poll_ms;
	int64_t list_gap = MINUTE_MS * (int64_t)mounts_urls(s->ledger, known);

	return known->facts->is_asked_rarely && gap < list_gap ? list_gap : gap;
}

static void copy_figures(const struct builder *s, const struct known_endpoint *known, struct endpoint *row)
{
	float *spark = arena_alloc(s->arena, SPARK_PARTS * sizeof(*spark));

	row->connect_ms = known->connect_ms;
	row->tls_ms = known->tls_ms;
	row->ttfb_ms = series_percentile(&known->ttfb, 0.5);
	row->ttfb_last_ms = series_last(&known->ttfb, s->now, gap_of(s, known) + ANSWER_MOST_MS);
	row->samples = (double)known->ttfb.count;
	take_engine(&known->engine, row, s->now);
	row->cert_not_after = known->cert_not_after;
	row->requests = known->requests;
	row->bytes_sent = known->bytes_sent;
	row->bytes_received = known->bytes_received;
	series_spark(&known->ttfb, s->now, SPARK_SPAN_MS, spark, SPARK_PARTS);
	row->spark = spark;
	row->spark_count = SPARK_PARTS;
}

static void copy_endpoint(struct builder *s, const struct known_endpoint *known, struct endpoint *row)
{
	const struct known_peer *peer = *known->peer_id ? peer_find(s->ledger, known->peer_id) : NULL;
	double gap = (double)gap_of(s, known);
	double age = when_known(known->good) ? (double)when_since(known->good, s->now) : NAN;
	const char *api = server_facts_api(known->facts);

	row->peer = known->is_own && !peer && s->snapshot->peer_count && s->snapshot->peers[0].is_self
			    ? 0
			    : builder_row_of_peer(s, peer);
	row->url = arena_copy(s->arena, known->url);
	row->at = arena_copy(s->arena, known->at);
	row->found_by = known->found_by;
	row->is_pinned = known->is_pinned;
	row->is_of_tailnet = known->is_of_tailnet;
	row->server = arena_copy(s->arena, known->server);
	row->title = arena_copy(s->arena, known->facts->title);
	/* One that never answered is what its port says. */
	row->usual_log = *known->facts->name
				 ? &known->facts->log
				 : &server_facts_of_port(s->ledger->terms.servers, known->port)->log;
	row->base_url = *api ? arena_printf(s->arena, "%s%s", known->url, api) : "";
	row->version = arena_copy(s->arena, known->version);
	for (int i = 0; i < API_COUNT; i++)
		row->speaks[i] = server_facts_spoken(known->facts, (enum client_api)i, known->version);
	row->streams = known->facts->streams;
	row->unloads_idle = known->facts->unloads_idle;
	row->figured = known->figured.wall_ms;
	row->age_ms = age;
	row->is_stale = endpoint_is_not_asked(s->ledger, known) ? when_known(known->last.at)
								: when_known(known->good) && age > 3 * gap;
	row->state = known->state;
	row->since = known->since.wall_ms;
	row->was_before = first_look_saw(s->ledger, known, row->since);
	row->verdicts = known->verdicts;
	row->models_known = known->models_known;
	row->loaded_known = known->loaded_known;
	row->models = copy_models(s, known, row);
	row->sent = copy_sents(s, known);
	take_guard(known, row);
	copy_figures(s, known, row);
}

void take_endpoints(struct builder *s)
{
	struct snapshot *snapshot = s->snapshot;
	size_t models = 0, sents = 0, count = s->ledger->endpoints.count;

	for (size_t i = 0; i < count; i++) {
		models += s->ledger->endpoints.items[i]->models.count;
		sents += s->ledger->endpoints.items[i]->sents.count;
	}
	snapshot->endpoints = arena_alloc(s->arena, (count + 1) * sizeof(*snapshot->endpoints));
	snapshot->models = arena_alloc(s->arena, (models + 1) * sizeof(*snapshot->models));
	snapshot->sents = arena_alloc(s->arena, (sents + 1) * sizeof(*snapshot->sents));
	snapshot->endpoint_count = count;
	for (size_t i = 0; i < count; i++) {
		struct endpoint *row = &snapshot->endpoints[i];

		copy_endpoint(s, s->ledger->endpoints.items[i], row);
		row->engine_id = (int)i + 1;
		if (row->peer >= 0)
			snapshot->peers[row->peer].endpoint_count++;
	}
}
