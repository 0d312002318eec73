// Whether the directories that hold a playground's socket and state can be trusted, and making them.
// Used by the client before it connects or starts a keeper. It follows no symbolic link of anybody's.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/runtime_directory.h"

namespace cli {

// An error where another user could put something else in the place of pghome, and where pghome, or a
// directory in it on the way to the runtime directory, is not ours, writable for others, or no directory.
// What does not exist is fine.
[[nodiscard]] base::Status verify(const std::string& pghome, const protocol::RuntimeDirectory& directory);

// Makes what is missing, mode 0700, and verifies all of it.
[[nodiscard]] base::Status make(const std::string& pghome, const protocol::RuntimeDirectory& directory);

}  // namespace cli
