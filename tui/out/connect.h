/* --connect: the configuration of a client, ready to paste. */
#ifndef TSLLM_OUT_CONNECT_H
#define TSLLM_OUT_CONNECT_H

#include "probes/report/connect.h"

struct print_to;

/* Prints the text on to->file and what else to know on to->errors; without a client the list of clients, and
 * which of them can use this server. Returns the exit status, as pick_print() does: 0 printed, 2 nothing to
 * print, 3 unknown. */
int connect_print(
	const struct print_to *to, const struct snapshot *snapshot, const struct connect_request *request);

/* Says why there is no server for such a request, or none that can be used now; returns the exit status. */
int connect_print_why_not(const struct print_to *to, const struct snapshot *snapshot,
	const struct connect_request *request, const struct connection *found, const char *option);

#endif
