/* --listen: what is known, for programs on this machine, over HTTP. */
#ifndef TSLLM_TUI_LISTEN_H
#define TSLLM_TUI_LISTEN_H

struct fault;
struct listen;
struct snapshot;
struct uv_loop_s;

/* address: a port, or "unix:PATH"; "": *listen is NULL. -1 and a fault: it cannot listen there, and *listen is NULL. */
int listen_open(struct listen **listen, struct uv_loop_s *loop, const char *address, double period_s,
	struct fault *fault);
void listen_free(struct listen *listen);
/* The names that this machine has on the tailnet, before they are redacted. listen may be NULL, here and below. */
void listen_learn(struct listen *listen, const struct snapshot *snapshot);
/* From now on this snapshot is shown. */
void listen_see(struct listen *listen, struct snapshot *snapshot);
void listen_show(struct listen *listen, struct snapshot *snapshot); /* both, if nothing is redacted */

#endif
