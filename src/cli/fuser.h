// pgctl-fuser [-d] FILE…: who has these files open, a pid a line. Used by main, where the program is called
// by that name. It signals nobody.
#pragma once

namespace cli {

// 0, also where nobody has; 2 for a usage error.
[[nodiscard]] int fuser(int argc, char** argv);

}  // namespace cli
