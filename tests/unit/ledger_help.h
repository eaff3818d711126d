/* Words for tests of the ledger and its rules, so that a test reads as what it says.
 *
 * One ledger and its last snapshot live at a time: watching() makes the ledger, take() the snapshot, and
 * forget(), the teardown of every test, frees both. Answers go to the door that was named last. */
#ifndef TSLLM_TESTS_LEDGER_HELP_H
#define TSLLM_TESTS_LEDGER_HELP_H

#include "probes/ledger/ledger.h"
#include "probes/verdicts/rule.h"
#include "tests/unit/status_help.h"

#define GPU1 "https://gpu1.tail4c1d.ts.net"
#define GPU1_ID "n2"
#define DAYS(n) (INT64_C(86400000) * (n))

struct when at(double seconds); /* since the beginning of the test */
int forget(void **state);

/* ---- a ledger ---- */

struct ledger *empty_ledger(const struct ledger_terms *terms); /* of 2 s and 10 s where NULL */
/* Watches a door of a tailnet with gpu1 (direct) in it. Its status is never late. */
struct ledger *watching(const char *url);
struct ledger *watching_a(const char *family, const char *url);
/* One more door, or one told of again; later answers are its own. family: NULL or "" while not recognised. */
void watches(struct ledger *l, const char *family, const char *url);
/* The resolver has not answered for its name, or has now. */
void watches_unresolved(struct ledger *l, const char *url, bool is_resolving);
/* Whether the endpoints that are watched from now on were found by discovery; else the user pinned them. */
void finds_by_port(bool is_found);
/* A key is configured that may not be sent there. */
void watches_without_its_key(struct ledger *l, const char *family, const char *url);
void watches_own(struct ledger *l, const char *family, const char *url); /* on this machine's loopback */

void is_on(struct ledger *l, const char *os, enum init init, const char *sudo); /* this machine */
void sees(struct ledger *l, struct when now, struct obs_status *status); /* takes it over */
void sees_serve(struct ledger *l, const struct obs_mount *mounts, size_t count);

/* ---- what the capture helper says ---- */

/* Without the time that a line has (at=), which is now. */
void hears(struct ledger *l, struct when now, const char *format, ...) __attribute__((format(printf, 3, 4)));
void starts_capture(struct ledger *l, struct when now);
void times_path(struct ledger *l, int ms, struct when now); /* to gpu1, direct, by the capture */
void ends_period(struct ledger *l, struct when now);

/* ---- what pings come to ---- */

void is_pinged(
	struct ledger *l, const char *peer_id, double ms, struct when now); /* NAN: by both kinds, in vain */
/* endpoint, derp: the way by which the answer came, or "" */
void answers_ping(struct ledger *l, enum ping_kind kind, double ms, const char *endpoint, const char *derp,
	struct when now); /* of gpu1 */

/* ---- what the GPU exporter of gpu1 says ---- */

/* One GPU: GB in use and in all; NAN: not told. */
void uses_gpu(struct ledger *l, struct when now, double used, double total);
void has_gpu_trouble(struct ledger *l, struct when now, enum gpu_trouble trouble, int status);

/* ---- what a door answers ---- */

void gives_a_key(void); /* from now on our requests carry one */
/* An answer of which nothing more is known. */
struct obs_answer an_answer(const char *url, const char *path, enum outcome outcome, int status);
/* A recording, "SERVER/STATE/NAME", read as its family reads it. The name tells which question it answers. */
void answers(struct ledger *l, struct when now, const char *recording);
/* The same, its first byte after so many ms. */
void answers_in(struct ledger *l, struct when now, const char *recording, double ttfb_ms);
void says(struct ledger *l, struct when now, int status, const char *headers, const char *body);
/* The same in answer to that question of its family. */
void says_at(struct ledger *l, struct when now, const char *path, int status, const char *headers,
	const char *body);
void is_silent_at(struct ledger *l, struct when now, const char *path);
void comes_to(struct ledger *l, struct when now, enum outcome outcome);
void stays_silent(struct ledger *l, struct when now);
void is_refused(struct ledger *l, struct when now);
void connect_times_out(struct ledger *l, struct when now);
void tls_fails(struct ledger *l, struct when now, enum tls_trouble trouble);

/* ---- what is shown ---- */

const struct snapshot *take(struct ledger *l, struct when now);
const struct verdict *find_verdict(const struct snapshot *s, const char *code);
/* One of the rows holds it, and it is a whole sentence. */
const struct verdict *assert_verdict(const struct snapshot *s, const char *code);
/* The same, with all that the contract says of it, and part in its text. */
const struct verdict *assert_says(const struct snapshot *s, const char *code, enum layer layer,
	enum severity severity, enum state state, const char *part);
void assert_fix(const struct verdict *verdict, const char *part);
void assert_no_verdict(const struct snapshot *s, const char *code);
void assert_nothing_above_info(const struct snapshot *s);
void assert_state(const struct snapshot *s, enum state state); /* of the first endpoint */
void assert_peer_state(const struct snapshot *s, const char *name, enum state state);
const struct peer *peer_row(const struct snapshot *s, const char *name);
const struct endpoint *endpoint_row(const struct snapshot *s, const char *url);
/* Every code of the table was asserted by assert_says() and by assert_no_verdict() in this program. */
void assert_covered(const struct rule *table);

#endif
