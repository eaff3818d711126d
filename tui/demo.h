/* The recording that comes with the program, for --demo. */
#ifndef TSLLM_TUI_DEMO_H
#define TSLLM_TUI_DEMO_H

#include <stddef.h>

/* In a checkout it is beside this program; else where it is installed. Returns path. */
const char *demo_path(char *path, size_t size);

#endif
