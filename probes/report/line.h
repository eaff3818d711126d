/* A line of a report: parts with commas between them. A part whose value is unknown is left out. */
#ifndef TSLLM_REPORT_LINE_H
#define TSLLM_REPORT_LINE_H

#include <stdint.h>

#define LINE_BYTES 400 /* of every line here; longer ones are cut */

void line_add(char *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
void line_ms(char *line, const char *before, double ms);
void line_number(char *line, const char *before, double count, const char *after);
void line_speed(char *line, const char *before, double tokens_per_s);
void line_ago(char *line, const char *before, int64_t now, int64_t at);
void line_until(char *line, const char *what, int64_t now, int64_t at);

#endif
