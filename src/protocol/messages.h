// The messages between client and supervisor: HTTP with JSON bodies on the playground's Unix socket.
// Each message is a struct, and protocol/messages.cc lists its fields once for both directions. Unknown
// fields are ignored, missing ones keep the default given here, but for the few that messages.cc requires;
// the version of the whole is in the path.
//
// clang-format off
//   GET  /v1/status                    → Status
//   GET  /v1/end                       → 200 when something is up, or a restart under way; until then no answer, and
//                                        the supervisor ends
//   POST /v1/start    StartRequest     → a stream of Event, a JSON object a line, until every service is decided
//   POST /v1/stop     StopRequest      → the same
//   POST /v1/restart  RestartRequest   → the same; once it is accepted, the supervisor carries it out alone
//   POST /v1/claim    ClaimRequest     → Held, or 409 with Claimed; it holds until the connection ends or a stop of
//                                        another's; where that was the last, 410 with Complaint is the answer to
//                                        whatever the connection is used for next
//   POST /v1/overtake OvertakeRequest  → 200
//   POST /v1/changes  ChangesRequest   → Changes
//   POST /v1/neighbour Neighbour       → 200, and the keeper of this playground will start one for another
//   POST /v1/upgrade  Upgrade          → 200 from the program that was asked for; one that is to make room for it
//                                        does not answer, and one that comes back says why with 422
//   anything wrong                     → 4xx with Complaint
// clang-format on
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/status.h"

namespace protocol {

// A limit of getrlimit(2); -1 is infinity.
struct Limit {
    int resource = 0;
    std::int64_t soft = -1;
    std::int64_t hard = -1;
};

// What a service inherits from the command that starts it.
struct Caller {
    int pid = 0;
    std::vector<std::string> environment;  // "NAME=value", through text_of_bytes()
    unsigned umask = 022;
    int niceness = 0;
    std::vector<Limit> limits;
};

// The caller's configuration, as far as it reaches a service.
struct Defaults {
    double timeout = 2.0;  // seconds
    double settle = 0.1;   // seconds
    bool tracing = true;   // find what hides by our mark in its environment
};

struct StartRequest {
    std::vector<std::string> services;
    std::string shown_prefix;  // what stands before a service's name where its path is shown to the caller
    bool force = true;         // what an earlier life has left may be killed
    Caller caller;
    Defaults defaults;
};

struct StopRequest {
    std::vector<std::string> services;
    std::string shown_prefix;
    bool force = true;
    Defaults defaults;
};

// A stop and a start of each service by itself, for a command that need not live to see the second half.
struct RestartRequest {
    std::vector<std::string> services;
    std::string shown_prefix;
    bool force = true;
    Caller caller;
    Defaults defaults;
};

struct ClaimRequest {
    std::vector<std::string> services;
    int pid = 0;  // of the claiming command
};

struct Held {
    bool within = false;  // the claiming command runs in one of the services, and ends when that is stopped
};

struct Claimed {
    std::string service;
    int pid = 0;  // of the command that holds it
};

// A stop has found these down, and nothing of them left: whoever is about to start them is to know of it.
struct OvertakeRequest {
    std::vector<std::string> services;
};

struct ChangesRequest {
    std::vector<std::string> services;
    std::string shown_prefix;
    Defaults defaults;
};

struct Changes {
    // Only running services are among the keys; what changed, in words, empty where nothing did.
    std::map<std::string, std::vector<std::string>> services;
};

// The keeper of another playground, to be started next to this one's, because who asks lives below that.
struct Neighbour {
    std::string playground;                // absolute, through text_of_bytes()
    std::vector<std::string> environment;  // of the keeper, "NAME=value", through text_of_bytes()
    std::string answer;                    // opened for writing: a byte, then what is wrong, if anything is
};

// From one program to another: our roles end and come back as that of the process that asks.
struct Upgrade {
    std::uint32_t token = 0;  // of one attempt: the same when the request is sent again
    std::string program;      // os::program_identity()
    std::string version;
    std::string failure;  // why the old program came back; empty in a request
};

struct Complaint {
    std::vector<std::string> errors;  // a line each
};

// A process as `ps --forest -wwfj` shows it.
struct ProcessRow {
    std::string user;
    int pid = 0;
    int parent = 0;
    int group = 0;
    int session = 0;
    int cpu = 0;               // percent over its life
    std::int64_t started = 0;  // seconds since the epoch
    std::string terminal;      // "?" for none
    std::string state;         // as ps shows it: "Ss", "S+", "T"
    std::int64_t cpu_seconds = 0;
    std::string command;   // through text_of_bytes()
    int depth = 0;         // below the topmost one that is shown
    std::string obstacle;  // why it has not ended although it was killed, in words; empty: not known
};

// A line of a stream. `event` is one of
//   started   stopped    the service is where it was asked to be
//   failed               it is not, after `seconds`; `reason` continues "failed to start after 2.01 seconds,
//   " runaway              the processes that do not stop, with `killed` saying whether they are being killed
//   escaped              processes of an earlier life that are being killed before a start
//   overtaken            a stop (reason "stop") came after this start
//   notice               `reason` is a line for the user
//   end                  the last one; `last` where nothing of the playground is up any more
struct Event {
    std::string event;
    std::string service;
    double seconds = 0;
    std::string reason;
    bool killed = false;
    bool last = false;
    std::vector<ProcessRow> processes;
};

struct Status {
    std::string version;
    std::string program;                                   // os::program_identity() of the supervisor's
    std::string rejected;                                  // of the one that an upgrade to has failed last
    int pid = 0;                                           // of the supervisor
    int keeper = 0;                                        // of the playground's keeper
    std::map<std::string, model::ServiceStatus> services;  // those that are not simply down
    std::map<std::string, std::string> remarks;  // what else there is to say of a service, a line each
    std::vector<std::string> unwritten_logs;     // the services whose remark is that their log is not written
};

// The JSON text of a message, and the message in a text; an error names the field.
template <class Message>
[[nodiscard]] std::string to_text(const Message& message);
template <class Message>
[[nodiscard]] base::Result<Message> from_text(const std::string& text);

}  // namespace protocol

namespace model {
// As `pgctl status --json` prints it: null where a component does not apply.
void to_json(nlohmann::json& json, const ServiceStatus& status);
void from_json(const nlohmann::json& json, ServiceStatus& status);
}  // namespace model
