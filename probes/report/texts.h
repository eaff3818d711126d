/* Every text of a snapshot, and whose word it is: the one list that whoever rewrites texts goes by.
 *
 * A text that is not in it would be shown as it is; tests/e2e/test_tree.py holds the list against the members
 * of snapshot.h. */
#ifndef TSLLM_REPORT_TEXTS_H
#define TSLLM_REPORT_TEXTS_H

#include "probes/model/snapshot.h"
#include "probes/report/pseudonyms.h"

enum text_manner {
	TEXT_WORD,  /* this program's own, or nobody's: a code, an operating system, a version */
	TEXT_NAME,  /* of somebody or something: all of it */
	TEXT_PROSE, /* a sentence, a URL, an address with its port: names may be in it */
};

/* kind: of a name. */
typedef void text_fn(void *data, enum text_manner manner, enum secret_kind kind, const char **text);

/* Shows each text once; what see puts in its place must live as long as the snapshot. */
void texts_visit(struct snapshot *snapshot, text_fn *see, void *data);

#endif
