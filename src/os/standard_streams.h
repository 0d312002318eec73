// The three descriptors every program is given, made safe to use before anything else is opened.
// Used by main for the client and the helpers. It writes nothing.
#pragma once

namespace os {

// Opens /dev/null in place of those that the caller has closed: otherwise the next file that is opened would
// get the number, and our messages would go into it.
void open_missing_standard_streams();

// Writing to a reader that has gone is an error (EPIPE) from now on instead of a death without a word.
void ignore_broken_pipes();

}  // namespace os
