#include "tui/out/exposition_sample.h"

#include "probes/base/mem.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static void put_escaped(struct exposition *exposition, const char *text, bool is_label)
{
	FILE *file = exposition->file;

	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", file);
		else if (*text == '\\' || (*text == '"' && is_label))
			fprintf(file, "\\%c", *text);
		else
			putc(*text, file);
		exposition->written++;
	}
}

static void announce(struct exposition *exposition, const struct metric *metric)
{
	static const char *const types[] = { "gauge", "counter", "summary" };

	if (exposition->announced == metric)
		return;
	exposition->announced = metric;
	fprintf(exposition->file, "# HELP %s ", metric->name);
	put_escaped(exposition, metric->help, false);
	fprintf(exposition->file, "\n# TYPE %s %s\n", metric->name, types[metric->type]);
}

/* Bytes and times need all digits; what was measured has no more than nine. */
static void put_value(struct exposition *exposition, double value)
{
	bool is_measured = fabs(value) < 1e6 && value < floor(value) + 1 && value > floor(value);

	if (isinf(value))
		fputs(value > 0 ? "+Inf\n" : "-Inf\n", exposition->file);
	else
		fprintf(exposition->file, "%.*g\n", is_measured ? 9 : 15, value);
}

void exposition_put(struct exposition *exposition, const struct metric *metric, double value, ...)
{
	const char *name, *before = "{";
	va_list labels;

	if (isnan(value))
		return;
	announce(exposition, metric);
	fputs(metric->name, exposition->file);
	exposition->written += strlen(metric->name) + 8;
	va_start(labels, value);
	while ((name = va_arg(labels, const char *))) {
		const char *label = va_arg(labels, const char *);

		fprintf(exposition->file, "%s%s=\"", before, name);
		put_escaped(exposition, label, true);
		putc('"', exposition->file);
		exposition->written += strlen(name) + 4;
		before = ",";
	}
	va_end(labels);
	fputs(*before == ',' ? "} " : " ", exposition->file);
	put_value(exposition, value);
}

static const struct field *find_field(const struct fields *fields, const char *key)
{
	size_t i = 0;

	while (strcmp(fields->items[i].key, key) != 0)
		i++;
	return &fields->items[i];
}

void exposition_put_figures(struct exposition *exposition, const struct metric *metric, const void *row,
	const char *name, const char *label, const char *other_name, const char *other_label)
{
	for (size_t i = 0; i < ARRAY_LEN(metric->figures) && metric->figures[i].key; i++) {
		const struct field *field = find_field(metric->fields, metric->figures[i].key);
		double value = fields_value(field, row) / (field->unit == UNIT_MS ? 1000 : 1);

		if (metric->type == METRIC_SUMMARY)
			exposition_put(exposition, metric, value, "quantile", metric->figures[i].quantile,
				name, label, other_name, other_label, NULL);
		else
			exposition_put(exposition, metric, value, name, label, other_name, other_label, NULL);
	}
}
