/* What the user chose with keys, kept for the next run: a file of the program's own with lines
 * "name = value". The configuration is never rewritten.
 *
 * To keep one more choice of the user interface: a row in choices.c. */
#ifndef TSLLM_UI_KEPT_H
#define TSLLM_UI_KEPT_H

struct fault;
struct kept;
struct ui;

/* Never NULL. A missing file is an empty one; path "": nothing is read or written. If the file cannot be
 * trusted or read, nothing is kept, and fault says why ("": all is well). */
struct kept *kept_new(const char *path, struct fault *fault);
void kept_free(struct kept *kept);
/* "": not kept. */
const char *kept_get(const struct kept *kept, const char *name);
/* value "": no longer kept. */
void kept_set(struct kept *kept, const char *name, const char *value);
/* Writes the file if something changed since it was read or written. Returns -1 and a fault, once. */
int kept_save(struct kept *kept, struct fault *fault);

/* choices.c */
void ui_take_kept(struct ui *ui, const struct kept *kept);
void ui_keep(const struct ui *ui, struct kept *kept);

#endif
