/* The lines of a layer. */
#include "probes/report/diagnose_lines.h"

#include "probes/base/url.h"

char *line_new(struct layer_report *layer_report)
{
	size_t last = DIAGNOSIS_LINES - 1;

	return layer_report
		->lines[layer_report->line_count < DIAGNOSIS_LINES ? layer_report->line_count++ : last];
}

enum mark line_say(struct layer_report *layer_report, enum mark mark, const char *text)
{
	line_add(line_new(layer_report), "%s", text);
	return mark;
}

bool endpoint_is_loopback(const struct endpoint *endpoint)
{
	struct url url;

	return endpoint->peer < 0 && url_split(&url, endpoint->url) == 0 && url_host_is_loopback(url.host);
}
