#include "os/file_identity.h"

namespace os {

bool leads_to(const std::string& path, const Fd& file) {
    struct stat held {
    }, found{};
    return file.valid() && ::fstat(file.get(), &held) == 0 && ::lstat(path.c_str(), &found) == 0 &&
           identity_of(held) == identity_of(found);
}

}  // namespace os
