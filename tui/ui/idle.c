/* What is said of a key that does nothing. */
#include "probes/base/text.h"
#include "tui/term/keys.h"
#include "tui/ui/state.h"

/* Keys that a terminal sends unasked, or that mean nothing. */
static bool is_no_key(int key)
{
	return key == PRESS_NONE || (key > PRESS_F12 && key != PRESS_RESIZE) || key > PRESS_RESIZE;
}

/* What a user calls the key. */
static void name_key(int key, char *name, size_t size)
{
	*name = '\0';
	if (key >= PRESS_F1 && key <= PRESS_F12)
		text_set(name, size, "F%d", key - PRESS_F1 + 1);
	else if (key == PRESS_DELETE || key == PRESS_INSERT)
		text_set(name, size, "%s", key == PRESS_DELETE ? "Del" : "Ins");
	else if (key == PRESS_ENTER || key == ' ')
		text_set(name, size, "%s", key == ' ' ? "Space" : "Enter");
	else if (key < ' ')
		text_set(name, size, "Ctrl-%c", key + '@');
	else if (text_is_shown((uint32_t)key))
		utf8_put(name, size, (uint32_t)key);
}

static unsigned say(struct ui *ui, int key, const char *before, const char *otherwise, const char *after)
{
	char name[32], text[96];

	if (is_no_key(key))
		return 0;
	name_key(key, name, sizeof(name));
	text_set(text, sizeof(text), "%s%s%s", before, *name ? name : otherwise, after);
	ui_say(ui, text);
	return UI_REDRAW;
}

unsigned ui_say_no_key(struct ui *ui, int key)
{
	return say(ui, key, "no key ", "like that", "; ? shows the keys");
}

unsigned ui_say_idle(struct ui *ui, int key)
{
	return say(ui, key, "", "that key", " does nothing here");
}
