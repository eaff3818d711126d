#include "tui/views/fields.h"

static const char *before(const struct view_field *field)
{
	return field->before ? field->before : "  ";
}

void fields_fit(struct view_field *fields, size_t count, int room)
{
	for (;;) {
		struct view_field *lightest = NULL;
		int width = 0;

		for (size_t i = 0; i < count; i++) {
			if (!*fields[i].text)
				continue;
			width += text_cells(fields[i].text) + (lightest ? text_cells(before(&fields[i])) : 0);
			if (!lightest || fields[i].weight < lightest->weight)
				lightest = &fields[i];
		}
		if (width <= room || !lightest)
			return;
		*lightest->text = '\0';
	}
}

int fields_draw(struct canvas *canvas, const struct view_field *fields, size_t count, int x, int y)
{
	int first = x;

	for (size_t i = 0; i < count; i++) {
		if (!*fields[i].text)
			continue;
		if (x > first)
			x = canvas_text(canvas, x, y, canvas->width - x, ROLE_DIM, before(&fields[i]));
		x = canvas_text(canvas, x, y, canvas->width - x, fields[i].role, fields[i].text);
	}
	return x;
}
