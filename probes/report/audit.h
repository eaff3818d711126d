/* --audit: who can reach what, as far as it can be known from here.
 *
 * A pure function of a snapshot. What is found is kept as indices into it, and put into words later: so names
 * may be hidden in between, and `ignore` still knows them. */
#ifndef TSLLM_REPORT_AUDIT_H
#define TSLLM_REPORT_AUDIT_H

#include "probes/model/snapshot.h"

#define AUDIT_PORTS_MAX 8
#define AUDIT_UNKNOWNS_MAX 10

/* What a rule is applied to. */
enum audit_scope {
	AUDIT_MACHINE,   /* this one */
	AUDIT_PEER,      /* each machine that has a server */
	AUDIT_SERVER,    /* each server, whatever number of URLs lead to it */
	AUDIT_URL,       /* each endpoint */
	AUDIT_MOUNT,     /* each mount of `tailscale serve` and Funnel */
	AUDIT_LISTENER,  /* each port that a program on this machine listens on */
	AUDIT_COMPANION, /* each port beside a server */
	AUDIT_SCOPES
};

/* What a finding is about. index is into the rows of its scope; peer and endpoint are -1: none. */
struct audit_subject {
	size_t index;
	int peer, endpoint;
};

struct audit_rule;

struct audit_finding {
	const struct audit_rule *rule;
	const char *code; /* stable kebab-case word */
	struct audit_subject about;
	enum severity severity; /* down: dangerous */
	bool is_muted;          /* by `ignore`: shown, never counted */
};

struct audit {
	struct audit_finding *items; /* worst first, the muted ones last */
	size_t count, room;
};

/* In words. Texts that do not apply are "". */
struct audit_words {
	char text[1024];    /* one sentence: what is exposed, to whom */
	char practice[400]; /* what is right instead */
	char run[512];      /* a command that does it, as typed */
	char run_on[256];   /* the machine to type it on; "": this one */
	char paste[640];    /* lines of a proxy's configuration */
	char hint[400];     /* what comes after run, or instead of it */
};

/* ignore: "CODE", "CODE@PEER", "CODE@URL". */
struct audit *audit_new(const struct snapshot *snapshot, char *const *ignore, size_t ignore_count);
void audit_free(struct audit *audit);
/* The exit status: the worst that was found; unknown if nothing was and no tailnet or no server is known. */
enum status audit_status(const struct snapshot *snapshot, const struct audit *audit);
void audit_say(
	const struct snapshot *snapshot, const struct audit_finding *finding, struct audit_words *words);
/* The name of what it is about: a URL, or a machine. */
const char *audit_about(const struct snapshot *snapshot, const struct audit_finding *finding);
/* What cannot be known from here, a sentence each; returns how many. */
size_t audit_unknowns(const struct snapshot *snapshot, char (*texts)[400], size_t most);

#endif
