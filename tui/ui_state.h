/* What ui.c (keys), ui_type.c (typing) and ui_draw.c (drawing) share. Nobody else includes it. */
#ifndef TSLLM_TUI_UI_STATE_H
#define TSLLM_TUI_UI_STATE_H

#include "tui/table.h"
#include "tui/ui.h"

#define VIEWS_MAX 8
#define PROMPT_MAX 120

/* What each view keeps while another is looked at. */
struct place {
	char selected[ID_MAX]; /* "": nothing chosen, the first row */
	size_t at;             /* where it was seen last, for when it is gone */
	size_t first;          /* row at the top */
	struct order order;
	char filter[PROMPT_MAX];
};

enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SEARCH };

struct ui {
	size_t current; /* into views */
	struct place places[VIEWS_MAX];
	const struct view *page;       /* over the view: detail or help; NULL: none */
	const struct view *page_below; /* detail, while help is over it */
	char target[ID_MAX];           /* of detail */
	size_t page_first, page_last;  /* scrolled to; how far one can */
	enum prompt prompt;
	char search[PROMPT_MAX], kept[PROMPT_MAX];
	bool is_paused;
	char message[160];
	char copied[ID_MAX];
	struct rows rows;
	struct table table;               /* as it was drawn last, for the mouse and for paging */
	int tabs_y, heads_y, body_height; /* likewise; -1: not drawn */
	int width;
};

static inline const struct view *ui_view(const struct ui *ui)
{
	return views[ui->current];
}

static inline struct place *ui_place(struct ui *ui)
{
	return &ui->places[ui->current];
}

/* Collects the rows of the current view and finds the selected one again. */
void ui_settle(struct ui *ui, const struct snapshot *snapshot);
/* Selects the row at that place of the order, or the last one. */
void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t at);

/* ui_type.c: keys that open a prompt or look for what was typed there, and what a key does while one is open.
 */
unsigned ui_ask_filter(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_ask_search(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_find_next(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_find_last(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_type(struct ui *ui, const struct snapshot *snapshot, int key);

#endif
