/* A listening socket that only this machine reaches: a port of 127.0.0.1, or a unix socket of this user. */
#ifndef TSLLM_IO_LISTEN_SOCKET_H
#define TSLLM_IO_LISTEN_SOCKET_H

#define LISTEN_UNIX "unix:"

struct fault;

/* address: a port, or "unix:PATH". Returns the descriptor; -1 and a fault if it cannot. A unix socket that nobody
 * listens at any more is replaced; anything else at that path is left alone. */
int listen_socket_open(const char *address, struct fault *fault);
/* Removes the file of a unix socket. Call it after the descriptor is closed. */
void listen_socket_remove(const char *address);

#endif
