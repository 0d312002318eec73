// Whether the kernel has killed for want of memory since somebody looked last: what makes it likely that a
// service which was killed was killed for that. Used by services. It reads only when it is asked.
#pragma once

#include <cstdint>

namespace supervisor {

class MemoryWatch {
  public:
    // What was until now is not meant any more.
    void look();
    // Looks, and tells whether there were kills since.
    [[nodiscard]] bool killed_since();

  private:
    std::uint64_t kills_ = 0;
};

}  // namespace supervisor
