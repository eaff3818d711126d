/* The evidence of each layer. Private to the diagnosis. */
#ifndef TSLLM_REPORT_DIAGNOSE_LINES_H
#define TSLLM_REPORT_DIAGNOSE_LINES_H

#include "probes/report/diagnose.h"
#include "probes/report/wording.h"

struct walk {
	const struct snapshot *snapshot;
	const struct peer *peer;         /* NULL: none */
	const struct endpoint *endpoint; /* NULL: the peer, or the daemon, alone */
	bool is_outside;                 /* not reached over the tailnet */
	bool is_own;                     /* on this machine */
};

void diagnose_steps(const struct walk *walk, struct layer_report steps[STEP_COUNT]);
enum mark diagnose_mount_lines(
	const struct snapshot *snapshot, const struct mount *mount, struct layer_report *layer_report);
bool endpoint_is_loopback(const struct endpoint *endpoint);

/* The layers up to the path, and those of an endpoint. */
enum mark diagnose_daemon(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_host(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_path(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_port(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_tls(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_http(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_engine(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_exposure(const struct walk *walk, struct layer_report *layer_report);

/* A new line of the layer; once it is full, text is added to its last line. */
char *line_new(struct layer_report *layer_report);
enum mark line_say(
	struct layer_report *layer_report, enum mark mark, const char *text); /* returns the mark */

#endif
