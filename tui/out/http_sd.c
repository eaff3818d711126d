/* An engine is listed once, with the endpoint through which its metrics are read.
 *
 * It stays listed while it does not answer: a target that vanished with its engine would take its `up == 0` along.
 * One that has no metrics, or asks for a key before it gives them, answers with 4xx or 501. */
#include "tui/out/http_sd.h"

#include "probes/base/json_out.h"
#include "probes/base/text.h"
#include "probes/base/url.h"
#include "tui/out/labels.h"
#include "tui/out/outputs.h"

#include <string.h>

/* The path below the endpoint's URL; NULL: it has none that can be scraped. */
static const char *metrics_path(const struct snapshot *snapshot, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->sent.count; i++) {
		const struct sent *sent = &snapshot->sents[endpoint->sent.first + i];
		bool is_refused = sent->status / 100 == 4 || sent->status == 501;

		if (text_has_suffix(sent->path, "/metrics") && *endpoint->server && !is_refused)
			return sent->path;
	}
	return NULL;
}

/* Whether it is the first endpoint of its engine that can be scraped. */
static bool is_target(const struct snapshot *snapshot, size_t row)
{
	const struct endpoint *endpoint = &snapshot->endpoints[row];

	if (!metrics_path(snapshot, endpoint))
		return false;
	for (size_t i = 0; i < row; i++)
		if (snapshot->endpoints[i].lead == endpoint->lead &&
			metrics_path(snapshot, &snapshot->endpoints[i]))
			return false;
	return true;
}

static void write_target(
	struct json_out *out, const struct snapshot *snapshot, const struct labels *labels, size_t row)
{
	const struct endpoint *endpoint = &snapshot->endpoints[row];
	char address[300], path[1024];
	const char *targets[] = { address, NULL };
	struct url url;

	if (url_split(&url, endpoint->url) < 0)
		return;
	url_place(&url, address, sizeof(address));
	text_set(path, sizeof(path), "%s%s", url.path, metrics_path(snapshot, endpoint));
	json_out_begin(out, NULL, '{');
	json_out_texts(out, "targets", targets);
	json_out_begin(out, "labels", '{');
	json_out_text(out, "__scheme__", url.is_https ? "https" : "http");
	json_out_text(out, "__metrics_path__", path);
	json_out_text(out, "__meta_tsllm_server", endpoint->server);
	json_out_text(out, "__meta_tsllm_peer", labels_peer(labels, endpoint->peer));
	json_out_text(out, "__meta_tsllm_endpoint", labels->endpoints[row]);
	json_out_end(out, '}');
	json_out_end(out, '}');
}

void http_sd_print(const struct print_to *to, const struct snapshot *snapshot)
{
	struct json_out out = { .file = to->file, .is_pretty = true };
	struct labels *labels = labels_new(snapshot);

	json_out_begin(&out, NULL, '[');
	for (size_t i = 0; i < snapshot->endpoint_count; i++)
		if (is_target(snapshot, i))
			write_target(&out, snapshot, labels, i);
	json_out_end(&out, ']');
	putc('\n', to->file);
	labels_free(labels);
}
