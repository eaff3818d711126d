/* Fills the %{variables} of a rule's texts from its evidence. */
#ifndef TSLLM_VERDICTS_FILL_H
#define TSLLM_VERDICTS_FILL_H

#include "probes/verdicts/rule.h"

/* %{detail} and %{value} are what the rule found; %{words} is a value of several words of a command, already
 * quoted. An unknown variable is left out. */
const char *fill_text(struct arena *arena, const char *text, const struct evidence *evidence,
	const struct finding *finding);
/* The same for a command: a word that has a variable is quoted for a shell, if that is needed. "": a variable
 * is unknown, or the command does not fit. */
const char *fill_command(struct arena *arena, const char *text, const struct evidence *evidence,
	const struct finding *finding);
/* %{peer}: the peer's name; without a peer, the host of the endpoint's URL. */
void fill_peer(const struct evidence *evidence, char *text, size_t size);
/* %{cert_name}: the name for which tailscale gives the endpoint a certificate. Left as it is: it gives none to a domain of
 * somebody's own, to localhost, to what is outside the tailnet. */
void fill_cert_name(const struct evidence *evidence, char *text, size_t size);

#endif
