/* A line of fields: the lightest are left out until the rest fits. */
#ifndef TSLLM_VIEWS_FIELDS_H
#define TSLLM_VIEWS_FIELDS_H

#include "probes/base/text.h"
#include "tui/term/canvas.h"

struct view_field {
	char text[TEXT_CAP + 32]; /* "": left out */
	enum role role;
	int weight;
	const char *before; /* between it and the field before; NULL: two blanks */
};

/* Empties the lightest fields until the rest fits into room. */
void fields_fit(struct view_field *fields, size_t count, int room);
/* Returns the x after the last one. */
int fields_draw(struct canvas *canvas, const struct view_field *fields, size_t count, int x, int y);

#endif
