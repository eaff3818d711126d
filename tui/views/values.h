/* How several views and outputs show the same value. States, paths, ages and reasons are formatted here, so
 * that they look the same everywhere. */
#ifndef TSLLM_VIEWS_VALUES_H
#define TSLLM_VIEWS_VALUES_H

#include "probes/base/url.h"
#include "tui/table/columns.h"
#include "tui/table/page.h"

void value_say(struct value *value, enum role role, const char *text);
void value_state(struct value *value, enum state state); /* "● ok" */
/* The sentence of the worst verdict, in brief its code; false if there is none that counts. Muted ones are
 * dimmed. */
bool value_why(struct value *value, const struct snapshot *snapshot, struct span verdicts);
/* If the place should not be used, what is wrong there; otherwise what choosing it costs, or other
 * remarks. */
void value_offer(struct value *value, const struct snapshot *snapshot, const struct offer *offer);
void value_server(struct value *value, const struct endpoint *endpoint); /* "vLLM"; NULL: none */
void value_path(struct value *value, const struct path *path);           /* "DERP fra" */
/* The same, "local" on this machine; peer and endpoint may be NULL. */
void value_way(struct value *value, const struct peer *peer, const struct endpoint *endpoint);
enum role value_path_role(enum path_kind kind);
void value_at_least(struct value *value); /* "≥3 min" of the "3 min" in it; "–" stays */
const char *value_traffic_path(int kind);                     /* of enum traffic_path: "relay" */
/* The name of an endpoint's peer, or outside the tailnet the host of its URL ("here": loopback), for which url
 * is the buffer. */
const char *view_host(const struct snapshot *snapshot, const struct endpoint *endpoint, struct url *url);
void value_ago(struct value *value, const struct snapshot *snapshot, int64_t wall_ms); /* "3 min" */
/* "▁▂▃█ 50 ms": a sparkline of milliseconds, with the top of its scale. */
void value_spark(struct value *value, const float *spark, size_t count);
/* "TTFB 10 MIN": what the sparklines of a column show. */
char *value_spark_head(const struct snapshot *snapshot, const char *figure, char *to, size_t size);
void value_loss(struct value *value, double loss);                                     /* "0.4 %" */
/* "12 s capture", brief "12 s": the last pong's age and who saw it. A fresh one is "now", because it is
 * renewed all the time. */
void value_pong(struct value *value, const struct path *path);
void value_last_seen(struct value *value, const struct snapshot *snapshot, const struct peer *peer);
/* Writes the page for empty and broken states, which several views and outputs show; false: there is no such
 * state. */
bool view_says_trouble(const struct snapshot *snapshot, struct page *page);
/* tailscaled's answer is stale or missing: the last known values are shown. */
bool view_is_past(const struct snapshot *snapshot);

#endif
