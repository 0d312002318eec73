#include "base/version.h"

namespace base {

const char* version() {
    return PGCTL_VERSION;
}

}  // namespace base
