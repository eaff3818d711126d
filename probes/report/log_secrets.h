/* Hides what looks like a key in a line of a log: other people's keys too, which this program does not know. */
#ifndef TSLLM_REPORT_LOG_SECRETS_H
#define TSLLM_REPORT_LOG_SECRETS_H

/* In place: overwrites them with asterisks, all but the first characters that say what kind it is. */
void log_secrets_hide(char *line);

#endif
