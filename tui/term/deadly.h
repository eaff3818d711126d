/* Restores the terminal before a deadly signal ends the program. */
#ifndef TSLLM_TERM_DEADLY_H
#define TSLLM_TERM_DEADLY_H

/* Calls restore() before any signal whose default is to end the program; the program then ends by that
 * signal. Handlers that are installed later win. restore() must be async-signal-safe. */
void deadly_catch(void (*restore)(void));

#endif
