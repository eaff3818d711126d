/* Pseudonyms for names and addresses, so that a report can be shown to strangers.
 *
 * A redactor rewrites the texts of snapshots: peers, the tailnet, users, addresses, node ids, tags, services,
 * hosts outside the tailnet, DERP regions that are not Tailscale's, the home directory, and the paths of
 * sockets, served directories and model files. A name gets the same pseudonym in all snapshots of one
 * redactor. Left as they are: ports, paths of URLs, times, figures, Tailscale's DERP regions, operating
 * systems, versions and ids of models. */
#ifndef TSLLM_REPORT_REDACT_H
#define TSLLM_REPORT_REDACT_H

#include "probes/model/snapshot.h"

#include <stddef.h>

struct redactor;

struct redactor *redactor_new(const char *home); /* the home directory; "" or NULL: none */
void redactor_free(struct redactor *redactor);
/* Hides a path that the user gave, which sentences may repeat. "" and the usual system paths hide nothing. */
void redactor_hide_path(struct redactor *redactor, const char *path);
/* Rewrites a snapshot in its own arena. Call it before anything is shown. */
void redactor_apply(struct redactor *redactor, struct snapshot *snapshot);
/* What was replaced so far: "5 machines, 1 tailnet, 12 addresses"; "" nothing. Returns to. */
char *redactor_say(const struct redactor *redactor, char *to, size_t size);
/* For an error message about the command line or a configuration file: drops what is in 'single quotes' and
 * redacts the rest with pseudonyms of its own. */
void redact_complaint(const char *home, const char *text, char *to, size_t size);

#endif
