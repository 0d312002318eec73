#include "protocol/starter.h"

#include <unistd.h>

#include <cstdlib>

namespace protocol {

bool starter_is_parent() {
    const char* const starter = std::getenv(kStarterVariable);
    return starter == nullptr || std::atoi(starter) == ::getppid();
}

}  // namespace protocol
