/* What was copied goes to the terminal's clipboard. */
#ifndef TSLLM_TUI_COPY_OUT_H
#define TSLLM_TUI_COPY_OUT_H

#include "tui/ui/ui.h"

void copy_out(struct ui *ui);

#endif
