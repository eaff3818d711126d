/* Notifications by the terminal: OSC 9, or OSC 777 for terminals that take only that. */
#ifndef TSLLM_TERM_NOTIFY_H
#define TSLLM_TERM_NOTIFY_H

#include <stddef.h>

#define NOTIFY_MAX 1024

/* The bytes to send, "" if the terminal would print them. text is clean and is cut to a few hundred bytes. Inside
 * tmux they are wrapped so that tmux passes them on. Depends on TERM, TMUX and VTE_VERSION. Returns to (size
 * NOTIFY_MAX). */
const char *notify_bytes(const char *text, char *to);

#endif
