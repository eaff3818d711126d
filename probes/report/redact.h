/* Pseudonyms for names and addresses, so that a report can be shown to strangers.
 *
 * A redactor rewrites the texts of snapshots: peers, the tailnet, users, addresses, node ids, tags, services,
 * hosts outside the tailnet, DERP regions that are not Tailscale's, the home directory and the paths of
 * sockets, served directories and model files. The same name has the same pseudonym in all snapshots of one
 * redactor. Ports, paths of URLs, times, figures, Tailscale's DERP regions, operating systems, versions and
 * ids of models stay. */
#ifndef TSLLM_REPORT_REDACT_H
#define TSLLM_REPORT_REDACT_H

#include "probes/model/snapshot.h"

#include <stddef.h>

struct redactor;

struct redactor *redactor_new(const char *home); /* the home directory; "" or NULL: none */
void redactor_free(struct redactor *redactor);
/* A path that the user gave, which sentences may repeat; "" and the usual ones hide nothing. */
void redactor_hide_path(struct redactor *redactor, const char *path);
/* Rewrites a snapshot in its own arena, before anybody shows it. */
void redactor_apply(struct redactor *redactor, struct snapshot *snapshot);
/* A sentence about what the user typed or has in a file: without what stands in 'quotes', and with pseudonyms
 * of its own. */
void redact_complaint(const char *home, const char *text, char *to, size_t size);

#endif
