// Signals that nobody has to send to a process in the background, but that somebody may. Used by the
// supervisor and the logger, at their begin. What a program that they execute gets is theirs to reset.
#pragma once

namespace os {

// From here on nothing ends, stops or interrupts this process but SIGKILL, SIGSTOP, and what it does wrong
// itself (SIGSEGV and the like, man 7 signal). SIGXFSZ: a file size limit is an errno then. SIGCHLD stays as
// it is.
void ignore_stray_signals();

}  // namespace os
