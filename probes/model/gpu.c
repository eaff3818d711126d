#include "probes/model/gpu.h"

#include "probes/base/text.h"

#include <math.h>

void gpu_blank(struct gpu_figures *figures)
{
	figures->memory_used = figures->memory_free = figures->memory_total = figures->busy = NAN;
}

void gpu_add_up(const struct obs_gpu *items, size_t count, struct gpu_figures *sum)
{
	gpu_blank(sum);
	if (!count)
		return;
	*sum = items[0].figures;
	for (size_t i = 1; i < count; i++) {
		sum->memory_used += items[i].figures.memory_used;
		sum->memory_free += items[i].figures.memory_free;
		sum->memory_total += items[i].figures.memory_total;
		sum->busy += items[i].figures.busy;
	}
	sum->busy /= (double)count;
}

static const struct {
	const char *name, *text;
} troubles[GPU_TROUBLES] = {
	[GPU_FINE] = { "", "" },
	[GPU_NO_ANSWER] = { "no-answer", "does not answer" },
	[GPU_HTTP_ERROR] = { "http-error", "answers HTTP" },
	[GPU_REDIRECT] = { "redirect", "redirects to another URL, which is not followed: HTTP" },
	[GPU_WEB_PAGE] = { "web-page", "answers with a web page instead of metrics" },
	[GPU_TOO_LARGE] = { "too-large", "sends more than 2 MB, which is not read" },
	[GPU_NO_METRICS] = { "no-gpu-metrics", "has no GPU metrics that are known here" },
	[GPU_NO_FIGURES] = { "no-figures", "names GPUs, but gives no figure that can be true" },
	[GPU_NO_PLACE] = { "no-such-host",
		"is not asked: its URL must name a machine of the tailnet or an address" },
};

const char *gpu_trouble_name(enum gpu_trouble trouble)
{
	return troubles[trouble].name;
}

char *gpu_trouble_text(char *to, size_t size, enum gpu_trouble trouble, int status)
{
	text_set(to, size, "%s", troubles[trouble].text);
	if (trouble == GPU_HTTP_ERROR || trouble == GPU_REDIRECT)
		text_add(to, size, " %d", status);
	return to;
}
