/* What alarm.c remembers of causes and rows, and what a snapshot says about them. Do not include it elsewhere. */
#ifndef TSLLM_REPORT_ALARM_CAUSES_H
#define TSLLM_REPORT_ALARM_CAUSES_H

#include "probes/base/mem.h"
#include "probes/model/snapshot.h"

#define THIS_MACHINE ""

struct cause {
	char *who; /* a machine's name, THIS_MACHINE, or the first URL of an engine */
	enum severity told;
	struct when told_at; /* unknown: never */
	char *code;          /* of the verdict that was told last, or stood at the start */
	char *url;           /* of its server; "": of a machine */
	unsigned told_servers, told_urls;
	/* In this snapshot. */
	const struct verdict *worst; /* NULL: nothing above info */
	const char *worst_url;
	bool is_judged, is_there, has_risen;
	unsigned servers;
	unsigned urls; /* of an engine: how many got as bad as the worst */
};

/* An endpoint that was judged at least once. */
struct row {
	char *url;
	bool was_well;      /* without a fault of its own */
	bool is_unsure;     /* it cannot be judged */
	struct when judged; /* since when it can be judged again; unknown: always */
	bool is_there;
};

struct alarm {
	VEC(struct cause) causes;
	VEC(struct row) rows;
};

/* Every verdict of a snapshot counts for its cause; a cause is as bad as the worst of them. */
void alarm_causes_see(struct alarm *alarm, const struct snapshot *snapshot);
/* Forgets the machines and rows that are not there any more. While nothing is known of the tailnet, its rows are
 * only not listed. */
void alarm_causes_forget(struct alarm *alarm, const struct snapshot *snapshot);
void alarm_causes_free(struct cause *cause);
const struct endpoint *alarm_causes_endpoint(const struct snapshot *snapshot, const char *url);

#endif
