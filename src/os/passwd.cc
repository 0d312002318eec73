#include "os/passwd.h"

#include <pwd.h>

#include <cstdio>
#include <functional>
#include <memory>

namespace os {

namespace {

std::optional<std::string> first_home(const std::string& passwd_file,
                                      const std::function<bool(const passwd&)>& wanted) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(::fopen(passwd_file.c_str(), "re"), ::fclose);
    if (!file) return std::nullopt;
    while (const passwd* entry = ::fgetpwent(file.get())) {
        if (wanted(*entry)) return entry->pw_dir;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> home_of(uid_t user, const std::string& passwd_file) {
    return first_home(passwd_file, [&](const passwd& entry) { return entry.pw_uid == user; });
}

std::optional<std::string> home_of(const std::string& user_name, const std::string& passwd_file) {
    return first_home(passwd_file, [&](const passwd& entry) { return entry.pw_name == user_name; });
}

}  // namespace os
