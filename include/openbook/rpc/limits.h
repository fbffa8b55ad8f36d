/* The limits of the wire, in one place; docs/protocol.md has the same table. */
#ifndef OB_RPC_LIMITS_H
#define OB_RPC_LIMITS_H

enum {
    OB_RPC_MAX_IN_BYTES = 32 * 1024 * 1024, /* a message from a client */
    OB_RPC_MAX_IN_DEPTH = 16,
    OB_RPC_MAX_IN_VALUES = 65536,       /* of one message: msgpack-c takes 24 bytes for each */
    OB_RPC_MAX_OUT_BYTES = 1024 * 1024, /* a message toward a client */
    OB_RPC_MAX_OUT_DEPTH = 8,
    OB_RPC_MAX_METHOD_BYTES = 100,
    OB_RPC_MAX_PATH_BYTES = 4096,
    OB_RPC_MAX_CLIENTS = 64,
    OB_RPC_MAX_PENDING = 256,              /* requests of one client without an answer yet */
    OB_RPC_PAUSE_QUEUED_OUT = 1024 * 1024, /* unread bytes over which its messages are not read */
    OB_RPC_MAX_QUEUED_OUT =
        16 * 1024 * 1024,     /* bytes a client has not read: over it, it is dropped */
    OB_RPC_MAX_SHELVES = 32,  /* of one client */
    OB_RPC_MAX_ASKS = 8,      /* of one client at a time */
    OB_RPC_MAX_UNSAVED = 256, /* texts of one client */
    OB_RPC_MAX_DRAFTS = 8,    /* of them, of which pieces are still to come */
    OB_RPC_MAX_LATE = 2,      /* searches of one project that wait for a disk that hangs */
    OB_RPC_MAX_HUNG = 64,     /* folders that do not answer, of all clients: a thread each */
    OB_RPC_MAX_UNSAVED_BYTES = 16 * 1024 * 1024, /* of one text */
    OB_RPC_MAX_WAIT_MS = 60 * 60 * 1000
};

/* Raised when a message changes meaning; attach refuses another one with what to do. */
#define OB_PROTOCOL_VERSION 1
#define OB_VERSION "0.1.0"

#endif
