/* One line of Prometheus text. Nothing is copied: the parts point into the line. */
#ifndef TSLLM_SERVERS_PROMETHEUS_LINE_H
#define TSLLM_SERVERS_PROMETHEUS_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct prometheus_line {
	const char *name, *labels, *end; /* labels: after the brace, NULL: none */
	size_t name_length, labels_length;
	double value;
};

struct prometheus_label {
	const char *name, *value, *past; /* value: inside its quotes; past: after the closing one */
	size_t name_length, value_length;
};

void prometheus_line_name(struct prometheus_line *line);
/* The rest of a line whose name is wanted: labels, value, maybe a timestamp. False if it is broken. */
bool prometheus_line_rest(struct prometheus_line *line);
/* Goes on to the next label; begin with { 0 }. False if there are no more. */
bool prometheus_line_label(const struct prometheus_line *line, struct prometheus_label *label);
/* Whether it has that label, `err="overloaded"`. Ignores case: is_streaming is "false" or "False". */
bool prometheus_line_has(const struct prometheus_line *line, const char *wanted);
/* The upper bound of a bucket, INFINITY for the last; NAN if there is none. */
double prometheus_line_bound(const struct prometheus_line *line);

#endif
