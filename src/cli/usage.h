// The texts of --help and of a usage error, in the form argparse gave them. Used by arguments. Nothing but
// text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Every command, in the order in which they are shown.
[[nodiscard]] const std::vector<std::string>& command_names();

[[nodiscard]] std::string help_text();
// The usage, and below it "pgctl: error: what".
[[nodiscard]] std::string usage_error(std::string_view what);

}  // namespace cli
