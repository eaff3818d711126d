/* What is known of the process that listens on a port of this machine, as far as it says where its log is. It is looked
 * up in /proc; nothing is asked of the process itself. */
#ifndef TSLLM_IO_LOG_FACTS_H
#define TSLLM_IO_LOG_FACTS_H

#include "probes/io/cgroup.h"

#include <stdbool.h>

struct log_facts {
	int port;
	bool is_listening; /* something does, on that port */
	int pid;           /* 0: not readable */
	char process[64];  /* its name; "" */
	struct cgroup cgroup;
	char file[1100]; /* the regular file that it writes its messages to; "": it is none */
	char outlet
		[128]; /* what they go to instead: "/dev/pts/3", "pipe:[1234]", "/dev/null"; "": not readable */
	char unit[64];       /* the usual one of its kind of server, if this machine has it; "" */
	char home_file[512]; /* the usual file of its kind of server, if it exists; "" */
	unsigned long uid;   /* whose rights this program has */
	bool reads_journal, reaches_docker;
};

/* What to look for. root: "", or another root directory, for tests. */
struct log_search {
	const char *root;
	int port;
	const char *host;       /* that the server was reached at: an address; "": any */
	const char *usual_unit; /* "ollama.service"; NULL: its kind of server has none */
	const char *usual_file; /* below a home directory; NULL: the same */
};

void log_facts_read(const struct log_search *search, struct log_facts *facts);

#endif
