/* How flows, and the helper that sees them, are described; used by several screens. */
#ifndef TSLLM_VIEWS_FLOWS_H
#define TSLLM_VIEWS_FLOWS_H

#include "tui/table/columns.h"
#include "tui/table/page.h"

/* NULL: the peer is not known. */
const struct peer *flow_peer(const struct snapshot *snapshot, const struct flow *flow);
const char *flow_server(const struct snapshot *snapshot, const struct flow *flow); /* its title; "" */
/* "→ us": that peer uses this machine; "← us": this machine uses that peer. */
const char *flow_direction(const struct flow *flow);

void value_flow_state(struct value *value, const struct flow *flow); /* "● active" */
void value_flow_peer(struct value *value, const struct snapshot *snapshot, const struct flow *flow);
void value_flow_service(struct value *value, const struct flow *flow); /* "llm :11434" */
void value_flow_ttft(struct value *value, const struct flow *flow);    /* "12–19": between the two */
void value_flow_tokens(struct value *value, const struct flow *flow);  /* "~41" if estimated */

/* Flows of one peer or of one endpoint, by index; prints nothing if there are none. */
void flows_write_peer(const struct snapshot *snapshot, int peer, struct page *page);
void flows_write_endpoint(const struct snapshot *snapshot, int endpoint, struct page *page);

/* "capture eth0, 0 dropped", or in a few words why there is none; "" if it is not wanted. */
void capture_say(const struct capture *capture, char *text, size_t size);
/* "capture failed 3 min ago", "capture is off" */
void capture_say_lack(const struct snapshot *snapshot, char *text, size_t size);
/* One line: why there is no capture → the command that fixes it; the brief form leaves out the reason. false
 * if it runs or is not wanted. */
bool value_capture(const struct snapshot *snapshot, struct value *value);
/* "eth0 tailscale0" */
void capture_devices(const struct capture *capture, char *text, size_t size);

#endif
