/* No terminal says which of the two it takes, and one that takes both would notify twice, so one is chosen. OSC 9
 * is taken by most (iTerm2, kitty, WezTerm, Ghostty, Windows Terminal, ConEmu); foot, urxvt and those made with
 * VTE take 777. */
#include "tui/term/notify.h"

#include "probes/base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 400

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool takes_777(void)
{
	const char *term = variable("TERM");

	return text_has_prefix(term, "foot") || text_has_prefix(term, "rxvt") || *variable("VTE_VERSION");
}

const char *notify_bytes(const char *text, char *to)
{
	bool is_in_tmux = *variable("TMUX");
	const char *escape = is_in_tmux ? "\033\033" : "\033";
	char shown[TEXT_MAX];

	to[0] = '\0';
	if (strcmp(variable("TERM"), "linux") == 0)
		return to;
	text_clean(shown, sizeof(shown), text, strlen(text));
	text_set(to, NOTIFY_MAX, "%s%s]%s%s\a%s", is_in_tmux ? "\033Ptmux;" : "", escape,
		takes_777() ? "777;notify;tsllm-top;" : "9;tsllm-top: ", shown, is_in_tmux ? "\033\\" : "");
	return to;
}
