/* Models: a row per model and place, to see where to send a request: by model, the best place first. A place
 * that should not be used is dim and says why. Of one of our mounts and its backend, only the better is
 * listed. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/wording.h"
#include "tui/term/glyphs.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct offer *offer_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->offers[row];
}

static const struct model *model_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->models[offer_of(snapshot, row)->model];
}

static const struct endpoint *endpoint_of(const struct snapshot *snapshot, size_t row)
{
	return &snapshot->endpoints[offer_of(snapshot, row)->endpoint];
}

static const struct peer *peer_of(const struct snapshot *snapshot, size_t row)
{
	int peer = endpoint_of(snapshot, row)->peer;

	return peer < 0 ? NULL : &snapshot->peers[peer];
}

static void format_model(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, model_of(snapshot, row)->id);
}

/* The sign of the most similar state. If the endpoint cannot be used because of its state, that state. */
static void format_warmth(const struct snapshot *snapshot, size_t row, struct value *value)
{
	static const enum state likes[WARMTH_COUNT] = {
		[WARMTH_UNKNOWN] = STATE_UNKNOWN,
		[WARMTH_COLD] = STATE_OFFLINE,
		[WARMTH_SLEEPING] = STATE_SLEEPING,
		[WARMTH_LOADING] = STATE_LOADING,
		[WARMTH_WARM] = STATE_OK,
		[WARMTH_HOT] = STATE_BUSY,
	};
	const struct offer *offer = offer_of(snapshot, row);
	enum state like = likes[offer->warmth], state = endpoint_of(snapshot, row)->state;

	if (!offer->rank && state >= STATE_AUTH) {
		value_state(value, state);
		return;
	}
	text_set(value->text, sizeof(value->text), "%s %s", glyph_of_state(like), warmth_name(offer->warmth));
	value->role = role_of_state(like);
}

static double number_rank(const struct snapshot *snapshot, size_t row)
{
	size_t rank = offer_of(snapshot, row)->rank;

	return rank ? (double)rank : NAN;
}

static void format_peer(const struct snapshot *snapshot, size_t row, struct value *value)
{
	struct url url;

	value_say(value, ROLE_TEXT, view_host(snapshot, endpoint_of(snapshot, row), &url));
}

static void format_server(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_server(value, endpoint_of(snapshot, row));
}

static void format_at(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, endpoint_of(snapshot, row)->at);
}

static void format_path(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_way(value, peer_of(snapshot, row), endpoint_of(snapshot, row));
}

static double number_rtt(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = peer_of(snapshot, row);

	return peer ? peer->path.rtt_ms : NAN;
}

static double number_queue(const struct snapshot *snapshot, size_t row)
{
	return endpoint_of(snapshot, row)->figures.waiting;
}

static double number_tokens(const struct snapshot *snapshot, size_t row)
{
	return endpoint_of(snapshot, row)->figures.tokens_per_s;
}

static double number_ttft(const struct snapshot *snapshot, size_t row)
{
	return endpoint_of(snapshot, row)->figures.ttft_p50_ms;
}

static double number_size(const struct snapshot *snapshot, size_t row)
{
	return model_of(snapshot, row)->size_bytes;
}

static double number_context(const struct snapshot *snapshot, size_t row)
{
	return model_of(snapshot, row)->context;
}

static void format_quantisation(const struct snapshot *snapshot, size_t row, struct value *value)
{
	const char *quantisation = model_of(snapshot, row)->quantisation;

	value_say(value, *quantisation ? ROLE_TEXT : ROLE_DIM, *quantisation ? quantisation : "–");
}

/* Of the machine, whatever uses it. */
static double number_vram(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = peer_of(snapshot, row);

	return peer ? peer->gpu.memory_used : NAN;
}

static double number_vram_free(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = peer_of(snapshot, row);

	return peer ? peer->gpu.memory_free : NAN;
}

static double number_gpu(const struct snapshot *snapshot, size_t row)
{
	const struct peer *peer = peer_of(snapshot, row);

	return peer ? peer->gpu.busy : NAN;
}

static char *text_share(char *to, size_t size, double share)
{
	if (!isnan(share))
		return wording_share(to, size, share);
	text_set(to, size, "–");
	return to;
}

static bool has_gpus(const struct snapshot *snapshot)
{
	return snapshot->gpu_count > 0;
}

static void format_why(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_offer(value, snapshot, offer_of(snapshot, row));
}

static int compare_model(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(model_of(snapshot, a)->id, model_of(snapshot, b)->id);
}

static int compare_warmth(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct offer *one = offer_of(snapshot, a), *other = offer_of(snapshot, b);
	int usable = (one->rank != 0) - (other->rank != 0);

	return usable ? usable : (int)one->warmth - (int)other->warmth;
}

static int compare_peer(const struct snapshot *snapshot, size_t a, size_t b)
{
	struct url one, other;
	int order = !peer_of(snapshot, a) - !peer_of(snapshot, b);

	return order ? order
		     : strcmp(view_host(snapshot, endpoint_of(snapshot, a), &one),
			       view_host(snapshot, endpoint_of(snapshot, b), &other));
}

static int compare_server(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(endpoint_of(snapshot, a)->title, endpoint_of(snapshot, b)->title);
}

static int compare_at(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(endpoint_of(snapshot, a)->url, endpoint_of(snapshot, b)->url);
}

static int compare_path(const struct snapshot *snapshot, size_t a, size_t b)
{
	const struct peer *one = peer_of(snapshot, a), *other = peer_of(snapshot, b);

	return (one ? (int)one->path.kind : 0) - (other ? (int)other->path.kind : 0);
}

static int compare_quantisation(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(model_of(snapshot, a)->quantisation, model_of(snapshot, b)->quantisation);
}

/* In the snapshot's order: by model, the best first. */
static int tie(const struct snapshot *snapshot, size_t a, size_t b)
{
	(void)snapshot;
	return (a > b) - (a < b);
}

static bool holds_url(const struct snapshot *snapshot, size_t row, const char *part)
{
	const struct endpoint *endpoint = endpoint_of(snapshot, row);

	return text_contains_fold(endpoint->url, part) || text_contains_fold(endpoint->at, part);
}

static const struct column columns[] = {
	{ "MODEL", "model", 12, 40, 100, .is_exact = true, .format = format_model, .compare = compare_model },
	{ "#", "rank", 2, 3, 58, true, .text = text_count, .number = number_rank },
	{ "WARMTH", "warmth", 10, 10, 98, .starts_high = true, .format = format_warmth,
		.compare = compare_warmth },
	{ "PEER", "peer", 6, 16, 95, .format = format_peer, .compare = compare_peer },
	{ "SERVER", "server", 9, 14, 57, .format = format_server, .compare = compare_server },
	{ "AT", "at", 10, 22, 85, .is_exact = true, .format = format_at, .compare = compare_at,
		.holds = holds_url },
	{ "PATH", "path", 9, 16, 75, .format = format_path, .compare = compare_path },
	{ "RTT ms", "rttms", 7, 7, 72, true, .text = text_ms, .number = number_rtt },
	{ "QUEUE", "queue", 6, 6, 71, true, .text = text_count, .number = number_queue },
	{ "TOK/S", "toks", 6, 6, 70, true, .starts_high = true, .text = text_speed, .number = number_tokens },
	{ "TTFT ms", "ttftms", 7, 7, 50, true, .text = text_ms, .number = number_ttft },
	{ "SIZE", "size", 7, 7, 45, true, .starts_high = true, .text = text_bytes, .number = number_size },
	{ "CONTEXT", "context", 7, 7, 40, true, .starts_high = true, .text = text_count,
		.number = number_context },
	{ "QUANT", "quant", 6, 10, 35, .format = format_quantisation, .compare = compare_quantisation },
	{ "VRAM", "vram", 7, 7, 34, true, .starts_high = true, .text = text_bytes, .number = number_vram,
		.is_there = has_gpus },
	{ "FREE", "vramfree", 7, 7, 38, true, .starts_high = true, .text = text_bytes,
		.number = number_vram_free, .is_there = has_gpus },
	{ "GPU", "gpu", 5, 5, 33, true, .starts_high = true, .text = text_share, .number = number_gpu,
		.is_there = has_gpus },
	{ "WHY", "why", 16, 600, 59, .stretches = true, .format = format_why, .compare = compare_warmth },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->offer_count;
}

static bool is_dim(const struct snapshot *snapshot, size_t row)
{
	return !offer_of(snapshot, row)->rank;
}

static bool is_present(const struct snapshot *snapshot, size_t row)
{
	return !endpoint_of(snapshot, row)->is_of_tailnet;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s %s", endpoint_of(snapshot, row)->url, model_of(snapshot, row)->id);
	return buffer;
}

static const char *target(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return endpoint_of(snapshot, row)->url;
}

static const char *copied(const struct snapshot *snapshot, size_t row)
{
	return endpoint_of(snapshot, row)->base_url;
}

static const char *model_id(const struct snapshot *snapshot, size_t row)
{
	return model_of(snapshot, row)->id;
}

static bool instead(const struct snapshot *snapshot, struct page *page)
{
	if (snapshot->offer_count)
		return false;
	if (view_says_trouble(snapshot, page))
		return true;
	page_line(page, ROLE_TITLE, "No server has told its models yet.");
	page_line(page, ROLE_TEXT, " ");
	page_wrap(page, ROLE_TEXT, "", 0,
		"They are asked for once a minute, where asking neither loads nor wakes anything. A server "
		"that wants a "
		"key tells them once the configuration has it.");
	return true;
}

/* Agents read whole files: what they cannot hold they forget without a word. */
static bool note(const struct snapshot *snapshot, struct value *value)
{
	size_t count = 0;

	for (size_t row = 0; row < snapshot->offer_count; row++)
		count += model_of(snapshot, row)->is_short_for_agents;
	value->role = ROLE_DIM;
	text_set(value->text, sizeof(value->text),
		"%zu loaded model%s with a context under %d tokens: short for agents", count,
		count == 1 ? "" : "s", AGENTS_CONTEXT);
	return count > 0;
}

const struct view view_models = {
	.title = "Models",
	.key = '3',
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
	.tie = tie,
	.row_count = row_count,
	.is_dim = is_dim,
	.is_present = is_present,
	.row_id = row_id,
	.target = target,
	.copied = copied,
	.model = model_id,
	.note = note,
	.instead = instead,
};
