#include "supervisor/state_format.h"

namespace supervisor {

int state_format() {
    return 1;
}

}  // namespace supervisor
