// The descriptors that a program is given and passes on: made safe to use before anything else is opened, and
// written to. Used by the client and the helpers. It never changes what others share with us, such as
// O_NONBLOCK.
#pragma once

#include <string_view>

#include "base/result.h"

namespace os {

// Opens /dev/null in place of those that the caller has closed: otherwise the next file that is opened would
// get the number, and our messages would go into it.
void open_missing_standard_streams();

// Opens /dev/null as descriptor `fd` for the programs that this process becomes, whatever it was before.
[[nodiscard]] base::Status open_null_at(int fd);

// Writing to a reader that has gone is an error (EPIPE) from now on instead of a death without a word.
void ignore_broken_pipes();

// All of it, or an error; waits where whoever shares the pipe or terminal with us has made it non-blocking.
[[nodiscard]] base::Status write_to_stream(int fd, std::string_view bytes);

}  // namespace os
