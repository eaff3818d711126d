/* What each rung has to show. Private to the ladder. */
#ifndef TSLLM_REPORT_DIAGNOSE_EVIDENCE_H
#define TSLLM_REPORT_DIAGNOSE_EVIDENCE_H

#include "probes/report/diagnose.h"

struct climb {
	const struct snapshot *snapshot;
	const struct peer *peer;         /* NULL: none */
	const struct endpoint *endpoint; /* NULL: the peer, or the daemon, alone */
	bool is_outside;                 /* no way through the tailnet leads there */
	bool is_own;                     /* it is this machine */
};

void climb_steps(const struct climb *climb, struct rung steps[STEP_COUNT]);
enum mark climb_see_mount(const struct snapshot *snapshot, const struct mount *mount, struct rung *rung);
bool endpoint_is_loopback(const struct endpoint *endpoint);

/* The rungs up to the path, and those of a door. */
enum mark see_daemon(const struct climb *climb, struct rung *rung);
enum mark see_host(const struct climb *climb, struct rung *rung);
enum mark see_path(const struct climb *climb, struct rung *rung);
enum mark see_port(const struct climb *climb, struct rung *rung);
enum mark see_tls(const struct climb *climb, struct rung *rung);
enum mark see_http(const struct climb *climb, struct rung *rung);
enum mark see_engine(const struct climb *climb, struct rung *rung);
enum mark see_exposure(const struct climb *climb, struct rung *rung);

/* A line is made of parts, and a part that is not known is left out. A line is LADDER_LINE_MAX bytes long; a
 * rung that is full goes on in its last one. */
char *rung_line(struct rung *rung);
enum mark rung_say(struct rung *rung, enum mark mark, const char *text); /* one line; returns the mark */
void line_add(char *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
void line_ms(char *line, const char *before, double ms);
void line_number(char *line, const char *before, double count, const char *after);
void line_ago(char *line, const char *before, int64_t now, int64_t at);
void line_until(char *line, const char *what, int64_t now, int64_t at);

#endif
