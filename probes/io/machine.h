/* This machine: its kind, its addresses and files. */
#ifndef TSLLM_IO_MACHINE_H
#define TSLLM_IO_MACHINE_H

#include "probes/base/strings.h"
#include "probes/model/obs.h"

/* What kind of machine has that root directory ("": this one). */
void machine_look(const char *root, struct obs_machine *machine);
/* "Linux 6.18.44 x86_64, Debian GNU/Linux 12 (bookworm)": kernel and system. */
void machine_system(const char *root, char *to, size_t size);
/* Adds the addresses of its interfaces, link-local ones without their scope. */
void machine_addresses(struct strings *addresses);
/* Fills in the path of a file in this program's directory; false: it does not fit or does not exist. */
bool machine_beside_us(const char *name, char *path, size_t size);

#endif
