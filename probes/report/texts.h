/* Every text of a snapshot, and what may be in it: the one list that redaction goes by.
 *
 * A text that is not in the list would be shown unredacted. tests/e2e/test_tree.py checks the list against
 * the members of snapshot.h. */
#ifndef TSLLM_REPORT_TEXTS_H
#define TSLLM_REPORT_TEXTS_H

#include "probes/model/snapshot.h"
#include "probes/report/pseudonyms.h"

enum text_form {
	TEXT_WORD,  /* reveals nothing: this program's own word, a code, an operating system, a version */
	TEXT_NAME,  /* all of it is a name */
	TEXT_PROSE, /* a sentence, a URL, an address with its port: names may be in it */
};

/* kind: of a TEXT_NAME. */
typedef void text_fn(void *data, enum text_form form, enum secret_kind kind, const char **text);

/* Calls see once for each text. What see puts in its place must live as long as the snapshot. */
void texts_visit(struct snapshot *snapshot, text_fn *see, void *data);

#endif
