/* What ui.c (keys), mouse.c (clicks), type.c (typing), select.c (rows and views) and draw.c (drawing) share. Nobody else
 * includes it. */
#ifndef TSLLM_UI_STATE_H
#define TSLLM_UI_STATE_H

#include "probes/base/strings.h"
#include "tui/table/table.h"
#include "tui/ui/ui.h"
#include "tui/views/views.h"

#define PROMPT_MAX 120

/* What each view keeps while another is looked at. */
struct view_state {
	char selected[ID_MAX]; /* "": nothing chosen, the first row */
	size_t at;             /* where it was seen last, for when it is gone */
	size_t first;          /* row at the top */
	struct order order;
	char filter[PROMPT_MAX];
};

/* The last frame, for clicks: keys and snapshots may have come since, but a click is about what the user saw. */
struct drawn {
	const struct view *view; /* NULL: nothing was drawn yet */
	struct table table;      /* its geometry */
	struct strings ids;      /* of the table's rows, from the top */
	int tabs_y, heads_y;     /* -1: not drawn */
	int width;
};

enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SEARCH };

struct ui {
	size_t current;                /* into views */
	struct view_state *states;         /* one a view */
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
	struct drawn drawn;
	int body_height; /* of the last frame, for paging */
};

static inline const struct view *ui_view(const struct ui *ui)
{
	return views[ui->current];
}

static inline struct view_state *ui_state(struct ui *ui)
{
	return &ui->states[ui->current];
}

/* select.c */
/* Collects the rows of the current view and finds the selected one again. */
void ui_collect(struct ui *ui, const struct snapshot *snapshot);
/* Selects the row at that place of the order, or the last one. */
void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t at);
/* The place of the row with that id; the number of rows: there is none. */
size_t ui_find_id(const struct ui *ui, const struct snapshot *snapshot, const char *id);
/* The id of the row at that place. */
const char *ui_id_at(const struct ui *ui, const struct snapshot *snapshot, size_t at, char *buffer);
/* A row is selected and seen: no page is in its place, and the terminal has room for the table. */
bool ui_has_selection(const struct ui *ui, const struct snapshot *snapshot);
size_t ui_selected_row(const struct ui *ui);
/* What the open detail or the selected row is about; "" where no row is seen. */
const char *ui_selected_target(const struct ui *ui, const struct snapshot *snapshot, char *buffer);
unsigned ui_show_view(struct ui *ui, size_t view);
/* Closes the prompt, if one is open; what was typed stays. */
void ui_end_prompt(struct ui *ui);
unsigned ui_open_detail(struct ui *ui, const struct snapshot *snapshot);

/* mouse.c */
unsigned ui_click(struct ui *ui, const struct snapshot *snapshot, int x, int y);

/* type.c: keys that open a prompt or look for what was typed there, and what a key does while one is open. */
unsigned ui_ask_filter(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_ask_search(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_find_next(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_find_last(struct ui *ui, const struct snapshot *snapshot);
unsigned ui_type(struct ui *ui, const struct snapshot *snapshot, int key);

#endif
