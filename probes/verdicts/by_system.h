/* Words of a fix that depend on the operating system of the peer: variables of fill.c. */
#ifndef TSLLM_VERDICTS_BY_SYSTEM_H
#define TSLLM_VERDICTS_BY_SYSTEM_H

#include "probes/verdicts/rule.h"

/* How to look at its firewall, or to let the endpoint's port in. */
void by_system_firewall(const struct evidence *evidence, char *text, size_t size);
void by_system_restart(const struct evidence *evidence, char *text, size_t size); /* its tailscaled */
void by_system_renew(const struct evidence *evidence, char *text, size_t size);   /* its node key */
void by_system_sudo(const struct evidence *evidence, char *text, size_t size);    /* before what changes it */
void by_system_start(const struct evidence *evidence, char *text, size_t size);   /* Tailscale there */

#endif
