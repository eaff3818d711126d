/* What this machine says of itself. */
#ifndef TSLLM_IO_MACHINE_H
#define TSLLM_IO_MACHINE_H

#include "probes/base/strings.h"

/* Adds the addresses of its interfaces, a link-local one without its scope. */
void machine_addresses(struct strings *addresses);
/* Fills a path beside this program's own; false: it does not fit, or nothing is there. */
bool machine_beside_us(const char *name, char *path, size_t size);

#endif
