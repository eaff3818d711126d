/* Signals that end the program: what must be put right first. */
#ifndef TSLLM_TUI_DEADLY_H
#define TSLLM_TUI_DEADLY_H

/* From now on restore() is called before any signal ends the program, which then ends by that signal. Signals
 * that somebody handles otherwise afterwards are theirs. restore() may call only what is safe in a signal
 * handler. */
void deadly_catch(void (*restore)(void));

#endif
