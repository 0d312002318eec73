#include "os/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "os/file.h"

namespace os {

namespace {

// An address for `path`; a long one goes through a descriptor of its directory, which has to stay open
// meanwhile.
struct Address {
    Fd directory;
    sockaddr_un bytes{};
};

base::Result<Address> address_of(const std::string& path) {
    Address address;
    std::string reachable = path;
    if (path.size() >= sizeof address.bytes.sun_path) {
        auto directory = open(parent_of(path), O_PATH | O_DIRECTORY);
        if (!directory) return base::passed_on(directory.error());
        address.directory = std::move(*directory);
        reachable = "/proc/self/fd/" + std::to_string(address.directory.get()) + "/" + name_of(path);
    }
    address.bytes.sun_family = AF_UNIX;
    std::memcpy(address.bytes.sun_path, reachable.data(), reachable.size());
    return address;
}

base::Result<Fd> stream_socket() {
    const int number = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (number < 0) return base::system_error("socket");
    return Fd(number);
}

}  // namespace

base::Result<Fd> listen_at(const std::string& path, int backlog) {
    auto socket = stream_socket();
    if (!socket) return socket;
    // At every moment either what was there before or a socket that can be connected to.
    const std::string beside = path + ".new";
    const auto address = address_of(beside);
    if (!address) return base::passed_on(address.error());
    ::unlink(beside.c_str());
    const mode_t before = ::umask(0177);
    const int bound =
        ::bind(socket->get(), reinterpret_cast<const sockaddr*>(&address->bytes), sizeof address->bytes);
    const int error = errno;
    ::umask(before);
    if (bound != 0) return base::system_error(path, error);
    if (::listen(socket->get(), backlog) != 0 || ::rename(beside.c_str(), path.c_str()) != 0)
        return base::system_error(path);
    return socket;
}

base::Result<Fd> connect_to(const std::string& path) {
    auto socket = stream_socket();
    if (!socket) return socket;
    const auto address = address_of(path);
    if (!address) return base::passed_on(address.error());
    int connected = -1;
    do {
        connected = ::connect(socket->get(), reinterpret_cast<const sockaddr*>(&address->bytes),
                              sizeof address->bytes);
    } while (connected != 0 && errno == EINTR);
    if (connected != 0) return base::system_error(path);
    return socket;
}

base::Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return base::system_error("peer credentials");
    }
    return Peer{.pid = credentials.pid, .user = credentials.uid};
}

}  // namespace os
