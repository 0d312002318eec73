// Home directories from the passwd file itself: the program is linked statically, so getpwuid(3), which loads
// NSS modules, is not to be had. Used by config where HOME is not set. The file's path is a parameter.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace os {

// Nothing where the file can't be read or has no such entry (man 5 passwd).
[[nodiscard]] std::optional<std::string> home_of(uid_t user, const std::string& passwd_file);
[[nodiscard]] std::optional<std::string> home_of(const std::string& user_name,
                                                 const std::string& passwd_file);

}  // namespace os
