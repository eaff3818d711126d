/* What an alarm tells: that the severity of a row, or of its cause, became degraded or down, or is over.
 *
 * A pure function of snapshots: an alarm remembers what it told about each cause and when, and does nothing
 * itself. A cause is this machine, another machine with all its servers, or one engine with all its URLs: if
 * another of them fails a minute later or more, that is told too. What stood when the alarm began is not told, but
 * its end is. Muted verdicts do not exist for it. What cannot be judged at the moment (tailscaled is away, the
 * host is offline) stays as it was. */
#ifndef TSLLM_REPORT_ALARM_H
#define TSLLM_REPORT_ALARM_H

#include "probes/base/text.h"
#include "probes/model/snapshot.h"

/* The least time between two alerts about one cause. */
#define ALARM_GAP_MS 60000

struct alarm;

/* The texts are the snapshot's or the alarm's: they live until the next call. */
struct alert {
	const char *who;     /* for people: a machine's name, a URL, "this machine" */
	const char *machine; /* its name; "": not known */
	const char *url;     /* of the server, or of the backend; "": it is about a machine */
	const char *code;    /* of the verdict; of the one that is over, if it is info */
	enum severity severity, previous;
	const char *run, *run_on, *hint; /* as in the verdict; "" */
	int64_t since;           /* wall ms: when the verdict began; if it is over, when that was seen */
	unsigned servers;        /* that a machine takes with it */
	char text[2 * TEXT_CAP]; /* one sentence */
};

struct alarm *alarm_new(void);
void alarm_free(struct alarm *alarm);
/* Fills at most `most` alerts, the worst first, and returns their number; what has no room comes with the next
 * snapshot. */
size_t alarm_see(struct alarm *alarm, const struct snapshot *snapshot, struct alert *alerts, size_t most);

#endif
