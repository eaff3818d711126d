#include "tui/out/canary_json.h"

#include "probes/report/canary_words.h"

#include <math.h>

static void write_times(struct json_out *out, const struct canary *canary)
{
	const struct canary_figures *figures = &canary->figures;

	json_out_number(out, "ttft_ms", figures->ttft_ms);
	json_out_number(out, "total_ms", figures->total_ms);
	json_out_number(out, "connect_ms", figures->connect_ms);
	json_out_number(out, "tls_ms", figures->tls_ms);
	json_out_number(out, "path_ms", figures->path_ms);
	json_out_text(out, "path_source", canary->path_source);
	json_out_number(out, "head_ms", figures->head_ms);
	json_out_number(out, "queue_ms", figures->queue_ms);
	json_out_number(out, "load_ms", figures->load_ms);
	json_out_number(out, "prefill_ms", figures->prefill_ms);
	json_out_number(out, "decode_ms", figures->decode_ms);
	json_out_text(out, "decode_source",
		isnan(figures->decode_ms)      ? ""
		: figures->is_decode_by_server ? "server"
					       : "client");
}

static void write_tokens(struct json_out *out, const struct canary_figures *figures)
{
	json_out_number(out, "tokens", figures->tokens);
	json_out_text(out, "counted_by", canary_counted_name(figures->counted));
	json_out_number(out, "prompt_tokens", figures->prompt_tokens);
	json_out_number(out, "tokens_per_s", figures->tokens_per_s);
	json_out_true(out, "thinking", figures->is_thinking);
	json_out_true(out, "whole", figures->is_whole);
	json_out_true(out, "over_limit", figures->has_more);
}

static void write_witnesses(struct json_out *out, const struct canary *canary)
{
	const struct canary_figures *figures = &canary->figures;

	if (canary->is_seen) {
		json_out_begin(out, "packets", '{');
		json_out_number(out, "ttfb_ms", canary->seen_ttfb_ms);
		json_out_number(out, "ttft_ms", canary->seen_ttft_ms);
		json_out_number(out, "tokens_per_s", canary->seen_tokens_per_s);
		json_out_end(out, '}');
	}
	if (!isnan(figures->engine_tokens)) {
		json_out_begin(out, "engine_counters", '{');
		json_out_number(out, "generated_tokens", figures->engine_tokens);
		json_out_number(out, "prompt_tokens", figures->engine_prompt_tokens);
		json_out_number(out, "span_ms", figures->engine_span_ms);
		json_out_end(out, '}');
	}
}

static void write_request(struct json_out *out, const struct canary *canary, int64_t now)
{
	const struct canary_figures *figures = &canary->figures;
	char text[1024];

	json_out_begin(out, NULL, '{');
	json_out_number(out, "number", figures->number);
	json_out_text(out, "state", canary_state_name(figures->state));
	json_out_text(out, "text", canary_words_say(text, sizeof(text), canary, now));
	json_out_text(out, "trouble", canary_trouble_name(figures->trouble));
	json_out_text(out, "error", canary->words);
	json_out_number(out, "http_status", figures->status ? figures->status : NAN);
	json_out_text(out, "url", canary->url);
	json_out_text(out, "model", canary->model);
	json_out_text(out, "api", client_api_name(figures->api));
	json_out_text(out, "cost", cost_name(figures->cost));
	json_out_bool(out, "cold", figures->was_cold);
	json_out_bool(out, "key_sent", figures->sends_key);
	json_out_time(out, "began", figures->began);
	json_out_time(out, "ended", figures->ended);
	write_times(out, canary);
	write_tokens(out, figures);
	write_witnesses(out, canary);
	json_out_end(out, '}');
}

void canary_json_write(struct json_out *out, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	if (!endpoint->canaries.count)
		return;
	json_out_begin(out, "canary", '[');
	for (size_t i = 0; i < endpoint->canaries.count; i++)
		write_request(
			out, &snapshot->canaries[endpoint->canaries.first + i], snapshot->taken.wall_ms);
	json_out_end(out, ']');
}
