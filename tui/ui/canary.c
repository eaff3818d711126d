/* A canary: the question before it is sent, how far it has come, and how it ended. The loop sends it; Detail has
 * all that came of it. */
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/report/canary_words.h"
#include "tui/ui/state.h"
#include "tui/views/target.h"

#include <stdlib.h>
#include <string.h>

static unsigned say(struct ui *ui, const char *text)
{
	ui_say(ui, text);
	return UI_REDRAW;
}

static const char *selected_model(const struct ui *ui, const struct snapshot *snapshot)
{
	const struct view *view = ui_view(ui);

	return !ui->page && view->model && ui_has_selection(ui, snapshot)
		       ? view->model(snapshot, ui_selected_row(ui))
		       : "";
}

/* ---- the question ---- */

static unsigned say_why_not(
	struct ui *ui, const struct endpoint *endpoint, const struct canary_choice *choice)
{
	char text[NOTE_BYTES];

	if (choice->result == CANARY_NOT_CONNECTED)
		text_set(text, sizeof(text), "no canary: %s is %s", endpoint->url,
			state_name(endpoint->state));
	else if (text_has_suffix(choice->why, "name one"))
		text_set(text, sizeof(text),
			"no canary: several models, or none listed: choose one in Models");
	else
		text_set(text, sizeof(text), "no canary: %s", choice->why);
	return say(ui, text);
}

unsigned ui_ask_canary(struct ui *ui, const struct snapshot *snapshot)
{
	char buffer[ID_MAX];
	const struct endpoint *endpoint =
		target_find(snapshot, ui_selected_target(ui, snapshot, buffer)).endpoint;
	struct canary_request request = { .count = 1 };

	if (snapshot->has_running_canary)
		return say(ui, "a canary is on its way: Esc ends it");
	if (snapshot->is_passive)
		return say(ui, "no canary: --passive sends nothing to peers");
	if (!endpoint)
		return say(ui, "no server in this row");
	request.word = endpoint->url;
	request.model = selected_model(ui, snapshot);
	if (!ui->canary)
		ui->canary = mem_alloc(sizeof(*ui->canary));
	canary_plan_make(snapshot, &request, ui->canary);
	if (ui->canary->result != CANARY_PLANNED)
		return say_why_not(ui, endpoint, ui->canary);
	ui->asks_canary = true;
	ui->canary_asked = snapshot->taken.wall_ms;
	return UI_REDRAW;
}

unsigned ui_answer_canary(struct ui *ui, int key)
{
	ui->asks_canary = false;
	if (key != 'y' && key != 'Y')
		return say(ui, "no canary was sent");
	ui->awaits_canary = true;
	return UI_REDRAW | UI_CANARY;
}

const struct canary_plan *ui_canary_plan(const struct ui *ui)
{
	return &ui->canary->plan;
}

void ui_draw_canary_question(const struct ui *ui, struct canvas *canvas)
{
	struct page *page = page_new(canvas->width - 2);
	char text[4096];
	int lines, y;

	text_set(text, sizeof(text), "Send a canary? y sends it, any other key does not. It %s; %s; it %s.",
		ui->canary->asks, ui->canary->costs, ui->canary->key);
	page_wrap(page, ROLE_PROMPT, "", 0, text);
	lines = (int)page_lines(page) < canvas->height ? (int)page_lines(page) : canvas->height;
	y = canvas->height - lines;
	for (int i = y; i < canvas->height; i++)
		canvas_fill(canvas, 0, i, canvas->width, ROLE_TEXT, ' ');
	page_draw(page, canvas, 1, y, lines, 0);
	page_free(page);
}

/* ---- how far it has come ---- */

static const struct canary *latest(const struct snapshot *snapshot, const char *url)
{
	const struct endpoint *endpoint = canary_words_endpoint(snapshot, url);

	return endpoint && endpoint->canaries.count
		       ? &snapshot->canaries[endpoint->canaries.first + endpoint->canaries.count - 1]
		       : NULL;
}

void ui_say_canary(const struct ui *ui, const struct snapshot *snapshot, char *to, size_t size)
{
	const struct canary *canary = ui->canary ? latest(snapshot, ui->canary->plan.url) : NULL;
	char text[1024] = "its engine is polled for its counters";

	if (canary && canary_is_running(canary->figures.state))
		canary_words_say(text, sizeof(text), canary, snapshot->taken.wall_ms);
	text_set(to, size, "canary: %s  Esc ends it", text);
}

void ui_see_canary(struct ui *ui, const struct snapshot *snapshot)
{
	const struct canary *canary;
	char text[NOTE_BYTES] = "canary: ", words[1024] = "not sent";

	if (!ui->awaits_canary || snapshot->has_running_canary)
		return;
	ui->awaits_canary = false;
	canary = latest(snapshot, ui->canary->plan.url);
	if (canary && canary->figures.began >= ui->canary_asked)
		canary_words_say(words, sizeof(words), canary, snapshot->taken.wall_ms);
	text_add(text, sizeof(text), "%s", words);
	ui_say(ui, text);
}
