/* Tells systemd how this service is doing (Type=notify, WatchdogSec=), where it asks for that. */
#ifndef TSLLM_IO_SD_NOTIFY_H
#define TSLLM_IO_SD_NOTIFY_H

struct uv_loop_s;
struct sd_notify;

/* READY=1 now, and WATCHDOG=1 from the loop twice in the time that systemd gives. NULL: nobody asks. */
struct sd_notify *sd_notify_new(struct uv_loop_s *loop);
void sd_notify_free(struct sd_notify *notify); /* STOPPING=1 */

#endif
