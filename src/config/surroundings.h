// Where a command was called: environment, working directory, user. The only way configuration learns of
// them, so that a test can give its own. Filled by the client; it asks the system only for file-system
// boundaries and the passwd file.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace config {

struct Surroundings {
    std::vector<std::string> environment;  // "NAME=value", as in environ(7)
    std::string working_directory;         // absolute, as getcwd(2) tells it
    uid_t user = 0;
    std::string passwd_file = "/etc/passwd";
    std::string top = "/";  // searches upwards end here at the latest

    // The value of the last variable of that name.
    [[nodiscard]] std::optional<std::string_view> variable(std::string_view name) const;
    // The same, but one that is set to nothing counts as not set.
    [[nodiscard]] std::optional<std::string_view> filled_variable(std::string_view name) const;
    // $HOME, or what the passwd file says of `user`.
    [[nodiscard]] std::optional<std::string> home() const;
    // With "~" and "~name" at its beginning replaced, as in a shell; nothing where that home is not known.
    [[nodiscard]] std::optional<std::string> expanded(std::string_view path) const;
    // The working directory and its parents, up to and without the first on another file system.
    [[nodiscard]] std::vector<std::string> directories_upwards() const;
    // A path as the user should read it: relative where it lies below the working directory, in one printable
    // line.
    [[nodiscard]] std::string shown(const std::string& path) const;
};

}  // namespace config
