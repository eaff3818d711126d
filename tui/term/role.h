/* What a cell means. Views draw in roles; the theme, or what the terminal can do, decides how a role
 * looks. */
#ifndef TSLLM_TERM_ROLE_H
#define TSLLM_TERM_ROLE_H

#include "probes/model/snapshot.h"

enum role {
	ROLE_TEXT,
	ROLE_DIM,
	ROLE_PROGRAM,
	ROLE_HEADER,
	ROLE_TAB,
	ROLE_TAB_ACTIVE,
	ROLE_HEAD,
	ROLE_HEAD_SORTED,
	ROLE_SELECTION,
	ROLE_KEY,
	ROLE_HINT,
	ROLE_PROMPT,
	ROLE_BANNER,
	ROLE_FIX,
	ROLE_TITLE,
	ROLE_SPARK,
	ROLE_DIRECT,
	ROLE_PEER_RELAY,
	ROLE_DERP,
	ROLE_BAR_PATH,
	ROLE_BAR_CONNECT,
	ROLE_BAR_TLS,
	ROLE_BAR_SERVER,
	ROLE_BAR_QUEUE,
	ROLE_BAR_PREFILL,
	ROLE_STATE, /* the first of one role for each state */
	ROLE_COUNT = ROLE_STATE + STATE_COUNT
};

static inline enum role role_of_state(enum state state)
{
	return (enum role)(ROLE_STATE + state);
}

#endif
