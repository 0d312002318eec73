#include "cli/runtime_access.h"

#include "base/text.h"
#include "os/file.h"
#include "os/trusted_path.h"

namespace cli {

base::Status verify(const std::string& pghome, const protocol::RuntimeDirectory& directory) {
    // The user may have made pghome a link himself; where it leads is what counts. Below it, all is ours.
    const auto real = os::trusted_path(pghome);
    if (!real) return base::passed_on(real.error());
    if (auto own = os::own_directory(*real, os::Closed::to_writing); !own) return own;
    std::string path = *real;
    for (const std::string& name : base::split(os::relative_below(directory.root(), pghome), '/')) {
        path = os::join_path(path, name);
        const bool last = path.size() - real->size() == directory.root().size() - pghome.size();
        if (auto own = os::own_directory(path, last ? os::Closed::to_anything : os::Closed::to_writing); !own)
            return own;
    }
    return {};
}

base::Status make(const std::string& pghome, const protocol::RuntimeDirectory& directory) {
    if (auto trusted = verify(pghome, directory); !trusted) return trusted;
    if (auto made = os::make_directories(directory.root(), 0700); !made) return made;
    return verify(pghome, directory);
}

}  // namespace cli
