/* The log of a server, for the screen and for --server-log: where it is, its lines, and why there are none. */
#ifndef TSLLM_TUI_SERVER_LOG_H
#define TSLLM_TUI_SERVER_LOG_H

#include "probes/model/settings.h"
#include "probes/model/snapshot.h"
#include "probes/report/log_lines.h"

struct server_log;
struct uv_loop_s;

/* What is wanted. follows: go on as it grows. changed: there are new lines, or it has ended. */
struct log_wish {
	struct uv_loop_s *loop;
	const struct settings *settings; /* whose keys are hidden */
	bool follows;
	void (*changed)(void *data);
	void *data;
};

/* endpoint need not stay. changed is called from the loop, not before this returns. */
struct server_log *server_log_open(
	const struct log_wish *wish, const struct snapshot *snapshot, const struct endpoint *endpoint);
void server_log_free(struct server_log *server_log);
const struct log_text *server_log_text(const struct server_log *server_log);
bool server_log_has_ended(const struct server_log *server_log);

#endif
