/* What several views and outputs say in the same way. A state, a path, an age and a reason look the same wherever
 * they stand, because they are made here. */
#ifndef TSLLM_VIEWS_VALUES_H
#define TSLLM_VIEWS_VALUES_H

#include "probes/base/url.h"
#include "tui/table/columns.h"
#include "tui/table/page.h"

void value_say(struct value *value, enum role role, const char *text);
void value_state(struct value *value, enum state state); /* "● ok" */
/* The worst verdict → its fix; false where there is none that counts. Muted ones are said dimmed. */
bool value_why(struct value *value, const struct snapshot *snapshot, struct span verdicts);
/* Where nobody should be sent, what is wrong there; else what the choice costs, or what else is to be said. */
void value_offer(struct value *value, const struct snapshot *snapshot, const struct offer *offer);
void value_server(struct value *value, const struct endpoint *endpoint); /* "vLLM"; NULL: none */
void value_path(struct value *value, const struct path *path);           /* "DERP fra" */
void value_way(struct value *value, const struct peer *peer); /* the same, "local" on this machine */
const char *value_traffic_path(int kind);                     /* of enum traffic_path: "relay" */
/* The name of an endpoint's peer; outside the tailnet the host of its URL, which `url` then holds. */
const char *view_host(const struct snapshot *snapshot, const struct endpoint *endpoint, struct url *url);
void value_ago(struct value *value, const struct snapshot *snapshot, int64_t wall_ms); /* "3 min" */
void value_loss(struct value *value, double loss);                                     /* "0.4 %" */
/* "12 s capture", in brief "12 s": the last pong's age and who saw it. A fresh one is "now": it is renewed
 * all the time. */
void value_pong(struct value *value, const struct path *path);
void value_last_seen(struct value *value, const struct snapshot *snapshot, const struct peer *peer);
/* Empty and broken states that more than one view and output shows; false: nothing of the kind. */
bool view_says_trouble(const struct snapshot *snapshot, struct page *page);
/* The daemon's word is old or bad: what is shown is the last that was known. */
bool view_is_past(const struct snapshot *snapshot);

#endif
