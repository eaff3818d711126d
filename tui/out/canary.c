#include "tui/out/canary.h"

#include "probes/base/json_out.h"
#include "probes/report/canary_words.h"
#include "tui/out/canary_json.h"
#include "tui/out/canvas_text.h"
#include "tui/out/json.h"
#include "tui/out/outputs.h"
#include "tui/views/canary_page.h"

#define WIDTH_LEAST 40

void canary_print(const struct print_to *to, const struct snapshot *snapshot, const struct canary_plan *plan)
{
	int width = to->width < WIDTH_LEAST ? WIDTH_LEAST : to->width;
	const struct endpoint *endpoint = canary_words_endpoint(snapshot, plan->url);
	struct page *page = page_new(width);
	struct canvas *canvas;

	if (endpoint)
		canary_page_write(snapshot, endpoint, page);
	canvas = canvas_new(width, (int)page_lines(page), to->is_ascii);
	page_draw(page, canvas, 0, 0, canvas->height, 0);
	canvas_text_print(to->file, canvas, to->has_colour);
	canvas_free(canvas);
	page_free(page);
}

static void write_range(struct json_out *out, const char *key, const struct canary_range *range)
{
	if (!range->count)
		return;
	json_out_begin(out, key, '{');
	json_out_number(out, "count", (double)range->count);
	json_out_number(out, "least", range->least);
	json_out_number(out, "median", range->median);
	json_out_number(out, "most", range->most);
	json_out_end(out, '}');
}

static void write_sum(struct json_out *out, const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	struct canary_sum sum;

	canary_words_sum(snapshot, endpoint, &sum);
	json_out_number(out, "done", (double)sum.done);
	json_out_number(out, "failed", (double)sum.failed);
	json_out_begin(out, "after_the_first", '{');
	write_range(out, "ttft_ms", &sum.ttft_ms);
	write_range(out, "tokens_per_s", &sum.tokens_per_s);
	json_out_end(out, '}');
}

void canary_print_json(
	const struct print_to *to, const struct snapshot *snapshot, const struct canary_plan *plan)
{
	struct json_out out = { .file = to->file, .is_pretty = true };
	const struct endpoint *endpoint = canary_words_endpoint(snapshot, plan->url);

	json_out_begin(&out, NULL, '{');
	json_out_number(&out, "schema_version", JSON_SCHEMA_VERSION);
	json_out_text(&out, "version", TSLLM_VERSION);
	json_out_time(&out, "taken_at", snapshot->taken.wall_ms);
	json_out_text(&out, "status", status_name(canary_words_status(snapshot, plan->url)));
	json_out_text(&out, "endpoint", plan->url);
	if (endpoint) {
		write_sum(&out, snapshot, endpoint);
		canary_json_write(&out, snapshot, endpoint);
	}
	json_out_end(&out, '}');
	putc('\n', to->file);
}
