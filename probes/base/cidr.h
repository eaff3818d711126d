/* Address ranges: "192.168.1.0/24", "fd7a:115c:a1e0:b1a::/64". */
#ifndef TSLLM_BASE_CIDR_H
#define TSLLM_BASE_CIDR_H

#include <stdbool.h>

/* False also if either is malformed, if they are of different families, and of /0: an exit node's route leads to
 * no address in particular. */
bool cidr_holds(const char *cidr, const char *address);
/* Whether one of a list does, which ends with NULL. */
bool cidrs_hold(const char *const *cidrs, const char *address);

#endif
