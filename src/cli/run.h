// The program pgctl as its user knows it. Used by main.
#pragma once

namespace cli {

// The exit code: 0 done, 1 not done, 2 a usage error.
[[nodiscard]] int run(int argc, char** argv);

}  // namespace cli
