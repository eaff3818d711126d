#include "tui/copy_out.h"

#include "probes/base/text.h"
#include "tui/term/screen.h"

#include <stdlib.h>

/* A terminal never says whether it took it, and tmux drops it unless it is told otherwise. */
void copy_out(struct ui *ui)
{
	const char *text = ui_copied_text(ui), *tmux = getenv("TMUX");
	char message[1024];

	screen_copy(text);
	if (!tmux || !*tmux)
		return;
	text_set(message, sizeof(message), "sent to tmux (not copied? tmux set -s set-clipboard on): %s",
		text);
	ui_say(ui, message);
}
