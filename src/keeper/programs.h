// The programs that our roles are started from: the keeper's own, one that has proven fit since, and one on
// trial. Used by the playground's keeper. They are held by their files, not by paths: a program can be
// brought back after its file was replaced or deleted.
#pragma once

#include <string>

#include "base/result.h"
#include "os/fd.h"
#include "protocol/records.h"

namespace keeper {

class Programs {
  public:
    // What `upgrade` asks for, to be tried. ESTALE where the process has become another program's.
    [[nodiscard]] base::Status open_candidate(const protocol::Command& upgrade);
    void accept_candidate() { proven_ = std::move(candidate_); }
    void drop_candidate() { candidate_.reset(); }

    // For Role::program: the candidate, if there is one; else the one that has proven fit last.
    [[nodiscard]] std::string for_roles() const;
    // In a service's keeper, which has no need of them.
    void close() const;

  private:
    os::Fd proven_;  // not valid: our own
    os::Fd candidate_;
};

}  // namespace keeper
