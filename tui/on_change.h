/* Runs the user's command for alerts: at most ON_CHANGE_CHILDREN at once, each for ON_CHANGE_MS, the rest in
 * order. The command is words, never a shell; what the alert says is in its environment. */
#ifndef TSLLM_TUI_ON_CHANGE_H
#define TSLLM_TUI_ON_CHANGE_H

#include "probes/model/settings.h"
#include "probes/report/alarm.h"

#define ON_CHANGE_CHILDREN 4
#define ON_CHANGE_MS 30000
#define ON_CHANGE_WAITING 32 /* alerts; the oldest is dropped, and that is logged */

struct fault;
struct uv_loop_s;
struct on_change;

/* -1 and a fault if the command cannot be run, as far as one can tell. */
int on_change_check(const struct settings *settings, struct fault *fault);
/* settings live as long as this. deadline_ms: ON_CHANGE_MS, but for tests. */
struct on_change *on_change_new(struct uv_loop_s *loop, const struct settings *settings, long deadline_ms);
void on_change_free(struct on_change *on_change); /* kills what runs */
/* Why the command did not start or was killed, the last time; "": it did, or none has run. */
const char *on_change_trouble(const struct on_change *on_change);
/* host: this machine's name; now: wall ms. */
void on_change_run(struct on_change *on_change, const struct alert *alert, const char *host, int64_t now);

#endif
