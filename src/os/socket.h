// Unix stream sockets in the file system, also below paths that are longer than sockaddr_un allows (108
// bytes). Used by the keeper (listening), the supervisor (peers) and the client. It speaks no protocol.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "os/fd.h"

namespace os {

// Listens at `path` with mode 0600, in place of whatever was there: the caller holds the lock that makes it
// his.
[[nodiscard]] base::Result<Fd> listen_at(const std::string& path, int backlog);
// ENOENT where there is no such socket, ECONNREFUSED where nobody listens any more.
[[nodiscard]] base::Result<Fd> connect_to(const std::string& path);

struct Peer {
    pid_t pid = 0;
    uid_t user = 0;
};
// Who connected, as the kernel saw it then (SO_PEERCRED).
[[nodiscard]] base::Result<Peer> peer_of(int socket);

}  // namespace os
