/* What each rung has to show. Private to the ladder. */
#ifndef TSLLM_REPORT_DIAGNOSE_EVIDENCE_H
#define TSLLM_REPORT_DIAGNOSE_EVIDENCE_H

#include "probes/report/diagnose.h"
#include "probes/report/wording.h"

struct walk {
	const struct snapshot *snapshot;
	const struct peer *peer;         /* NULL: none */
	const struct endpoint *endpoint; /* NULL: the peer, or the daemon, alone */
	bool is_outside;                 /* no way through the tailnet leads there */
	bool is_own;                     /* it is this machine */
};

void diagnose_steps(const struct walk *walk, struct layer_report steps[STEP_COUNT]);
enum mark diagnose_mount_lines(
	const struct snapshot *snapshot, const struct mount *mount, struct layer_report *layer_report);
bool endpoint_is_loopback(const struct endpoint *endpoint);

/* The rungs up to the path, and those of a door. */
enum mark diagnose_daemon(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_host(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_path(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_port(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_tls(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_http(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_engine(const struct walk *walk, struct layer_report *layer_report);
enum mark diagnose_exposure(const struct walk *walk, struct layer_report *layer_report);

/* A layer that is full goes on in its last line. */
char *line_new(struct layer_report *layer_report);
enum mark line_say(
	struct layer_report *layer_report, enum mark mark, const char *text); /* one line; returns the mark */

#endif
