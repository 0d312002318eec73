// Whether the directories that hold a playground's socket and state can be trusted, and making them.
// Used by the client before it connects or starts a keeper. It follows no symbolic link of anybody's.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/runtime_directory.h"

namespace cli {

// An error where pghome, or the runtime directory in it, is another user's, writable for everybody, or no
// directory. What does not exist is fine.
[[nodiscard]] base::Status verify(const std::string& pghome, const protocol::RuntimeDirectory& directory);

// Makes what is missing, mode 0700, and verifies all of it.
[[nodiscard]] base::Status make(const std::string& pghome, const protocol::RuntimeDirectory& directory);

}  // namespace cli
