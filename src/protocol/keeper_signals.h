// The signals by which the supervisor commands a service's keeper. They are real-time signals, which queue
// and carry a value (man 7 signal), and go through a pidfd. A keeper ignores everything else but SIGKILL and
// SIGSTOP.
#pragma once

#include <signal.h>

namespace protocol {

inline int spawn_signal() {
    return SIGRTMIN + 1;
}  // value: the generation of the life to begin
inline int report_signal() {
    return SIGRTMIN + 2;
}  // say again how things stand
inline int release_signal() {
    return SIGRTMIN + 3;
}  // end, if nothing is left below

}  // namespace protocol
